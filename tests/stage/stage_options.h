#ifndef CARDFERRY_TESTS_STAGE_STAGE_OPTIONS_H_
#define CARDFERRY_TESTS_STAGE_STAGE_OPTIONS_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace cardferry::stage {

// Where everybody listens on loopback: a stage has a network of its own.
inline constexpr int kOrchestratorPort = 7001;
inline constexpr int kSequencerPort = 7002;
inline constexpr int kKeyVaultPort = 7003;
inline constexpr int kFarAwayPort = 7011;  // the delay proxy's, for the agent

inline constexpr char kAgentName[] = "kiosk-1";

// What is raised.
struct StageOptions {
  // Everything is kept below this folder, which must exist and be empty.
  // Short: a unix socket's path has 107 bytes at most.
  std::string folder;
  // "scp03" (AES-128 keys) or "scp03-aes256", both `i` 70.
  std::string card = "scp03";
  // What every command takes the card.
  absl::Duration card_delay = absl::ZeroDuration();
  // Delay between agent and orchestrator, there and back.
  absl::Duration rtt = absl::ZeroDuration();
  // The card's keys come from other masters than the keyvault's.
  bool foreign_card = false;
  // From the issue of an opening to its expiry; 0: the keyvault's default.
  uint32_t opening_seconds = 0;
};

}  // namespace cardferry::stage

#endif  // CARDFERRY_TESTS_STAGE_STAGE_OPTIONS_H_
