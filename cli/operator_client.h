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
  absl::StatusOr<orchestrator::v1::Job> GetJob(const std::string& id);
  absl::StatusOr<std::vector<orchestrator::v1::Job>> ListJobs();
  absl::StatusOr<orchestrator::v1::Card> GetCard(const std::string& id);
  absl::StatusOr<std::vector<orchestrator::v1::Card>> ListCards();
  absl::StatusOr<std::vector<orchestrator::v1::Agent>> ListAgents();
  absl::StatusOr<std::vector<orchestrator::v1::Event>> ListEvents(
      const std::string& job_id, int64_t after_id);

  // Shows the job again after each change, until it is over. CANCELLED after
  // StopWatching.
  absl::Status WatchJob(
      const std::string& id,
      const std::function<void(const orchestrator::v1::Job&)>& show);
  // Ends WatchJob, now or when it begins. From another thread.
  void StopWatching();

 private:
  const std::unique_ptr<Stub> stub_;
  absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  grpc::ClientContext* watching_ ABSL_GUARDED_BY(mutex_) = nullptr;
};

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_OPERATOR_CLIENT_H_
