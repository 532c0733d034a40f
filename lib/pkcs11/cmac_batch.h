#ifndef CARDFERRY_LIB_PKCS11_CMAC_BATCH_H_
#define CARDFERRY_LIB_PKCS11_CMAC_BATCH_H_

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/pkcs11/cmac.h"
#include "lib/pkcs11/session.h"

namespace cardferry::pkcs11 {

// The CMACs of messages, each by itself, under a key that encrypts by AES-ECB
// and AES-CBC; and its E(0), which costs no call of its own.
struct CmacBatch {
  AesBlock zero_encrypted = {};
  std::vector<Bytes> macs;  // whole, one for each message
};

// Messages of up to 4 blocks go side by side, a block of each at a time: as
// many calls as the longest of them has blocks, at least two, however many they
// are. Each longer one takes a call of its own. At most `limit` bytes go into a
// call of these.
absl::StatusOr<CmacBatch> ComputeCmacs(Session& session, ObjectHandle key,
                                       absl::Span<const Bytes> messages,
                                       size_t limit);

}  // namespace cardferry::pkcs11

#endif  // CARDFERRY_LIB_PKCS11_CMAC_BATCH_H_
