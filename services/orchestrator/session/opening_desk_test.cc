#include "services/orchestrator/session/opening_desk.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "services/orchestrator/session/testing/session_fixture.h"

namespace cardferry::orchestrator {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const ReaderAddress kHere = {"kiosk-7", "Reader 0"};

class OpeningDeskTest : public SessionFixture {
 protected:
  OpeningDesk desk_{kHere, context_};
};

TEST_F(OpeningDeskTest, MakesOpeningsThatAskOnlyWhenAJobWaits) {
  ASSERT_OK_AND_ASSIGN(const GiveOpening quiet, desk_.Make(true));
  EXPECT_FALSE(quiet.run_challenge);
  EXPECT_EQ(quiet.reader, "Reader 0");
  EXPECT_EQ(AsString(quiet.scripts.identify), "identify");
  AddJob({"kiosk-7", "", ""});
  ASSERT_OK_AND_ASSIGN(const GiveOpening asking, desk_.Make(true));
  EXPECT_TRUE(asking.run_challenge);
  EXPECT_NE(asking.opening_id, quiet.opening_id);
  ASSERT_OK_AND_ASSIGN(const GiveOpening forbidden, desk_.Make(false));
  EXPECT_FALSE(forbidden.run_challenge);
}

TEST_F(OpeningDeskTest, TakesOneAnswerAndRecordsThat) {
  ASSERT_OK_AND_ASSIGN(const GiveOpening opening, desk_.Make(true));
  const OpeningAnswer answer = {{1}, {2}};
  EXPECT_THAT(desk_.Take(opening.opening_id, answer),
              IsOkAndHolds(AnswerCheck::kFresh));
  EXPECT_THAT(desk_.Take(opening.opening_id, answer),
              IsOkAndHolds(AnswerCheck::kSame));
  EXPECT_THAT(desk_.Take(opening.opening_id, {{1}, {3}}),
              IsOkAndHolds(AnswerCheck::kUsed));
  EXPECT_THAT(Events(), ElementsAre("opening.consumed"));
}

TEST_F(OpeningDeskTest, RefusesTheOpeningOfAnotherAgent) {
  ASSERT_OK_AND_ASSIGN(const GiveOpening opening, desk_.Make(true));
  OpeningDesk other({"kiosk-8", "Reader 0"}, context_);
  EXPECT_THAT(other.Take(opening.opening_id, {{1}, {2}}),
              IsOkAndHolds(AnswerCheck::kForeign));
  EXPECT_THAT(Events(), IsEmpty());
}

TEST_F(OpeningDeskTest, KnowsWhenAnOpeningHasExpired) {
  ASSERT_OK_AND_ASSIGN(const GiveOpening opening, desk_.Make(true));
  clock_.Advance(absl::Seconds(300));
  EXPECT_THAT(desk_.Take(opening.opening_id, {{1}, {2}}),
              IsOkAndHolds(AnswerCheck::kExpired));
}

TEST_F(OpeningDeskTest, PassesOnThatTheSequencerCannotBeReached) {
  sequencer_.FailOpen(absl::UnavailableError("down"));
  EXPECT_THAT(desk_.Make(true), StatusIs(absl::StatusCode::kUnavailable));
}

TEST(OpeningDesk, RenewsBeforeTheExpiry) {
  const auto until = [](absl::Duration life) {
    return OpeningDesk::UntilRenewal(At() + life, At());
  };
  EXPECT_EQ(until(absl::Minutes(10)), absl::Minutes(10) - absl::Seconds(30));
  EXPECT_EQ(until(absl::Seconds(40)), absl::Seconds(30));
  EXPECT_EQ(until(absl::ZeroDuration()), absl::Seconds(1));
  EXPECT_EQ(until(-absl::Hours(1)), absl::Seconds(1));
}

}  // namespace
}  // namespace cardferry::orchestrator
