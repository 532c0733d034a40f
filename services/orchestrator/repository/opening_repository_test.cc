#include "services/orchestrator/repository/opening_repository.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "services/orchestrator/repository/testing/database_fixture.h"

namespace cardferry::orchestrator {
namespace {

const ReaderAddress kHere = {"kiosk-7", "Reader 0"};
const OpeningAnswer kAnswer = {{1, 2}, {3}};

class OpeningRepositoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK(db_.Do([](store::Transaction& tx) {
      return OpeningRepository(tx).Add({"o1", kHere, {0x77}, At(60)}, At());
    }));
  }
  absl::StatusOr<AnswerCheck> Answer(const OpeningAnswer& answer,
                                     absl::Time now = At(1),
                                     const ReaderAddress& from = kHere,
                                     const std::string& id = "o1") {
    return db_.Do([&](store::Transaction& tx) {
      return OpeningRepository(tx).Answer(id, from, answer, now);
    });
  }

  DatabaseFixture db_;
};

TEST_F(OpeningRepositoryTest, TakesOneAnswer) {
  EXPECT_THAT(Answer(kAnswer), IsOkAndHolds(AnswerCheck::kFresh));
  const auto kept = db_.Do(
      [](store::Transaction& tx) { return OpeningRepository(tx).Get("o1"); });
  ASSERT_OK(kept);
  EXPECT_EQ(kept->ticket, Bytes({0x77}));
  EXPECT_EQ(kept->at, kHere);
  EXPECT_EQ(kept->expires_at, At(60));
}

TEST_F(OpeningRepositoryTest, KnowsTheSameAnswerAgainThroughARestart) {
  ASSERT_THAT(Answer(kAnswer), IsOkAndHolds(AnswerCheck::kFresh));
  db_.Reopen();
  EXPECT_THAT(Answer(kAnswer), IsOkAndHolds(AnswerCheck::kSame));
}

TEST_F(OpeningRepositoryTest, RefusesAnotherAnswerToAUsedOpening) {
  ASSERT_THAT(Answer(kAnswer), IsOkAndHolds(AnswerCheck::kFresh));
  EXPECT_THAT(Answer({{1, 2}, {4}}), IsOkAndHolds(AnswerCheck::kUsed));
  EXPECT_THAT(Answer({{9}, {3}}), IsOkAndHolds(AnswerCheck::kUsed));
  EXPECT_THAT(Answer({{1, 2}, {}}), IsOkAndHolds(AnswerCheck::kUsed));
}

TEST_F(OpeningRepositoryTest, TheIdentifyHalfAloneUsesNothingUp) {
  EXPECT_THAT(Answer({{1}, {}}), IsOkAndHolds(AnswerCheck::kFresh));
  EXPECT_THAT(Answer({{2}, {}}), IsOkAndHolds(AnswerCheck::kFresh));
  EXPECT_THAT(Answer(kAnswer), IsOkAndHolds(AnswerCheck::kFresh));
}

TEST_F(OpeningRepositoryTest, ExpiresOnTheDot) {
  EXPECT_THAT(Answer(kAnswer, At(60)), IsOkAndHolds(AnswerCheck::kExpired));
  EXPECT_THAT(Answer(kAnswer, At(60) - absl::Microseconds(1)),
              IsOkAndHolds(AnswerCheck::kFresh));
}

TEST_F(OpeningRepositoryTest, ARetryAfterTheExpiryIsStillOne) {
  ASSERT_THAT(Answer(kAnswer), IsOkAndHolds(AnswerCheck::kFresh));
  EXPECT_THAT(Answer(kAnswer, At(90)), IsOkAndHolds(AnswerCheck::kSame));
}

TEST_F(OpeningRepositoryTest, RefusesOtherAgentsAndReaders) {
  EXPECT_THAT(Answer(kAnswer, At(1), {"kiosk-8", "Reader 0"}),
              IsOkAndHolds(AnswerCheck::kForeign));
  EXPECT_THAT(Answer(kAnswer, At(1), {"kiosk-7", "Reader 1"}),
              IsOkAndHolds(AnswerCheck::kForeign));
  EXPECT_THAT(Answer(kAnswer), IsOkAndHolds(AnswerCheck::kFresh));
}

TEST_F(OpeningRepositoryTest, WhatARevokedAgentHoldsUnusedIsVoid) {
  const auto add = [&](const char* id, const ReaderAddress& at) {
    return db_.Do([&](store::Transaction& tx) {
      return OpeningRepository(tx).Add({id, at, {0x77}, At(60)}, At());
    });
  };
  ASSERT_OK(add("o2", kHere));
  ASSERT_OK(add("o3", {"kiosk-8", "Reader 0"}));
  ASSERT_THAT(Answer(kAnswer), IsOkAndHolds(AnswerCheck::kFresh));
  ASSERT_OK(db_.Do([](store::Transaction& tx) {
    return OpeningRepository(tx).Void("kiosk-7");
  }));
  EXPECT_THAT(Answer(kAnswer, At(1), kHere, "o2"),
              IsOkAndHolds(AnswerCheck::kUnknown));
  EXPECT_THAT(Answer(kAnswer), IsOkAndHolds(AnswerCheck::kSame));
  EXPECT_THAT(Answer(kAnswer, At(1), {"kiosk-8", "Reader 0"}, "o3"),
              IsOkAndHolds(AnswerCheck::kFresh));
}

TEST_F(OpeningRepositoryTest, DoesNotKnowWhatWasNeverGiven) {
  EXPECT_THAT(Answer(kAnswer, At(1), kHere, "o2"),
              IsOkAndHolds(AnswerCheck::kUnknown));
}

TEST_F(OpeningRepositoryTest, ForgetsOpeningsLongAfterTheirExpiry) {
  const absl::Time later = At(60) + OpeningRepository::kKept + absl::Seconds(1);
  ASSERT_OK(db_.Do([&](store::Transaction& tx) {
    return OpeningRepository(tx).Add({"o2", kHere, {}, later}, later);
  }));
  EXPECT_THAT(Answer(kAnswer), IsOkAndHolds(AnswerCheck::kUnknown));
}

}  // namespace
}  // namespace cardferry::orchestrator
