#ifndef CARDFERRY_LIB_PKCS11_RETAIL_MAC_H_
#define CARDFERRY_LIB_PKCS11_RETAIL_MAC_H_

#include <cstddef>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/pkcs11/session.h"

namespace cardferry::pkcs11 {

inline constexpr size_t kDesBlock = 8;

// `message` padded with 80 00.. to whole blocks (ISO/IEC 9797-1, method 2).
Bytes DesPadded(ByteSpan message);

// A MAC key as the HSM holds it: whole, and its first half for single DES
// (des_kdf.h). Both are CKK_DES2 and encrypt by CKM_DES3_CBC.
struct RetailMacKey {
  ObjectHandle whole = kNoObject;
  ObjectHandle left = kNoObject;
};

// How the chaining value enters a MAC.
enum class Icv {
  kPlain,
  kEncrypted,  // under the first half of the key, by single DES
};

// ISO/IEC 9797-1, MAC algorithm 3 with padding method 2 (80 00..) of `message`:
// 8 bytes, in one call of the HSM for a message of one block, else two; the
// encryption of the chaining value takes part in the first. `chaining_value` is
// 8 bytes. At most `limit` bytes go into a call.
absl::StatusOr<Bytes> RetailMac(Session& session, const RetailMacKey& key,
                                ByteSpan chaining_value, Icv icv,
                                ByteSpan message, size_t limit);

// The same over `blocks`, whole ones and at least one, from an ICV of zeros:
// padded already, as secure messaging with data objects pads.
absl::StatusOr<Bytes> RetailMacOfBlocks(Session& session,
                                        const RetailMacKey& key,
                                        ByteSpan blocks, size_t limit);

}  // namespace cardferry::pkcs11

#endif  // CARDFERRY_LIB_PKCS11_RETAIL_MAC_H_
