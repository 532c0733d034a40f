// The ledger's part that predictions rest on (predicted_ledger.h).
#include <memory>

#include "lib/base/status_matchers.h"
#include "lib/store/testing/temporary_database.h"
#include "services/keyvault/database_ledger.h"

namespace cardferry::keyvault {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;

constexpr std::array<uint8_t, 10> kCard = {1, 2, 3};
const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

class PredictedLedgerTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(ledger_, DatabaseLedger::Open(file_.url()));
  }

  static VerifiedCard Scp02(uint32_t counter, uint32_t version = 1) {
    return {{"test", version, kCard}, {scp::kScp02, 0x55}, counter};
  }
  static LiveSession Session(uint8_t serial, uint32_t counter,
                             uint8_t content = 7) {
    LiveSession session;
    session.card = {"test", 1, kCard};
    session.counter = counter;
    session.serial = {serial};
    session.host_challenge = {serial, 9};
    if (content != 0) session.content = Bytes(32, content);
    session.agent = "kiosk-1";
    session.issued_at = kNow;
    return session;
  }
  absl::Status Add(const LiveSession& session) {
    return ledger_
        ->AddPredicted(
            "test", kCard, kNow,
            [&](const PredictionFacts& facts) -> absl::StatusOr<LiveSession> {
              facts_ = facts;
              return session;
            })
        .status();
  }
  static auto Counters(std::vector<uint32_t> counters) {
    std::vector<testing::Matcher<LiveSession>> all;
    for (const uint32_t one : counters) {
      all.push_back(Field(&LiveSession::counter, one));
    }
    return testing::ElementsAreArray(all);
  }

  store::TemporaryDatabase file_;
  std::unique_ptr<DatabaseLedger> ledger_;
  PredictionFacts facts_;
};

TEST_F(PredictedLedgerTest, KeepsTheHighestCounterOfAVersion) {
  ASSERT_OK_AND_ASSIGN(PredictedLedger::Seen seen,
                       ledger_->RecordVerified(Scp02(5), nullptr));
  EXPECT_FALSE(seen.counter_before.has_value());
  ASSERT_OK_AND_ASSIGN(seen, ledger_->RecordVerified(Scp02(3), nullptr));
  EXPECT_EQ(seen.counter_before, 5u);
  ASSERT_OK(Add(Session(1, 6)));
  ASSERT_TRUE(facts_.verified.has_value());
  EXPECT_EQ(facts_.verified->counter, 5u);
  EXPECT_EQ(facts_.verified->protocol.i, 0x55);
  // New keys count anew.
  ASSERT_OK_AND_ASSIGN(seen, ledger_->RecordVerified(Scp02(0, 2), nullptr));
  EXPECT_FALSE(seen.counter_before.has_value());
  ASSERT_OK(Add(Session(2, 1)));
  EXPECT_EQ(facts_.verified->card.master_version, 2u);
  EXPECT_EQ(facts_.verified->counter, 0u);
}

TEST_F(PredictedLedgerTest, AnUnknownCardHasNoCounter) {
  ASSERT_OK(Add(Session(1, 6)));
  EXPECT_FALSE(facts_.verified.has_value());
}

TEST_F(PredictedLedgerTest, IsLiveUntilTheCounterHasLeftItBehind) {
  ASSERT_OK(ledger_->RecordVerified(Scp02(5), nullptr));
  ASSERT_OK(Add(Session(1, 6)));
  ASSERT_OK(Add(Session(2, 7)));
  ASSERT_OK(Add(Session(2, 7)));  // the same again
  EXPECT_THAT(facts_.live, Counters({6, 7}));
  EXPECT_EQ(facts_.issued, 2u);
  EXPECT_EQ(facts_.live[1].host_challenge[1], 9);
  EXPECT_EQ(facts_.live[1].content, Bytes(32, 7));
  EXPECT_EQ(facts_.live[1].issued_at, kNow);
  ASSERT_OK_AND_ASSIGN(PredictedLedger::Seen seen,
                       ledger_->RecordVerified(Scp02(7), nullptr));
  EXPECT_THAT(seen.live, Counters({7}));
  EXPECT_THAT(ledger_->LiveSessions(10), IsOkAndHolds(Counters({7})));
  ASSERT_OK_AND_ASSIGN(seen, ledger_->RecordVerified(Scp02(8), nullptr));
  EXPECT_THAT(seen.live, IsEmpty());
  EXPECT_THAT(ledger_->LiveSessions(10), IsOkAndHolds(IsEmpty()));
}

TEST_F(PredictedLedgerTest, ASessionThatBeganIsLiveIfNoOtherIs) {
  const LiveSession first = Session(1, 5, 0);
  ASSERT_OK_AND_ASSIGN(PredictedLedger::Seen seen,
                       ledger_->RecordVerified(Scp02(5), &first));
  EXPECT_THAT(seen.live, Counters({5}));
  const LiveSession second = Session(2, 5, 0);
  ASSERT_OK_AND_ASSIGN(seen, ledger_->RecordVerified(Scp02(5), &second));
  ASSERT_THAT(seen.live, Counters({5}));
  EXPECT_EQ(seen.live[0].serial[0], 1);
  EXPECT_FALSE(seen.live[0].predicted());
  ASSERT_OK_AND_ASSIGN(seen, ledger_->RecordVerified(Scp02(5), &first));
  EXPECT_EQ(seen.live.size(), 1u);
}

TEST_F(PredictedLedgerTest, WhatJudgeRefusesIsNotThere) {
  ASSERT_OK(ledger_->RecordVerified(Scp02(5), nullptr));
  EXPECT_THAT(ledger_->AddPredicted(
                  "test", kCard, kNow,
                  [](const PredictionFacts&) -> absl::StatusOr<LiveSession> {
                    return absl::ResourceExhaustedError("");
                  }),
              StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(ledger_->LiveSessions(10), IsOkAndHolds(IsEmpty()));
}

TEST_F(PredictedLedgerTest, ForgetsWhatIsOverButNothingThatIsLive) {
  ASSERT_OK(ledger_->RecordVerified(Scp02(5), nullptr));
  ASSERT_OK(Add(Session(1, 6)));
  ASSERT_OK(Add(Session(2, 9)));
  ASSERT_OK(ledger_->RecordVerified(Scp02(8), nullptr));
  const absl::Time later = kNow + absl::Hours(49);
  ASSERT_OK(ledger_->Prune(later, kNow));
  EXPECT_THAT(ledger_->LiveSessions(10), IsOkAndHolds(Counters({9})));
  ASSERT_OK(Add(Session(2, 9)));
  EXPECT_EQ(facts_.issued, 1u);
}

}  // namespace
}  // namespace cardferry::keyvault
