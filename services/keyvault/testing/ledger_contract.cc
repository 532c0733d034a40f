#include "services/keyvault/testing/ledger_contract.h"

#include <atomic>
#include <thread>
#include <vector>

#include "lib/base/status_matchers.h"

namespace cardferry::keyvault {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);
const ClaimedCard kCard{"issuer", {1, 2, 3}};
const ClaimedCard kOtherCard{"issuer", {1, 2, 4}};
const ClaimedCard kOtherKeySet{"partner", {1, 2, 3}};

Use Opening(const std::string& what, uint8_t digest) {
  return {what, Bytes(32, digest), kNow + absl::Hours(1)};
}

TEST_P(LedgerContract, TellsAFirstUseFromARetryAndFromAnother) {
  EXPECT_THAT(ledger_->ClaimUse(Opening("a", 1)), IsOkAndHolds(Claim::kFirst));
  EXPECT_THAT(ledger_->ClaimUse(Opening("a", 1)),
              IsOkAndHolds(Claim::kRepeated));
  EXPECT_THAT(ledger_->ClaimUse(Opening("a", 2)), IsOkAndHolds(Claim::kOther));
  EXPECT_THAT(ledger_->ClaimUse(Opening("a", 1)),
              IsOkAndHolds(Claim::kRepeated));
  EXPECT_THAT(ledger_->ClaimUse(Opening("b", 2)), IsOkAndHolds(Claim::kFirst));
}

TEST_P(LedgerContract, OneOfManyThreadsIsFirst) {
  std::atomic<int> first{0};
  std::atomic<int> repeated{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 25; ++round) {
        const absl::StatusOr<Claim> claim =
            ledger_->ClaimUse(Opening(std::to_string(round), 1));
        first += claim.ok() && *claim == Claim::kFirst;
        repeated += claim.ok() && *claim == Claim::kRepeated;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(first, 25);
  EXPECT_EQ(repeated, 75);
}

TEST_P(LedgerContract, ForgetsUsesAfterTheirEndAndNotBefore) {
  ASSERT_OK(ledger_->ClaimUse(Opening("a", 1)));
  ASSERT_OK(ledger_->Prune(kNow + absl::Hours(1), kNow));
  EXPECT_THAT(ledger_->ClaimUse(Opening("a", 2)), IsOkAndHolds(Claim::kOther));
  ASSERT_OK(
      ledger_->Prune(kNow + absl::Hours(1) + absl::Microseconds(1), kNow));
  EXPECT_THAT(ledger_->ClaimUse(Opening("a", 2)), IsOkAndHolds(Claim::kFirst));
}

void ExpectCount(Ledger& ledger, const ClaimedCard& card,
                 const std::string& agent, const FailureWindow& window,
                 const FailureCount& expected) {
  ASSERT_OK_AND_ASSIGN(const FailureCount count,
                       ledger.CountFailures(card, agent, window));
  EXPECT_EQ(count.of_card_at_agent, expected.of_card_at_agent);
  EXPECT_EQ(count.agents_of_card, expected.agents_of_card);
  EXPECT_EQ(count.cards_at_agent, expected.cards_at_agent);
  EXPECT_THAT(ledger.CountFailedCards(agent, window),
              IsOkAndHolds(expected.cards_at_agent));
}

TEST_P(LedgerContract, CountsFailuresByCardAndAgent) {
  const FailureWindow all{kNow - absl::Hours(1), ""};
  ExpectCount(*ledger_, kCard, "kiosk-1", all, {0, 0, 0});
  ASSERT_OK(ledger_->RecordFailure({"o1", kCard, "kiosk-1", kNow}));
  ASSERT_OK(ledger_->RecordFailure({"o2", kCard, "kiosk-1", kNow}));
  ASSERT_OK(ledger_->RecordFailure({"o3", kOtherCard, "kiosk-1", kNow}));
  ASSERT_OK(ledger_->RecordFailure({"o4", kOtherKeySet, "kiosk-1", kNow}));
  ASSERT_OK(ledger_->RecordFailure({"o5", kCard, "kiosk-2", kNow}));
  ExpectCount(*ledger_, kCard, "kiosk-1", all, {2, 2, 3});
  ExpectCount(*ledger_, kOtherCard, "kiosk-1", all, {1, 1, 3});
  ExpectCount(*ledger_, kOtherKeySet, "kiosk-2", all, {0, 1, 1});
  ExpectCount(*ledger_, kCard, "kiosk-3", all, {0, 2, 0});
}

TEST_P(LedgerContract, RecordsAFailureOnceHoweverOftenItIsRetried) {
  for (int i = 0; i < 3; ++i) {
    ASSERT_OK(ledger_->RecordFailure({"o1", kCard, "kiosk-1", kNow}));
  }
  ExpectCount(*ledger_, kCard, "kiosk-1", {kNow, ""}, {1, 1, 1});
}

TEST_P(LedgerContract, LeavesOutOldFailuresAndTheExceptedOpening) {
  ASSERT_OK(ledger_->RecordFailure({"o1", kCard, "kiosk-1", kNow}));
  ExpectCount(*ledger_, kCard, "kiosk-1", {kNow, "o1"}, {0, 0, 0});
  ExpectCount(*ledger_, kCard, "kiosk-1", {kNow, "o2"}, {1, 1, 1});
  ExpectCount(*ledger_, kCard, "kiosk-1", {kNow + absl::Microseconds(1), ""},
              {0, 0, 0});
}

TEST_P(LedgerContract, ForgetsFailuresThatAreOld) {
  const FailureWindow all{kNow - absl::Hours(1), ""};
  ASSERT_OK(ledger_->RecordFailure({"o1", kCard, "kiosk-1", kNow}));
  ASSERT_OK(ledger_->Prune(kNow, kNow));
  ExpectCount(*ledger_, kCard, "kiosk-1", all, {1, 1, 1});
  ASSERT_OK(ledger_->Prune(kNow, kNow + absl::Microseconds(1)));
  ExpectCount(*ledger_, kCard, "kiosk-1", all, {0, 0, 0});
}

TEST_P(LedgerContract, TakesBackTheFailuresOfOneCardAtEveryAgent) {
  const FailureWindow all{kNow - absl::Hours(1), ""};
  const Alarm event{kNow, "stop lifted", "a card", ""};
  ASSERT_OK(ledger_->RecordFailure({"o1", kCard, "kiosk-1", kNow}));
  ASSERT_OK(ledger_->RecordFailure({"o2", kCard, "kiosk-2", kNow}));
  ASSERT_OK(ledger_->RecordFailure({"o3", kOtherCard, "kiosk-1", kNow}));
  ASSERT_OK(ledger_->RecordFailure({"o4", kOtherKeySet, "kiosk-1", kNow}));
  EXPECT_THAT(ledger_->ForgetFailures(kCard, event), IsOkAndHolds(2u));
  ExpectCount(*ledger_, kCard, "kiosk-1", all, {0, 0, 2});
  ExpectCount(*ledger_, kOtherCard, "kiosk-1", all, {1, 1, 2});
  ExpectCount(*ledger_, kOtherKeySet, "kiosk-1", all, {1, 1, 2});
  EXPECT_THAT(ledger_->Alarms(9), IsOkAndHolds(testing::ElementsAre(event)));
}

TEST_P(LedgerContract, RecordsNothingWhereThereIsNothingToTakeBack) {
  const Alarm event{kNow, "stop lifted", "a card", ""};
  ASSERT_OK(ledger_->RecordFailure({"o1", kOtherCard, "kiosk-1", kNow}));
  EXPECT_THAT(ledger_->ForgetFailures(kCard, event), IsOkAndHolds(0u));
  EXPECT_THAT(ledger_->Alarms(9), IsOkAndHolds(testing::IsEmpty()));
}

// Whether the card has these, as this agent showed them.
void ExpectOptions(Ledger& ledger, const ClaimedCard& card,
                   const ShownOptions& shown, const BoundOptions& expected) {
  ASSERT_OK_AND_ASSIGN(const BoundOptions bound,
                       ledger.BindOptions(card, shown));
  EXPECT_EQ(bound.options, expected.options);
  EXPECT_EQ(bound.agent, expected.agent);
}

TEST_P(LedgerContract, ACardHasItsFirstOptionsUntilAChangeIsForgotten) {
  const Alarm event{kNow, "stop lifted", "a card", ""};
  const auto expect = [this](const ClaimedCard& card, uint8_t shown,
                             const std::string& agent,
                             const BoundOptions& expected) {
    ExpectOptions(*ledger_, card, {shown, true, agent}, expected);
  };
  expect(kCard, 0x70, "kiosk-1", {0x70, "kiosk-1"});
  expect(kOtherCard, 0x60, "kiosk-1", {0x60, "kiosk-1"});
  expect(kOtherKeySet, 0x00, "kiosk-1", {0x00, "kiosk-1"});
  // Nothing has changed yet: what lifts another stop does not forget it.
  EXPECT_THAT(ledger_->ForgetFailures(kCard, event), IsOkAndHolds(0u));
  expect(kCard, 0x00, "kiosk-2", {0x70, "kiosk-1"});
  expect(kCard, 0x70, "kiosk-2", {0x70, "kiosk-1"});
  ASSERT_OK(ledger_->Prune(kNow + absl::Hours(9999), kNow));
  EXPECT_THAT(ledger_->ForgetFailures(kCard, event), IsOkAndHolds(1u));
  EXPECT_THAT(ledger_->Alarms(9), IsOkAndHolds(testing::ElementsAre(event)));
  expect(kCard, 0x00, "kiosk-2", {0x00, "kiosk-2"});
  expect(kOtherCard, 0x00, "kiosk-2", {0x60, "kiosk-1"});
}

TEST_P(LedgerContract, WhatIsNotProvenBindsNoOptions) {
  ExpectOptions(*ledger_, kCard, {0x1B, false, "kiosk-1"}, {0x1B, "kiosk-1"});
  ExpectOptions(*ledger_, kCard, {0x15, true, "kiosk-2"}, {0x15, "kiosk-2"});
  ExpectOptions(*ledger_, kCard, {0x1B, false, "kiosk-1"}, {0x15, "kiosk-2"});
  EXPECT_THAT(ledger_->ForgetFailures(kCard, {kNow, "lifted", "a card", ""}),
              IsOkAndHolds(1u));
}

// The rules are implicit_counters.h's.
TEST_P(LedgerContract, RemembersTheCountersOfEachCard) {
  const auto claim = [this](const ClaimedCard& card, uint16_t counter,
                            const std::string& opening,
                            const std::string& agent) {
    return ledger_->ClaimCounter(card, {counter, true, opening, agent}).value();
  };
  CounterStep step = claim(kCard, 7, "o1", "kiosk-1");
  EXPECT_EQ(step.grant, CounterGrant::kChanges);
  EXPECT_EQ(step.record, (CounterRecord{7, "o1", 7, "kiosk-1", false}));
  EXPECT_EQ(claim(kCard, 7, "o1", "kiosk-1").grant, CounterGrant::kChanges);
  EXPECT_EQ(claim(kCard, 7, "o2", "kiosk-1").grant, CounterGrant::kReads);
  EXPECT_EQ(claim(kOtherCard, 6, "o2", "kiosk-1").grant,
            CounterGrant::kChanges);
  ASSERT_OK_AND_ASSIGN(
      step, ledger_->ClaimCounter(kCard, {9, false, "o3", "kiosk-2"}));
  EXPECT_EQ(step.record, (CounterRecord{7, "o1", 9, "kiosk-2", false}));
  ASSERT_OK(ledger_->Prune(kNow + absl::Hours(9999), kNow));
  step = claim(kCard, 18, "o4", "eve");
  EXPECT_EQ(step.grant, CounterGrant::kReadsForDoubt);
  EXPECT_EQ(step.record, (CounterRecord{7, "o1", 9, "kiosk-2", true}));
}

TEST_P(LedgerContract, ForgetsACountersDoubtAndNoOther) {
  const Alarm event{kNow, "stop lifted", "a card", ""};
  const auto claim = [this](uint16_t counter, const std::string& opening) {
    return ledger_->ClaimCounter(kCard, {counter, true, opening, "kiosk-1"})
        ->grant;
  };
  ASSERT_EQ(claim(7, "o1"), CounterGrant::kChanges);
  // What lifts another stop lets no second packet be made.
  EXPECT_THAT(ledger_->ForgetFailures(kCard, event), IsOkAndHolds(0u));
  EXPECT_EQ(claim(7, "o2"), CounterGrant::kReads);
  EXPECT_EQ(claim(200, "o3"), CounterGrant::kReadsForDoubt);
  EXPECT_THAT(ledger_->ForgetFailures(kOtherCard, event), IsOkAndHolds(0u));
  EXPECT_THAT(ledger_->ForgetFailures(kCard, event), IsOkAndHolds(1u));
  EXPECT_THAT(ledger_->Alarms(9), IsOkAndHolds(testing::ElementsAre(event)));
  EXPECT_EQ(claim(200, "o4"), CounterGrant::kChanges);
}

TEST_P(LedgerContract, GivesTheNewestAlarmsFirstAndKeepsThem) {
  const Alarm first{kNow, "kind", "opening 1", "kiosk-1"};
  const Alarm second{kNow + absl::Seconds(1), "kind", "token 2/0", ""};
  ASSERT_OK(ledger_->RecordAlarm(first));
  ASSERT_OK(ledger_->RecordAlarm(second));
  ASSERT_OK(ledger_->Prune(kNow + absl::Hours(9999), kNow));
  EXPECT_THAT(ledger_->Alarms(10),
              IsOkAndHolds(testing::ElementsAre(second, first)));
  EXPECT_THAT(ledger_->Alarms(1), IsOkAndHolds(testing::ElementsAre(second)));
}

}  // namespace

GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(LedgerContract);

}  // namespace cardferry::keyvault
