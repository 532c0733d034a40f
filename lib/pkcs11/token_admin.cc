#include "lib/pkcs11/token_admin.h"

#include <vector>

#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"
#include "lib/pkcs11/session.h"

namespace cardferry::pkcs11 {
namespace {

constexpr size_t kLabelWidth = 32;  // CK_TOKEN_INFO.label

CK_UTF8CHAR* PinText(const SecretBytes& pin) {
  return const_cast<CK_UTF8CHAR*>(pin.Read(GrantSecretAccess()).data());
}

absl::StatusOr<CK_SLOT_ID> FindFreeSlot(Module& module) {
  CK_ULONG count = 0;
  const CK_BBOOL with_token = CK_TRUE;
  RETURN_IF_ERROR(module.Call(&CK_FUNCTION_LIST::C_GetSlotList, "C_GetSlotList",
                              with_token, nullptr, &count));
  std::vector<CK_SLOT_ID> slots(count);
  RETURN_IF_ERROR(module.Call(&CK_FUNCTION_LIST::C_GetSlotList, "C_GetSlotList",
                              with_token, slots.data(), &count));
  slots.resize(count);
  for (const CK_SLOT_ID slot : slots) {
    CK_TOKEN_INFO info = {};
    RETURN_IF_ERROR(module.Call(&CK_FUNCTION_LIST::C_GetTokenInfo,
                                "C_GetTokenInfo", slot, &info));
    if ((info.flags & CKF_TOKEN_INITIALIZED) == 0) return slot;
  }
  return absl::FailedPreconditionError("no slot with an uninitialized token");
}

absl::Status SetUserPin(Module& module, CK_SLOT_ID slot,
                        const SecretBytes& officer_pin,
                        const SecretBytes& user_pin) {
  ASSIGN_OR_RETURN(Session session,
                   Session::Open(module, slot, Access::kReadWrite));
  const CK_USER_TYPE officer = CKU_SO;
  RETURN_IF_ERROR(module.Call(&CK_FUNCTION_LIST::C_Login, "C_Login",
                              session.handle(), officer, PinText(officer_pin),
                              CK_ULONG{officer_pin.size()}));
  return module.Call(&CK_FUNCTION_LIST::C_InitPIN, "C_InitPIN",
                     session.handle(), PinText(user_pin),
                     CK_ULONG{user_pin.size()});
}

}  // namespace

absl::Status InitializeToken(Module& module, const std::string& label,
                             const SecretBytes& officer_pin,
                             const SecretBytes& user_pin) {
  if (label.empty() || label.size() > kLabelWidth) {
    return absl::InvalidArgumentError("a token label has 1 to 32 bytes");
  }
  ASSIGN_OR_RETURN(const CK_SLOT_ID slot, FindFreeSlot(module));
  std::string padded = label;
  padded.resize(kLabelWidth, ' ');
  RETURN_IF_ERROR(module.Call(&CK_FUNCTION_LIST::C_InitToken, "C_InitToken",
                              slot, PinText(officer_pin),
                              CK_ULONG{officer_pin.size()},
                              reinterpret_cast<CK_UTF8CHAR*>(&padded[0])));
  // SoftHSM gives the token another slot: look for it by its label.
  ASSIGN_OR_RETURN(const CK_SLOT_ID made, module.FindToken(label));
  return SetUserPin(module, made, officer_pin, user_pin);
}

}  // namespace cardferry::pkcs11
