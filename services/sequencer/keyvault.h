#ifndef CARDFERRY_SERVICES_SEQUENCER_KEYVAULT_H_
#define CARDFERRY_SERVICES_SEQUENCER_KEYVAULT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"
#include "lib/card/gp/discovery_commands.h"
#include "services/sequencer/assurance.h"
#include "services/sequencer/channel_quirks.h"

namespace cardferry::sequencer {

// What the sequencer wants of the keyvault. Every call has a deadline;
// UNAVAILABLE: the same call may be made again. DATA_LOSS comes from
// Authenticate alone, and means one thing.
class Keyvault {
 public:
  // A host challenge, used once, for one reader of one agent.
  struct Opening {
    card::HostChallenge host_challenge = {};
    Bytes ticket;
    absl::Time expires_at;
  };

  // What the commands of a session may do.
  enum class OperationClass {
    kRead,
    kContent,
    kPersonalize,
    kContentAndPersonalize,
  };

  // Everything that the keyvault needs to open a session.
  struct Handshake {
    Bytes ticket;
    std::string agent;
    std::string reader;
    std::string key_set;
    Bytes initialize_update_answer;
    uint8_t channel_options = 0;  // `i`, if the answer does not say it
    uint8_t level_floor = 0x03;
    OperationClass operation_class = OperationClass::kRead;
    ChannelQuirks quirks = {};
    // Of a card with implicit initiation, instead of the answer.
    std::optional<card::ClaimedIdentity> implicit = std::nullopt;
    Bytes aid = {};  // of the selected application, where `implicit` is
  };

  // A session with a card that has shown the right cryptogram, or, with
  // implicit initiation, was asked for none.
  struct Session {
    // None with implicit initiation.
    std::optional<card::CommandApdu> external_authenticate;
    Bytes command_token;
    std::string key_set;
    Bytes key_diversification_data;
    uint8_t level = 0;
    Bytes verify_token = {};
    // It may only read, whatever was asked for: a packet with changes may still
    // be run that was made before, and reading is what ends that.
    bool only_reads = false;
    size_t live_packets = 0;  // others of the card that may still be run
  };

  // A session that is wanted for a card that is not there.
  struct Prediction {
    std::string key_set;
    Bytes key_diversification_data;
    uint32_t ahead = 1;  // which counter after the last verified one
    std::string agent;
    uint8_t level_floor = 0x03;
    OperationClass operation_class = OperationClass::kContent;
    Bytes content;  // SHA-256 of what it is for
    ChannelQuirks quirks = {};
  };

  // It, and what the card will answer to INITIALIZE UPDATE.
  struct PredictedSession {
    Session session;
    card::HostChallenge host_challenge = {};  // 8 bytes: no card in S16 mode
    Bytes initialize_update_answer = {};
    uint8_t channel_options = 0;
    absl::Time report_until = absl::InfinitePast();
  };

  // A session's packet as it was sent, EXTERNAL AUTHENTICATE first, and the
  // answers to the first of its commands.
  struct Packet {
    Bytes verify_token;
    std::vector<card::CommandApdu> commands;
    std::vector<card::ResponseApdu> answers;
  };

  // An answer, plain, and how far it is to be believed.
  struct VerifiedAnswer {
    card::ResponseApdu answer;  // without data when it is forged
    Assurance assurance = Assurance::kReported;
  };

  virtual ~Keyvault() = default;

  virtual absl::StatusOr<std::vector<Opening>> IssueOpenings(
      const std::string& agent, const std::string& reader, int count) = 0;

  // FAILED_PRECONDITION: expired or used, insert the card again. DATA_LOSS: the
  // card cryptogram is wrong. OUT_OF_RANGE: it is right, and the card says
  // another `i` than at first. PERMISSION_DENIED: not this agent's opening.
  virtual absl::StatusOr<Session> Authenticate(const Handshake& handshake) = 0;

  // PERMISSION_DENIED: policy does not allow it. FAILED_PRECONDITION: the card
  // was never verified, is not predictable, or another packet of it is live.
  // RESOURCE_EXHAUSTED: the budget is used up.
  virtual absl::StatusOr<PredictedSession> OpenPredicted(
      const Prediction& prediction) = 0;

  // All commands of the session after EXTERNAL AUTHENTICATE, in order; as many
  // calls of the keyvault as kMaxCommands asks for.
  virtual absl::StatusOr<std::vector<card::CommandApdu>> Protect(
      const Bytes& command_token,
      absl::Span<const card::CommandApdu> commands) = 0;

  static constexpr size_t kMaxCommands = 512;  // in one call

  // One for each answer of the packet. FAILED_PRECONDITION: it comes too late,
  // what the card holds has to be read. INVALID_ARGUMENT: not the packet of
  // this token. May be asked again.
  virtual absl::StatusOr<std::vector<VerifiedAnswer>> VerifyResponses(
      const Packet& packet) = 0;
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_KEYVAULT_H_
