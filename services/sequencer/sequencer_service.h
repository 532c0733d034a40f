#ifndef CARDFERRY_SERVICES_SEQUENCER_SEQUENCER_SERVICE_H_
#define CARDFERRY_SERVICES_SEQUENCER_SEQUENCER_SERVICE_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "proto/cardferry/sequencer/v1/sequencer.grpc.pb.h"
#include "services/sequencer/files/file_sequencer.h"
#include "services/sequencer/sequencer.h"

namespace cardferry::sequencer {

// The gRPC face of a Sequencer: parses, calls, renders.
class SequencerService final : public v1::Sequencer::Service {
 public:
  // Both outlive the service; without `files` no file-oriented card is served.
  explicit SequencerService(Sequencer& sequencer,
                            FileSequencer* files = nullptr)
      : sequencer_(sequencer), files_(files) {}

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

  // What a file-oriented card has said; nothing of another card, and of any
  // where none are served. The answers are then as if nobody had asked.
  std::optional<FileClaim> TakeFileClaim(
      Sequencer::OpeningAnswers& answers) const;
  absl::Status CheckServesFiles() const;
  absl::Status IdentifyFileCard(const FileClaim& claim,
                                v1::IdentifyResponse& response);
  absl::Status ContinueFileCard(
      const std::string& continuation,
      grpc::ServerWriter<v1::PrepareResponse>& writer);
  absl::Status PlanFileCard(const v1::PlanRequest& request,
                            v1::PlanResponse& response);
  absl::Status ConcludeFileCard(const v1::ConcludeRequest& request,
                                v1::ConcludeResponse& response);

  Sequencer& sequencer_;
  FileSequencer* const files_;
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_SEQUENCER_SERVICE_H_
