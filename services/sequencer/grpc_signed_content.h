#ifndef CARDFERRY_SERVICES_SEQUENCER_GRPC_SIGNED_CONTENT_H_
#define CARDFERRY_SERVICES_SEQUENCER_GRPC_SIGNED_CONTENT_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "proto/cardferry/keyvault/v1/approvals.grpc.pb.h"
#include "services/sequencer/signed_content.h"

namespace cardferry::sequencer {

// What approvers have signed and cards confirmed, from the keyvault over gRPC.
// Errors begin with "keyvault: "; a call that is not answered in time is
// UNAVAILABLE, what the keyvault does not understand or know is our fault:
// INTERNAL.
class GrpcSignedContent final : public SignedContent {
 public:
  using Stub = keyvault::v1::SignedContent::StubInterface;

  explicit GrpcSignedContent(std::unique_ptr<Stub> stub,
                             absl::Duration timeout = absl::Seconds(10))
      : stub_(std::move(stub)), timeout_(timeout) {}

  absl::StatusOr<std::vector<std::optional<Bytes>>> FindApprovals(
      absl::Span<const WantedSignature> wanted) override;

  absl::StatusOr<std::vector<bool>> VerifyReceipts(
      const std::string& card_id,
      absl::Span<const ReceiptToVerify> receipts) override;

  static constexpr size_t kMostWanted = 256;  // in one call

 private:
  absl::Status FindBatch(absl::Span<const WantedSignature> batch,
                         std::vector<std::optional<Bytes>>& found);
  absl::Status VerifyBatch(const std::string& card_id,
                           absl::Span<const ReceiptToVerify> batch,
                           std::vector<bool>& verified);

  const std::unique_ptr<Stub> stub_;
  const absl::Duration timeout_;
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_GRPC_SIGNED_CONTENT_H_
