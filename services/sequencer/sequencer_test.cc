#include "services/sequencer/sequencer.h"

#include "lib/base/status_matchers.h"
#include "services/sequencer/state_proto.h"
#include "services/sequencer/testing/sequencer_fixture.h"

namespace cardferry::sequencer {
namespace {

using absl::StatusCode;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

TEST_F(SequencerTest, OpensWithTheKeyvaultsChallenges) {
  ASSERT_OK_AND_ASSIGN(const auto openings,
                       sequencer_->Open("kiosk", "Reader 1", 2));
  ASSERT_THAT(openings, SizeIs(2));
  EXPECT_THAT(vault_->openings_for, ElementsAre("kiosk/Reader 1"));
  EXPECT_EQ(ToHex(openings[1].ticket), "7101");
  EXPECT_EQ(openings[1].expires_at, absl::FromUnixSeconds(1001));
  EXPECT_EQ(openings[1].identify.size(), 3u);
  EXPECT_EQ(ToHex(openings[1].challenge[0].command.Encode()),
            "8050000008010203040506070100");
}

TEST_F(SequencerTest, OpensOneToSixteen) {
  EXPECT_THAT(sequencer_->Open("a", "r", 0),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(sequencer_->Open("a", "r", 17),
              StatusIs(StatusCode::kInvalidArgument, "17 openings: 1 to 16"));
  vault_->fault = absl::UnavailableError("the HSM is away");
  EXPECT_THAT(sequencer_->Open("a", "r", 16),
              StatusIs(StatusCode::kUnavailable, "the HSM is away"));
}

TEST_F(SequencerTest, IdentifiesACardByItsProfileAndDiversificationData) {
  Sequencer::OpeningAnswers answers = Request().answers;
  ASSERT_OK_AND_ASSIGN(const auto identity, sequencer_->Identify(answers));
  EXPECT_EQ(identity.card_id, kCardId);
  EXPECT_EQ(identity.profile, "demo");
}

TEST_F(SequencerTest, WithoutAChallengeNobodyIsIdentified) {
  Sequencer::OpeningAnswers answers = Request().answers;
  answers.challenge.reset();
  ASSERT_OK_AND_ASSIGN(const auto identity, sequencer_->Identify(answers));
  EXPECT_EQ(identity.card_id, "");
  EXPECT_EQ(identity.profile, "");  // the key version tells the two apart
}

TEST_F(SequencerTest, AnUnknownTypeOfCardIsRefused) {
  card_.key_version_number = 0x7F;
  const Sequencer::Request request = Request();
  EXPECT_THAT(sequencer_->Identify(request.answers),
              StatusIs(StatusCode::kInvalidArgument,
                       "no card profile fits this card (ISD "
                       "A000000151000000, SCP03 i 70, key version 7F)"));
  EXPECT_THAT(sequencer_->Prepare(request),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(vault_->handshakes, testing::IsEmpty());
}

TEST_F(SequencerTest, LoadsAFreshCardInOneRoundTrip) {
  ASSERT_OK_AND_ASSIGN(const auto prepared, sequencer_->Prepare(Request()));
  EXPECT_EQ(prepared.card_id, kCardId);
  EXPECT_EQ(prepared.level, 0x03);
  EXPECT_EQ(prepared.changes, 5u);
  EXPECT_EQ(prepared.summary,
            "load F043464552525901 1.0, install F04346455252590101");
  EXPECT_EQ(prepared.script.size(), 12u);
  EXPECT_EQ(prepared.state.Commands(), 12u);

  const Conclusion conclusion = Insert();
  EXPECT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
  EXPECT_EQ(card_.packages.at(kBrokerage), 0x0100);
  EXPECT_EQ(card_.applications.at(kBrokerageApplet), kBrokerage);
}

TEST_F(SequencerTest, AsksTheKeyvaultForNoMoreThanItNeeds) {
  ASSERT_OK(sequencer_->Prepare(Request()));
  ASSERT_THAT(vault_->handshakes, SizeIs(1));
  const Keyvault::Handshake& handshake = vault_->handshakes[0];
  EXPECT_EQ(ToHex(handshake.ticket), "7100");
  EXPECT_EQ(handshake.agent, "agent");
  EXPECT_EQ(handshake.reader, "reader");
  EXPECT_EQ(handshake.key_set, "demo-keys");
  EXPECT_EQ(handshake.initialize_update_answer.size(), 32u);
  EXPECT_EQ(handshake.level_floor, 0x03);
  EXPECT_EQ(handshake.operation_class, Keyvault::OperationClass::kContent);
  EXPECT_THAT(vault_->protect_tokens, ElementsAre(Bytes{0x70}));
}

TEST_F(SequencerTest, SendsOnlyWhatTheKeyvaultProtected) {
  ASSERT_OK_AND_ASSIGN(const auto prepared, sequencer_->Prepare(Request()));
  for (const card::ScriptCommand& command : prepared.script) {
    EXPECT_EQ(command.command.header().cla, 0x84);
  }
  EXPECT_EQ(prepared.script[0].command.header().ins, 0x82);
  EXPECT_EQ(prepared.script[0].on_mismatch, card::OnMismatch::kStop);
  EXPECT_FALSE(
      card::IsExpected(prepared.script[0], {{}, card::StatusWord(0x6300)}));
}

TEST_F(SequencerTest, TheSecondTimeThereIsNothingToDo) {
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  card_.changes = 0;
  ASSERT_OK_AND_ASSIGN(const auto prepared, sequencer_->Prepare(Request()));
  EXPECT_EQ(prepared.changes, 0u);
  EXPECT_EQ(prepared.summary, "nothing to do");
  EXPECT_EQ(vault_->handshakes.back().operation_class,
            Keyvault::OperationClass::kRead);
  const Conclusion again = Insert();
  EXPECT_EQ(again.outcome, Outcome::kDone);
  EXPECT_EQ(again.reason, "The card held what it should already.");
  EXPECT_EQ(card_.changes, 0u);
}

TEST_F(SequencerTest, ACardThatDiffersTakesASecondRoundTrip) {
  card_.packages[A("F04346455299")] = 0x0203;
  card_.applications.emplace(A("F0434645529901"), A("F04346455299"));
  EXPECT_EQ(Insert().outcome, Outcome::kCardDiffers);
  EXPECT_EQ(card_.changes, 0u);
  EXPECT_EQ(Insert().outcome, Outcome::kDone);
  EXPECT_THAT(card_.packages, SizeIs(2));
}

TEST_F(SequencerTest, ALostRecordCostsARoundTripAndChangesNothing) {
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  record_.reset();
  card_.changes = 0;
  EXPECT_EQ(Insert().outcome, Outcome::kCardDiffers);
  EXPECT_EQ(Insert().outcome, Outcome::kDone);
  EXPECT_EQ(card_.changes, 0u);
}

TEST_F(SequencerTest, ACardThatLostItsContentIsLoadedAgain) {
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  card_.packages.clear();
  card_.applications.clear();
  EXPECT_EQ(Insert().outcome, Outcome::kCardDiffers);  // nothing to do, it said
  EXPECT_EQ(Insert().outcome, Outcome::kDone);
  EXPECT_THAT(card_.packages, SizeIs(1));
}

TEST_F(SequencerTest, ReadsListsOfManyPages) {
  card_.entries_per_page = 1;
  for (int i = 0; i < 6; ++i) {
    card_.packages[A("F0434645521" + std::to_string(i))] = 0x0100;
  }
  int insertions = 1;
  Conclusion conclusion = Insert();
  while (conclusion.outcome == Outcome::kCardDiffers && insertions < 10) {
    conclusion = Insert();
    ++insertions;
  }
  // 1 page, 2 pages, 4 pages, 8 pages; then the load.
  EXPECT_EQ(insertions, 5);
  EXPECT_EQ(conclusion.outcome, Outcome::kDone);
  EXPECT_EQ(Insert().outcome, Outcome::kDone);
  EXPECT_THAT(card_.packages, SizeIs(7));
}

TEST_F(SequencerTest, RefusesListsWithoutEnd) {
  card_.entries_per_page = 1;
  for (int i = 10; i < 40; ++i) {
    card_.packages[A("F04346455210" + std::to_string(i))] = 0x0100;
  }
  for (int pages = 1; pages <= 16; pages *= 2) {
    EXPECT_EQ(Insert().outcome, Outcome::kCardDiffers) << pages;
  }
  EXPECT_THAT(sequencer_->Prepare(Request()),
              StatusIs(StatusCode::kInvalidArgument,
                       "the card's lists go on after 16 pages: more than are "
                       "read"));
}

TEST_F(SequencerTest, RefusesBeforeTheKeyvaultIsAsked) {
  desired_.packages[0].file = LoadApplet("tables61.cap");
  desired_.packages[0].applets.clear();
  EXPECT_THAT(sequencer_->Prepare(Request()),
              StatusIs(StatusCode::kResourceExhausted,
                       HasSubstr("carry at most 61184")));
  EXPECT_THAT(vault_->handshakes, testing::IsEmpty());
}

TEST_F(SequencerTest, ParametersAreNeverSentInTheClear) {
  CardProfile maced = TestProfile("demo", 0x30);
  maced.level_floor = 0x01;
  Serve({maced});
  EXPECT_EQ(sequencer_->Prepare(Request())->level, 0x03);
  desired_.packages[0].applets[0].parameters.clear();
  EXPECT_EQ(sequencer_->Prepare(Request())->level, 0x01);
  desired_.packages = {{LoadApplet("tables61.cap"), {}}};
  EXPECT_OK(sequencer_->Prepare(Request()));
}

TEST_F(SequencerTest, PlansForTheLevelThatTheSessionHas) {
  desired_.packages[0].applets[0].parameters = Bytes(150, 0x41);
  vault_->raise = 0x30;
  ASSERT_OK_AND_ASSIGN(const auto prepared, sequencer_->Prepare(Request()));
  EXPECT_EQ(prepared.level, 0x33);
  vault_->raise = 0;
  vault_->lower = 0x02;
  EXPECT_THAT(sequencer_->Prepare(Request()),
              StatusIs(StatusCode::kInternal,
                       "the keyvault opened security level 01, the least is "
                       "03"));
}

TEST_F(SequencerTest, PassesTheKeyvaultsRefusalOn) {
  for (const absl::Status& fault : {absl::DataLossError("wrong cryptogram"),
                                    absl::FailedPreconditionError("expired"),
                                    absl::UnavailableError("away")}) {
    vault_->fault = absl::OkStatus();
    const Sequencer::Request request = Request();
    vault_->fault = fault;
    EXPECT_EQ(sequencer_->Prepare(request).status(), fault);
  }
}

TEST_F(SequencerTest, TheProvenCardMustBeTheOneThatIsMeant) {
  Sequencer::Request request = Request();
  request.card_id = "demo-keys/22222222222222222222";
  EXPECT_THAT(sequencer_->Prepare(request),
              StatusIs(StatusCode::kInvalidArgument,
                       "the answers are of card demo-keys/"
                       "11111111111111111111, not of demo-keys/"
                       "22222222222222222222"));
  vault_->proven_key_set = "stolen-keys";
  EXPECT_THAT(sequencer_->Prepare(Request()),
              StatusIs(StatusCode::kInternal,
                       HasSubstr("the keyvault proved card stolen-keys/")));
}

TEST_F(SequencerTest, ARecordBelongsToOneCard) {
  record_ = CardRecord{"demo-keys/22"};
  EXPECT_THAT(sequencer_->Prepare(Request()),
              StatusIs(StatusCode::kInvalidArgument,
                       HasSubstr("the record is of card demo-keys/22")));
}

TEST_F(SequencerTest, ProductionDataAreBoundAtTheFirstSession) {
  Sequencer::Request request = Request();
  request.answers.identify.answers[2] = {Bytes(42, 0x47), card::kSuccess};
  ASSERT_OK_AND_ASSIGN(const auto prepared, sequencer_->Prepare(request));
  EXPECT_EQ(prepared.state.record.cplc, Bytes(42, 0x47));

  request.record = prepared.state.record;
  EXPECT_OK(sequencer_->Prepare(request));
  request.answers.identify.answers[2] = {Bytes(42, 0x48), card::kSuccess};
  EXPECT_THAT(sequencer_->Prepare(request),
              StatusIs(StatusCode::kInvalidArgument,
                       HasSubstr("says other production data than before")));
}

TEST_F(SequencerTest, NeedsTheAnswerToTheChallenge) {
  Sequencer::Request request = Request();
  request.answers.challenge.reset();
  EXPECT_THAT(sequencer_->Prepare(request),
              StatusIs(StatusCode::kFailedPrecondition,
                       "the card was not asked for a challenge"));
}

// Its lists show the desired version: only its origin tells that it is another.
TEST_F(SequencerTest, ACardWhosePlanIsRefusedIsNotDoneByBeingRead) {
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  record_->origins[kBrokerage].content_hash = Bytes(32, 0x77);
  record_->read_at = absl::Now() - absl::Minutes(5);
  ASSERT_OK_AND_ASSIGN(const auto prepared, sequencer_->Prepare(Request()));
  EXPECT_EQ(prepared.summary, "read the card first");
  EXPECT_EQ(prepared.changes, 0u);
  EXPECT_EQ(Insert().outcome, Outcome::kCardDiffers);
  EXPECT_THAT(sequencer_->Prepare(Request()),
              StatusIs(StatusCode::kInvalidArgument,
                       HasSubstr("is on the card with other content")));
}

TEST_F(SequencerTest, NorIsOneOfWhichOnlyAPageIsKnown) {
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  card_.packages[A("F0434645529999")] = 0x0100;
  card_.entries_per_page = 1;
  ASSERT_EQ(Insert().outcome, Outcome::kDone);  // all of it is on the page
  record_->origins[kBrokerage] = {Bytes(32, 0x77)};
  ASSERT_FALSE(ReadContent(*record_->snapshot)->complete);
  EXPECT_EQ(Insert().outcome, Outcome::kCardDiffers);
  EXPECT_THAT(sequencer_->Prepare(Request()),
              StatusIs(StatusCode::kInvalidArgument,
                       HasSubstr("is on the card with other content")));
}

// The agent's journal had nothing of what was sent when its power was back.
TEST_F(SequencerTest, AReportWithoutAnswersLeavesTheContentUnknown) {
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  const DesiredState before = desired_;
  record_->origins[kBrokerage].content_hash = Bytes(32, 0x77);
  desired_.packages[0].replace = true;
  ASSERT_OK_AND_ASSIGN(const auto prepared, sequencer_->Prepare(Request()));
  ASSERT_GT(prepared.changes, 0u);
  card_.Run(prepared.script);
  ASSERT_OK_AND_ASSIGN(
      const Conclusion conclusion,
      sequencer_->Conclude(prepared.state, {{}, card::RunEnd::kUnknown}));
  record_ = conclusion.record;
  EXPECT_EQ(record_->read_at, absl::InfinitePast());
  desired_ = before;
  EXPECT_EQ(Insert().outcome, Outcome::kCardDiffers);
  EXPECT_THAT(sequencer_->Prepare(Request()),
              StatusIs(StatusCode::kInvalidArgument,
                       HasSubstr("nobody knows from which file")));
}

TEST_F(SequencerTest, WhatHasDataKeepsItThroughALostReport) {
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  record_->stored = {{kBrokerageApplet, {Bytes(32, 0x01)}}};
  desired_.packages[0].file = LoadApplet("brokerage.cap", 2, 0);
  desired_.packages[0].replace = true;
  Sequencer::Request request = Request();
  request.record_in_doubt = true;
  ASSERT_OK_AND_ASSIGN(const auto prepared, sequencer_->Prepare(request));
  EXPECT_EQ(prepared.changes, 0u);
  ASSERT_OK_AND_ASSIGN(
      const Conclusion conclusion,
      sequencer_->Conclude(prepared.state, card_.Run(prepared.script)));
  ASSERT_OK_AND_ASSIGN(record_,
                       DecodeCardRecord(EncodeCardRecord(conclusion.record)));
  EXPECT_THAT(record_->stored,
              ElementsAre(testing::Pair(kBrokerageApplet, testing::IsEmpty())));
  EXPECT_THAT(
      sequencer_->Prepare(Request()),
      StatusIs(StatusCode::kInvalidArgument, HasSubstr("--allow-data-loss")));
}

TEST_F(SequencerTest, WhatACardOnceSaidOfItsRightsIsNoReasonForEver) {
  record_ = CardRecord{kCardId};
  record_->security_domain =
      FromHexOrDie("E3134F08A0000001510000009F7001FFC5039EDE80");
  record_->read_at = absl::Now();
  EXPECT_THAT(sequencer_->Prepare(Request()),
              StatusIs(StatusCode::kInvalidArgument,
                       HasSubstr("the card is TERMINATED")));
  record_->read_at = absl::Now() - absl::Minutes(5);
  ASSERT_OK_AND_ASSIGN(const auto prepared, sequencer_->Prepare(Request()));
  EXPECT_GT(prepared.changes, 0u);
  EXPECT_EQ(prepared.state.record.security_domain, record_->security_domain);
}

}  // namespace
}  // namespace cardferry::sequencer
