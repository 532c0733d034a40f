#ifndef CARDFERRY_CLI_OPERATOR_CLIENT_H_
#define CARDFERRY_CLI_OPERATOR_CLIENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "proto/cardferry/orchestrator/v1/orchestrator.grpc.pb.h"

namespace cardferry::cli {

// The orchestrator's calls, each with a time limit.
class OperatorClient {
 public:
  using Stub = orchestrator::v1::Orchestrator::StubInterface;

  explicit OperatorClient(std::unique_ptr<Stub> stub)
      : stub_(std::move(stub)) {}

  absl::StatusOr<orchestrator::v1::Application> AddApplication(
      const std::string& name, const std::string& cap_file);
  absl::StatusOr<std::vector<orchestrator::v1::Application>> ListApplications();
  absl::StatusOr<orchestrator::v1::Job> AddJob(
      const orchestrator::v1::AddJobRequest& request);
  absl::StatusOr<orchestrator::v1::JobPlan> PlanJob(
      const orchestrator::v1::AddJobRequest& request);
  absl::StatusOr<orchestrator::v1::Job> GetJob(const std::string& id);
  // All pages of those that pass the request's filter.
  absl::StatusOr<std::vector<orchestrator::v1::Job>> ListJobs(
      const orchestrator::v1::ListJobsRequest& filter);
  absl::StatusOr<orchestrator::v1::Job> PrepareJob(
      const orchestrator::v1::PrepareJobRequest& request);
  absl::StatusOr<orchestrator::v1::Job> CancelJob(const std::string& id);
  absl::StatusOr<orchestrator::v1::Card> GetCard(const std::string& id);
  absl::StatusOr<std::vector<orchestrator::v1::Card>> ListCards(
      const orchestrator::v1::ListCardsRequest& filter);
  // The newest first.
  absl::StatusOr<std::vector<orchestrator::v1::Receipt>> ListReceipts(
      const std::string& card_id);
  absl::StatusOr<orchestrator::v1::Card> ResumeCard(const std::string& id);
  absl::StatusOr<std::vector<orchestrator::v1::Agent>> ListAgents();
  absl::StatusOr<orchestrator::v1::Agent> AddAgent(const std::string& name);
  absl::StatusOr<orchestrator::v1::Agent> RevokeAgent(const std::string& name);
  absl::StatusOr<std::vector<orchestrator::v1::Profile>> ListProfiles();
  absl::StatusOr<std::vector<orchestrator::v1::Event>> ListEvents(
      const std::string& job_id, int64_t after_id);

  // Shows the job again after each change, until it is over. CANCELLED after
  // StopWatching.
  absl::Status WatchJob(
      const std::string& id,
      const std::function<void(const orchestrator::v1::Job&)>& show);
  // Shows the events after `after_id`, then each new one, of this job only or,
  // when `job_id` is empty, of all. CANCELLED after StopWatching.
  absl::Status WatchEvents(
      const std::string& job_id, int64_t after_id,
      const std::function<void(const orchestrator::v1::Event&)>& show);
  // Ends what is watched, now or when it begins. From another thread.
  void StopWatching();

 private:
  // Reads a stream of `Value` to its end. `open(context)` begins it.
  template <typename Value, typename Open>
  absl::Status Watch(Open open, const std::function<void(const Value&)>& show);

  const std::unique_ptr<Stub> stub_;
  absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::ClientContext* watching_ ABSL_GUARDED_BY(mutex_) = nullptr;
};

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_OPERATOR_CLIENT_H_
