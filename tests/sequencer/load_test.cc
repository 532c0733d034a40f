// A load from the plan to the card, without processes and network: the
// sequencer and the keyvault's domain (known keys instead of an HSM) on one
// side, the simulated card with its own channel code on the other.
#include "absl/strings/str_format.h"
#include "lib/base/status_matchers.h"
#include "tests/sequencer/insertion_test.h"

namespace cardferry::sequencer {
namespace {

using absl::StatusCode;
using testing::SizeIs;

class LoadTest : public InsertionTest {
 protected:
  // INSTALL [for load], LOADs, INSTALL: one more with MACs of 16 bytes.
  static size_t ChangesOfBrokerage() { return GetParam().IsS16() ? 6 : 5; }
};

INSTANTIATE_TEST_SUITE_P(CardTypes, LoadTest, testing::ValuesIn(CardTypes()),
                         NameOfCardType);

TEST_P(LoadTest, AFreshCardIsLoadedInOneBundle) {
  const Conclusion conclusion = Insert();
  EXPECT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
  EXPECT_EQ(changes_, ChangesOfBrokerage());
  EXPECT_THAT(conclusion.content.load_files, SizeIs(1));
  EXPECT_THAT(conclusion.content.applications, SizeIs(1));
  EXPECT_EQ(Ask("00A4040009F0434645525259010100").substr(0, 2), "90");
  EXPECT_EQ(Ask("8010000000"), ToHex(AsBytes(kAccount)) + "9000");
}

TEST_P(LoadTest, TheCardComparesWhatItIsGivenWithItsHash) {
  rules_.load_file_hash = crypto::HashAlgorithm::kSha256;
  Serve(card::DeleteRelated::kNo);
  const Conclusion conclusion = Insert();
  EXPECT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
  EXPECT_EQ(changes_, ChangesOfBrokerage());
}

TEST_P(LoadTest, TheSecondTimeNothingIsChanged) {
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  EXPECT_EQ(Insert().outcome, Outcome::kDone);
  EXPECT_EQ(changes_, 0u);
}

TEST_P(LoadTest, ACardOfUnknownContentTakesTwoBundles) {
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  record_.reset();
  desired_.packages.push_back(Package("greetinglib.cap"));
  EXPECT_EQ(Insert().outcome, Outcome::kCardDiffers);
  const Conclusion conclusion = Insert();
  EXPECT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
  EXPECT_THAT(conclusion.content.load_files, SizeIs(2));
}

TEST_P(LoadTest, ALibraryGoesBeforeWhatImportsIt) {
  desired_.packages = {Package("greeter.cap", kGreeterApplet, "")};
  EXPECT_THAT(Prepare(), StatusIs(StatusCode::kInvalidArgument));
  desired_.packages.push_back(Package("greetinglib.cap"));
  const Conclusion conclusion = Insert();
  EXPECT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
}

TEST_P(LoadTest, AThirtyKilobyteLoadIsOneBundle) {
  desired_.packages = {Package("tables30.cap")};
  const Conclusion conclusion = Insert();
  EXPECT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
  // INSTALL [for load] and LOADs for 29820 bytes, of 247 or 239 each; in S16
  // mode of 239 or 223.
  const bool plain = GetParam().level_floor == 0x01;
  EXPECT_EQ(changes_,
            GetParam().IsS16() ? (plain ? 126u : 135u) : (plain ? 122u : 126u));
}

TEST_P(LoadTest, ALoadFileThatFitsOnlyWithoutEncryption) {
  desired_.packages = {Package("tables61.cap")};
  const bool plain = GetParam().level_floor == 0x01;
  if (plain && !GetParam().IsS16()) {
    const Conclusion conclusion = Insert();
    EXPECT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
    return;
  }
  EXPECT_THAT(
      Prepare(),
      StatusIs(
          StatusCode::kResourceExhausted,
          absl::StrFormat(
              "package F043464552525906: the load file has 62376 bytes with "
              "its tag and length; short commands at security level %02X%s "
              "carry "
              "at most %d",
              GetParam().level_floor,
              GetParam().IsS16() ? " with MACs of 16 bytes" : "",
              GetParam().IsS16() && !plain ? 57088 : 61184)));
}

TEST_P(LoadTest, ExtendedLengthCarriesItAtEveryLevel) {
  longest_command_ = 4000;
  Serve(card::DeleteRelated::kNo);
  desired_.packages = {Package("tables61.cap")};
  if (GetParam().is_scp01) {  // which encrypts short commands only
    EXPECT_THAT(Prepare(), StatusIs(StatusCode::kResourceExhausted));
    return;
  }
  const Conclusion conclusion = Insert();
  EXPECT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
  EXPECT_EQ(changes_, 1u + 16u);  // INSTALL [for load], 62376 bytes
  EXPECT_EQ(Insert().outcome, Outcome::kDone);
  EXPECT_EQ(changes_, 0u);
}

TEST_P(LoadTest, WhatTheCardSaysIsProvenByItsMacs) {
  const bool macs = (GetParam().level_floor & 0x10) != 0;
  const Conclusion conclusion = InsertUntilKnown();
  ASSERT_EQ(conclusion.facts.size(), 2u);
  for (const Fact& fact : conclusion.facts) {
    EXPECT_EQ(fact.assurance, macs ? Assurance::kProven : Assurance::kReported)
        << fact.text;
  }
  EXPECT_EQ(conclusion.content_proven, macs);
}

TEST_P(LoadTest, AnAnswerThatIsNotTheCardsIsFoundByItsMac) {
  const bool macs = (GetParam().level_floor & 0x10) != 0;
  ASSERT_OK_AND_ASSIGN(const Sequencer::Prepared prepared, Prepare());
  card::Transcript transcript = Run(prepared.script);
  ASSERT_FALSE(transcript.answers.back().data.empty());
  transcript.answers.back().data[0] ^= 0x01;
  ASSERT_OK_AND_ASSIGN(const Conclusion conclusion,
                       sequencer_->Conclude(prepared.state, transcript));
  EXPECT_EQ(conclusion.outcome == Outcome::kForged, macs) << conclusion.reason;
}

TEST_P(LoadTest, TheRecordHasTheProvenCounterOfTheSession) {
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  const std::optional<uint32_t> first = record_->sequence_counter;
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  // SCP03's is not proven.
  ASSERT_EQ(first.has_value(), GetParam().IsScp02());
  if (!first.has_value()) return;
  EXPECT_EQ(*record_->sequence_counter, *first + 1);
}

TEST_P(LoadTest, ConvergesWhereverTheCardIsPulled) {
  const size_t commands = Prepare()->script.size();
  for (size_t answered = 0; answered < commands; ++answered) {
    NewCard();
    EXPECT_EQ(Insert(answered).outcome, Outcome::kUnknown) << answered;
    Conclusion conclusion = Insert();
    if (conclusion.outcome == Outcome::kCardDiffers) conclusion = Insert();
    EXPECT_EQ(conclusion.outcome, Outcome::kDone)
        << answered << ": " << conclusion.reason;
    EXPECT_THAT(card_->registry().packages(), SizeIs(1)) << answered;
    EXPECT_THAT(card_->registry().applications(), SizeIs(1)) << answered;
  }
}

TEST_P(LoadTest, ACardOfOtherKeysIsStoppedBeforeItIsAuthenticated) {
  NewCard(0x02);
  EXPECT_THAT(Prepare(), StatusIs(StatusCode::kDataLoss));
}

TEST_P(LoadTest, AnOpeningServesOneCardOnce) {
  const auto opening = sequencer_->Open("kiosk", "slot", 1);
  ASSERT_OK(opening);
  const auto prepare = [&] {
    card_->Reset();
    const Sequencer::OpeningAnswers answers{Run(opening->front().identify),
                                            Run(opening->front().challenge)};
    return sequencer_->Prepare({opening->front().ticket, "kiosk", "slot",
                                answers, desired_, "test/00010203040506070809",
                                record_});
  };
  const auto first = prepare();
  ASSERT_OK(first);
  // Until the session has moved its counter, a card with pseudo-random
  // challenges gives the same answer again: that is the same request once more.
  Run(first->script);
  EXPECT_THAT(prepare(), StatusIs(StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace cardferry::sequencer
