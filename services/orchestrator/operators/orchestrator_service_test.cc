#include "services/orchestrator/operators/orchestrator_service.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/orchestrator/testing/whole_fixture.h"

namespace cardferry::orchestrator {
namespace {

using grpc::StatusCode;
using ::testing::HasSubstr;

class OrchestratorServiceTest : public WholeFixture {
 protected:
  grpc::Status Upload(const std::vector<v1::AddApplicationRequest>& messages) {
    grpc::ClientContext context;
    v1::Application application;
    const auto writer = operators_->AddApplication(&context, &application);
    for (const v1::AddApplicationRequest& message : messages) {
      if (!writer->Write(message)) break;
    }
    writer->WritesDone();
    return writer->Finish();
  }
  static v1::AddApplicationRequest Name(const std::string& name) {
    v1::AddApplicationRequest message;
    message.set_name(name);
    return message;
  }
  static v1::AddApplicationRequest Chunk(const std::string& chunk) {
    v1::AddApplicationRequest message;
    message.set_chunk(chunk);
    return message;
  }
};

TEST_F(OrchestratorServiceTest, PutsTheChunksOfAFileTogether) {
  v1::Application application;
  ASSERT_TRUE(AddApplication("brokerage", {"C", "A", "P"}, application).ok());
  EXPECT_EQ(application.name(), "brokerage");
  EXPECT_EQ(application.content_hash(), "CAP");
  EXPECT_EQ(application.version(), "1.0");
  grpc::ClientContext context;
  v1::ListApplicationsResponse response;
  ASSERT_TRUE(
      operators_
          ->ListApplications(&context, v1::ListApplicationsRequest(), &response)
          .ok());
  ASSERT_EQ(response.applications_size(), 1);
  EXPECT_EQ(response.applications(0).DebugString(), application.DebugString());
}

TEST_F(OrchestratorServiceTest, RefusesUploadsThatBreakTheContract) {
  EXPECT_EQ(Upload({}).error_message(), "the first message names the file");
  EXPECT_EQ(Upload({Chunk("CAP")}).error_message(),
            "the first message names the file");
  EXPECT_EQ(Upload({Name("a"), Name("b")}).error_message(),
            "after the name comes the file");
  EXPECT_EQ(Upload({Name("a")}).error_message(), "not a zip file");
}

TEST_F(OrchestratorServiceTest, RefusesAFileThatIsTooLarge) {
  std::vector<v1::AddApplicationRequest> messages = {Name("a")};
  messages.resize(18, Chunk(std::string(256 << 10, 'x')));
  const grpc::Status status = Upload(messages);
  EXPECT_EQ(status.error_code(), StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("larger than 4194304 bytes"));
  EXPECT_EQ(sequencer_.load_files_put(), 0);
}

TEST_F(OrchestratorServiceTest, SaysWhyAJobIsRefused) {
  v1::AddJobRequest request;
  request.set_application("nothing");
  request.set_agent("kiosk-7");
  v1::Job job;
  const grpc::Status status = AddJob(request, job);
  EXPECT_EQ(status.error_code(), StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "there is no application \"nothing\"");
}

TEST_F(OrchestratorServiceTest, AnswersEveryQuestionAboutNothing) {
  const auto ask = [this](auto method, auto request, auto response) {
    grpc::ClientContext context;
    return ((*operators_).*method)(&context, request, &response);
  };
  using Stub = v1::Orchestrator::Stub;
  EXPECT_TRUE(
      ask(&Stub::ListJobs, v1::ListJobsRequest(), v1::ListJobsResponse()).ok());
  EXPECT_TRUE(
      ask(&Stub::ListCards, v1::ListCardsRequest(), v1::ListCardsResponse())
          .ok());
  EXPECT_TRUE(
      ask(&Stub::ListAgents, v1::ListAgentsRequest(), v1::ListAgentsResponse())
          .ok());
  EXPECT_TRUE(
      ask(&Stub::ListEvents, v1::ListEventsRequest(), v1::ListEventsResponse())
          .ok());
  EXPECT_TRUE(ask(&Stub::ListProfiles, v1::ListProfilesRequest(),
                  v1::ListProfilesResponse())
                  .ok());
  EXPECT_EQ(
      ask(&Stub::CancelJob, v1::CancelJobRequest(), v1::Job()).error_code(),
      StatusCode::NOT_FOUND);
  EXPECT_EQ(
      ask(&Stub::ResumeCard, v1::ResumeCardRequest(), v1::Card()).error_code(),
      StatusCode::NOT_FOUND);
  EXPECT_EQ(
      ask(&Stub::AddAgent, v1::AddAgentRequest(), v1::Agent()).error_code(),
      StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ask(&Stub::RevokeAgent, v1::RevokeAgentRequest(), v1::Agent())
                .error_code(),
            StatusCode::NOT_FOUND);
  EXPECT_EQ(ask(&Stub::GetJob, v1::GetJobRequest(), v1::Job()).error_code(),
            StatusCode::NOT_FOUND);
  EXPECT_EQ(ask(&Stub::GetCard, v1::GetCardRequest(), v1::Card()).error_code(),
            StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace cardferry::orchestrator
