#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_TESTING_WHOLE_FIXTURE_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_TESTING_WHOLE_FIXTURE_H_

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "lib/base/random.h"
#include "lib/base/testing/fake_clock.h"
#include "proto/cardferry/orchestrator/v1/orchestrator.grpc.pb.h"
#include "services/orchestrator/job_data/testing/test_box.h"
#include "services/orchestrator/orchestrator.h"
#include "services/orchestrator/repository/testing/database_fixture.h"
#include "services/orchestrator/sequencing/testing/fake_sequencer.h"

namespace cardferry::orchestrator {

// The whole service on a real database and an in-process channel, with a
// sequencer that knows no cards. Who calls is believed (there is no TLS).
class WholeFixture : public ::testing::Test {
 protected:
  WholeFixture() { StartServer(); }
  ~WholeFixture() override { StopServer(); }

  void StartServer() {
    Orchestrator::Parts parts{
        db_.database(), sequencer_, clock_,         random_,
        TestBox(),      4,          NameInMetadata, admit_unlisted_agents_};
    auto created = Orchestrator::Create(parts);
    if (!created.ok()) abort();
    whole_ = *std::move(created);
    grpc::ServerBuilder builder;
    builder.RegisterService(&whole_->gateway());
    builder.RegisterService(&whole_->operators());
    server_ = builder.BuildAndStart();
    channel_ = server_->InProcessChannel(grpc::ChannelArguments());
    operators_ = v1::Orchestrator::NewStub(channel_);
  }
  void StopServer() {
    if (server_ == nullptr) return;
    whole_->Drain();
    server_->Shutdown();
    server_.reset();
    whole_.reset();
  }

  static absl::StatusOr<std::string> NameInMetadata(
      grpc::ServerContextBase& context) {
    const auto found = context.client_metadata().find("agent");
    if (found == context.client_metadata().end()) {
      return absl::UnauthenticatedError("nobody");
    }
    return std::string(found->second.data(), found->second.size());
  }

  grpc::Status AddApplication(const std::string& name,
                              const std::vector<std::string>& chunks,
                              v1::Application& application) {
    grpc::ClientContext context;
    const auto writer = operators_->AddApplication(&context, &application);
    v1::AddApplicationRequest request;
    request.set_name(name);
    writer->Write(request);
    for (const std::string& chunk : chunks) {
      request.set_chunk(chunk);
      writer->Write(request);
    }
    writer->WritesDone();
    return writer->Finish();
  }
  void AddBrokerage() {
    v1::Application application;
    ASSERT_TRUE(AddApplication("brokerage", {"CAP"}, application).ok());
  }
  grpc::Status AddJob(const v1::AddJobRequest& request, v1::Job& job) {
    grpc::ClientContext context;
    return operators_->AddJob(&context, request, &job);
  }
  v1::Job AddJobFor(const std::string& agent, const std::string& reader) {
    v1::AddJobRequest request;
    request.set_application("brokerage");
    request.set_install_parameters("4711-0815");
    request.set_agent(agent);
    request.set_reader(reader);
    v1::Job job;
    const grpc::Status status = AddJob(request, job);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return job;
  }
  v1::Job GetJob(const std::string& id) {
    grpc::ClientContext context;
    v1::GetJobRequest request;
    request.set_id(id);
    v1::Job job;
    operators_->GetJob(&context, request, &job);
    return job;
  }
  // Watches the job until the stream ends; all states that were shown.
  std::vector<v1::Job> WatchToTheEnd(const std::string& id,
                                     grpc::Status& status) {
    grpc::ClientContext context;
    v1::WatchJobRequest request;
    request.set_id(id);
    const auto reader = operators_->WatchJob(&context, request);
    std::vector<v1::Job> seen;
    v1::Job job;
    while (reader->Read(&job)) seen.push_back(job);
    status = reader->Finish();
    return seen;
  }
  std::vector<v1::Event> Events() {
    grpc::ClientContext context;
    v1::ListEventsResponse response;
    operators_->ListEvents(&context, v1::ListEventsRequest(), &response);
    return {response.events().begin(), response.events().end()};
  }
  // Watches until such an event comes, 5 s at most.
  bool AwaitEvent(const std::string& kind) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() +
                         std::chrono::seconds(5));
    const auto watch =
        operators_->WatchEvents(&context, v1::ListEventsRequest());
    v1::Event event;
    while (watch->Read(&event)) {
      if (event.kind() != kind) continue;
      context.TryCancel();
      return true;
    }
    return false;
  }
  bool HasEvent(const std::string& kind) {
    for (const v1::Event& event : Events()) {
      if (event.kind() == kind) return true;
    }
    return false;
  }

  bool admit_unlisted_agents_ = true;
  DatabaseFixture db_;
  FakeSequencer sequencer_;
  FakeClock clock_;
  SystemRandom random_;
  std::unique_ptr<Orchestrator> whole_;
  std::unique_ptr<grpc::Server> server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::Orchestrator::Stub> operators_;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_TESTING_WHOLE_FIXTURE_H_
