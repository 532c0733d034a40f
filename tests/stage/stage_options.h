#ifndef CARDFERRY_TESTS_STAGE_STAGE_OPTIONS_H_
#define CARDFERRY_TESTS_STAGE_STAGE_OPTIONS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/stage/pcscd.h"

namespace cardferry::stage {

// Where everybody listens on loopback unless StageOptions says otherwise: a
// stage has a network of its own, but for `./dev up`.
inline constexpr int kOrchestratorPort = 7001;
inline constexpr int kSequencerPort = 7002;
inline constexpr int kKeyVaultPort = 7003;
inline constexpr int kFarAwayPort = 7011;  // the delay proxy's, for the agent
inline constexpr int kCommandGatewayPort = 7012;

inline constexpr char kAgentName[] = "kiosk-1";

// A simulated card in one of the virtual readers.
struct CardChoice {
  std::string kind = "scp03";  // of CardKinds() or FileCardKinds()
  int number = 1;              // tells cards of a kind apart: 1 to 99
  int reader = 0;              // 0 or 1; of four_readers, 0 to 3
  std::string key_set = {};    // of its keys; empty: the kind's
  // What every command takes the card.
  absl::Duration delay = absl::ZeroDuration();
  // Its keys come from other masters than the keyvault's.
  bool foreign = false;
  // What is on it outlives its process: cards/KIND-NUMBER.state.
  bool keeps_state = false;
  // More of cardsim's arguments: "--fault", "tear@12".
  std::vector<std::string> arguments;
};

// Which agent runs, and how.
struct AgentChoice {
  std::string program = "agent/agent";  // among the runfiles
  std::vector<std::string> arguments;   // more than its configuration
  // A program that becomes the agent: what stands before its command line.
  std::vector<std::string> wrapper;
};

// What is raised.
struct StageOptions {
  // Everything is kept below this folder, which must exist. What a stage made
  // there before is used again. Short: a unix socket's path has 107 bytes at
  // most.
  std::string folder;
  // The card that arrives last; another kind or reader later: InsertCard. When
  // it is of files, such cards are served beside the others.
  CardChoice card;
  // Without it the readers stay empty.
  bool with_card = true;
  // Delay between agent and orchestrator, there and back.
  absl::Duration rtt = absl::ZeroDuration();
  // A CommandGateway on the way, beside the orchestrator.
  bool one_command_a_round_trip = false;
  // From the issue of an opening to its expiry; 0: the keyvault's default.
  uint32_t opening_seconds = 0;
  // Added to every port of the stage.
  int port_offset = 0;
  // Four virtual readers instead of two.
  bool four_readers = false;
  // The machine's own pcscd and its readers, instead of virtual ones.
  bool real_readers = false;
  // PC/SC names of the readers that the agent serves; empty: all.
  std::vector<std::string> readers = {kVirtualReader};
  AgentChoice agent;
  // More of the key profile (textproto) than the demo's; and the one card
  // profile that there is, instead of the demo's.
  std::string more_keys = {};
  std::string card_profile = {};
};

// The agent goes through the delay proxy.
inline bool IsFarAway(const StageOptions& options) {
  return options.rtt > absl::ZeroDuration() || options.one_command_a_round_trip;
}

}  // namespace cardferry::stage

#endif  // CARDFERRY_TESTS_STAGE_STAGE_OPTIONS_H_
