#ifndef CARDFERRY_LIB_CRYPTO_DIGEST_H_
#define CARDFERRY_LIB_CRYPTO_DIGEST_H_

#include "lib/base/bytes.h"

namespace cardferry::crypto {

// The hash of public bytes (FIPS 180-4): 32, 48, 64 bytes.
Bytes Sha256(ByteSpan message);
Bytes Sha384(ByteSpan message);
Bytes Sha512(ByteSpan message);

// 20 bytes. Only where a standard of cards asks for it (load file data block
// hash); never for anything new.
Bytes Sha1(ByteSpan message);

}  // namespace cardferry::crypto

#endif  // CARDFERRY_LIB_CRYPTO_DIGEST_H_
