#ifndef CARDFERRY_CLI_TESTING_FAKE_ORCHESTRATOR_H_
#define CARDFERRY_CLI_TESTING_FAKE_ORCHESTRATOR_H_

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "cli/operator_client.h"
#include "grpcpp/grpcpp.h"
#include "proto/cardferry/orchestrator/v1/orchestrator.grpc.pb.h"

namespace cardferry::cli {

// An orchestrator over a real channel that says what the test gives it and
// keeps what it was asked. It has no agents, and nothing happens by itself.
class FakeOrchestrator final : public orchestrator::v1::Orchestrator::Service {
 public:
  FakeOrchestrator() {
    grpc::ServerBuilder builder;
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }
  ~FakeOrchestrator() override { server_->Shutdown(); }

  std::unique_ptr<OperatorClient> Client() {
    return std::make_unique<OperatorClient>(
        orchestrator::v1::Orchestrator::NewStub(
            server_->InProcessChannel(grpc::ChannelArguments())));
  }

  grpc::Status status;  // of every call
  std::vector<orchestrator::v1::Application> applications;
  std::vector<orchestrator::v1::Job> jobs;  // WatchJob shows them in turn
  std::vector<orchestrator::v1::Card> cards;
  std::vector<orchestrator::v1::Receipt> receipts;  // of every card
  std::vector<orchestrator::v1::Agent> agents;
  std::vector<orchestrator::v1::Profile> profiles;
  std::vector<orchestrator::v1::Event> events;  // WatchEvents shows them too
  size_t page_size = 200;                       // of jobs and cards
  // Called before a watching call ends; then it waits until it is cancelled.
  std::function<void()> hang;

  std::string uploaded_name;
  std::string uploaded_file;
  orchestrator::v1::AddJobRequest added;
  orchestrator::v1::AddJobRequest planned;
  orchestrator::v1::JobPlan plan;
  orchestrator::v1::ListEventsRequest asked_events;
  orchestrator::v1::ListJobsRequest asked_jobs;    // all are given
  orchestrator::v1::ListCardsRequest asked_cards;  // all are given
  std::string cancelled;                           // a job
  std::string resumed;                             // a card
  orchestrator::v1::PrepareJobRequest prepared;
  std::string added_agent;
  std::string revoked_agent;
  grpc::Status resume_status;  // of ResumeCard, instead of `status`

  grpc::Status AddApplication(
      grpc::ServerContext*,
      grpc::ServerReader<orchestrator::v1::AddApplicationRequest>* reader,
      orchestrator::v1::Application* response) override {
    orchestrator::v1::AddApplicationRequest request;
    while (reader->Read(&request)) {
      if (request.has_name()) uploaded_name = request.name();
      uploaded_file += request.chunk();
    }
    if (!applications.empty()) *response = applications[0];
    return status;
  }
  grpc::Status ListApplications(
      grpc::ServerContext*, const orchestrator::v1::ListApplicationsRequest*,
      orchestrator::v1::ListApplicationsResponse* response) override {
    *response->mutable_applications() = {applications.begin(),
                                         applications.end()};
    return status;
  }
  grpc::Status AddJob(grpc::ServerContext*,
                      const orchestrator::v1::AddJobRequest* request,
                      orchestrator::v1::Job* response) override {
    added = *request;
    response->set_id("12");
    return status;
  }
  grpc::Status PlanJob(grpc::ServerContext*,
                       const orchestrator::v1::AddJobRequest* request,
                       orchestrator::v1::JobPlan* response) override {
    planned = *request;
    *response = plan;
    return status;
  }
  grpc::Status GetJob(grpc::ServerContext*,
                      const orchestrator::v1::GetJobRequest* request,
                      orchestrator::v1::Job* response) override {
    for (const orchestrator::v1::Job& job : jobs) {
      if (job.id() == request->id()) *response = job;
    }
    return status;
  }
  grpc::Status ListJobs(grpc::ServerContext*,
                        const orchestrator::v1::ListJobsRequest* request,
                        orchestrator::v1::ListJobsResponse* response) override {
    asked_jobs = *request;
    response->set_next_page_token(
        Page(jobs, request->page_token(), *response->mutable_jobs()));
    return status;
  }
  grpc::Status WatchJob(
      grpc::ServerContext* context, const orchestrator::v1::WatchJobRequest*,
      grpc::ServerWriter<orchestrator::v1::Job>* writer) override {
    for (const orchestrator::v1::Job& job : jobs) writer->Write(job);
    return EndWatching(*context);
  }
  grpc::Status PrepareJob(grpc::ServerContext*,
                          const orchestrator::v1::PrepareJobRequest* request,
                          orchestrator::v1::Job* response) override {
    prepared = *request;
    response->set_id(request->id());
    response->set_state(orchestrator::v1::JOB_STATE_PREPARED);
    response->mutable_prepared()->set_agent(request->agent());
    return status;
  }
  grpc::Status CancelJob(grpc::ServerContext*,
                         const orchestrator::v1::CancelJobRequest* request,
                         orchestrator::v1::Job* response) override {
    cancelled = request->id();
    response->set_id(request->id());
    response->set_state(orchestrator::v1::JOB_STATE_CANCELLED);
    return status;
  }
  grpc::Status GetCard(grpc::ServerContext*,
                       const orchestrator::v1::GetCardRequest* request,
                       orchestrator::v1::Card* response) override {
    for (const orchestrator::v1::Card& card : cards) {
      if (card.id() == request->id()) *response = card;
    }
    return status;
  }
  grpc::Status ListReceipts(
      grpc::ServerContext*, const orchestrator::v1::ListReceiptsRequest*,
      orchestrator::v1::ListReceiptsResponse* response) override {
    *response->mutable_receipts() = {receipts.begin(), receipts.end()};
    return status;
  }
  grpc::Status ListCards(
      grpc::ServerContext*, const orchestrator::v1::ListCardsRequest* request,
      orchestrator::v1::ListCardsResponse* response) override {
    asked_cards = *request;
    response->set_next_page_token(
        Page(cards, request->page_token(), *response->mutable_cards()));
    return status;
  }
  grpc::Status ListAgents(
      grpc::ServerContext*, const orchestrator::v1::ListAgentsRequest*,
      orchestrator::v1::ListAgentsResponse* response) override {
    *response->mutable_agents() = {agents.begin(), agents.end()};
    return status;
  }
  grpc::Status ListEvents(
      grpc::ServerContext*, const orchestrator::v1::ListEventsRequest* request,
      orchestrator::v1::ListEventsResponse* response) override {
    asked_events = *request;
    *response->mutable_events() = {events.begin(), events.end()};
    return status;
  }
  grpc::Status WatchEvents(
      grpc::ServerContext* context,
      const orchestrator::v1::ListEventsRequest* request,
      grpc::ServerWriter<orchestrator::v1::Event>* writer) override {
    asked_events = *request;
    for (const orchestrator::v1::Event& event : events) writer->Write(event);
    return EndWatching(*context);
  }
  grpc::Status ResumeCard(grpc::ServerContext*,
                          const orchestrator::v1::ResumeCardRequest* request,
                          orchestrator::v1::Card* response) override {
    resumed = request->id();
    response->set_id(request->id());
    return resume_status;
  }
  grpc::Status AddAgent(grpc::ServerContext*,
                        const orchestrator::v1::AddAgentRequest* request,
                        orchestrator::v1::Agent* response) override {
    added_agent = request->name();
    response->set_name(request->name());
    return status;
  }
  grpc::Status RevokeAgent(grpc::ServerContext*,
                           const orchestrator::v1::RevokeAgentRequest* request,
                           orchestrator::v1::Agent* response) override {
    revoked_agent = request->name();
    response->set_name(request->name());
    response->set_revoked(true);
    return status;
  }
  grpc::Status ListProfiles(
      grpc::ServerContext*, const orchestrator::v1::ListProfilesRequest*,
      orchestrator::v1::ListProfilesResponse* response) override {
    *response->mutable_profiles() = {profiles.begin(), profiles.end()};
    return status;
  }

 private:
  // From the `token`-th value on; the next page's token.
  template <typename Value, typename Field>
  std::string Page(const std::vector<Value>& values, const std::string& token,
                   Field& field) const {
    size_t at = 0;
    if (!token.empty() && !absl::SimpleAtoi(token, &at)) return "";
    const size_t end = std::min(values.size(), at + page_size);
    for (; at < end; ++at) *field.Add() = values[at];
    return end < values.size() ? std::to_string(end) : "";
  }

  grpc::Status EndWatching(grpc::ServerContext& context) {
    if (hang == nullptr) return status;
    hang();
    while (!context.IsCancelled()) std::this_thread::yield();
    return grpc::Status::CANCELLED;
  }

  std::unique_ptr<grpc::Server> server_;
};

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_TESTING_FAKE_ORCHESTRATOR_H_
