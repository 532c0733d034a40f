// What a session with R-MAC proves, and what becomes of answers that were
// changed on their way.
#include "lib/base/status_matchers.h"
#include "services/sequencer/state_proto.h"
#include "services/sequencer/testing/sequencer_fixture.h"

namespace cardferry::sequencer {
namespace {

using card::RunEnd;
using card::Transcript;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr uint8_t kMaced = 0x13;
constexpr uint8_t kEncrypted = 0x33;

class SequencerProofTest : public SequencerTest {
 protected:
  SequencerProofTest() { ServeAt(kMaced); }

  void ServeAt(uint8_t level) {
    CardProfile profile = TestProfile("demo", 0x30);
    profile.level_floor = level;
    Serve({profile});
  }

  // A packet and what the card says to it.
  Sequencer::Prepared Prepared() {
    auto prepared = sequencer_->Prepare(Request());
    EXPECT_OK(prepared);
    return *std::move(prepared);
  }

  Conclusion Concluded(const BundleState& state, const Transcript& transcript) {
    auto conclusion = sequencer_->Conclude(state, transcript);
    EXPECT_OK(conclusion);
    return conclusion.ok() ? *std::move(conclusion) : Conclusion();
  }

  static auto AllAre(Assurance assurance) {
    return Each(Field(&Fact::assurance, assurance));
  }
};

TEST_F(SequencerProofTest, WhatTheCardMacedIsProven) {
  for (const uint8_t level : {kMaced, kEncrypted}) {
    ServeAt(level);
    card_ = FakeCard();
    record_.reset();
    const Conclusion conclusion = Insert();
    EXPECT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
    EXPECT_THAT(conclusion.facts, SizeIs(2));
    EXPECT_THAT(conclusion.facts, AllAre(Assurance::kProven));
    ASSERT_TRUE(SecurityDomainOf(conclusion.record).has_value());
    EXPECT_EQ(SecurityDomainOf(conclusion.record)->life_cycle, 0x0F);
    EXPECT_EQ(Insert().outcome, Outcome::kDone);
    EXPECT_EQ(card_.changes, 5u) << "the second time nothing is changed";
  }
}

TEST_F(SequencerProofTest, TheKeyvaultSeesThePacketAsItWasSent) {
  const Sequencer::Prepared prepared = Prepared();
  const Transcript answers = card_.Run(prepared.script);
  Concluded(prepared.state, answers);
  ASSERT_TRUE(vault_->verified.has_value());
  const Keyvault::Packet& packet = *vault_->verified;
  ASSERT_EQ(packet.commands.size(), prepared.script.size());
  for (size_t i = 0; i < packet.commands.size(); ++i) {
    EXPECT_EQ(packet.commands[i], prepared.script[i].command);
  }
  EXPECT_EQ(packet.answers, answers.answers);
  EXPECT_EQ(packet.verify_token, (Bytes{0x7E, kMaced}));
}

TEST_F(SequencerProofTest, WithoutResponseMacsNobodyIsAsked) {
  ServeAt(0x03);
  const Conclusion conclusion = Insert();
  EXPECT_THAT(conclusion.facts, AllAre(Assurance::kReported));
  EXPECT_EQ(SecurityDomainOf(conclusion.record), std::nullopt);
  EXPECT_FALSE(vault_->verified.has_value());
}

TEST_F(SequencerProofTest, AnotherReplicaConcludesFromTheState) {
  const Sequencer::Prepared prepared = Prepared();
  const Transcript answers = card_.Run(prepared.script);
  const std::string state = EncodeBundleState(prepared.state);
  ServeAt(kMaced);
  EXPECT_THAT(Concluded(*DecodeBundleState(state), answers).facts,
              AllAre(Assurance::kProven));
}

TEST_F(SequencerProofTest, OneChangedAnswerSpoilsThemAll) {
  const Sequencer::Prepared prepared = Prepared();
  const Transcript genuine = card_.Run(prepared.script);
  for (size_t i = 1; i < genuine.answers.size(); ++i) {
    Transcript changed = genuine;
    if (changed.answers[i].sw != card::kSuccess) continue;
    changed.answers[i].data.back() ^= 0x01;
    const Conclusion conclusion = Concluded(prepared.state, changed);
    EXPECT_EQ(conclusion.outcome, Outcome::kForged) << i;
    EXPECT_THAT(conclusion.reason,
                HasSubstr("The card's answers were changed on their way"));
    EXPECT_THAT(conclusion.facts, IsEmpty());
    EXPECT_EQ(conclusion.record, prepared.state.record);
  }
}

TEST_F(SequencerProofTest, ASuccessThatTheCardDidNotGiveIsForged) {
  card_.faults[0xE6] = 0x6A84;
  const Sequencer::Prepared prepared = Prepared();
  Transcript lie = card_.Run(prepared.script);
  lie.answers.back() = {{0x00}, card::kSuccess};
  EXPECT_EQ(Concluded(prepared.state, lie).outcome, Outcome::kForged);
}

// Errors have no MAC: a hostile agent could give them for all that it never
// sent.
TEST_F(SequencerProofTest, ErrorsInPlaceOfAllAnswersAreForged) {
  const Sequencer::Prepared prepared = Prepared();
  Transcript errors = card_.Run(prepared.script);
  for (size_t i = 1; i < errors.answers.size(); ++i) {
    errors.answers[i] = {{}, card::kReferencedDataNotFound};
  }
  const Conclusion conclusion = Concluded(prepared.state, errors);
  EXPECT_EQ(conclusion.outcome, Outcome::kForged);
  EXPECT_THAT(conclusion.reason, HasSubstr("has no MAC"));
}

TEST_F(SequencerProofTest, ContentIsProvenWhenBothListsAre) {
  EXPECT_TRUE(Insert().content_proven);
  ServeAt(0x03);
  EXPECT_FALSE(Insert().content_proven);
}

TEST_F(SequencerProofTest, NoCutListIsDone) {
  const Sequencer::Prepared prepared = Prepared();
  const Transcript whole = card_.Run(prepared.script);
  for (size_t count = 0; count < whole.answers.size(); ++count) {
    Transcript cut = whole;
    cut.answers.resize(count);
    EXPECT_EQ(Concluded(prepared.state, cut).outcome, Outcome::kForged)
        << count;
    cut.end = RunEnd::kUnknown;  // as when the card is pulled
    EXPECT_EQ(Concluded(prepared.state, cut).outcome, Outcome::kUnknown)
        << count;
  }
}

TEST_F(SequencerProofTest, AnAgentDoesNotStopAtASuccessOfTheCard) {
  const Sequencer::Prepared prepared = Prepared();
  Transcript cut = card_.Run(prepared.script);
  cut.answers.resize(7);  // INSTALL [for load] and two LOAD went through
  cut.end = RunEnd::kStopped;
  const Conclusion conclusion = Concluded(prepared.state, cut);
  EXPECT_EQ(conclusion.outcome, Outcome::kForged);
  EXPECT_THAT(conclusion.reason, HasSubstr("the ones from LOAD 3 of 3 of "
                                           "F043464552525901 on are missing"));
}

TEST_F(SequencerProofTest, AReportThatComesTooLateProvesNothing) {
  const Sequencer::Prepared prepared = Prepared();
  const Transcript answers = card_.Run(prepared.script);
  vault_->fault = absl::FailedPreconditionError("expired");
  const Conclusion conclusion = Concluded(prepared.state, answers);
  EXPECT_EQ(conclusion.outcome, Outcome::kUnknown);
  EXPECT_THAT(conclusion.reason, HasSubstr("can no longer be checked"));
  EXPECT_EQ(conclusion.record, prepared.state.record);
  vault_->fault = absl::UnavailableError("try later");
  EXPECT_THAT(sequencer_->Conclude(prepared.state, answers),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(SequencerProofTest, AReportThatComesTooLateLeavesTheKnownContent) {
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  record_->origins[kBrokerage].content_hash = Bytes(32, 0x77);
  desired_.packages[0].replace = true;
  const Sequencer::Prepared prepared = Prepared();
  ASSERT_GT(prepared.changes, 0u);
  const Transcript answers = card_.Run(prepared.script);
  vault_->fault = absl::FailedPreconditionError("expired");
  const Conclusion late = Concluded(prepared.state, answers);
  EXPECT_NE(late.content.FindLoadFile(kBrokerage), nullptr);
  EXPECT_NE(late.content.FindApplication(kBrokerageApplet), nullptr);
  EXPECT_FALSE(late.content_proven);
  EXPECT_EQ(late.record.origins.at(kBrokerage).content_hash, UnknownContent());
}

TEST_F(SequencerProofTest, TheIdentityIsReadAgainUnderTheCardsMacs) {
  for (const uint8_t level : {kMaced, kEncrypted}) {
    ServeAt(level);
    card_ = FakeCard();
    card_.objects[0x9F7F] = Bytes(42, 0x47);
    record_.reset();
    const Sequencer::Prepared prepared = Prepared();
    EXPECT_FALSE(prepared.state.record.identity_proven);
    Conclusion conclusion =
        Concluded(prepared.state, card_.Run(prepared.script));
    EXPECT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
    EXPECT_TRUE(conclusion.record.identity_proven);
    EXPECT_THAT(conclusion.alarms, IsEmpty());
    // The agent has said something else before.
    card_ = FakeCard();
    card_.objects[0x9F7F] = Bytes(42, 0x48);
    conclusion = Concluded(prepared.state, card_.Run(prepared.script));
    ASSERT_THAT(conclusion.alarms, SizeIs(1));
    EXPECT_EQ(conclusion.record.cplc, Bytes(42, 0x48));
    // Once it is proven it is not read any more.
    record_ = conclusion.record;
    const size_t commands = Prepared().script.size();
    record_->identity_proven = false;
    EXPECT_EQ(Prepared().script.size(), commands + 1);
  }
}

TEST_F(SequencerProofTest, ADeletionIsProvenAlthoughTheListsAreEmpty) {
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  desired_ = {{}, {kBrokerage}, {}};
  const Conclusion conclusion = Insert();
  EXPECT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
  EXPECT_THAT(conclusion.facts,
              ElementsAre(Fact{"package F043464552525901 is not on the card",
                               Assurance::kProven}));
  // The empty list alone is an error, which nothing proves.
  EXPECT_THAT(Insert().facts, AllAre(Assurance::kReported));
}

TEST_F(SequencerProofTest, AnUnseenCardIsReadBeforeSomethingIsDeleted) {
  ServeAt(kEncrypted);
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  record_->read_at = absl::Now() - absl::Hours(24);
  desired_ = {{}, {kBrokerage}, {}};
  const Sequencer::Prepared first = Prepared();
  EXPECT_EQ(first.changes, 0u);
  EXPECT_EQ(first.summary, "read the card first");
  const Conclusion read = Concluded(first.state, card_.Run(first.script));
  EXPECT_EQ(read.outcome, Outcome::kCardDiffers);
  EXPECT_THAT(read.reason, HasSubstr("Nothing was changed"));
  record_ = read.record;
  EXPECT_GT(Prepared().changes, 0u);
  EXPECT_EQ(Insert().outcome, Outcome::kDone);
  EXPECT_THAT(card_.packages, IsEmpty());
}

// Its version is the desired one's: the lists alone would not tell.
TEST_F(SequencerProofTest, ACardIsNotDoneBecauseItWasReadFirst) {
  ServeAt(kEncrypted);
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  record_->read_at = absl::InfinitePast();
  record_->origins[kBrokerage].content_hash = Bytes(32, 0x77);
  desired_.packages[0].replace = true;
  EXPECT_EQ(Insert().outcome, Outcome::kCardDiffers);
  const Conclusion conclusion = Insert();
  EXPECT_EQ(conclusion.outcome, Outcome::kDone);
  EXPECT_EQ(conclusion.record.origins.at(kBrokerage).content_hash,
            desired_.packages[0].file->content_hash);
}

TEST_F(SequencerProofTest, WhatIsReadIsAsOldAsItsPacket) {
  const Sequencer::Prepared prepared = Prepared();
  const Transcript answers = card_.Run(prepared.script);
  EXPECT_EQ(Concluded(prepared.state, answers).record.read_at,
            prepared.state.prepared_at);
  EXPECT_GT(prepared.state.prepared_at, absl::Now() - absl::Minutes(1));
}

TEST_F(SequencerProofTest, ABrokenChangeLeavesNothingThatWasReadJustNow) {
  ServeAt(kEncrypted);
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  desired_ = {{}, {kBrokerage}, {}};
  const Sequencer::Prepared prepared = Prepared();
  ASSERT_GT(prepared.changes, 0u);
  Transcript broken = card_.Run(prepared.script);
  broken.answers.pop_back();
  broken.end = RunEnd::kUnknown;
  const Conclusion conclusion = Concluded(prepared.state, broken);
  EXPECT_EQ(conclusion.outcome, Outcome::kUnknown);
  EXPECT_EQ(conclusion.record.read_at, absl::InfinitePast());
}

// It was read just now; but a packet was sent since, and nobody knows what came
// of it.
TEST_F(SequencerProofTest, WhatIsInDoubtIsReadBeforeSomethingIsDeleted) {
  ServeAt(kEncrypted);
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  desired_ = {{}, {kBrokerage}, {}};
  Sequencer::Request request = Request();
  request.record_in_doubt = true;
  ASSERT_OK_AND_ASSIGN(const Sequencer::Prepared first,
                       sequencer_->Prepare(request));
  EXPECT_EQ(first.changes, 0u);
  EXPECT_EQ(first.summary, "read the card first");
  // A report that the card was not read by ends no doubt.
  Transcript broken = card_.Run(first.script);
  broken.answers.resize(1);
  broken.end = RunEnd::kUnknown;
  record_ = Concluded(first.state, broken).record;
  const Sequencer::Prepared second = Prepared();
  EXPECT_EQ(second.changes, 0u);
  record_ = Concluded(second.state, card_.Run(second.script)).record;
  EXPECT_GT(Prepared().changes, 0u);
}

TEST_F(SequencerProofTest, WhatTheAgentComparesMayBeInDoubt) {
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  desired_ = {{}, {kBrokerage}, {}};
  Sequencer::Request request = Request();
  request.record_in_doubt = true;
  ASSERT_OK_AND_ASSIGN(const Sequencer::Prepared prepared,
                       sequencer_->Prepare(request));
  EXPECT_GT(prepared.changes, 0u);
}

TEST_F(SequencerProofTest, WhatWasReadInTheFutureIsReadAgain) {
  ServeAt(kEncrypted);
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  record_->read_at = absl::Now() + absl::Hours(1);
  desired_ = {{}, {kBrokerage}, {}};
  EXPECT_EQ(Prepared().changes, 0u);
}

TEST_F(SequencerProofTest, ACardThatTheAgentCouldNotCompareIsPlannedAnew) {
  ServeAt(kEncrypted);
  // Of the length of what is recorded, and not it.
  card_.packages[A("F0AAAAAAAA")] = 0x0100;
  ASSERT_EQ(Insert().outcome, Outcome::kCardDiffers);
  card_.packages = {{A("F0BBBBBBBB"), 0x0100}};
  card_.faults[0xE6] = 0x6985;
  const Conclusion surprise = Insert();
  EXPECT_EQ(surprise.outcome, Outcome::kCardDiffers) << surprise.reason;
  EXPECT_THAT(surprise.reason, HasSubstr("did not hold what was recorded"));
  card_.faults.clear();
  EXPECT_EQ(Insert().outcome, Outcome::kDone);
}

}  // namespace
}  // namespace cardferry::sequencer
