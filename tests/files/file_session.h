#ifndef CARDFERRY_TESTS_FILES_FILE_SESSION_H_
#define CARDFERRY_TESTS_FILES_FILE_SESSION_H_

#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "cardsim/files/testing/file_host.h"
#include "lib/base/status_macros.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"
#include "lib/card/iso7816/security_commands.h"
#include "lib/card/sm/openssl/host_authentication.h"
#include "lib/card/sm/secure_messaging.h"

namespace cardferry {

// A host with the keys of FileTestKeys, which sends a whole packet of protected
// commands to a simulated card. No reader and no network are in between.
class FileSession {
 public:
  FileSession(cardsim::FileCard& card, cardsim::KeyType type, size_t size)
      : card_(card) {
    cardsim::KeySet keys = cardsim::FileTestKeys(type, size);
    keys_.algorithm = type == cardsim::KeyType::kDes ? sm::Algorithm::kTripleDes
                                                     : sm::Algorithm::kAes;
    keys_.enc = std::move(keys.enc);
    keys_.mac = std::move(keys.mac);
  }

  // GET CHALLENGE and MUTUAL AUTHENTICATE.
  absl::Status Open() {
    ASSIGN_OR_RETURN(const card::CommandApdu ask, card::GetChallenge(8));
    ASSIGN_OR_RETURN(const card::ResponseApdu challenge, Send(ask));
    sm::HostRandom host{Bytes(8, 0xA5), SecretBytes(keys_.enc.size())};
    ASSIGN_OR_RETURN(const Bytes token, sm::MutualAuthenticationToken(
                                            keys_, host, challenge.data));
    ASSIGN_OR_RETURN(const card::CommandApdu command,
                     card::MutualAuthenticate(token));
    ASSIGN_OR_RETURN(const card::ResponseApdu answer, Send(command));
    ASSIGN_OR_RETURN(sm::SmSession session,
                     sm::FinishMutualAuthentication(keys_, host, challenge.data,
                                                    answer.data));
    session_.emplace(std::move(session));
    return absl::OkStatus();
  }

  // All commands protected before the first one is sent.
  absl::StatusOr<std::vector<card::CommandApdu>> Protect(
      absl::Span<const card::CommandApdu> commands) {
    start_ = session_->counter;
    return sm::ProtectCommands(*session_->cipher,
                               sm::Confidentiality::kEncrypted,
                               session_->counter, commands);
  }

  // The answers to what Protect gave last.
  absl::StatusOr<std::vector<sm::VerifiedResponse>> Verify(
      absl::Span<const card::ResponseApdu> responses) {
    return sm::VerifyResponses(*session_->cipher, *start_, responses);
  }

  absl::StatusOr<std::vector<sm::VerifiedResponse>> Run(
      absl::Span<const card::CommandApdu> commands) {
    ASSIGN_OR_RETURN(const auto wire, Protect(commands));
    std::vector<card::ResponseApdu> responses;
    for (const card::CommandApdu& command : wire) {
      ASSIGN_OR_RETURN(card::ResponseApdu response, Send(command));
      responses.push_back(std::move(response));
    }
    return Verify(responses);
  }

  absl::StatusOr<card::ResponseApdu> Send(const card::CommandApdu& command) {
    return card::ResponseApdu::Parse(card_.Transmit(command.Encode()));
  }

 private:
  cardsim::FileCard& card_;
  sm::StaticKeys keys_;
  std::optional<sm::SmSession> session_;
  std::optional<sm::SendSequenceCounter> start_;
};

}  // namespace cardferry

#endif  // CARDFERRY_TESTS_FILES_FILE_SESSION_H_
