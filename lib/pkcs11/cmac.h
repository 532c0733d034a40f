#ifndef CARDFERRY_LIB_PKCS11_CMAC_H_
#define CARDFERRY_LIB_PKCS11_CMAC_H_

#include <array>
#include <cstddef>
#include <vector>

#include "absl/types/span.h"
#include "lib/base/bytes.h"

// AES-CMAC (SP 800-38B) taken apart, so that the part under the key is done by
// an HSM as plain AES: what surrounds it is additions.
namespace cardferry::pkcs11 {

constexpr size_t kAesBlock = 16;
using AesBlock = std::array<uint8_t, kAesBlock>;

// The block that starts at `offset`, which must be all there.
AesBlock BlockAt(ByteSpan bytes, size_t offset);

AesBlock Xor(const AesBlock& a, const AesBlock& b);

// Multiplication by x in GF(2^128), the step from E(0) to K1 and from K1 to K2
// (SP 800-38B, 6.1).
AesBlock Double(const AesBlock& block);

// A message in whole blocks: as it is, or padded with 80 00.. to whole blocks,
// at least `least_blocks` of them (SP 800-38B, 6.2, step 4).
struct CmacMessage {
  Bytes blocks;
  bool padded = false;
};
CmacMessage MakeCmacMessage(ByteSpan message, size_t least_blocks = 1);

// Its last block as CBC takes it: masked with K1, or with K2 when padded.
// `zero_encrypted` is E(0).
AesBlock MaskedLast(const CmacMessage& message, const AesBlock& zero_encrypted);

// `message` in whole blocks, the last one masked with K1, or padded with 80
// 00.. and masked with K2 (SP 800-38B, 6.2, steps 1 to 4). CMAC is the last
// block of AES-CBC over this with a zero IV. `zero_encrypted` is E(0).
Bytes CmacBlocks(const AesBlock& zero_encrypted, ByteSpan message);

// The chain of SCP03's C-MACs as one CBC encryption, which is one HSM call:
//   MAC[i] = CMAC(key, MAC[i-1] || message[i])
// Within a running CBC a zero block continues from the ciphertext before it,
// which is MAC[i-1]. So the stream is, for each message, a zero block followed
// by the message, closed as CmacBlocks does.
struct CmacChainStream {
  Bytes stream;
  std::vector<size_t> mac_offsets;  // of each MAC in the ciphertext
};
CmacChainStream MakeCmacChainStream(const AesBlock& zero_encrypted,
                                    absl::Span<const Bytes> messages);

}  // namespace cardferry::pkcs11

#endif  // CARDFERRY_LIB_PKCS11_CMAC_H_
