#include "lib/pkcs11/cmac_batch.h"

#include "lib/base/status_macros.h"

namespace cardferry::pkcs11 {
namespace {

constexpr AesBlock kZeroBlock = {};
constexpr size_t kMostBlocksSideBySide = 4;

struct Running {
  size_t index;  // of the message
  CmacMessage message;
  size_t blocks;
  size_t next = 0;  // block
  AesBlock chain = kZeroBlock;
};

absl::StatusOr<Bytes> EncryptBlocks(Session& session, ObjectHandle key,
                                    const Bytes& blocks) {
  ASSIGN_OR_RETURN(Bytes done,
                   session.Encrypt(Mechanism::Plain(CKM_AES_ECB), key, blocks));
  if (done.size() == blocks.size()) return done;
  return absl::UnavailableError("AES-ECB gave another length than its input");
}

// The first block of each message that has more than one, with E(0).
absl::Status Begin(Session& session, ObjectHandle key,
                   std::vector<Running>& all, AesBlock& zero_encrypted) {
  Bytes blocks(kZeroBlock.begin(), kZeroBlock.end());
  for (const Running& one : all) {
    if (one.blocks > 1) Append(blocks, BlockAt(one.message.blocks, 0));
  }
  ASSIGN_OR_RETURN(const Bytes done, EncryptBlocks(session, key, blocks));
  zero_encrypted = BlockAt(done, 0);
  size_t offset = kAesBlock;
  for (Running& one : all) {
    if (one.blocks == 1) continue;
    one.chain = BlockAt(done, offset);
    one.next = 1;
    offset += kAesBlock;
  }
  return absl::OkStatus();
}

// The next block of each that is not at its end. False when all are.
absl::StatusOr<bool> Step(Session& session, ObjectHandle key,
                          const AesBlock& zero_encrypted,
                          std::vector<Running>& all) {
  Bytes blocks;
  for (const Running& one : all) {
    if (one.next == one.blocks) continue;
    const AesBlock block =
        one.next + 1 == one.blocks
            ? MaskedLast(one.message, zero_encrypted)
            : BlockAt(one.message.blocks, one.next * kAesBlock);
    Append(blocks, Xor(block, one.chain));
  }
  if (blocks.empty()) return false;
  ASSIGN_OR_RETURN(const Bytes done, EncryptBlocks(session, key, blocks));
  size_t offset = 0;
  for (Running& one : all) {
    if (one.next == one.blocks) continue;
    one.chain = BlockAt(done, offset);
    ++one.next;
    offset += kAesBlock;
  }
  return true;
}

}  // namespace

absl::StatusOr<CmacBatch> ComputeCmacs(Session& session, ObjectHandle key,
                                       absl::Span<const Bytes> messages,
                                       size_t limit) {
  std::vector<Running> side_by_side;
  std::vector<size_t> alone;
  for (size_t i = 0; i < messages.size(); ++i) {
    CmacMessage message = MakeCmacMessage(messages[i]);
    const size_t blocks = message.blocks.size() / kAesBlock;
    if (blocks <= kMostBlocksSideBySide) {
      side_by_side.push_back({i, std::move(message), blocks});
    } else {
      alone.push_back(i);
    }
  }
  CmacBatch batch;
  batch.macs.resize(messages.size());
  RETURN_IF_ERROR(Begin(session, key, side_by_side, batch.zero_encrypted));
  bool more = true;
  while (more) {
    ASSIGN_OR_RETURN(more,
                     Step(session, key, batch.zero_encrypted, side_by_side));
  }
  for (const Running& one : side_by_side) {
    batch.macs[one.index].assign(one.chain.begin(), one.chain.end());
  }
  for (const size_t i : alone) {
    ASSIGN_OR_RETURN(const Bytes chain,
                     session.EncryptCbc(
                         key, kZeroBlock,
                         CmacBlocks(batch.zero_encrypted, messages[i]), limit));
    batch.macs[i].assign(chain.end() - kAesBlock, chain.end());
  }
  return batch;
}

}  // namespace cardferry::pkcs11
