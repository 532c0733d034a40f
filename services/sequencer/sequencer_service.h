#ifndef CARDFERRY_SERVICES_SEQUENCER_SEQUENCER_SERVICE_H_
#define CARDFERRY_SERVICES_SEQUENCER_SEQUENCER_SERVICE_H_

#include "absl/status/status.h"
#include "proto/cardferry/sequencer/v1/sequencer.grpc.pb.h"
#include "services/sequencer/sequencer.h"

namespace cardferry::sequencer {

// The gRPC face of a Sequencer: parses, calls, renders.
class SequencerService final : public v1::Sequencer::Service {
 public:
  explicit SequencerService(Sequencer& sequencer) : sequencer_(sequencer) {}

  grpc::Status Open(grpc::ServerContext* context,
                    const v1::OpenRequest* request,
                    v1::OpenResponse* response) override;
  grpc::Status Identify(grpc::ServerContext* context,
                        const v1::IdentifyRequest* request,
                        v1::IdentifyResponse* response) override;
  grpc::Status Prepare(
      grpc::ServerContext* context, const v1::PrepareRequest* request,
      grpc::ServerWriter<v1::PrepareResponse>* writer) override;
  grpc::Status PrepareOffline(
      grpc::ServerContext* context, const v1::PrepareOfflineRequest* request,
      grpc::ServerWriter<v1::PrepareResponse>* writer) override;
  grpc::Status Plan(grpc::ServerContext* context,
                    const v1::PlanRequest* request,
                    v1::PlanResponse* response) override;
  grpc::Status Conclude(grpc::ServerContext* context,
                        const v1::ConcludeRequest* request,
                        v1::ConcludeResponse* response) override;
  grpc::Status PutLoadFile(grpc::ServerContext* context,
                           grpc::ServerReader<v1::PutLoadFileRequest>* reader,
                           v1::PutLoadFileResponse* response) override;
  grpc::Status ListProfiles(grpc::ServerContext* context,
                            const v1::ListProfilesRequest* request,
                            v1::ListProfilesResponse* response) override;

 private:
  absl::Status Open(const v1::OpenRequest& request, v1::OpenResponse& response);
  absl::Status Identify(const v1::IdentifyRequest& request,
                        v1::IdentifyResponse& response);
  absl::Status Prepare(const v1::PrepareRequest& request,
                       grpc::ServerWriter<v1::PrepareResponse>& writer);
  absl::Status PrepareOffline(const v1::PrepareOfflineRequest& request,
                              grpc::ServerWriter<v1::PrepareResponse>& writer);
  absl::Status Plan(const v1::PlanRequest& request, v1::PlanResponse& response);
  absl::Status Conclude(const v1::ConcludeRequest& request,
                        v1::ConcludeResponse& response);
  absl::Status PutLoadFile(grpc::ServerReader<v1::PutLoadFileRequest>& reader,
                           v1::PutLoadFileResponse& response);

  Sequencer& sequencer_;
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_SEQUENCER_SERVICE_H_
