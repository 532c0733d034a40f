#include "services/keyvault/files/verify_command.h"

#include "lib/base/secret_access_grant.h"

namespace cardferry::keyvault {

absl::StatusOr<card::CommandApdu> VerifyCommand(uint8_t reference,
                                                const SecretBytes& password) {
  constexpr uint8_t kVerify = 0x20;
  return card::CommandApdu::Create({0x00, kVerify, 0x00, reference},
                                   password.Read(GrantSecretAccess()));
}

}  // namespace cardferry::keyvault
