#ifndef CARDFERRY_LIB_PKCS11_CMAC_KDF_H_
#define CARDFERRY_LIB_PKCS11_CMAC_KDF_H_

#include <optional>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/pkcs11/cmac.h"
#include "lib/pkcs11/session.h"

namespace cardferry::pkcs11 {

// What SP 800-108 in counter mode with AES-CMAC is computed over: block i of
// the result, from 1, is CMAC(key, before || i || after), i being one byte.
struct KdfInput {
  Bytes before;
  Bytes after;
  // Not SP 800-108, but of NXP's making: what i starts from, and how many
  // blocks a message is padded to at least.
  uint8_t first_counter = 1;
  size_t least_blocks = 1;
};

// GlobalPlatform KDF3: the key of a card from its issuer's master. Block i is
// CMAC(master, i || 000000 || key_number || 00 || KDD (10)); `key_number` is 1
// ENC, 2 MAC, 3 DEK. One whole AES block, so the master's E(0) is all that is
// needed besides derivation.
KdfInput Kdf3Input(uint8_t key_number, ByteSpan key_diversification_data);

// The same followed by L, the key's length in bits (2 bytes): 18 bytes, so the
// master has to encrypt where the module has no KDF of its own.
KdfInput Kdf3WithLengthInput(uint8_t key_number,
                             ByteSpan key_diversification_data, size_t bits);

// SCP03 (GPC Amendment D, 4.1.5): 00*11 || constant || 00 || bits (2) || i ||
// context.
KdfInput Scp03KdfInput(uint8_t constant, size_t bits, ByteSpan context);

// A key to derive from. `zero_encrypted` is its E(0) where that is known: then
// a one-block derivation needs no encryption, so the key can be derive-only.
struct KdfBase {
  ObjectHandle key = kNoObject;
  std::optional<AesBlock> zero_encrypted;
};

// How a module derives such keys inside itself.
enum class KdfRecipe {
  kNative,   // CKM_SP800_108_COUNTER_KDF
  kAesData,  // the last AES block of each CMAC by CKM_AES_ECB_ENCRYPT_DATA
};

// The blocks whose encryption under `base` is the result, cut to `length`.
absl::StatusOr<Bytes> CmacKdfData(Session& session, const KdfBase& base,
                                  const KdfInput& input, size_t length);

// A session object with the derived key, as `key` wants it; the length is
// `length` bytes. What is not SP 800-108 goes by kAesData always. Calls: 1 for
// kNative; for kAesData 1 for a message of one block with known E(0), 3 for two
// blocks, more for longer messages.
absl::StatusOr<Object> DeriveCmacKey(Session& session, KdfRecipe recipe,
                                     const KdfBase& base, const KdfInput& input,
                                     size_t length, Template key);

}  // namespace cardferry::pkcs11

#endif  // CARDFERRY_LIB_PKCS11_CMAC_KDF_H_
