#ifndef CARDFERRY_TESTS_FILES_FILE_VAULT_IN_PROCESS_H_
#define CARDFERRY_TESTS_FILES_FILE_VAULT_IN_PROCESS_H_

#include <utility>
#include <vector>

#include "lib/base/status_macros.h"
#include "services/keyvault/files/file_vault.h"
#include "services/sequencer/files/file_keyvault.h"

namespace cardferry::sequencer {

// The keyvault's domain where the sequencer expects its client: no process, no
// network, no HSM between them.
class FileVaultInProcess final : public FileKeyvault {
 public:
  // `vault` lives longer.
  explicit FileVaultInProcess(keyvault::FileVault& vault) : vault_(vault) {}

  absl::StatusOr<Begun> Begin(const Arrival& arrival) override {
    ASSIGN_OR_RETURN(keyvault::FileAuthentication begun,
                     vault_.Begin({arrival.ticket,
                                   {arrival.agent, arrival.reader},
                                   arrival.key_set,
                                   arrival.serial_number,
                                   arrival.card_challenge,
                                   keyvault::OperationClass::kContent}));
    return Begun{std::move(begun.mutual_authenticate),
                 std::move(begun.handshake_token)};
  }

  absl::StatusOr<Session> Finish(const Bytes& handshake_token,
                                 const card::ResponseApdu& answer) override {
    ASSIGN_OR_RETURN(keyvault::FileSession session,
                     vault_.Finish(handshake_token, answer));
    return Session{std::move(session.command_token), session.block};
  }

  absl::StatusOr<Batch> Protect(const Bytes& command_token,
                                absl::Span<const Command> commands) override {
    std::vector<keyvault::FileCommand> theirs;
    for (const Command& command : commands) {
      if (const auto* apdu = std::get_if<card::CommandApdu>(&command)) {
        theirs.push_back(*apdu);
      } else {
        const auto& password = std::get<Password>(command);
        theirs.push_back(
            keyvault::PasswordCommand{password.number, false, password.digits});
      }
    }
    ASSIGN_OR_RETURN(keyvault::ProtectedFileCommands batch,
                     vault_.Protect(command_token, theirs));
    return Batch{std::move(batch.commands), std::move(batch.command_token),
                 std::move(batch.verify_token)};
  }

  absl::StatusOr<std::vector<Answer>> Verify(
      const Bytes& verify_token,
      absl::Span<const card::ResponseApdu> answers) override {
    ASSIGN_OR_RETURN(auto verified,
                     vault_.VerifyAnswers(verify_token, answers));
    std::vector<Answer> ours;
    for (keyvault::VerifiedFileAnswer& one : verified) {
      ours.push_back({std::move(one.response), one.proven});
    }
    return ours;
  }

 private:
  keyvault::FileVault& vault_;
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_TESTS_FILES_FILE_VAULT_IN_PROCESS_H_
