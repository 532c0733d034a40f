#include "lib/pkcs11/retail_mac.h"

#include "absl/status/status.h"
#include "lib/base/status_macros.h"

namespace cardferry::pkcs11 {

namespace {

// All but the last block goes under single DES, and so does the chaining value
// that is to be encrypted: as the first block after a zero IV.
absl::StatusOr<Bytes> MacOfBlocks(Session& session, const RetailMacKey& key,
                                  ByteSpan chaining_value, Icv icv,
                                  ByteSpan blocks, size_t limit) {
  const ByteSpan last = blocks.last(kDesBlock);
  Bytes iv(chaining_value.begin(), chaining_value.end());
  Bytes head(blocks.begin(), blocks.end() - kDesBlock);
  if (icv == Icv::kEncrypted) {
    head = Concat({iv, head});
    iv.assign(kDesBlock, 0x00);
  }
  if (!head.empty()) {
    ASSIGN_OR_RETURN(const Bytes done,
                     session.EncryptCbc(key.left, iv, head, limit));
    iv.assign(done.end() - kDesBlock, done.end());
  }
  return session.EncryptCbc(key.whole, iv, last, limit);
}

}  // namespace

Bytes DesPadded(ByteSpan message) {
  Bytes blocks(message.begin(), message.end());
  blocks.push_back(0x80);
  blocks.resize((blocks.size() + kDesBlock - 1) / kDesBlock * kDesBlock);
  return blocks;
}

absl::StatusOr<Bytes> RetailMac(Session& session, const RetailMacKey& key,
                                ByteSpan chaining_value, Icv icv,
                                ByteSpan message, size_t limit) {
  if (chaining_value.size() != kDesBlock) {
    return absl::InvalidArgumentError("a chaining value has 8 bytes");
  }
  return MacOfBlocks(session, key, chaining_value, icv, DesPadded(message),
                     limit);
}

absl::StatusOr<Bytes> RetailMacOfBlocks(Session& session,
                                        const RetailMacKey& key,
                                        ByteSpan blocks, size_t limit) {
  if (blocks.empty() || blocks.size() % kDesBlock != 0) {
    return absl::InvalidArgumentError("a MAC is over whole blocks");
  }
  return MacOfBlocks(session, key, Bytes(kDesBlock), Icv::kPlain, blocks,
                     limit);
}

}  // namespace cardferry::pkcs11
