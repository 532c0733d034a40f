// An opening is good for one card at one reader of one agent, once, and not for
// long: tried at the gateway by an agent that lies.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "lib/card/script/script.h"
#include "tests/e2e/bare_channel.h"
#include "tests/e2e/contacts.h"
#include "tests/e2e/lying_agent.h"
#include "tests/e2e/opening_fixture.h"
#include "tests/stage/pcscd.h"

namespace cardferry::e2e {
namespace {

namespace pb = ::cardferry::orchestrator::v1;

using ::testing::IsEmpty;

constexpr char kInsertAgain[] =
    "The card's answer could not be used. Take the card out and insert it "
    "again.";
constexpr char kReadAgain[] = "The card is read again. Leave it in the reader.";

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

// An agent with its own, good certificate.
absl::StatusOr<std::unique_ptr<LyingAgent>> Agent(const TestStage& stage,
                                                  const std::string& name) {
  return LyingAgent::Connect(
      BareChannel(stage::kOrchestratorPort, stage.folder().Tls("agent", name)),
      stage::kVirtualReader);
}

class GatewayOpeningTest : public OpeningFixture {
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

TEST_F(GatewayOpeningTest, OfAnotherAgentIsRefused) {
  ASSERT_OK_AND_ASSIGN(const auto honest, Agent(*stage_, "kiosk-1"));
  ASSERT_OK_AND_ASSIGN(const agent::v1::Opening opening, honest->NextOpening());
  ASSERT_OK_AND_ASSIGN(const Answers answers, RunOpening(opening));
  ASSERT_OK_AND_ASSIGN(const auto thief, Agent(*stage_, "kiosk-2"));
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

TEST_F(GatewayOpeningTest, UsedWithAnotherAnswerIsRefused) {
  ASSERT_OK_AND_ASSIGN(const auto agent, Agent(*stage_, "kiosk-1"));
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

class ExpiredGatewayOpeningTest : public OpeningFixture {
 protected:
  static void SetUpTestSuite() { RaiseWithoutAgent(ShortOpenings()); }
};

TEST_F(ExpiredGatewayOpeningTest, GetsNoPacket) {
  ASSERT_OK_AND_ASSIGN(const auto agent, Agent(*stage_, "kiosk-1"));
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
