#ifndef CARDFERRY_LIB_PKCS11_CBC_TEXTS_H_
#define CARDFERRY_LIB_PKCS11_CBC_TEXTS_H_

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/pkcs11/session.h"

namespace cardferry::pkcs11 {

// A text in CBC mode: whole blocks, at least one, and its own IV.
struct CbcText {
  Bytes iv;
  Bytes data;
};

// The plaintexts, padding and all, of texts under one key (AES for IVs of 16
// bytes, triple DES of 8) by one call of the HSM: decrypted as one text, each
// beginning then freed of the block before it. INVALID_ARGUMENT unless all are
// whole blocks. At most `limit` bytes go into a call.
absl::StatusOr<std::vector<Bytes>> DecryptCbcTexts(
    Session& session, ObjectHandle key, absl::Span<const CbcText> texts,
    size_t limit);

}  // namespace cardferry::pkcs11

#endif  // CARDFERRY_LIB_PKCS11_CBC_TEXTS_H_
