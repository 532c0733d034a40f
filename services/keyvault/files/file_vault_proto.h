#ifndef CARDFERRY_SERVICES_KEYVAULT_FILES_FILE_VAULT_PROTO_H_
#define CARDFERRY_SERVICES_KEYVAULT_FILES_FILE_VAULT_PROTO_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "proto/cardferry/keyvault/v1/files.pb.h"
#include "services/keyvault/files/file_vault.h"

namespace cardferry::keyvault {

// INVALID_ARGUMENT for what is missing or has another length; never with the
// bytes themselves.
absl::StatusOr<FileArrival> ParseArrival(
    const v1::BeginFileSessionRequest& request);
absl::StatusOr<std::vector<FileCommand>> ParseFileCommands(
    const v1::ProtectFileCommandsRequest& request);
absl::StatusOr<card::ResponseApdu> ParseAnswer(const std::string& bytes);
absl::StatusOr<std::vector<card::ResponseApdu>> ParseAnswers(
    const v1::VerifyFileAnswersRequest& request);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_FILES_FILE_VAULT_PROTO_H_
