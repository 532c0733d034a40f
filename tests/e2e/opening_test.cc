// An opening is good for one card at one reader of one agent, once, and not for
// long: tried by an agent that lies, and at the keyvault itself by somebody who
// has the sequencer's certificate.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/base/bytes.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "lib/card/script/run_script.h"
#include "lib/rpc/call.h"
#include "lib/rpc/grpc_status.h"
#include "proto/cardferry/keyvault/v1/keyvault.grpc.pb.h"
#include "tests/cardsim/pcsc_card.h"
#include "tests/e2e/bare_channel.h"
#include "tests/e2e/lying_agent.h"
#include "tests/e2e/test_stage.h"
#include "tests/stage/pcscd.h"

namespace cardferry::e2e {
namespace {

namespace pb = ::cardferry::orchestrator::v1;
namespace vault = ::cardferry::keyvault::v1;

using ::absl::StatusCode;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

constexpr absl::Duration kTimeout = absl::Seconds(10);
constexpr char kInsertAgain[] =
    "The card's answer could not be used. Take the card out and insert it "
    "again.";
constexpr char kReadAgain[] = "The card is read again. Leave it in the reader.";

// Commands to the card in the reader, past any agent.
class Contacts {
 public:
  static absl::StatusOr<Contacts> Touch() {
    ASSIGN_OR_RETURN(
        cardsim::PcscCard card,
        cardsim::PcscCard::Connect(stage::kVirtualReader, absl::Seconds(10)));
    return Contacts(std::move(card));
  }

  absl::StatusOr<card::ResponseApdu> Transmit(
      const card::CommandApdu& command) const {
    ASSIGN_OR_RETURN(const Bytes answer, card_.Transmit(command.Encode()));
    return card::ResponseApdu::Parse(answer);
  }
  absl::StatusOr<card::Transcript> Run(const std::string& script) const {
    ASSIGN_OR_RETURN(const card::Script decoded,
                     card::DecodeScript(AsBytes(script)));
    return card::RunScript(
        decoded,
        [this](const card::CommandApdu& command) { return Transmit(command); },
        [](size_t) {});
  }
  // INITIALIZE UPDATE's answer, without its status word.
  absl::StatusOr<std::string> InitializeUpdate(const std::string& challenge) {
    const Bytes head = FromHexOrDie("8050000008");
    ASSIGN_OR_RETURN(
        Bytes answer,
        card_.Transmit(Concat({head, AsBytes(challenge), Bytes{0}})));
    answer.resize(answer.size() - 2);
    return AsString(answer);
  }

 private:
  explicit Contacts(cardsim::PcscCard card) : card_(std::move(card)) {}

  cardsim::PcscCard card_;
};

// Both halves of an opening, as the card answers them.
struct Answers {
  card::Transcript identify;
  card::Transcript challenge;
};
absl::StatusOr<Answers> RunOpening(const agent::v1::Opening& opening) {
  ASSIGN_OR_RETURN(const Contacts contacts, Contacts::Touch());
  ASSIGN_OR_RETURN(const card::Transcript identify,
                   contacts.Run(opening.identify_script()));
  ASSIGN_OR_RETURN(const card::Transcript challenge,
                   contacts.Run(opening.challenge_script()));
  return Answers{identify, challenge};
}

// Everything but an agent, which the tests are; raised once for a suite.
class OpeningTestBase : public ::testing::Test {
 protected:
  static void RaiseWithoutAgent(const stage::StageOptions& options) {
    absl::StatusOr<std::unique_ptr<TestStage>> made = TestStage::Make(options);
    ASSERT_OK(made);
    stage_ = made->release();
    stage::Stage& parts = stage_->stage();
    ASSERT_OK(parts.Prepare());
    ASSERT_OK(stage_->folder().Issue("agent", "kiosk-2"));
    ASSERT_OK(parts.StartReader());
    ASSERT_OK(parts.StartKeyVault());
    ASSERT_OK(parts.StartSequencer());
    ASSERT_OK(parts.StartOrchestrator());
    ASSERT_OK(parts.InsertCard());
    const stage::Outcome added = stage_->AddApplet("brokerage");
    ASSERT_EQ(added.exit_code, 0) << added.errors;
  }
  static void TearDownTestSuite() {
    delete stage_;
    stage_ = nullptr;
  }
  void SetUp() override { ASSERT_NE(stage_, nullptr); }
  void TearDown() override {
    if (HasFailure() && stage_ != nullptr) stage_->ShowLogs();
  }

  // An agent with its own, good certificate.
  static absl::StatusOr<std::unique_ptr<LyingAgent>> Agent(
      const std::string& name) {
    return LyingAgent::Connect(BareChannel(stage::kOrchestratorPort,
                                           stage_->folder().Tls("agent", name)),
                               stage::kVirtualReader);
  }

  static vault::GetStatisticsResponse Statistics() {
    absl::StatusOr<stage::OperatorClient> client = stage_->stage().Operator();
    EXPECT_OK(client);
    if (!client.ok()) return {};
    auto statistics = client->KeyVaultStatistics();
    EXPECT_OK(statistics);
    return statistics.value_or(vault::GetStatisticsResponse());
  }

  // --- The keyvault, called with the sequencer's certificate. ---

  static std::unique_ptr<vault::KeyVault::Stub> Vault() {
    return vault::KeyVault::NewStub(BareChannel(
        stage::kKeyVaultPort, stage_->folder().Tls("sequencer", "sequencer")));
  }
  static absl::StatusOr<vault::Opening> IssueFor(const std::string& agent) {
    vault::IssueOpeningsRequest request;
    request.set_agent(agent);
    request.set_reader(stage::kVirtualReader);
    request.set_count(1);
    grpc::ClientContext context;
    rpc::SetTimeout(context, kTimeout);
    vault::IssueOpeningsResponse response;
    RETURN_IF_ERROR(rpc::ToAbslStatus(
        Vault()->IssueOpenings(&context, request, &response)));
    if (response.openings_size() == 1) return response.openings(0);
    return absl::InternalError("not one opening");
  }
  // A request that is right, with the card's answer to the opening.
  static absl::StatusOr<vault::AuthenticateRequest> Request(
      const vault::Opening& opening, const std::string& agent) {
    ASSIGN_OR_RETURN(Contacts contacts, Contacts::Touch());
    vault::AuthenticateRequest request;
    request.set_ticket(opening.ticket());
    request.set_agent(agent);
    request.set_reader(stage::kVirtualReader);
    request.set_key_set("demo-aes128");
    request.set_level_floor(3);
    request.set_operation_class(vault::OPERATION_CLASS_READ);
    ASSIGN_OR_RETURN(*request.mutable_initialize_update_answer(),
                     contacts.InitializeUpdate(opening.host_challenge()));
    return request;
  }
  static absl::StatusOr<vault::AuthenticateResponse> Authenticate(
      const vault::AuthenticateRequest& request) {
    grpc::ClientContext context;
    rpc::SetTimeout(context, kTimeout);
    vault::AuthenticateResponse response;
    RETURN_IF_ERROR(
        rpc::ToAbslStatus(Vault()->Authenticate(&context, request, &response)));
    return response;
  }

  static inline TestStage* stage_ = nullptr;
};

class OpeningTest : public OpeningTestBase {
 protected:
  static void SetUpTestSuite() { RaiseWithoutAgent({}); }
};

void ExpectVerdict(const absl::StatusOr<agent::v1::Verdict>& verdict,
                   const std::string& opening_id, const std::string& message) {
  ASSERT_OK(verdict);
  EXPECT_EQ(verdict->opening_id(), opening_id);
  EXPECT_EQ(verdict->packet_id(), "");
  EXPECT_FALSE(verdict->ok());
  EXPECT_EQ(verdict->message(), message);
}

TEST_F(OpeningTest, OfAnotherAgentIsRefusedAtTheGateway) {
  ASSERT_OK_AND_ASSIGN(const auto honest, Agent("kiosk-1"));
  ASSERT_OK_AND_ASSIGN(const agent::v1::Opening opening, honest->NextOpening());
  ASSERT_OK_AND_ASSIGN(const Answers answers, RunOpening(opening));
  ASSERT_OK_AND_ASSIGN(const auto thief, Agent("kiosk-2"));
  ASSERT_OK(thief->NextOpening());
  ASSERT_OK(
      thief->Answer(opening.opening_id(), answers.identify, answers.challenge));
  ExpectVerdict(thief->NextVerdict(), opening.opening_id(), kInsertAgain);
  ASSERT_OK_AND_ASSIGN(const std::vector<pb::Event> events,
                       stage_->AwaitEvents("opening.foreign", 1));
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].agent(), "kiosk-2");
  EXPECT_EQ(events[0].text(),
            absl::StrCat("An answer to another reader's opening was refused (",
                         opening.opening_id(), ") (Virtual PCD 00 00)"));
  // Nothing was taken from the one whose opening it is.
  ASSERT_OK(honest->Answer(opening.opening_id(), answers.identify,
                           answers.challenge));
  ASSERT_OK_AND_ASSIGN(const agent::v1::Verdict verdict, honest->NextVerdict());
  EXPECT_EQ(verdict.opening_id(), opening.opening_id());
  EXPECT_TRUE(verdict.ok());
  EXPECT_EQ(verdict.message(), "There is nothing to do for this card.");
}

TEST_F(OpeningTest, UsedWithAnotherAnswerIsRefusedAtTheGateway) {
  ASSERT_OK_AND_ASSIGN(const auto agent, Agent("kiosk-1"));
  ASSERT_OK_AND_ASSIGN(const agent::v1::Opening opening, agent->NextOpening());
  ASSERT_OK_AND_ASSIGN(const Answers first, RunOpening(opening));
  ASSERT_OK_AND_ASSIGN(const Answers second, RunOpening(opening));
  ASSERT_FALSE(first.challenge == second.challenge);
  const uint64_t sessions = Statistics().sessions_authenticated();
  ASSERT_OK_AND_ASSIGN(const std::string job, stage_->AddJob("brokerage"));
  ASSERT_OK(
      agent->Answer(opening.opening_id(), first.identify, first.challenge));
  ASSERT_OK_AND_ASSIGN(const agent::v1::PacketPart part,
                       agent->NextPacketPart());
  EXPECT_EQ(part.opening_id(), opening.opening_id());
  EXPECT_EQ(Statistics().sessions_authenticated(), sessions + 1);

  ASSERT_OK(
      agent->Answer(opening.opening_id(), second.identify, second.challenge));
  ExpectVerdict(agent->NextVerdict(), opening.opening_id(), kInsertAgain);
  ASSERT_OK_AND_ASSIGN(const std::vector<pb::Event> events,
                       stage_->AwaitEvents("opening.used_twice", 1));
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].agent(), "kiosk-1");
  EXPECT_EQ(
      events[0].text(),
      absl::StrCat("A second, different answer to an opening was refused (",
                   opening.opening_id(), ") (Virtual PCD 00 00)"));
  // No second session was opened, and the card is in nobody's bad books.
  EXPECT_EQ(Statistics().sessions_authenticated(), sessions + 1);
  EXPECT_EQ(Statistics().verifications_failed(), 0u);
  EXPECT_THAT(stage_->Events("card.stopped"), IsOkAndHolds(IsEmpty()));
  EXPECT_EQ(stage_->GetJob(job)->state(), pb::JOB_STATE_RUNNING);
}

TEST_F(OpeningTest, IsUsedOnceAtTheKeyvaultButMayBeAskedForAgain) {
  ASSERT_OK_AND_ASSIGN(const vault::Opening opening, IssueFor("kiosk-1"));
  ASSERT_OK_AND_ASSIGN(const vault::AuthenticateRequest request,
                       Request(opening, "kiosk-1"));
  ASSERT_OK_AND_ASSIGN(const vault::AuthenticateResponse session,
                       Authenticate(request));
  EXPECT_EQ(ToHex(AsBytes(session.external_authenticate())).substr(0, 10),
            "8482030010");
  EXPECT_EQ(session.level(), 3u);
  EXPECT_EQ(session.card().key_set(), "demo-aes128");
  EXPECT_EQ(ToHex(AsBytes(session.card().key_diversification_data())),
            "00000000002026110001");

  // The same again is a retry and gets the same EXTERNAL AUTHENTICATE.
  ASSERT_OK_AND_ASSIGN(const vault::AuthenticateResponse retry,
                       Authenticate(request));
  EXPECT_EQ(retry.external_authenticate(), session.external_authenticate());

  const auto used_before =
      StatusIs(StatusCode::kFailedPrecondition,
               MatchesRegex("opening [0-9A-F]{32} was used before, for "
                            "something else: insert the card again"));
  ASSERT_OK_AND_ASSIGN(const vault::AuthenticateRequest other_answer,
                       Request(opening, "kiosk-1"));
  EXPECT_THAT(Authenticate(other_answer), used_before);
  vault::AuthenticateRequest other_class = request;
  other_class.set_operation_class(vault::OPERATION_CLASS_CONTENT);
  EXPECT_THAT(Authenticate(other_class), used_before);
  vault::AuthenticateRequest other_keys = request;
  other_keys.set_key_set("demo-aes256");
  EXPECT_THAT(Authenticate(other_keys), used_before);

  // Another process has the same memory.
  stage_->stage().keyvault().Kill();
  ASSERT_OK(stage_->stage().StartKeyVault());
  EXPECT_THAT(Authenticate(other_answer), used_before);
  EXPECT_EQ(Statistics().verifications_failed(), 0u);
}

TEST_F(OpeningTest, OfAnotherAgentOrReaderIsRefusedAtTheKeyvault) {
  const auto not_for_this =
      StatusIs(StatusCode::kPermissionDenied,
               "the opening ticket was issued for another agent or reader");
  ASSERT_OK_AND_ASSIGN(const vault::Opening opening, IssueFor("kiosk-1"));
  ASSERT_OK_AND_ASSIGN(const vault::AuthenticateRequest request,
                       Request(opening, "kiosk-1"));
  vault::AuthenticateRequest other = request;
  other.set_agent("kiosk-2");
  EXPECT_THAT(Authenticate(other), not_for_this);
  other = request;
  other.set_reader("Virtual PCD 00 01");
  EXPECT_THAT(Authenticate(other), not_for_this);
  // The attempts have not used it up.
  EXPECT_OK(Authenticate(request));
  EXPECT_EQ(Statistics().verifications_failed(), 0u);
}

TEST_F(OpeningTest, ThatTheKeyvaultDidNotIssueIsRefused) {
  const auto not_ours = StatusIs(StatusCode::kPermissionDenied,
                                 "the opening ticket is not one of ours");
  ASSERT_OK_AND_ASSIGN(const vault::Opening opening, IssueFor("kiosk-1"));
  ASSERT_OK_AND_ASSIGN(const vault::AuthenticateRequest request,
                       Request(opening, "kiosk-1"));
  for (size_t at = 0; at < opening.ticket().size(); ++at) {
    vault::AuthenticateRequest forged = request;
    (*forged.mutable_ticket())[at] ^= 1;
    ASSERT_THAT(Authenticate(forged), not_ours) << "byte " << at;
  }
  vault::AuthenticateRequest empty = request;
  empty.clear_ticket();
  EXPECT_THAT(Authenticate(empty), not_ours);
  EXPECT_OK(Authenticate(request));
}

// Last: the card is stopped at kiosk-2 afterwards.
TEST_F(OpeningTest, WithAWrongCryptogramStopsTheCardAtThatAgentAlone) {
  ASSERT_OK_AND_ASSIGN(const vault::Opening opening, IssueFor("kiosk-2"));
  ASSERT_OK_AND_ASSIGN(vault::AuthenticateRequest wrong,
                       Request(opening, "kiosk-2"));
  // KDD (10), KVN, SCP, i, card challenge (8), card cryptogram (8), counter.
  (*wrong.mutable_initialize_update_answer())[21] ^= 1;
  const uint64_t failed = Statistics().verifications_failed();
  EXPECT_THAT(Authenticate(wrong), StatusIs(StatusCode::kDataLoss,
                                            "the card cryptogram does not "
                                            "match"));
  EXPECT_EQ(Statistics().verifications_failed(), failed + 1);

  ASSERT_OK_AND_ASSIGN(const vault::Opening here, IssueFor("kiosk-2"));
  ASSERT_OK_AND_ASSIGN(const vault::AuthenticateRequest right,
                       Request(here, "kiosk-2"));
  EXPECT_THAT(Authenticate(right),
              StatusIs(StatusCode::kPermissionDenied,
                       "the card is stopped at this agent: it failed its "
                       "verification here"));
  ASSERT_OK_AND_ASSIGN(const vault::Opening elsewhere, IssueFor("kiosk-1"));
  ASSERT_OK_AND_ASSIGN(const vault::AuthenticateRequest allowed,
                       Request(elsewhere, "kiosk-1"));
  EXPECT_OK(Authenticate(allowed));
}

// --- Time. ---

class ExpiredOpeningTest : public OpeningTestBase {
 protected:
  static void SetUpTestSuite() {
    stage::StageOptions options;
    options.opening_seconds = 1;
    RaiseWithoutAgent(options);
  }
  // What is tested is that time passes.
  static void WaitUntilAfter(int64_t expires_at_us) {
    absl::SleepFor(absl::FromUnixMicros(expires_at_us) - absl::Now() +
                   absl::Milliseconds(50));
  }
};

TEST_F(ExpiredOpeningTest, IsInsertAgainAndNeverAFailedVerification) {
  ASSERT_OK_AND_ASSIGN(const vault::Opening opening, IssueFor("kiosk-1"));
  ASSERT_OK_AND_ASSIGN(const vault::AuthenticateRequest request,
                       Request(opening, "kiosk-1"));
  WaitUntilAfter(opening.expires_at_us());
  EXPECT_THAT(Authenticate(request),
              StatusIs(StatusCode::kFailedPrecondition,
                       "the opening has expired: insert the card again"));
  EXPECT_EQ(Statistics().verifications_failed(), 0u);
  EXPECT_EQ(Statistics().sessions_authenticated(), 0u);
}

TEST_F(ExpiredOpeningTest, GetsNoPacketAtTheGateway) {
  ASSERT_OK_AND_ASSIGN(const auto agent, Agent("kiosk-1"));
  ASSERT_OK_AND_ASSIGN(const agent::v1::Opening opening, agent->NextOpening());
  ASSERT_OK_AND_ASSIGN(const Answers answers, RunOpening(opening));
  ASSERT_OK_AND_ASSIGN(const std::string job, stage_->AddJob("brokerage"));
  WaitUntilAfter(opening.expires_at_us());
  ASSERT_OK(
      agent->Answer(opening.opening_id(), answers.identify, answers.challenge));
  ExpectVerdict(agent->NextVerdict(), opening.opening_id(), kReadAgain);
  EXPECT_EQ(stage_->GetJob(job)->state(), pb::JOB_STATE_WAITING);
  EXPECT_THAT(stage_->Events("packet.sent"), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(stage_->Events("card.stopped"), IsOkAndHolds(IsEmpty()));
  EXPECT_EQ(Statistics().sessions_authenticated(), 0u);
  EXPECT_EQ(Statistics().verifications_failed(), 0u);
}

}  // namespace
}  // namespace cardferry::e2e
