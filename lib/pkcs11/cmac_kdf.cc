#include "lib/pkcs11/cmac_kdf.h"

#include <utility>
#include <vector>

#include "lib/base/status_macros.h"

namespace cardferry::pkcs11 {
namespace {

constexpr AesBlock kZeroBlock = {};

// The messages whose CMACs joined are the key.
std::vector<CmacMessage> Messages(const KdfInput& input, size_t length) {
  std::vector<CmacMessage> messages((length + kAesBlock - 1) / kAesBlock);
  for (size_t i = 0; i < messages.size(); ++i) {
    const uint8_t counter = static_cast<uint8_t>(input.first_counter + i);
    messages[i] = MakeCmacMessage(
        Concat({input.before, {&counter, 1}, input.after}), input.least_blocks);
  }
  return messages;
}

// E(0), and the first block of each message encrypted, by one call.
absl::StatusOr<Bytes> EncryptFirstBlocks(
    Session& session, ObjectHandle key,
    const std::vector<CmacMessage>& messages) {
  Bytes blocks(kZeroBlock.begin(), kZeroBlock.end());
  for (const CmacMessage& message : messages) {
    if (message.blocks.size() == kAesBlock) continue;
    Append(blocks, ByteSpan(message.blocks).first(kAesBlock));
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
                                   const CmacMessage& message) {
  const Bytes& blocks = message.blocks;
  const AesBlock last = MaskedLast(message, zero_encrypted);
  if (blocks.size() == kAesBlock) return last;
  if (blocks.size() == 2 * kAesBlock) return Xor(last, first);
  const ByteSpan middle =
      ByteSpan(blocks).subspan(kAesBlock, blocks.size() - 2 * kAesBlock);
  // One block alone, as S16 has it, asks for no other mechanism than before.
  const bool one = middle.size() == kAesBlock;
  ASSIGN_OR_RETURN(
      const Bytes chain,
      session.Encrypt(
          one ? Mechanism::Plain(CKM_AES_ECB) : Mechanism::AesCbc(first), key,
          one ? ByteSpan(Xor(BlockAt(middle, 0), first)) : middle));
  if (chain.size() != middle.size()) {
    return absl::UnavailableError("AES gave another length than its input");
  }
  return Xor(last, BlockAt(chain, chain.size() - kAesBlock));
}

bool IsSp800_108(const KdfInput& input) {
  return input.first_counter == 1 && input.least_blocks == 1;
}

}  // namespace

KdfInput Kdf3Input(uint8_t key_number, ByteSpan key_diversification_data) {
  KdfInput input;
  input.after = {0x00, 0x00, 0x00, key_number, 0x00};
  Append(input.after, key_diversification_data);
  return input;
}

KdfInput Kdf3WithLengthInput(uint8_t key_number,
                             ByteSpan key_diversification_data, size_t bits) {
  KdfInput input = Kdf3Input(key_number, key_diversification_data);
  Append(input.after,
         {static_cast<uint8_t>(bits >> 8), static_cast<uint8_t>(bits)});
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

absl::StatusOr<Bytes> CmacKdfData(Session& session, const KdfBase& base,
                                  const KdfInput& input, size_t length) {
  const std::vector<CmacMessage> messages = Messages(input, length);
  const bool one_block = messages[0].blocks.size() == kAesBlock;
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
  return data;
}

absl::StatusOr<Object> DeriveCmacKey(Session& session, KdfRecipe recipe,
                                     const KdfBase& base, const KdfInput& input,
                                     size_t length, Template key) {
  if (recipe == KdfRecipe::kNative && IsSp800_108(input)) {
    return session.DeriveKey(
        Mechanism::CmacCounterKdf(input.before, input.after), base.key,
        std::move(key));
  }
  ASSIGN_OR_RETURN(const Bytes data, CmacKdfData(session, base, input, length));
  return session.DeriveKey(Mechanism::AesEcbEncryptData(data), base.key,
                           std::move(key));
}

}  // namespace cardferry::pkcs11
