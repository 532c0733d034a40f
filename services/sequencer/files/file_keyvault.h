#ifndef CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_KEYVAULT_H_
#define CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_KEYVAULT_H_

#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"
#include "services/sequencer/files/file_profile.h"

namespace cardferry::sequencer {

// What the sequencer wants of the keyvault for file-oriented cards. Every call
// has a deadline; UNAVAILABLE: the same call may be made again.
class FileKeyvault {
 public:
  struct Arrival {
    Bytes ticket;
    std::string agent;
    std::string reader;
    std::string key_set;
    SerialNumber serial_number = {};
    Bytes card_challenge;
  };
  struct Begun {
    card::CommandApdu mutual_authenticate;
    Bytes handshake_token;
  };
  struct Session {
    Bytes command_token;
    size_t block = 8;
  };
  // VERIFY of a password that the vault makes.
  struct Password {
    uint8_t number = 1;
    uint8_t digits = 4;
  };
  using Command = std::variant<card::CommandApdu, Password>;
  struct Batch {
    std::vector<card::CommandApdu> commands;
    Bytes command_token;  // for those that follow
    Bytes verify_token;   // for the answers to these
  };
  struct Answer {
    card::ResponseApdu response;  // plain
    bool proven = false;
  };

  static constexpr size_t kMaxCommands = 1024;  // in one call

  virtual ~FileKeyvault() = default;

  // FAILED_PRECONDITION: expired or used, insert the card again.
  // PERMISSION_DENIED: not this agent's opening; the card is stopped.
  virtual absl::StatusOr<Begun> Begin(const Arrival& arrival) = 0;
  // DATA_LOSS: the card has not shown its keys. FAILED_PRECONDITION: insert the
  // card again.
  virtual absl::StatusOr<Session> Finish(const Bytes& handshake_token,
                                         const card::ResponseApdu& answer) = 0;
  virtual absl::StatusOr<Batch> Protect(const Bytes& command_token,
                                        absl::Span<const Command> commands) = 0;
  // One for each answer. DATA_LOSS: one was changed on its way.
  // FAILED_PRECONDITION: it comes too late.
  virtual absl::StatusOr<std::vector<Answer>> Verify(
      const Bytes& verify_token,
      absl::Span<const card::ResponseApdu> answers) = 0;
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_KEYVAULT_H_
