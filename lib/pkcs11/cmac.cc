#include "lib/pkcs11/cmac.h"

#include <algorithm>
#include <utility>

namespace cardferry::pkcs11 {
namespace {

void XorInto(uint8_t* target, const AesBlock& mask) {
  for (size_t i = 0; i < kAesBlock; ++i) {
    target[i] = static_cast<uint8_t>(target[i] ^ mask[i]);
  }
}

// Closes what was appended to `stream` since `start` as the end of a CMAC.
void CloseMessage(const AesBlock& k1, const AesBlock& k2, size_t start,
                  Bytes& stream) {
  const size_t size = stream.size() - start;
  const bool whole = size > 0 && size % kAesBlock == 0;
  if (!whole) {
    stream.push_back(0x80);
    stream.resize(start + (stream.size() - start + kAesBlock - 1) / kAesBlock *
                              kAesBlock);
  }
  XorInto(stream.data() + stream.size() - kAesBlock, whole ? k1 : k2);
}

}  // namespace

AesBlock BlockAt(ByteSpan bytes, size_t offset) {
  AesBlock block;
  const ByteSpan source = bytes.subspan(offset, kAesBlock);
  std::copy(source.begin(), source.end(), block.begin());
  return block;
}

AesBlock Xor(const AesBlock& a, const AesBlock& b) {
  AesBlock sum = a;
  XorInto(sum.data(), b);
  return sum;
}

AesBlock Double(const AesBlock& block) {
  AesBlock doubled;
  for (size_t i = 0; i < kAesBlock; ++i) {
    const int carry = i + 1 < kAesBlock ? block[i + 1] >> 7 : 0;
    doubled[i] = static_cast<uint8_t>((block[i] << 1) | carry);
  }
  // The field's polynomial, without a branch on a bit of the subkey.
  doubled[kAesBlock - 1] =
      static_cast<uint8_t>(doubled[kAesBlock - 1] ^ (0x87 * (block[0] >> 7)));
  return doubled;
}

CmacMessage MakeCmacMessage(ByteSpan message, size_t least_blocks) {
  const size_t least = least_blocks * kAesBlock;
  CmacMessage made = {Bytes(message.begin(), message.end()), false};
  made.padded = message.size() < least || message.size() % kAesBlock != 0;
  if (!made.padded) return made;
  made.blocks.push_back(0x80);
  const size_t whole =
      (made.blocks.size() + kAesBlock - 1) / kAesBlock * kAesBlock;
  made.blocks.resize(std::max(whole, least));
  return made;
}

AesBlock MaskedLast(const CmacMessage& message,
                    const AesBlock& zero_encrypted) {
  const AesBlock k1 = Double(zero_encrypted);
  return Xor(BlockAt(message.blocks, message.blocks.size() - kAesBlock),
             message.padded ? Double(k1) : k1);
}

Bytes CmacBlocks(const AesBlock& zero_encrypted, ByteSpan message) {
  CmacMessage made = MakeCmacMessage(message);
  const AesBlock last = MaskedLast(made, zero_encrypted);
  std::copy(last.begin(), last.end(), made.blocks.end() - kAesBlock);
  return std::move(made.blocks);
}

CmacChainStream MakeCmacChainStream(const AesBlock& zero_encrypted,
                                    absl::Span<const Bytes> messages) {
  const AesBlock k1 = Double(zero_encrypted);
  const AesBlock k2 = Double(k1);
  size_t size = 0;
  for (const Bytes& message : messages) size += message.size() + 2 * kAesBlock;
  CmacChainStream chain;
  chain.stream.reserve(size);
  chain.mac_offsets.reserve(messages.size());
  for (const Bytes& message : messages) {
    const size_t start = chain.stream.size();
    chain.stream.resize(start + kAesBlock);
    Append(chain.stream, message);
    CloseMessage(k1, k2, start, chain.stream);
    chain.mac_offsets.push_back(chain.stream.size() - kAesBlock);
  }
  return chain;
}

}  // namespace cardferry::pkcs11
