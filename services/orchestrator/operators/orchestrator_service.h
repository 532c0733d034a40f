#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_ORCHESTRATOR_SERVICE_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_ORCHESTRATOR_SERVICE_H_

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/grpcpp.h"
#include "lib/store/database.h"
#include "proto/cardferry/orchestrator/v1/orchestrator.grpc.pb.h"
#include "services/orchestrator/jobs/job_board.h"
#include "services/orchestrator/operators/event_feed.h"
#include "services/orchestrator/operators/offline_desk.h"
#include "services/orchestrator/operators/operator_desk.h"
#include "services/orchestrator/operators/watch_list.h"
#include "services/orchestrator/work/executor.h"

namespace cardferry::orchestrator {

// The operators' face of this service. Calls that ask the database are
// synchronous; watching, which lasts, is not.
class OrchestratorService final
    : public v1::Orchestrator::WithCallbackMethod_WatchJob<
          v1::Orchestrator::WithCallbackMethod_WatchEvents<
              v1::Orchestrator::Service>> {
 public:
  // All outlive it.
  OrchestratorService(OperatorDesk& desk, OfflineDesk& offline, JobBoard& board,
                      store::Database& database, Executor& executor)
      : desk_(desk),
        offline_(offline),
        board_(board),
        database_(database),
        executor_(executor),
        feed_(EventFeed::Create(database, executor)) {}

  grpc::Status AddApplication(
      grpc::ServerContext*,
      grpc::ServerReader<v1::AddApplicationRequest>* reader,
      v1::Application* response) override;
  grpc::Status ListApplications(
      grpc::ServerContext*, const v1::ListApplicationsRequest*,
      v1::ListApplicationsResponse* response) override;
  grpc::Status PlanJob(grpc::ServerContext*, const v1::AddJobRequest* request,
                       v1::JobPlan* response) override;
  grpc::Status AddJob(grpc::ServerContext*, const v1::AddJobRequest* request,
                      v1::Job* response) override;
  grpc::Status GetJob(grpc::ServerContext*, const v1::GetJobRequest* request,
                      v1::Job* response) override;
  grpc::Status ListJobs(grpc::ServerContext*,
                        const v1::ListJobsRequest* request,
                        v1::ListJobsResponse* response) override;
  grpc::Status PrepareJob(grpc::ServerContext*,
                          const v1::PrepareJobRequest* request,
                          v1::Job* response) override;
  grpc::Status CancelJob(grpc::ServerContext*,
                         const v1::CancelJobRequest* request,
                         v1::Job* response) override;
  grpc::Status GetCard(grpc::ServerContext*, const v1::GetCardRequest* request,
                       v1::Card* response) override;
  grpc::Status ListReceipts(grpc::ServerContext*,
                            const v1::ListReceiptsRequest* request,
                            v1::ListReceiptsResponse* response) override;
  grpc::Status ListCards(grpc::ServerContext*,
                         const v1::ListCardsRequest* request,
                         v1::ListCardsResponse* response) override;
  grpc::Status ListAgents(grpc::ServerContext*, const v1::ListAgentsRequest*,
                          v1::ListAgentsResponse* response) override;
  grpc::Status ResumeCard(grpc::ServerContext*,
                          const v1::ResumeCardRequest* request,
                          v1::Card* response) override;
  grpc::Status AddAgent(grpc::ServerContext*,
                        const v1::AddAgentRequest* request,
                        v1::Agent* response) override;
  grpc::Status RevokeAgent(grpc::ServerContext*,
                           const v1::RevokeAgentRequest* request,
                           v1::Agent* response) override;
  grpc::Status ListProfiles(grpc::ServerContext*,
                            const v1::ListProfilesRequest*,
                            v1::ListProfilesResponse* response) override;
  grpc::Status ListEvents(grpc::ServerContext*,
                          const v1::ListEventsRequest* request,
                          v1::ListEventsResponse* response) override;

  grpc::ServerWriteReactor<v1::Job>* WatchJob(
      grpc::CallbackServerContext*,
      const v1::WatchJobRequest* request) override;
  grpc::ServerWriteReactor<v1::Event>* WatchEvents(
      grpc::CallbackServerContext*,
      const v1::ListEventsRequest* request) override;

  // Ends all watching: the service stops.
  void EndWatches() { watches_.EndAll(); }

 private:
  OperatorDesk& desk_;
  OfflineDesk& offline_;
  JobBoard& board_;
  store::Database& database_;
  Executor& executor_;
  const std::shared_ptr<EventFeed> feed_;
  WatchList watches_;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_OPERATORS_ORCHESTRATOR_SERVICE_H_
