#include "services/keyvault/predicted_rules.h"

#include "lib/base/status_matchers.h"

namespace cardferry::keyvault {
namespace {

using absl::StatusCode;

VerifiedCard Verified(uint8_t scp, uint8_t i, uint32_t counter) {
  return {{"test", 1, {}}, {scp, i}, counter};
}

LiveSession Live(uint32_t counter, uint8_t content, uint8_t serial = 1) {
  LiveSession live;
  live.counter = counter;
  live.serial = {serial};
  if (content != 0) live.content = Bytes(32, content);
  live.agent = "kiosk-1";
  return live;
}

const Prediction kNext = {1, Bytes(32, 7), "kiosk-1"};

TEST(PredictedRulesTest, CountersAreBigEndian) {
  EXPECT_EQ(ReadCounter(FromHexOrDie("0102")), 0x0102u);
  EXPECT_EQ(ReadCounter(FromHexOrDie("010203")), 0x010203u);
  EXPECT_EQ(WriteCounter(0x0102, {scp::kScp02, 0x55}), FromHexOrDie("0102"));
  EXPECT_EQ(WriteCounter(0x0102, {scp::kScp03, 0x70}), FromHexOrDie("000102"));
}

TEST(PredictedRulesTest, Scp02sOwnCounterMayStillBeRunScp03sNot) {
  EXPECT_FALSE(IsLeftBehind(5, Verified(scp::kScp02, 0x55, 5)));
  EXPECT_TRUE(IsLeftBehind(4, Verified(scp::kScp02, 0x55, 5)));
  EXPECT_TRUE(IsLeftBehind(5, Verified(scp::kScp03, 0x70, 5)));
  EXPECT_FALSE(IsLeftBehind(6, Verified(scp::kScp03, 0x70, 5)));
}

TEST(PredictedRulesTest, BesideAnotherLiveSessionThereIsOnlyReading) {
  const SessionSerial own = {1};
  const OperationClass content = OperationClass::kContent;
  EXPECT_EQ(GrantBeside({}, own, content), content);
  EXPECT_EQ(GrantBeside({Live(5, 0, 1)}, own, content), content);
  EXPECT_EQ(GrantBeside({Live(5, 0, 2)}, own, content), OperationClass::kRead);
  EXPECT_EQ(GrantBeside({Live(5, 0, 1), Live(6, 7, 2)}, own, content),
            OperationClass::kRead);
}

TEST(PredictedRulesTest, OnlyReadingAndContentArePrepared) {
  for (const OperationClass one : kAllOperationClasses) {
    const bool allowed =
        one == OperationClass::kRead || one == OperationClass::kContent;
    EXPECT_EQ(CheckPredictedClass(one).code(),
              allowed ? StatusCode::kOk : StatusCode::kPermissionDenied);
  }
}

TEST(PredictedRulesTest, NothingIsPreparedForS16) {
  PredictionFacts facts;
  facts.verified = Verified(scp::kScp03, 0x71, 9);
  EXPECT_THAT(JudgePrediction(kNext, {}, facts),
              StatusIs(StatusCode::kFailedPrecondition));
}

TEST(PredictedRulesTest, CountsFromTheLastVerifiedSession) {
  PredictionFacts facts;
  EXPECT_THAT(JudgePrediction(kNext, {}, facts),
              StatusIs(StatusCode::kFailedPrecondition));
  facts.verified = Verified(scp::kScp03, 0x70, 9);
  ASSERT_OK_AND_ASSIGN(Judgement judgement, JudgePrediction(kNext, {}, facts));
  EXPECT_EQ(judgement.counter, 10u);
  EXPECT_FALSE(judgement.before.has_value());
  ASSERT_OK_AND_ASSIGN(
      judgement, JudgePrediction({8, Bytes(32, 7), "kiosk-1"}, {}, facts));
  EXPECT_EQ(judgement.counter, 17u);
  for (const uint32_t ahead : {0u, 9u}) {
    EXPECT_THAT(JudgePrediction({ahead, Bytes(32, 7), "k"}, {}, facts),
                StatusIs(StatusCode::kInvalidArgument))
        << ahead;
  }
}

TEST(PredictedRulesTest, RandomChallengesAndWornCountersEndIt) {
  PredictionFacts facts;
  facts.verified = Verified(scp::kScp03, 0x60, 9);
  EXPECT_THAT(JudgePrediction(kNext, {}, facts),
              StatusIs(StatusCode::kFailedPrecondition));
  facts.verified = Verified(scp::kScp02, 0x55, 0x7FFF);
  EXPECT_THAT(JudgePrediction(kNext, {}, facts),
              StatusIs(StatusCode::kFailedPrecondition));
  facts.verified = Verified(scp::kScp02, 0x55, 0x7FFE);
  EXPECT_OK(JudgePrediction(kNext, {}, facts));
  facts.verified = Verified(scp::kScp03, 0x70, 0xFFFFFF);
  EXPECT_THAT(JudgePrediction(kNext, {}, facts),
              StatusIs(StatusCode::kFailedPrecondition));
}

TEST(PredictedRulesTest, TheSameAgainIsTheSameSession) {
  PredictionFacts facts;
  facts.verified = Verified(scp::kScp03, 0x70, 9);
  facts.live = {Live(10, 7, 3)};
  ASSERT_OK_AND_ASSIGN(const Judgement judgement,
                       JudgePrediction(kNext, {}, facts));
  ASSERT_TRUE(judgement.before.has_value());
  EXPECT_EQ(judgement.before->serial[0], 3);
}

TEST(PredictedRulesTest, AWindowHoldsOneJob) {
  PredictionFacts facts;
  facts.verified = Verified(scp::kScp03, 0x70, 9);
  facts.live = {Live(12, 8)};  // another content, another counter
  EXPECT_THAT(JudgePrediction(kNext, {}, facts),
              StatusIs(StatusCode::kFailedPrecondition));
  facts.live = {Live(12, 7)};
  EXPECT_OK(JudgePrediction(kNext, {}, facts));
}

TEST(PredictedRulesTest, OneCounterIsForOneSession) {
  PredictionFacts facts;
  facts.verified = Verified(scp::kScp02, 0x55, 9);
  facts.live = {Live(10, 0)};  // began with the card there
  EXPECT_THAT(JudgePrediction(kNext, {}, facts),
              StatusIs(StatusCode::kFailedPrecondition));
  facts.live = {Live(10, 7)};
  facts.live[0].agent = "kiosk-2";
  EXPECT_THAT(JudgePrediction(kNext, {}, facts),
              StatusIs(StatusCode::kFailedPrecondition));
}

TEST(PredictedRulesTest, HasABudgetForTheCardAndOneForTheKeySet) {
  PredictedRules rules;
  rules.most_live = 2;
  rules.most_a_day = 3;
  PredictionFacts facts;
  facts.verified = Verified(scp::kScp03, 0x70, 9);
  facts.live = {Live(11, 7), Live(12, 0)};
  facts.issued = 2;
  EXPECT_OK(JudgePrediction(kNext, rules, facts));
  facts.live.push_back(Live(13, 7));
  EXPECT_THAT(JudgePrediction(kNext, rules, facts),
              StatusIs(StatusCode::kResourceExhausted));
  facts.live.clear();
  facts.issued = 3;
  EXPECT_THAT(JudgePrediction(kNext, rules, facts),
              StatusIs(StatusCode::kResourceExhausted));
}

}  // namespace
}  // namespace cardferry::keyvault
