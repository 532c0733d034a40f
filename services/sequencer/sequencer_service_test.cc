#include "services/sequencer/sequencer_service.h"

#include "lib/base/status_matchers.h"
#include "lib/crypto/digest.h"
#include "lib/rpc/call.h"
#include "lib/rpc/channel.h"
#include "lib/rpc/grpc_status.h"
#include "lib/rpc/server.h"
#include "lib/rpc/testing/test_pki.h"
#include "services/sequencer/access_rules.h"
#include "services/sequencer/testing/applets.h"
#include "services/sequencer/testing/fake_card.h"
#include "services/sequencer/testing/fake_keyvault.h"
#include "services/sequencer/testing/test_profiles.h"

namespace cardferry::sequencer {
namespace {

using absl::StatusCode;
namespace pb = v1;

// The service behind real TLS with the real table of who may call what; no
// keys, and a card without a channel.
class SequencerServiceTest : public testing::Test {
 protected:
  void SetUp() override {
    rpc::ServerOptions options;
    options.listen_address = "127.0.0.1:0";
    options.tls = pki_.Issue(rpc::Role::kSequencer, "sequencer-1");
    options.authorization = AccessRules();
    options.services = {&service_};
    ASSERT_OK_AND_ASSIGN(server_, rpc::Server::Start(std::move(options)));
    stub_ = StubFor(rpc::Role::kOrchestrator);
  }

  std::unique_ptr<pb::Sequencer::Stub> StubFor(rpc::Role role) {
    return pb::Sequencer::NewStub(
        *rpc::CreateChannel("127.0.0.1:" + std::to_string(server_->port()),
                            pki_.Issue(role, "test"), rpc::Role::kSequencer));
  }

  template <typename Request, typename Response, typename Method>
  absl::StatusOr<Response> Call(Method method, const Request& request) {
    grpc::ClientContext context;
    rpc::SetTimeout(context, absl::Seconds(8));
    Response response;
    const absl::Status status =
        rpc::ToAbslStatus((stub_.get()->*method)(&context, request, &response));
    if (!status.ok()) return status;
    return response;
  }

  absl::StatusOr<pb::PutLoadFileResponse> Put(const Bytes& file) {
    grpc::ClientContext context;
    rpc::SetTimeout(context, absl::Seconds(8));
    pb::PutLoadFileResponse response;
    const auto writer = stub_->PutLoadFile(&context, &response);
    for (size_t at = 0; at < file.size(); at += 1000) {
      pb::PutLoadFileRequest request;
      request.set_chunk(AsString(ByteSpan(file).subspan(at, 1000)));
      if (!writer->Write(request)) break;
    }
    writer->WritesDone();
    const absl::Status status = rpc::ToAbslStatus(writer->Finish());
    if (!status.ok()) return status;
    return response;
  }

  absl::StatusOr<std::vector<pb::PrepareResponse>> Prepare(
      const pb::PrepareRequest& request) {
    grpc::ClientContext context;
    rpc::SetTimeout(context, absl::Seconds(8));
    const auto reader = stub_->Prepare(&context, request);
    std::vector<pb::PrepareResponse> responses;
    pb::PrepareResponse response;
    while (reader->Read(&response)) responses.push_back(response);
    const absl::Status status = rpc::ToAbslStatus(reader->Finish());
    if (!status.ok()) return status;
    return responses;
  }

  // What the card answers to a script, both in wire form.
  std::string Run(const std::string& script) {
    const auto decoded = card::DecodeScript(AsBytes(script));
    EXPECT_OK(decoded);
    return AsString(card::EncodeTranscript(card_.Run(*decoded)));
  }

  // Open, the card's answers, Identify, and the request for Prepare.
  pb::PrepareRequest Arrive(const std::string& content_hash) {
    pb::OpenRequest open;
    open.set_agent("kiosk");
    open.set_reader("slot");
    open.set_count(1);
    const auto opened = Call<pb::OpenRequest, pb::OpenResponse>(
        &pb::Sequencer::Stub::Open, open);
    EXPECT_OK(opened);
    const pb::Opening& opening = opened->openings(0);
    pb::IdentifyRequest identify;
    identify.set_identify_transcript(Run(opening.identify_script()));
    identify.set_challenge_transcript(Run(opening.challenge_script()));
    const auto identity = Call<pb::IdentifyRequest, pb::IdentifyResponse>(
        &pb::Sequencer::Stub::Identify, identify);
    EXPECT_OK(identity);
    pb::PrepareRequest request;
    request.set_ticket(opening.ticket());
    request.set_agent("kiosk");
    request.set_reader("slot");
    request.set_identify_transcript(identify.identify_transcript());
    request.set_challenge_transcript(identify.challenge_transcript());
    request.set_card_id(identity->card_id());
    pb::DesiredPackage& package = *request.mutable_desired()->add_packages();
    package.set_content_hash(content_hash);
    package.add_applets()->set_module_aid(
        AsString(FromHexOrDie("F04346455252590101")));
    return request;
  }

  rpc::TestPki pki_;
  Sequencer sequencer_{*ProfileCatalog::Create({TestProfile("demo", 0x30)}),
                       std::make_unique<FakeKeyvault>(), 1 << 20};
  SequencerService service_{sequencer_};
  std::unique_ptr<rpc::Server> server_;
  std::unique_ptr<pb::Sequencer::Stub> stub_;
  FakeCard card_;
};

TEST_F(SequencerServiceTest, CarriesALoadFromOpeningToConclusion) {
  ASSERT_OK_AND_ASSIGN(const auto file, Put(ReadApplet("brokerage.cap")));
  EXPECT_EQ(file.load_file_bytes(), 671u);
  const pb::PrepareRequest request = Arrive(file.content_hash());
  EXPECT_EQ(request.card_id(), "demo-keys/11111111111111111111");
  ASSERT_OK_AND_ASSIGN(const auto responses, Prepare(request));
  ASSERT_EQ(responses.size(), 2u);
  EXPECT_EQ(responses[0].header().changes(), 5u);
  EXPECT_TRUE(responses[1].part().last());

  pb::ConcludeRequest conclude;
  conclude.set_bundle_state(responses[0].header().bundle_state());
  conclude.set_transcript(Run(responses[1].part().script()));
  const auto conclusion = Call<pb::ConcludeRequest, pb::ConcludeResponse>(
      &pb::Sequencer::Stub::Conclude, conclude);
  ASSERT_OK(conclusion);
  EXPECT_EQ(conclusion->outcome(), pb::OUTCOME_DONE) << conclusion->reason();
  EXPECT_TRUE(conclusion->started());
  EXPECT_EQ(conclusion->content().packages_size(), 1);
  EXPECT_EQ(conclusion->content().applications_size(), 1);

  pb::PrepareRequest again = Arrive(file.content_hash());
  again.set_card_record(conclusion->card_record());
  ASSERT_OK_AND_ASSIGN(const auto nothing, Prepare(again));
  EXPECT_EQ(nothing[0].header().changes(), 0u);
  EXPECT_EQ(nothing[0].header().summary(), "nothing to do");
}

TEST_F(SequencerServiceTest, ListsTheTypesOfCards) {
  const auto listed = Call<pb::ListProfilesRequest, pb::ListProfilesResponse>(
      &pb::Sequencer::Stub::ListProfiles, {});
  ASSERT_OK(listed);
  ASSERT_EQ(listed->profiles_size(), 1);
  EXPECT_EQ(listed->profiles(0).name(), "demo");
  EXPECT_EQ(listed->profiles(0).text(), "name: \"demo\"");
}

TEST_F(SequencerServiceTest, ALoadFileThatIsNotHereIsAskedForAgain) {
  const Bytes file = ReadApplet("brokerage.cap");
  const pb::PrepareRequest request = Arrive(AsString(crypto::Sha256(file)));
  EXPECT_THAT(Prepare(request), StatusIs(StatusCode::kNotFound));
  ASSERT_OK(Put(file));
  EXPECT_OK(Prepare(request));
}

TEST_F(SequencerServiceTest, ABadCapFileIsRefusedWithItsReason) {
  EXPECT_THAT(Put(Bytes(3000, 'x')),
              StatusIs(StatusCode::kInvalidArgument, "not a zip file"));
  EXPECT_THAT(Put({}),
              StatusIs(StatusCode::kInvalidArgument, "not a zip file"));
  EXPECT_THAT(Put(Bytes((4 << 20) + 1, 'x')),
              StatusIs(StatusCode::kInvalidArgument,
                       "the file has more than 4194304 bytes"));
}

TEST_F(SequencerServiceTest, GarbageIsRefused) {
  pb::ConcludeRequest conclude;
  conclude.set_bundle_state("garbage");
  EXPECT_THAT((Call<pb::ConcludeRequest, pb::ConcludeResponse>(
                  &pb::Sequencer::Stub::Conclude, conclude)),
              StatusIs(StatusCode::kInvalidArgument, "not a bundle state"));
  pb::OpenRequest open;
  open.set_count(4000000000u);
  EXPECT_THAT((Call<pb::OpenRequest, pb::OpenResponse>(
                  &pb::Sequencer::Stub::Open, open)),
              StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(SequencerServiceTest, OnlyTheOrchestratorIsServed) {
  for (const rpc::Role role :
       {rpc::Role::kAgent, rpc::Role::kOperator, rpc::Role::kKeyvault}) {
    stub_ = StubFor(role);
    EXPECT_THAT((Call<pb::OpenRequest, pb::OpenResponse>(
                    &pb::Sequencer::Stub::Open, {})),
                StatusIs(StatusCode::kPermissionDenied));
  }
}

}  // namespace
}  // namespace cardferry::sequencer
