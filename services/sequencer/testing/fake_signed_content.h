#ifndef CARDFERRY_SERVICES_SEQUENCER_TESTING_FAKE_SIGNED_CONTENT_H_
#define CARDFERRY_SERVICES_SEQUENCER_TESTING_FAKE_SIGNED_CONTENT_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "services/sequencer/signed_content.h"

namespace cardferry::sequencer {

// Knows the signatures that a test puts in, and keeps what it was asked for. It
// verifies nothing.
class FakeSignedContent final : public SignedContent {
 public:
  // Of VerifyReceipts: bytes that a right receipt is; every other is wrong.
  Bytes right_receipt;
  std::vector<ReceiptToVerify> receipts;
  std::map<WantedSignature, Bytes> signatures;
  std::vector<WantedSignature> asked;
  absl::Status fault;

  absl::StatusOr<std::vector<std::optional<Bytes>>> FindApprovals(
      absl::Span<const WantedSignature> wanted) override {
    asked.assign(wanted.begin(), wanted.end());
    if (!fault.ok()) return fault;
    std::vector<std::optional<Bytes>> found;
    for (const WantedSignature& one : wanted) {
      const auto known = signatures.find(one);
      found.push_back(known == signatures.end()
                          ? std::nullopt
                          : std::optional<Bytes>(known->second));
    }
    return found;
  }

  absl::StatusOr<std::vector<bool>> VerifyReceipts(
      const std::string& card_id,
      absl::Span<const ReceiptToVerify> to_verify) override {
    asked_card = card_id;
    receipts.assign(to_verify.begin(), to_verify.end());
    if (!fault.ok()) return fault;
    std::vector<bool> verified;
    for (const ReceiptToVerify& one : to_verify) {
      verified.push_back(one.receipt == right_receipt);
    }
    return verified;
  }

  std::string asked_card;
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_TESTING_FAKE_SIGNED_CONTENT_H_
