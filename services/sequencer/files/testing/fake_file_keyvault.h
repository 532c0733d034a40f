#ifndef CARDFERRY_SERVICES_SEQUENCER_FILES_TESTING_FAKE_FILE_KEYVAULT_H_
#define CARDFERRY_SERVICES_SEQUENCER_FILES_TESTING_FAKE_FILE_KEYVAULT_H_

#include <vector>

#include "absl/status/status.h"
#include "services/sequencer/files/file_keyvault.h"

namespace cardferry::sequencer {

// Sessions without cryptography: MUTUAL AUTHENTICATE carries the card's
// challenge, commands go as they are (a password is 1234), and every answer
// counts as proven. It is no secure channel, and knows no card.
class FakeFileKeyvault final : public FileKeyvault {
 public:
  absl::StatusOr<Begun> Begin(const Arrival& arrival) override {
    return Begun{*card::CommandApdu::Create({0x00, 0x82, 0x00, 0x00},
                                            arrival.card_challenge, 256),
                 {'h'}};
  }
  absl::StatusOr<Session> Finish(const Bytes& /*handshake_token*/,
                                 const card::ResponseApdu& answer) override {
    if (answer.sw == card::kSuccess) return Session{{'c'}, 16};
    return absl::DataLossError("the card has other keys");
  }
  absl::StatusOr<Batch> Protect(const Bytes& /*command_token*/,
                                absl::Span<const Command> commands) override {
    Batch batch{{}, {'c'}, {'v'}};
    for (const Command& command : commands) {
      const auto* apdu = std::get_if<card::CommandApdu>(&command);
      batch.commands.push_back(
          apdu != nullptr
              ? *apdu
              : *card::CommandApdu::Create(
                    {0x00, 0x20, 0x00, std::get<Password>(command).number},
                    AsBytes("1234")));
    }
    return batch;
  }
  absl::StatusOr<std::vector<Answer>> Verify(
      const Bytes& /*verify_token*/,
      absl::Span<const card::ResponseApdu> answers) override {
    std::vector<Answer> verified;
    for (const card::ResponseApdu& one : answers) {
      verified.push_back({one, true});
    }
    return verified;
  }
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_FILES_TESTING_FAKE_FILE_KEYVAULT_H_
