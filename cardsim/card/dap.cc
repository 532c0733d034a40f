#include "cardsim/card/dap.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "cardsim/card_error.h"
#include "lib/base/status_macros.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::cardsim {
namespace {

constexpr uint32_t kAid = 0x4F;
constexpr uint32_t kSignature = 0xC3;

// The domain's block, or null.
absl::StatusOr<const DapBlock*> FindOnly(absl::Span<const DapBlock> blocks,
                                         const card::Aid& domain) {
  const DapBlock* found = nullptr;
  for (const DapBlock& block : blocks) {
    if (block.domain != domain) continue;
    if (found != nullptr) {
      return CardError(kWrongData, "two DAP blocks of one security domain");
    }
    found = &block;
  }
  return found;
}

absl::Status CheckBlock(const DapBlock& block, ByteSpan hash,
                        const DapVerifier& verifier) {
  if (!verifier.key.has_value()) {
    return CardError(kConditionsNotSatisfied, "no key to verify a DAP with");
  }
  ASSIGN_OR_RETURN(const bool verifies,
                   verifier.key->Verifies(hash, block.signature));
  if (!verifies) return CardError(kWrongData, "the DAP does not verify");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<DapBlock> ParseDapBlock(ByteSpan value) {
  const auto objects = card::ParseTlvs(value);
  if (!objects.ok() || objects->size() != 2 || (*objects)[0].tag != kAid ||
      (*objects)[1].tag != kSignature || (*objects)[1].value.empty()) {
    return CardError(kWrongData, "a DAP block is 4F and C3");
  }
  absl::StatusOr<card::Aid> domain = card::Aid::Create((*objects)[0].value);
  if (!domain.ok()) return CardError(kWrongData, "an AID is not one");
  const ByteSpan signature = (*objects)[1].value;
  return DapBlock{*std::move(domain),
                  Bytes(signature.begin(), signature.end())};
}

absl::Status CheckDaps(absl::Span<const DapBlock> blocks, ByteSpan hash,
                       const card::Aid& owner,
                       absl::Span<const DapVerifier> verifiers) {
  size_t verified = 0;
  for (const DapVerifier& verifier : verifiers) {
    ASSIGN_OR_RETURN(const DapBlock* const block,
                     FindOnly(blocks, verifier.domain));
    if (block == nullptr) {
      if (!verifier.mandated && verifier.domain != owner) continue;
      return CardError(kConditionsNotSatisfied, "a DAP is missing");
    }
    if (hash.empty()) {
      return CardError(kWrongData, "a DAP without a hash that it signs");
    }
    RETURN_IF_ERROR(CheckBlock(*block, hash, verifier));
    ++verified;
  }
  if (verified != blocks.size()) {
    return CardError(kReferencedDataNotFound, "no security domain for a DAP");
  }
  return absl::OkStatus();
}

}  // namespace cardferry::cardsim
