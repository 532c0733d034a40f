#include "services/keyvault/database_ledger.h"

#include <fstream>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/store/database.h"
#include "lib/store/testing/temporary_database.h"
#include "services/keyvault/database_claims.h"
#include "services/keyvault/testing/fake_ledger.h"
#include "services/keyvault/testing/ledger_contract.h"

namespace cardferry::keyvault {
namespace {

constexpr size_t kPage = 4096;  // of SQLite's file

// A ledger with the file that it is in.
struct LedgerInAFile {
  store::TemporaryDatabase file;
  std::unique_ptr<Ledger> ledger = DatabaseLedger::Open(file.url()).value();
};

std::shared_ptr<Ledger> MakeDatabaseLedger() {
  auto made = std::make_shared<LedgerInAFile>();
  return {made, made->ledger.get()};
}

INSTANTIATE_TEST_SUITE_P(
    Both, LedgerContract,
    testing::Values(LedgerMaker{"Fake", std::make_shared<FakeLedger>},
                    LedgerMaker{"Database", MakeDatabaseLedger}),
    [](const auto& test) { return test.param.name; });

TEST(DatabaseLedgerTest, RemembersAfterARestart) {
  const store::TemporaryDatabase file;
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  const Use use{"opening 1", Bytes(32, 7), now};
  const ClaimedCard card{"issuer", {1}};
  {
    ASSERT_OK_AND_ASSIGN(const auto ledger, DatabaseLedger::Open(file.url()));
    ASSERT_OK(ledger->ClaimUse(use));
    ASSERT_OK(ledger->RecordFailure({"2", card, "kiosk-1", now}));
  }
  ASSERT_OK_AND_ASSIGN(const auto ledger, DatabaseLedger::Open(file.url()));
  EXPECT_THAT(ledger->ClaimUse(use), IsOkAndHolds(Claim::kRepeated));
  ASSERT_OK_AND_ASSIGN(const FailureCount count,
                       ledger->CountFailures(card, "kiosk-1", {now, ""}));
  EXPECT_EQ(count.of_card_at_agent, 1u);
}

TEST(DatabaseLedgerTest, IsSharedByReplicas) {
  const store::TemporaryDatabase file;
  ASSERT_OK_AND_ASSIGN(const auto one, DatabaseLedger::Open(file.url()));
  ASSERT_OK_AND_ASSIGN(const auto other, DatabaseLedger::Open(file.url()));
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  EXPECT_THAT(one->ClaimUse({"a", Bytes(32, 1), now}),
              IsOkAndHolds(Claim::kFirst));
  EXPECT_THAT(other->ClaimUse({"a", Bytes(32, 2), now}),
              IsOkAndHolds(Claim::kOther));
}

TEST(DatabaseLedgerTest, KeepsApprovalsWithTheirEvents) {
  const store::TemporaryDatabase file;
  Approval approval;
  approval.id = "00112233";
  approval.approver = "alice";
  approval.signing_key = "acme-dap";
  approval.summary = "load file with hash AB";
  approval.reason = "release 1.2";
  approval.digest = Bytes(32, 0x0D);
  approval.signature = Bytes(64, 0x51);
  approval.approved_at = absl::FromUnixSeconds(1'800'000'000);
  approval.valid_until = absl::FromUnixSeconds(1'800'003'600);
  {
    ASSERT_OK_AND_ASSIGN(const auto ledger, DatabaseLedger::Open(file.url()));
    const Alarm event{approval.approved_at, "content approved", "by alice", ""};
    ASSERT_OK(ledger->RecordApproval(approval, event));
    EXPECT_FALSE(ledger->RecordApproval(approval, event).ok());
    approval.id = "44556677";
    approval.approved_at += absl::Seconds(1);
    ASSERT_OK(ledger->RecordApproval(approval, event));
  }
  ASSERT_OK_AND_ASSIGN(const auto ledger, DatabaseLedger::Open(file.url()));
  ASSERT_OK_AND_ASSIGN(const auto kept, ledger->Approvals(9));
  ASSERT_EQ(kept.size(), 2u);
  EXPECT_EQ(kept[0].id, "44556677");
  EXPECT_EQ(kept[1].id, "00112233");
  EXPECT_EQ(kept[1].approver, "alice");
  EXPECT_EQ(kept[1].signing_key, "acme-dap");
  EXPECT_EQ(kept[1].summary, approval.summary);
  EXPECT_EQ(kept[1].reason, approval.reason);
  EXPECT_EQ(kept[1].digest, approval.digest);
  EXPECT_EQ(kept[1].signature, approval.signature);
  EXPECT_EQ(kept[1].valid_until, approval.valid_until);
  ASSERT_OK_AND_ASSIGN(const auto newest, ledger->Approvals(1));
  ASSERT_EQ(newest.size(), 1u);
  EXPECT_EQ(newest[0].id, "44556677");
  ASSERT_OK_AND_ASSIGN(const auto first, ledger->FindById("00112233"));
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->approved_at, absl::FromUnixSeconds(1'800'000'000));
  ASSERT_OK_AND_ASSIGN(const auto other, ledger->FindById("0011"));
  EXPECT_FALSE(other.has_value());
  // The refused one left no event either.
  ASSERT_OK_AND_ASSIGN(const auto events, ledger->Alarms(9));
  EXPECT_EQ(events.size(), 2u);
}

TEST(DatabaseLedgerTest, FindsTheApprovalThatIsValidForLongest) {
  const store::TemporaryDatabase file;
  ASSERT_OK_AND_ASSIGN(const auto ledger, DatabaseLedger::Open(file.url()));
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  const auto record = [&](const char* id, const char* key, uint8_t digest,
                          absl::Duration valid) {
    Approval approval;
    approval.id = id;
    approval.signing_key = key;
    approval.digest = Bytes(32, digest);
    approval.valid_until = now + valid;
    EXPECT_OK(ledger->RecordApproval(approval, {now, "kind", "subject", ""}));
  };
  const auto found = [&](const char* key, uint8_t digest) -> std::string {
    const auto approval = ledger->FindValid({key, Bytes(32, digest)}, now);
    EXPECT_OK(approval);
    return approval->has_value() ? (*approval)->id : "none";
  };
  record("ended", "dap", 1, absl::ZeroDuration());
  EXPECT_EQ(found("dap", 1), "none");
  record("short", "dap", 1, absl::Microseconds(1));
  record("long", "dap", 1, absl::Hours(2));
  record("middle", "dap", 1, absl::Hours(1));
  EXPECT_EQ(found("dap", 1), "long");
  EXPECT_EQ(found("token", 1), "none");
  EXPECT_EQ(found("dap", 2), "none");
}

// As it was before agents were named.
TEST(DatabaseLedgerTest, KeepsTheCountersOfAnEarlierSchema) {
  const store::TemporaryDatabase file;
  store::DatabaseOptions options;
  options.url = file.url();
  const ClaimedCard card{"issuer", {1}};
  {
    ASSERT_OK_AND_ASSIGN(
        const auto database,
        store::Database::Open(options, {OptionsSchema(), CountersSchema()}));
    ASSERT_OK(database->Execute(
        "INSERT INTO card_counters (key_set, card, counter, opening) "
        "VALUES ('issuer', '01000000000000000000', 40, 'o1')"));
    ASSERT_OK(database->Execute(
        "INSERT INTO card_options (key_set, card, options, differs) "
        "VALUES ('issuer', '01000000000000000000', 112, 0)"));
  }
  ASSERT_OK_AND_ASSIGN(
      const auto database,
      store::Database::Open(
          options, {OptionsSchema(), CountersSchema(), ClaimsSchema()}));
  const auto claim = [&](uint16_t counter) {
    return database->Write([&](store::Transaction& transaction) {
      return ClaimCounterIn(transaction, card,
                            {counter, true, "o2", "kiosk-1"});
    });
  };
  ASSERT_OK_AND_ASSIGN(const CounterStep step, claim(49));
  EXPECT_EQ(step.grant, CounterGrant::kReadsForDoubt);
  EXPECT_EQ(step.record, (CounterRecord{40, "o1", 40, "", true}));
  EXPECT_EQ(claim(48)->grant, CounterGrant::kChanges);
  ASSERT_OK_AND_ASSIGN(
      const BoundOptions bound,
      database->Write([&](store::Transaction& transaction) {
        return BindOptionsIn(transaction, card, {0x10, true, "kiosk-1"});
      }));
  EXPECT_EQ(bound.options, 0x70);
  EXPECT_EQ(bound.agent, "");
}

// DATA_LOSS is what a wrong card is answered with.
TEST(DatabaseLedgerTest, ThatIsDamagedIsAFaultAndSaysNothingAboutACard) {
  const store::TemporaryDatabase file;
  const absl::Time now = absl::FromUnixSeconds(1'800'000'000);
  const ClaimedCard card{"issuer", {1}};
  ASSERT_OK(DatabaseLedger::Open(file.url()));
  ASSERT_OK_AND_ASSIGN(const auto ledger, DatabaseLedger::Open(file.url()));
  std::fstream out(file.path(),
                   std::ios::in | std::ios::out | std::ios::binary);
  out.seekp(0, std::ios::end);
  const auto size = static_cast<size_t>(out.tellp());
  ASSERT_GT(size, kPage);
  out.seekp(kPage);  // the first stays
  out << std::string(size - kPage, 'x') << std::flush;
  ASSERT_TRUE(out.good());
  constexpr absl::StatusCode kInternal = absl::StatusCode::kInternal;
  EXPECT_THAT(ledger->ClaimUse({"a", Bytes(32, 1), now}), StatusIs(kInternal));
  EXPECT_THAT(ledger->RecordFailure({"o1", card, "kiosk-1", now}),
              StatusIs(kInternal));
  EXPECT_THAT(ledger->CountFailures(card, "kiosk-1", {now, ""}),
              StatusIs(kInternal));
  EXPECT_THAT(ledger->CountFailedCards("kiosk-1", {now, ""}),
              StatusIs(kInternal));
  EXPECT_THAT(ledger->ForgetFailures(card, {now, "kind", "a", "b"}),
              StatusIs(kInternal));
  EXPECT_THAT(ledger->RecordAlarm({now, "kind", "a", "b"}),
              StatusIs(kInternal));
  EXPECT_THAT(ledger->BindOptions(card, {0x70, true, "a"}),
              StatusIs(kInternal));
  EXPECT_THAT(ledger->ClaimCounter(card, {1, true, "a", "b"}),
              StatusIs(kInternal));
  EXPECT_THAT(ledger->Alarms(9), StatusIs(kInternal));
  EXPECT_THAT(ledger->Prune(now, now), StatusIs(kInternal));
}

TEST(DatabaseLedgerTest, RefusesAnUrlThatItDoesNotUnderstand) {
  EXPECT_THAT(DatabaseLedger::Open("ledger.db"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::keyvault
