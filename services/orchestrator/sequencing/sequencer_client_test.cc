#include "services/orchestrator/sequencing/sequencer_client.h"

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::orchestrator {
namespace {

namespace pb = ::cardferry::sequencer::v1;
using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// A sequencer over a real channel; says what the test gives it.
class ScriptedSequencer final : public pb::Sequencer::Service {
 public:
  std::vector<pb::PrepareResponse> bundle;
  grpc::Status status;
  pb::OpenRequest opened;
  pb::PrepareRequest prepared;
  std::string file;
  std::vector<size_t> chunks;
  // Called before ListProfiles waits until it is cancelled; empty: it answers.
  std::function<void()> hang;

  grpc::Status Open(grpc::ServerContext*, const pb::OpenRequest* request,
                    pb::OpenResponse* response) override {
    opened = *request;
    response->add_openings()->set_ticket("ticket");
    return status;
  }
  grpc::Status Identify(grpc::ServerContext*,
                        const pb::IdentifyRequest* request,
                        pb::IdentifyResponse* response) override {
    response->set_card_id(request->challenge_transcript());
    response->set_profile(request->identify_transcript());
    return status;
  }
  grpc::Status Prepare(
      grpc::ServerContext*, const pb::PrepareRequest* request,
      grpc::ServerWriter<pb::PrepareResponse>* writer) override {
    prepared = *request;
    for (const pb::PrepareResponse& message : bundle) writer->Write(message);
    return status;
  }
  grpc::Status ListProfiles(grpc::ServerContext* context,
                            const pb::ListProfilesRequest*,
                            pb::ListProfilesResponse* response) override {
    if (hang != nullptr) {
      hang();
      while (!context->IsCancelled()) std::this_thread::yield();
    }
    response->add_profiles()->set_name("generic");
    return status;
  }
  grpc::Status Conclude(grpc::ServerContext*,
                        const pb::ConcludeRequest* request,
                        pb::ConcludeResponse* response) override {
    response->set_outcome(pb::OUTCOME_DONE);
    response->set_reason(request->bundle_state() + request->transcript());
    return status;
  }
  grpc::Status PutLoadFile(grpc::ServerContext*,
                           grpc::ServerReader<pb::PutLoadFileRequest>* reader,
                           pb::PutLoadFileResponse* response) override {
    pb::PutLoadFileRequest request;
    while (reader->Read(&request)) {
      chunks.push_back(request.chunk().size());
      file += request.chunk();
    }
    response->set_content_hash("hash");
    return status;
  }
};

// Writes down what comes.
class RecordingSink final : public BundleSink {
 public:
  std::vector<std::string> seen;
  absl::Status on_part;

  absl::Status OnHeader(const BundleHeader& header) override {
    seen.push_back("header " + header.card_id);
    return absl::OkStatus();
  }
  absl::Status OnPart(Bytes script, bool last) override {
    seen.push_back((last ? "last " : "part ") + AsString(script));
    return on_part;
  }
};

class SequencerClientTest : public ::testing::Test {
 protected:
  SequencerClientTest() {
    grpc::ServerBuilder builder;
    builder.RegisterService(&sequencer_);
    server_ = builder.BuildAndStart();
    client_ = std::make_unique<SequencerClient>(pb::Sequencer::NewStub(
        server_->InProcessChannel(grpc::ChannelArguments())));
  }
  ~SequencerClientTest() override { server_->Shutdown(); }

  static pb::PrepareResponse Header() {
    pb::PrepareResponse message;
    message.mutable_header()->set_card_id("issuer/A");
    return message;
  }
  static pb::PrepareResponse Part(const std::string& script, bool last) {
    pb::PrepareResponse message;
    message.mutable_part()->set_script(script);
    message.mutable_part()->set_last(last);
    return message;
  }
  absl::Status Prepare() { return client_->Prepare(Preparation(), sink_); }

  ScriptedSequencer sequencer_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<SequencerClient> client_;
  RecordingSink sink_;
};

TEST_F(SequencerClientTest, AsksForOneOpening) {
  ASSERT_OK_AND_ASSIGN(const OpeningScripts opening,
                       client_->Open({"kiosk-7", "Reader 0"}));
  EXPECT_EQ(AsString(opening.ticket), "ticket");
  EXPECT_EQ(sequencer_.opened.agent(), "kiosk-7");
  EXPECT_EQ(sequencer_.opened.reader(), "Reader 0");
  EXPECT_EQ(sequencer_.opened.count(), 1u);
}

TEST_F(SequencerClientTest, Identifies) {
  ASSERT_OK_AND_ASSIGN(const ClaimedCard card,
                       client_->Identify({{'g'}, {'c'}}));
  EXPECT_EQ(card.card_id, "c");
  EXPECT_EQ(card.profile, "g");
}

TEST_F(SequencerClientTest, PassesTheBundleOnInOrder) {
  sequencer_.bundle = {Header(), Part("1", false), Part("2", true)};
  EXPECT_OK(Prepare());
  EXPECT_THAT(sink_.seen, ElementsAre("header issuer/A", "part 1", "last 2"));
}

TEST_F(SequencerClientTest, ASessionGoesOnWithWhatItsConclusionGave) {
  sequencer_.bundle = {Header(), Part("1", true)};
  EXPECT_OK(client_->Continue({'g', 'o'}, sink_));
  EXPECT_EQ(sequencer_.prepared.continuation(), "go");
  EXPECT_THAT(sink_.seen, ElementsAre("header issuer/A", "last 1"));
}

TEST_F(SequencerClientTest, ABundleWithoutAnEndIsNone) {
  sequencer_.bundle = {Header(), Part("1", false)};
  EXPECT_THAT(Prepare(), StatusIs(StatusCode::kInternal,
                                  "the sequencer's bundle has no end"));
  sequencer_.bundle = {};
  EXPECT_THAT(Prepare(), StatusIs(StatusCode::kInternal));
  sequencer_.bundle = {Part("1", true)};
  EXPECT_THAT(Prepare(), StatusIs(StatusCode::kInternal));
}

TEST_F(SequencerClientTest, NothingComesAfterTheLastPart) {
  sequencer_.bundle = {Header(), Part("1", true), Part("2", true)};
  EXPECT_THAT(Prepare(),
              StatusIs(StatusCode::kInternal, "parts came after the last one"));
  sequencer_.bundle = {Header(), pb::PrepareResponse()};
  EXPECT_THAT(Prepare(), StatusIs(StatusCode::kInternal));
}

TEST_F(SequencerClientTest, StopsWhenNobodyTakesTheParts) {
  sequencer_.bundle = {Header(), Part("1", false), Part("2", true)};
  sink_.on_part = absl::UnavailableError("the agent has gone");
  EXPECT_THAT(Prepare(),
              StatusIs(StatusCode::kUnavailable, "the agent has gone"));
  EXPECT_THAT(sink_.seen, ElementsAre("header issuer/A", "part 1"));
}

TEST_F(SequencerClientTest, GivesTheSequencersRefusalsAsTheyAre) {
  sequencer_.status = grpc::Status(grpc::StatusCode::DATA_LOSS, "cryptogram");
  EXPECT_THAT(Prepare(), StatusIs(StatusCode::kDataLoss, "cryptogram"));
  EXPECT_THAT(sink_.seen, IsEmpty());
}

TEST_F(SequencerClientTest, SaysWhoCannotBeReached) {
  sequencer_.status = grpc::Status(grpc::StatusCode::UNAVAILABLE, "down");
  const auto wanted = StatusIs(StatusCode::kUnavailable,
                               "the sequencer cannot be reached: down");
  EXPECT_THAT(client_->Open({"a", "r"}), wanted);
  EXPECT_THAT(client_->Identify({}), wanted);
  EXPECT_THAT(Prepare(), wanted);
  EXPECT_THAT(client_->Conclude({}, {}), wanted);
  EXPECT_THAT(client_->PutLoadFile(ByteSpan()), wanted);
  EXPECT_THAT(client_->ListProfiles(), wanted);
}

TEST_F(SequencerClientTest, DoesNotWaitForASequencerThatHangsOnceStopped) {
  absl::Notification hangs;
  sequencer_.hang = [&hangs] { hangs.Notify(); };
  std::thread stopper([&] {
    hangs.WaitForNotification();
    client_->Stop();
  });
  const auto broken_off = StatusIs(StatusCode::kUnavailable,
                                   "the call of the sequencer was broken off");
  EXPECT_THAT(client_->ListProfiles(), broken_off);
  stopper.join();
  EXPECT_THAT(client_->Open({"kiosk-7", "Reader 0"}), broken_off);
}

TEST_F(SequencerClientTest, Concludes) {
  ASSERT_OK_AND_ASSIGN(const Conclusion conclusion,
                       client_->Conclude({'b'}, {'t'}));
  EXPECT_EQ(conclusion.outcome, Outcome::kDone);
  EXPECT_EQ(conclusion.reason, "bt");
}

TEST_F(SequencerClientTest, ListsProfiles) {
  ASSERT_OK_AND_ASSIGN(const std::vector<CardProfile> profiles,
                       client_->ListProfiles());
  ASSERT_EQ(profiles.size(), 1u);
  EXPECT_EQ(profiles[0].name, "generic");
}

TEST_F(SequencerClientTest, PutsAFileInChunksThatTheContractAllows) {
  const Bytes file(600 * 1024, 0x5A);
  ASSERT_OK_AND_ASSIGN(const LoadFile put, client_->PutLoadFile(file));
  EXPECT_EQ(AsString(put.content_hash), "hash");
  EXPECT_EQ(sequencer_.file, AsString(file));
  EXPECT_THAT(sequencer_.chunks,
              ElementsAre(256u << 10, 256u << 10, 88u << 10));
}

}  // namespace
}  // namespace cardferry::orchestrator
