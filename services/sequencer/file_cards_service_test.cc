// The service's paths for file-oriented cards: no keys, and a card without
// files.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/card/script/run_script.h"
#include "lib/rpc/grpc_status.h"
#include "services/sequencer/files/testing/fake_file_keyvault.h"
#include "services/sequencer/sequencer_service.h"
#include "services/sequencer/testing/fake_keyvault.h"
#include "services/sequencer/testing/test_profiles.h"

namespace cardferry::sequencer {
namespace {

using absl::StatusCode;
using testing::HasSubstr;
namespace pb = v1;

constexpr char kCardId[] = "files/80490102030405060708";

// EF.GDO, a challenge, and otherwise no file.
card::ResponseApdu AnswerTo(const card::CommandApdu& command) {
  const auto answer = [](absl::string_view hex) {
    return *card::ResponseApdu::Parse(FromHexOrDie(hex));
  };
  switch (command.header().ins) {
    case 0xB0:
      return answer("5A0A804901020304050607089000");
    case 0x84:
      return answer("11121314151617189000");
    case 0x82:
      return answer("9000");
    case 0xA4:
      return answer("6A82");
    default:
      return answer("6E00");
  }
}

std::string RunOnCard(const std::string& script) {
  const auto decoded = card::DecodeScript(AsBytes(script));
  EXPECT_OK(decoded);
  if (!decoded.ok()) return "";
  return AsString(card::EncodeTranscript(card::RunScript(
      *decoded,
      [](const card::CommandApdu& command)
          -> absl::StatusOr<card::ResponseApdu> { return AnswerTo(command); },
      nullptr)));
}

class FileCardsServiceTest : public testing::Test {
 protected:
  void SetUp() override { Serve({TestProfile("demo", 0x30)}, &files_); }

  void Serve(std::vector<CardProfile> profiles, FileSequencer* files) {
    if (server_ != nullptr) server_->Shutdown();
    sequencer_ = std::make_unique<Sequencer>(
        *ProfileCatalog::Create(std::move(profiles)),
        std::make_unique<FakeKeyvault>(), 1 << 20);
    service_ = std::make_unique<SequencerService>(*sequencer_, files);
    grpc::ServerBuilder builder;
    builder.RegisterService(service_.get());
    server_ = builder.BuildAndStart();
    stub_ = pb::Sequencer::NewStub(server_->InProcessChannel({}));
  }

  template <typename Response, typename Request, typename Method>
  absl::StatusOr<Response> Call(Method method, const Request& request) {
    grpc::ClientContext context;
    Response response;
    const absl::Status status =
        rpc::ToAbslStatus((stub_.get()->*method)(&context, request, &response));
    if (!status.ok()) return status;
    return response;
  }
  absl::StatusOr<std::vector<pb::PrepareResponse>> Prepare(
      const pb::PrepareRequest& request) {
    grpc::ClientContext context;
    const auto reader = stub_->Prepare(&context, request);
    std::vector<pb::PrepareResponse> responses;
    pb::PrepareResponse response;
    while (reader->Read(&response)) responses.push_back(response);
    const absl::Status status = rpc::ToAbslStatus(reader->Finish());
    if (!status.ok()) return status;
    return responses;
  }
  absl::StatusOr<pb::ConcludeResponse> Conclude(
      const std::vector<pb::PrepareResponse>& packet) {
    pb::ConcludeRequest request;
    request.set_bundle_state(packet[0].header().bundle_state());
    request.set_transcript(RunOnCard(packet[1].part().script()));
    return Call<pb::ConcludeResponse>(&pb::Sequencer::Stub::Conclude, request);
  }

  absl::StatusOr<pb::IdentifyResponse> Identify(bool with_challenge) {
    pb::OpenRequest open;
    open.set_agent("kiosk");
    open.set_reader("slot");
    open.set_count(1);
    const auto opened =
        Call<pb::OpenResponse>(&pb::Sequencer::Stub::Open, open);
    if (!opened.ok()) return opened.status();
    request_.set_ticket(opened->openings(0).ticket());
    request_.set_agent("kiosk");
    request_.set_reader("slot");
    request_.set_identify_transcript(
        RunOnCard(opened->openings(0).identify_script()));
    request_.set_challenge_transcript(
        with_challenge ? RunOnCard(opened->openings(0).challenge_script())
                       : "");
    pb::IdentifyRequest identify;
    identify.set_identify_transcript(request_.identify_transcript());
    identify.set_challenge_transcript(request_.challenge_transcript());
    return Call<pb::IdentifyResponse>(&pb::Sequencer::Stub::Identify, identify);
  }
  static pb::DesiredState Desired() {
    pb::DesiredState desired;
    config::v1::File& file = *desired.mutable_file_tree()->add_files();
    file.set_id("0099");
    file.set_absent(true);
    return desired;
  }

  FileSequencer files_{{{"demo-files", "files", {}}},
                       std::make_unique<FakeFileKeyvault>()};
  std::unique_ptr<Sequencer> sequencer_;
  std::unique_ptr<SequencerService> service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<pb::Sequencer::Stub> stub_;
  pb::PrepareRequest request_;  // filled by Identify
};

TEST_F(FileCardsServiceTest, CarriesATreeFromOpeningToConclusion) {
  ASSERT_OK_AND_ASSIGN(const pb::IdentifyResponse identity, Identify(true));
  EXPECT_EQ(identity.profile(), "demo-files");
  EXPECT_EQ(identity.card_id(), kCardId);
  request_.set_card_id(kCardId);
  *request_.mutable_desired() = Desired();
  ASSERT_OK_AND_ASSIGN(const auto first, Prepare(request_));
  ASSERT_EQ(first.size(), 2u);
  EXPECT_TRUE(first[0].header().asks_server());
  EXPECT_TRUE(first[0].header().card_unproven());
  ASSERT_OK_AND_ASSIGN(const auto authenticated, Conclude(first));
  EXPECT_TRUE(authenticated.started());
  ASSERT_EQ(authenticated.outcome(), pb::OUTCOME_CONTINUES)
      << authenticated.reason();

  pb::PrepareRequest next;
  next.set_continuation(authenticated.continuation());
  ASSERT_OK_AND_ASSIGN(const auto second, Prepare(next));
  EXPECT_FALSE(second[0].header().card_unproven());
  ASSERT_OK_AND_ASSIGN(const auto done, Conclude(second));
  EXPECT_EQ(done.outcome(), pb::OUTCOME_DONE) << done.reason();
  ASSERT_EQ(done.facts_size(), 1);
  EXPECT_EQ(done.facts(0).text(), "file 0099 is not there");

  pb::PlanRequest plan;
  plan.set_profile("demo-files");
  plan.set_card_record(done.card_record());
  *plan.mutable_desired() = Desired();
  EXPECT_OK(Call<pb::PlanResponse>(&pb::Sequencer::Stub::Plan, plan));
}

TEST_F(FileCardsServiceTest, WithoutItsChallengeACardHasATypeAndNoName) {
  ASSERT_OK_AND_ASSIGN(const pb::IdentifyResponse identity, Identify(false));
  EXPECT_EQ(identity.profile(), "demo-files");
  EXPECT_EQ(identity.card_id(), "");
}

TEST_F(FileCardsServiceTest, AFileCardHoldsNoPackages) {
  ASSERT_OK(Identify(true));
  request_.set_card_id(kCardId);
  request_.mutable_desired()->add_packages()->set_content_hash("hash");
  EXPECT_THAT(Prepare(request_),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("file tree")));
}

TEST_F(FileCardsServiceTest, NoPacketForAFileCardIsMadeBeforeItIsThere) {
  pb::PrepareOfflineRequest request;
  request.set_profile("demo-files");
  grpc::ClientContext context;
  const auto reader = stub_->PrepareOffline(&context, request);
  pb::PrepareResponse response;
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_THAT(rpc::ToAbslStatus(reader->Finish()),
              StatusIs(StatusCode::kFailedPrecondition,
                       HasSubstr("begins with its challenge")));
}

TEST_F(FileCardsServiceTest, ListsBothKindsOfTypes) {
  ASSERT_OK_AND_ASSIGN(
      const auto listed,
      Call<pb::ListProfilesResponse>(&pb::Sequencer::Stub::ListProfiles,
                                     pb::ListProfilesRequest()));
  ASSERT_EQ(listed.profiles_size(), 2);
  EXPECT_EQ(listed.profiles(1).name(), "demo-files");
}

TEST_F(FileCardsServiceTest, ServesFileCardsAlone) {
  Serve({}, &files_);
  ASSERT_OK_AND_ASSIGN(const pb::IdentifyResponse identity, Identify(true));
  EXPECT_EQ(identity.card_id(), kCardId);
}

TEST_F(FileCardsServiceTest, WithoutProfilesForThemNoneIsServed) {
  ASSERT_OK_AND_ASSIGN(const pb::IdentifyResponse identity, Identify(true));
  request_.set_card_id(identity.card_id());
  *request_.mutable_desired() = Desired();
  ASSERT_OK_AND_ASSIGN(const auto packet, Prepare(request_));
  ASSERT_OK_AND_ASSIGN(const auto authenticated, Conclude(packet));
  Serve({TestProfile("demo", 0x30)}, nullptr);
  EXPECT_THAT(Identify(true), StatusIs(StatusCode::kFailedPrecondition));
  pb::PrepareRequest next;
  next.set_continuation(authenticated.continuation());
  EXPECT_THAT(Prepare(next),
              StatusIs(StatusCode::kInvalidArgument,
                       "no card profile of this sequencer's is of "
                       "file-oriented cards"));
  EXPECT_THAT(Conclude(packet), StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::sequencer
