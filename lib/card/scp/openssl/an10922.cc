#include "lib/card/scp/openssl/an10922.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"
#include "lib/crypto/aes.h"
#include "lib/crypto/tdes.h"

namespace cardferry::scp {
namespace {

// The constants before the input, one for each block of the key.
Bytes Constants(KeyKind kind, size_t key_size) {
  const bool is_aes = kind == KeyKind::kAes;
  switch (key_size) {
    case 16:
      return is_aes ? Bytes{0x01} : Bytes{0x21, 0x22};
    case 24:
      return is_aes ? Bytes{0x11, 0x12} : Bytes{0x31, 0x32, 0x33};
    case 32:
      return is_aes ? Bytes{0x41, 0x42} : Bytes();
    default:
      return {};
  }
}

size_t BlockOf(KeyKind kind) {
  return kind == KeyKind::kAes ? crypto::kAesBlockSize : crypto::kDesBlockSize;
}

absl::StatusOr<Bytes> Encrypt(KeyKind kind, const SecretBytes& key,
                              ByteSpan data) {
  return kind == KeyKind::kAes ? crypto::AesEcbEncrypt(key, data)
                               : crypto::TdesEcbEncrypt(key, data);
}

// Multiplication by x in GF(2^128) or GF(2^64) (NIST SP 800-38B, 6.1).
Bytes Doubled(const Bytes& block) {
  Bytes doubled(block.size());
  for (size_t i = 0; i < block.size(); ++i) {
    const int carry = i + 1 < block.size() ? block[i + 1] >> 7 : 0;
    doubled[i] = static_cast<uint8_t>((block[i] << 1) | carry);
  }
  const int polynomial = block.size() == crypto::kAesBlockSize ? 0x87 : 0x1B;
  doubled.back() =
      static_cast<uint8_t>(doubled.back() ^ (polynomial * (block[0] >> 7)));
  return doubled;
}

void XorInto(Bytes& target, ByteSpan mask) {
  for (size_t i = 0; i < target.size(); ++i) {
    target[i] = static_cast<uint8_t>(target[i] ^ mask[i]);
  }
}

// What the last encryption of a CMAC over exactly two blocks is made of: the
// message is padded to them even where one would do.
absl::StatusOr<Bytes> LastBlock(KeyKind kind, const SecretBytes& master,
                                uint8_t constant, ByteSpan input) {
  const size_t block = BlockOf(kind);
  ASSIGN_OR_RETURN(const Bytes zeros, Encrypt(kind, master, Bytes(block)));
  Bytes mask = Doubled(zeros);
  Bytes message = Concat({Bytes{constant}, input});
  if (message.size() < 2 * block) {
    mask = Doubled(mask);
    message.push_back(0x80);
    message.resize(2 * block);
  }
  ASSIGN_OR_RETURN(Bytes last,
                   Encrypt(kind, master, ByteSpan(message).first(block)));
  XorInto(last, ByteSpan(message).subspan(block));
  XorInto(last, mask);
  return last;
}

// AES-192's 24 bytes from two blocks A and B of 16:
//   A[0..7] | A[8..15] xor B[0..7] | B[8..15]
SecretBytes Folded(const SecretBytes& blocks) {
  SecretBytes key(24);
  const ByteSpan from = blocks.Read(GrantSecretAccess());
  const absl::Span<uint8_t> to = key.Write(GrantSecretAccess());
  std::copy_n(from.begin(), 16, to.begin());
  std::copy_n(from.begin() + 24, 8, to.begin() + 16);
  for (size_t i = 0; i < 8; ++i) {
    to[8 + i] = static_cast<uint8_t>(to[8 + i] ^ from[16 + i]);
  }
  return key;
}

}  // namespace

absl::StatusOr<SecretBytes> An10922Key(KeyKind kind, const SecretBytes& master,
                                       ByteSpan input) {
  const Bytes constants = Constants(kind, master.size());
  if (constants.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("AN10922 has no keys of ", master.size(), " bytes"));
  }
  if (input.empty() || input.size() >= 2 * BlockOf(kind)) {
    return absl::InvalidArgumentError(
        absl::StrCat("AN10922's input has 1 to ", 2 * BlockOf(kind) - 1,
                     " bytes, not ", input.size()));
  }
  Bytes data;
  for (const uint8_t constant : constants) {
    ASSIGN_OR_RETURN(const Bytes last,
                     LastBlock(kind, master, constant, input));
    Append(data, last);
  }
  if (kind == KeyKind::kTripleDes) {
    return crypto::TdesEcbDeriveKey(master, data);
  }
  ASSIGN_OR_RETURN(SecretBytes key, crypto::AesEcbDeriveKey(master, data));
  return master.size() == 24 ? Folded(key) : std::move(key);
}

}  // namespace cardferry::scp
