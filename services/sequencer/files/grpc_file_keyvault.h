#ifndef CARDFERRY_SERVICES_SEQUENCER_FILES_GRPC_FILE_KEYVAULT_H_
#define CARDFERRY_SERVICES_SEQUENCER_FILES_GRPC_FILE_KEYVAULT_H_

#include <memory>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "proto/cardferry/keyvault/v1/files.grpc.pb.h"
#include "services/sequencer/files/file_keyvault.h"

namespace cardferry::sequencer {

// The keyvault over gRPC. A call that is not answered in time is UNAVAILABLE.
// Messages begin with "keyvault: "; NOT_FOUND (a key set) becomes INTERNAL:
// what is wrong is our profile.
class GrpcFileKeyvault final : public FileKeyvault {
 public:
  using Stub = keyvault::v1::FileKeyVault::StubInterface;

  explicit GrpcFileKeyvault(std::unique_ptr<Stub> stub,
                            absl::Duration timeout = absl::Seconds(10))
      : stub_(std::move(stub)), timeout_(timeout) {}

  absl::StatusOr<Begun> Begin(const Arrival& arrival) override;
  absl::StatusOr<Session> Finish(const Bytes& handshake_token,
                                 const card::ResponseApdu& answer) override;
  absl::StatusOr<Batch> Protect(const Bytes& command_token,
                                absl::Span<const Command> commands) override;
  absl::StatusOr<std::vector<Answer>> Verify(
      const Bytes& verify_token,
      absl::Span<const card::ResponseApdu> answers) override;

 private:
  const std::unique_ptr<Stub> stub_;
  const absl::Duration timeout_;
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_FILES_GRPC_FILE_KEYVAULT_H_
