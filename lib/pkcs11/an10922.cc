#include "lib/pkcs11/an10922.h"

#include <algorithm>
#include <array>
#include <optional>

#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"

namespace cardferry::pkcs11 {
namespace {

constexpr size_t kDesBlock = 8;
using DesBlock = std::array<uint8_t, kDesBlock>;

// What stands before the input, for the first block of a key; for each further
// block it is one more.
constexpr uint8_t kAes128 = 0x01;
constexpr uint8_t kAes192 = 0x11;
constexpr uint8_t kAes256 = 0x41;
constexpr uint8_t kDes2Key = 0x21;
constexpr uint8_t kDes3Key = 0x31;

KdfInput Input(uint8_t constant, ByteSpan input) {
  return {{}, Bytes(input.begin(), input.end()), constant, 2};
}

// Multiplication by x in GF(2^64) (SP 800-38B, 6.1).
DesBlock Doubled(const DesBlock& block) {
  DesBlock doubled;
  for (size_t i = 0; i < kDesBlock; ++i) {
    const int carry = i + 1 < kDesBlock ? block[i + 1] >> 7 : 0;
    doubled[i] = static_cast<uint8_t>((block[i] << 1) | carry);
  }
  doubled[kDesBlock - 1] =
      static_cast<uint8_t>(doubled[kDesBlock - 1] ^ (0x1B * (block[0] >> 7)));
  return doubled;
}

DesBlock DesBlockAt(ByteSpan bytes, size_t offset) {
  DesBlock block;
  std::copy_n(bytes.begin() + offset, kDesBlock, block.begin());
  return block;
}

void AppendSum(Bytes& target, const DesBlock& a, ByteSpan b,
               const DesBlock& mask) {
  for (size_t i = 0; i < kDesBlock; ++i) {
    target.push_back(static_cast<uint8_t>(a[i] ^ b[i] ^ mask[i]));
  }
}

// AES-192's 24 bytes from two blocks A and B of 16:
//   A[0..7] | A[8..15] xor B[0..7] | B[8..15]
SecretBytes Folded(ByteSpan blocks) {
  SecretBytes key(24);
  const absl::Span<uint8_t> to = key.Write(GrantSecretAccess());
  std::copy_n(blocks.begin(), 16, to.begin());
  std::copy_n(blocks.begin() + 24, 8, to.begin() + 16);
  for (size_t i = 0; i < 8; ++i) {
    to[8 + i] = static_cast<uint8_t>(to[8 + i] ^ blocks[16 + i]);
  }
  return key;
}

}  // namespace

KdfInput An10922Input(size_t length, ByteSpan input) {
  return Input(length == 32 ? kAes256 : kAes128, input);
}

absl::StatusOr<Mechanism> An10922DesMechanism(Session& session,
                                              ObjectHandle master,
                                              size_t length, ByteSpan input) {
  const size_t count = length / kDesBlock;
  const uint8_t constant = length == 24 ? kDes3Key : kDes2Key;
  // A block of zeros, and the first block of each message: one call.
  Bytes blocks(kDesBlock);
  Bytes seconds;
  bool padded = false;
  for (size_t i = 0; i < count; ++i) {
    Bytes message = Concat({Bytes{static_cast<uint8_t>(constant + i)}, input});
    padded = message.size() < 2 * kDesBlock;
    if (padded) message.push_back(0x80);
    message.resize(2 * kDesBlock);
    Append(blocks, ByteSpan(message).first(kDesBlock));
    Append(seconds, ByteSpan(message).last(kDesBlock));
  }
  ASSIGN_OR_RETURN(
      const Bytes done,
      session.Encrypt(Mechanism::Plain(CKM_DES3_ECB), master, blocks));
  if (done.size() != blocks.size()) {
    return absl::UnavailableError("DES-ECB gave another length than its input");
  }
  DesBlock mask = Doubled(DesBlockAt(done, 0));
  if (padded) mask = Doubled(mask);
  Bytes data;
  for (size_t i = 0; i < count; ++i) {
    AppendSum(data, DesBlockAt(done, (i + 1) * kDesBlock),
              ByteSpan(seconds).subspan(i * kDesBlock, kDesBlock), mask);
  }
  return Mechanism::Des3EcbEncryptData(data);
}

absl::StatusOr<SecretBytes> An10922Aes192Value(Session& session,
                                               ObjectHandle master,
                                               ByteSpan input) {
  constexpr size_t kBothBlocks = 2 * kAesBlock;
  ASSIGN_OR_RETURN(const Bytes data,
                   CmacKdfData(session, {master, std::nullopt},
                               Input(kAes192, input), kBothBlocks));
  ASSIGN_OR_RETURN(Bytes halves, session.Encrypt(Mechanism::Plain(CKM_AES_ECB),
                                                 master, data));
  if (halves.size() != kBothBlocks) {
    WipeBytes(absl::MakeSpan(halves));
    return absl::UnavailableError("AES-ECB gave another length than its input");
  }
  SecretBytes key = Folded(halves);
  WipeBytes(absl::MakeSpan(halves));
  return key;
}

}  // namespace cardferry::pkcs11
