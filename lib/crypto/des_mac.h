#ifndef CARDFERRY_LIB_CRYPTO_DES_MAC_H_
#define CARDFERRY_LIB_CRYPTO_DES_MAC_H_

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"

namespace cardferry::crypto {

// MACs of 8 bytes under a key of 16 bytes. `icv` is one block, as it enters the
// chain. `blocks` are whole blocks, at least one: the caller pads, as a rule
// with Iso9797Padded (padding.h). INVALID_ARGUMENT for other lengths.

// ISO/IEC 9797-1, MAC algorithm 3: single DES CBC under the first half of the
// key, the last block under the whole of it ("retail MAC").
absl::StatusOr<Bytes> RetailMac(const SecretBytes& key, ByteSpan icv,
                                ByteSpan blocks);

// ISO/IEC 9797-1, MAC algorithm 1 with triple DES ("full triple DES").
absl::StatusOr<Bytes> TdesMac(const SecretBytes& key, ByteSpan icv,
                              ByteSpan blocks);

}  // namespace cardferry::crypto

#endif  // CARDFERRY_LIB_CRYPTO_DES_MAC_H_
