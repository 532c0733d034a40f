#include "lib/pkcs11/cmac_kdf.h"

#include <utility>
#include <vector>

#include "lib/base/status_macros.h"

namespace cardferry::pkcs11 {
namespace {

constexpr AesBlock kZeroBlock = {};

// The messages whose CMACs joined are the key.
std::vector<Bytes> Messages(const KdfInput& input, size_t length) {
  std::vector<Bytes> messages((length + kAesBlock - 1) / kAesBlock);
  for (size_t i = 0; i < messages.size(); ++i) {
    const uint8_t counter = static_cast<uint8_t>(i + 1);
    messages[i] = Concat({input.before, {&counter, 1}, input.after});
  }
  return messages;
}

// E(0), and the first block of each message encrypted, by one call.
absl::StatusOr<Bytes> EncryptFirstBlocks(Session& session, ObjectHandle key,
                                         const std::vector<Bytes>& messages) {
  Bytes blocks(kZeroBlock.begin(), kZeroBlock.end());
  for (const Bytes& message : messages) {
    if (message.size() <= kAesBlock) continue;
    Append(blocks, ByteSpan(message).subspan(0, kAesBlock));
  }
  ASSIGN_OR_RETURN(Bytes done,
                   session.Encrypt(Mechanism::Plain(CKM_AES_ECB), key, blocks));
  if (done.size() != blocks.size()) {
    return absl::UnavailableError("AES-ECB gave another length than its input");
  }
  return done;
}

// The one AES block whose encryption is the CMAC of `message`. `first` is the
// encryption of the message's first block, if it has several.
absl::StatusOr<AesBlock> LastInput(Session& session, ObjectHandle key,
                                   const AesBlock& zero_encrypted,
                                   const AesBlock& first,
                                   const Bytes& message) {
  const Bytes blocks = CmacBlocks(zero_encrypted, message);
  const AesBlock last = BlockAt(blocks, blocks.size() - kAesBlock);
  if (blocks.size() == kAesBlock) return last;
  if (blocks.size() == 2 * kAesBlock) return Xor(last, first);
  const ByteSpan middle =
      ByteSpan(blocks).subspan(kAesBlock, blocks.size() - 2 * kAesBlock);
  ASSIGN_OR_RETURN(const Bytes chain,
                   session.Encrypt(Mechanism::AesCbc(first), key, middle));
  if (chain.size() != middle.size()) {
    return absl::UnavailableError("AES-CBC gave another length than its input");
  }
  return Xor(last, BlockAt(chain, chain.size() - kAesBlock));
}

absl::StatusOr<Object> DeriveByAesData(Session& session, const KdfBase& base,
                                       const KdfInput& input, size_t length,
                                       Template key) {
  const std::vector<Bytes> messages = Messages(input, length);
  const bool one_block = messages[0].size() <= kAesBlock;
  Bytes firsts;
  if (!one_block || !base.zero_encrypted.has_value()) {
    ASSIGN_OR_RETURN(firsts, EncryptFirstBlocks(session, base.key, messages));
  }
  const AesBlock zero_encrypted = base.zero_encrypted.has_value()
                                      ? *base.zero_encrypted
                                      : BlockAt(firsts, 0);
  Bytes data;
  for (size_t i = 0; i < messages.size(); ++i) {
    const AesBlock first =
        one_block ? kZeroBlock : BlockAt(firsts, (i + 1) * kAesBlock);
    ASSIGN_OR_RETURN(
        const AesBlock last,
        LastInput(session, base.key, zero_encrypted, first, messages[i]));
    Append(data, last);
  }
  return session.DeriveKey(Mechanism::AesEcbEncryptData(data), base.key,
                           std::move(key));
}

}  // namespace

KdfInput Kdf3Input(uint8_t key_number, ByteSpan key_diversification_data) {
  KdfInput input;
  input.after = {0x00, 0x00, 0x00, key_number, 0x00};
  Append(input.after, key_diversification_data);
  return input;
}

KdfInput Scp03KdfInput(uint8_t constant, size_t bits, ByteSpan context) {
  KdfInput input;
  input.before.assign(11, 0x00);
  Append(input.before, {constant, 0x00, static_cast<uint8_t>(bits >> 8),
                        static_cast<uint8_t>(bits)});
  input.after.assign(context.begin(), context.end());
  return input;
}

absl::StatusOr<Object> DeriveCmacKey(Session& session, KdfRecipe recipe,
                                     const KdfBase& base, const KdfInput& input,
                                     size_t length, Template key) {
  if (recipe == KdfRecipe::kNative) {
    return session.DeriveKey(
        Mechanism::CmacCounterKdf(input.before, input.after), base.key,
        std::move(key));
  }
  return DeriveByAesData(session, base, input, length, std::move(key));
}

}  // namespace cardferry::pkcs11
