#ifndef CARDFERRY_LIB_PKCS11_CK_STATUS_H_
#define CARDFERRY_LIB_PKCS11_CK_STATUS_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lib/pkcs11/cryptoki.h"

namespace cardferry::pkcs11 {

// The Status of a return value; the one place where CK_RV becomes one.
// `call` is the function's name. The message is "C_Sign: CKR_DEVICE_ERROR
// (0x30)".
//   UNAVAILABLE          the module, token or session is broken, or gone
//   RESOURCE_EXHAUSTED   memory or sessions ran out
//   FAILED_PRECONDITION  the object is gone: find it again
//   UNAUTHENTICATED      the PIN is wrong or locked
//   PERMISSION_DENIED    the object's attributes forbid it
//   UNIMPLEMENTED        the module does not do this mechanism or parameter
//   DATA_LOSS            what was decrypted or verified is not authentic
//   INTERNAL             our call was wrong
absl::Status CkStatus(CK_RV rv, absl::string_view call);

// The return value that CkStatus made `status` of.
std::optional<CK_RV> CkRvOf(const absl::Status& status);

// True when the object that a call named does not exist (any more).
bool IsObjectGone(const absl::Status& status);

}  // namespace cardferry::pkcs11

#endif  // CARDFERRY_LIB_PKCS11_CK_STATUS_H_
