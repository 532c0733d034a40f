#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_SEQUENCING_SEQUENCER_CLIENT_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_SEQUENCING_SEQUENCER_CLIENT_H_

#include <memory>
#include <set>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "proto/cardferry/sequencer/v1/sequencer.grpc.pb.h"
#include "services/orchestrator/sequencing/sequencer.h"

namespace cardferry::orchestrator {

// The sequencer over gRPC. Every call has a time limit. Safe from any thread.
class SequencerClient final : public Sequencer {
 public:
  using Stub = sequencer::v1::Sequencer::StubInterface;

  explicit SequencerClient(std::unique_ptr<Stub> stub)
      : stub_(std::move(stub)) {}

  // Calls that wait end now, later ones at once, all with UNAVAILABLE: this
  // process ends, and does not wait for a sequencer that hangs.
  void Stop();

  absl::StatusOr<OpeningScripts> Open(const ReaderAddress& at) override;
  absl::StatusOr<ClaimedCard> Identify(const OpeningAnswer& answer) override;
  absl::Status Prepare(const Preparation& preparation,
                       BundleSink& sink) override;
  absl::Status Continue(const Bytes& continuation, BundleSink& sink) override;
  absl::StatusOr<std::vector<OfflineBundle>> PrepareOffline(
      const OfflinePreparation& preparation) override;
  absl::StatusOr<std::vector<PlannedStep>> Plan(
      const PlanQuestion& question) override;
  absl::StatusOr<Conclusion> Conclude(const Bytes& bundle_state,
                                      const Bytes& transcript) override;
  absl::StatusOr<LoadFile> PutLoadFile(ByteSpan cap_file) override;
  absl::StatusOr<std::vector<CardProfile>> ListProfiles() override;

 private:
  class Call;

  absl::Status TakeBundle(const sequencer::v1::PrepareRequest& request,
                          BundleSink& sink);

  const std::unique_ptr<Stub> stub_;
  absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::set<grpc::ClientContext*> calls_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_SEQUENCING_SEQUENCER_CLIENT_H_
