#ifndef CARDFERRY_SERVICES_SEQUENCER_GRPC_KEYVAULT_H_
#define CARDFERRY_SERVICES_SEQUENCER_GRPC_KEYVAULT_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "proto/cardferry/keyvault/v1/keyvault.grpc.pb.h"
#include "services/sequencer/keyvault.h"

namespace cardferry::sequencer {

// The keyvault over gRPC. A call that is not answered in time is UNAVAILABLE:
// the keyvault answers the same call again the same way. Messages begin with
// "keyvault: "; NOT_FOUND (a key set) becomes INTERNAL: it would tell our
// caller to put a load file, and what is wrong is our profile.
class GrpcKeyvault final : public Keyvault {
 public:
  using Stub = keyvault::v1::KeyVault::StubInterface;

  explicit GrpcKeyvault(std::unique_ptr<Stub> stub,
                        absl::Duration timeout = absl::Seconds(10))
      : stub_(std::move(stub)), timeout_(timeout) {}

  absl::StatusOr<std::vector<Opening>> IssueOpenings(const std::string& agent,
                                                     const std::string& reader,
                                                     int count) override;
  absl::StatusOr<Session> Authenticate(const Handshake& handshake) override;
  absl::StatusOr<PredictedSession> OpenPredicted(
      const Prediction& prediction) override;
  absl::StatusOr<std::vector<card::CommandApdu>> Protect(
      const Bytes& command_token,
      absl::Span<const card::CommandApdu> commands) override;
  absl::StatusOr<std::vector<VerifiedAnswer>> VerifyResponses(
      const Packet& packet) override;

 private:
  static size_t BatchOf(absl::Span<const card::CommandApdu> commands);
  absl::Status ProtectBatch(absl::Span<const card::CommandApdu> batch,
                            std::string& token,
                            std::vector<card::CommandApdu>& secured);

  const std::unique_ptr<Stub> stub_;
  const absl::Duration timeout_;
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_GRPC_KEYVAULT_H_
