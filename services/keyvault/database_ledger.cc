#include "services/keyvault/database_ledger.h"

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "services/keyvault/database_approvals.h"
#include "services/keyvault/database_predictions.h"

namespace cardferry::keyvault {
namespace {

using store::Row;
using store::Transaction;

// A budget is counted by days: replicas' clocks may differ a little.
constexpr absl::Duration kBudgetMemory = absl::Hours(48);

std::vector<store::Migration> Schema() {
  return {{"openings, tokens, failed verifications, alarms",
           {"CREATE TABLE uses (what TEXT PRIMARY KEY, digest TEXT NOT NULL, "
            "forget_after BIGINT NOT NULL)",
            "CREATE INDEX uses_by_end ON uses (forget_after)",
            "CREATE TABLE failures (opening TEXT PRIMARY KEY, "
            "key_set TEXT NOT NULL, card TEXT NOT NULL, agent TEXT NOT NULL, "
            "at BIGINT NOT NULL)",
            "CREATE INDEX failures_by_card ON failures (key_set, card)",
            "CREATE INDEX failures_by_agent ON failures (agent)",
            "CREATE TABLE alarms (at BIGINT NOT NULL, kind TEXT NOT NULL, "
            "subject TEXT NOT NULL, agent TEXT NOT NULL)",
            "CREATE INDEX alarms_by_time ON alarms (at)"}},
          ApprovalsSchema(),
          ApprovalsIndex(),
          // `differs`: others were seen since.
          {"the options of cards",
           {"CREATE TABLE card_options (key_set TEXT NOT NULL, "
            "card TEXT NOT NULL, options BIGINT NOT NULL, "
            "differs BIGINT NOT NULL, PRIMARY KEY (key_set, card))"}},
          // The last packet with changes of each.
          {"the counters of implicit sessions",
           {"CREATE TABLE card_counters (key_set TEXT NOT NULL, "
            "card TEXT NOT NULL, counter BIGINT NOT NULL, "
            "opening TEXT NOT NULL, PRIMARY KEY (key_set, card))"}},
          PredictionsSchema()};
}

// The one number that a row is.
absl::StatusOr<size_t> Number(const absl::StatusOr<Row>& row) {
  RETURN_IF_ERROR(row.status());
  int64_t number = 0;
  RETURN_IF_ERROR(row->Read(number));
  return static_cast<size_t>(number);
}

absl::StatusOr<size_t> CountCardsAt(Transaction& transaction,
                                    const std::string& agent,
                                    const FailureWindow& window) {
  return Number(transaction.QueryOne(
      "SELECT COUNT(*) FROM (SELECT DISTINCT key_set, card FROM failures "
      "WHERE agent = :agent AND at >= :since AND opening <> :except_opening) "
      "AS cards",
      {{"agent", agent},
       {"since", window.since},
       {"except_opening", window.except}}));
}

absl::StatusOr<FailureCount> Count(Transaction& transaction,
                                   const ClaimedCard& card,
                                   const std::string& agent,
                                   const FailureWindow& window) {
  const ByteSpan name = card.key_diversification_data;
  FailureCount count;
  ASSIGN_OR_RETURN(
      count.of_card_at_agent,
      Number(transaction.QueryOne(
          "SELECT COUNT(*) FROM failures WHERE key_set = :key_set AND "
          "card = :card AND agent = :agent AND at >= :since AND "
          "opening <> :except_opening",
          {{"key_set", card.key_set},
           {"card", name},
           {"agent", agent},
           {"since", window.since},
           {"except_opening", window.except}})));
  ASSIGN_OR_RETURN(
      count.agents_of_card,
      Number(transaction.QueryOne(
          "SELECT COUNT(DISTINCT agent) FROM failures WHERE "
          "key_set = :key_set AND card = :card AND at >= :since AND "
          "opening <> :except_opening",
          {{"key_set", card.key_set},
           {"card", name},
           {"since", window.since},
           {"except_opening", window.except}})));
  ASSIGN_OR_RETURN(count.cards_at_agent,
                   CountCardsAt(transaction, agent, window));
  return count;
}

// Notes when others are there.
constexpr char kSeeOptions[] =
    "UPDATE card_options SET differs = 1 WHERE key_set = :key_set AND "
    "card = :card AND options <> :options";
constexpr char kBindOptions[] =
    "INSERT INTO card_options (key_set, card, options, differs) "
    "VALUES (:key_set, :card, :options, 0) ON CONFLICT DO NOTHING";

absl::StatusOr<uint8_t> BindIn(Transaction& transaction,
                               const ClaimedCard& card, uint8_t options,
                               bool proven) {
  const ByteSpan name = card.key_diversification_data;
  for (const char* statement : {kSeeOptions, kBindOptions}) {
    if (statement == kBindOptions && !proven) break;
    RETURN_IF_ERROR(transaction
                        .Execute(statement, {{"key_set", card.key_set},
                                             {"card", name},
                                             {"options", int64_t{options}}})
                        .status());
  }
  ASSIGN_OR_RETURN(
      const std::vector<Row> rows,
      transaction.Query("SELECT options FROM card_options WHERE "
                        "key_set = :key_set AND card = :card",
                        {{"key_set", card.key_set}, {"card", name}}));
  if (rows.empty()) return options;
  ASSIGN_OR_RETURN(const size_t bound, Number(rows[0]));
  return static_cast<uint8_t>(bound);
}

absl::StatusOr<bool> ClaimCounterIn(Transaction& transaction,
                                    const ClaimedCard& card, uint16_t counter,
                                    const std::string& opening) {
  const ByteSpan name = card.key_diversification_data;
  RETURN_IF_ERROR(
      transaction
          .Execute("INSERT INTO card_counters (key_set, card, counter, "
                   "opening) VALUES (:key_set, :card, :counter, :opening) "
                   "ON CONFLICT (key_set, card) DO UPDATE SET "
                   "counter = excluded.counter, opening = excluded.opening "
                   "WHERE card_counters.counter < excluded.counter",
                   {{"key_set", card.key_set},
                    {"card", name},
                    {"counter", int64_t{counter}},
                    {"opening", opening}})
          .status());
  ASSIGN_OR_RETURN(
      const size_t ours,
      Number(transaction.QueryOne(
          "SELECT COUNT(*) FROM card_counters WHERE key_set = :key_set AND "
          "card = :card AND counter = :counter AND opening = :opening",
          {{"key_set", card.key_set},
           {"card", name},
           {"counter", int64_t{counter}},
           {"opening", opening}})));
  return ours == 1;
}

// The number of failed verifications, and one for options that differed.
absl::StatusOr<size_t> ForgetIn(Transaction& transaction,
                                const ClaimedCard& card) {
  const ByteSpan name = card.key_diversification_data;
  ASSIGN_OR_RETURN(
      const int64_t failures,
      transaction.Execute("DELETE FROM failures WHERE "
                          "key_set = :key_set AND card = :card",
                          {{"key_set", card.key_set}, {"card", name}}));
  ASSIGN_OR_RETURN(
      const int64_t options,
      transaction.Execute("DELETE FROM card_options WHERE differs = 1 AND "
                          "key_set = :key_set AND card = :card",
                          {{"key_set", card.key_set}, {"card", name}}));
  return static_cast<size_t>(failures + options);
}

absl::Status InsertAlarm(Transaction& transaction, const Alarm& alarm) {
  return transaction
      .Execute(
          "INSERT INTO alarms (at, kind, subject, agent) "
          "VALUES (:at, :kind, :subject, :agent)",
          {{"at", alarm.at},
           {"kind", alarm.kind},
           {"subject", alarm.subject},
           {"agent", alarm.agent}})
      .status();
}

absl::StatusOr<std::vector<Alarm>> NewestAlarms(Transaction& transaction,
                                                size_t limit) {
  ASSIGN_OR_RETURN(
      const std::vector<Row> rows,
      transaction.Query("SELECT at, kind, subject, agent FROM alarms "
                        "ORDER BY at DESC LIMIT :most",
                        {{"most", static_cast<int64_t>(limit)}}));
  std::vector<Alarm> alarms(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    Alarm& alarm = alarms[i];
    RETURN_IF_ERROR(
        rows[i].Read(alarm.at, alarm.kind, alarm.subject, alarm.agent));
  }
  return alarms;
}

absl::StatusOr<Claim> ClaimIn(Transaction& transaction, const Use& use) {
  ASSIGN_OR_RETURN(
      const int64_t inserted,
      transaction.Execute(
          "INSERT INTO uses (what, digest, forget_after) "
          "VALUES (:what, :digest, :forget_after) ON CONFLICT DO NOTHING",
          {{"what", use.what},
           {"digest", use.digest},
           {"forget_after", use.forget_after}}));
  if (inserted == 1) return Claim::kFirst;
  ASSIGN_OR_RETURN(
      const Row row,
      transaction.QueryOne("SELECT digest FROM uses WHERE what = :what",
                           {{"what", use.what}}));
  Bytes digest;
  RETURN_IF_ERROR(row.Read(digest));
  return digest == use.digest ? Claim::kRepeated : Claim::kOther;
}

// DATA_LOSS is the store's word for a damaged database, and the vault's for a
// wrong card. The one must not be taken for the other.
absl::Status WithoutDataLoss(const absl::Status& status) {
  if (!absl::IsDataLoss(status)) return status;
  return absl::InternalError(
      absl::StrCat("the ledger is damaged: ", status.message()));
}

template <typename T>
absl::StatusOr<T> WithoutDataLoss(absl::StatusOr<T> result) {
  if (result.ok()) return result;
  return WithoutDataLoss(result.status());
}

}  // namespace

absl::StatusOr<std::unique_ptr<DatabaseLedger>> DatabaseLedger::Open(
    const std::string& url) {
  store::DatabaseOptions options;
  options.url = url;
  ASSIGN_OR_RETURN(std::unique_ptr<store::Database> database,
                   store::Database::Open(options, Schema()));
  return absl::WrapUnique(new DatabaseLedger(std::move(database)));
}

absl::StatusOr<Claim> DatabaseLedger::ClaimUse(const Use& use) {
  return WithoutDataLoss(database_->Write(
      [&use](Transaction& transaction) { return ClaimIn(transaction, use); }));
}

absl::Status DatabaseLedger::RecordFailure(const FailedVerification& failure) {
  const ByteSpan card = failure.card.key_diversification_data;
  return WithoutDataLoss(
      database_
          ->Execute("INSERT INTO failures (opening, key_set, card, agent, at) "
                    "VALUES (:opening, :key_set, :card, :agent, :at) "
                    "ON CONFLICT DO NOTHING",
                    {{"opening", failure.opening},
                     {"key_set", failure.card.key_set},
                     {"card", card},
                     {"agent", failure.agent},
                     {"at", failure.at}})
          .status());
}

absl::StatusOr<FailureCount> DatabaseLedger::CountFailures(
    const ClaimedCard& card, const std::string& agent,
    const FailureWindow& window) {
  return WithoutDataLoss(database_->Read([&](Transaction& transaction) {
    return Count(transaction, card, agent, window);
  }));
}

absl::StatusOr<size_t> DatabaseLedger::CountFailedCards(
    const std::string& agent, const FailureWindow& window) {
  return WithoutDataLoss(database_->Read([&](Transaction& transaction) {
    return CountCardsAt(transaction, agent, window);
  }));
}

absl::Status DatabaseLedger::RecordAlarm(const Alarm& alarm) {
  return WithoutDataLoss(database_->Write([&alarm](Transaction& transaction) {
    return InsertAlarm(transaction, alarm);
  }));
}

absl::StatusOr<size_t> DatabaseLedger::ForgetFailures(const ClaimedCard& card,
                                                      const Alarm& event) {
  return WithoutDataLoss(
      database_->Write([&](Transaction& transaction) -> absl::StatusOr<size_t> {
        ASSIGN_OR_RETURN(const size_t forgotten, ForgetIn(transaction, card));
        if (forgotten == 0) return size_t{0};
        RETURN_IF_ERROR(InsertAlarm(transaction, event));
        return forgotten;
      }));
}

absl::StatusOr<uint8_t> DatabaseLedger::BindOptions(const ClaimedCard& card,
                                                    uint8_t options,
                                                    bool proven) {
  return WithoutDataLoss(database_->Write([&](Transaction& transaction) {
    return BindIn(transaction, card, options, proven);
  }));
}

absl::StatusOr<bool> DatabaseLedger::ClaimCounter(const ClaimedCard& card,
                                                  uint16_t counter,
                                                  const std::string& opening) {
  return WithoutDataLoss(database_->Write([&](Transaction& transaction) {
    return ClaimCounterIn(transaction, card, counter, opening);
  }));
}

absl::StatusOr<std::vector<Alarm>> DatabaseLedger::Alarms(size_t limit) {
  return WithoutDataLoss(database_->Read([&](Transaction& transaction) {
    return NewestAlarms(transaction, limit);
  }));
}

absl::Status DatabaseLedger::RecordApproval(const Approval& approval,
                                            const Alarm& event) {
  return WithoutDataLoss(
      database_->Write([&](Transaction& transaction) -> absl::Status {
        RETURN_IF_ERROR(InsertApproval(transaction, approval));
        return InsertAlarm(transaction, event);
      }));
}

absl::StatusOr<std::vector<Approval>> DatabaseLedger::Approvals(size_t limit) {
  return WithoutDataLoss(database_->Read([&](Transaction& transaction) {
    return NewestApprovals(transaction, limit);
  }));
}

absl::StatusOr<std::optional<Approval>> DatabaseLedger::FindById(
    const std::string& id) {
  return WithoutDataLoss(database_->Read([&](Transaction& transaction) {
    return ApprovalWithId(transaction, id);
  }));
}

absl::StatusOr<std::optional<Approval>> DatabaseLedger::FindValid(
    const ApprovedThing& what, absl::Time now) {
  return WithoutDataLoss(database_->Read([&](Transaction& transaction) {
    return ValidApproval(transaction, what, now);
  }));
}

absl::StatusOr<PredictedLedger::Seen> DatabaseLedger::RecordVerified(
    const VerifiedCard& card, const LiveSession* began) {
  return WithoutDataLoss(database_->Write([&](Transaction& transaction) {
    return RecordVerifiedIn(transaction, card, began);
  }));
}

absl::StatusOr<LiveSession> DatabaseLedger::AddPredicted(
    const std::string& key_set,
    const std::array<uint8_t, 10>& key_diversification_data, absl::Time since,
    const Judge& judge) {
  return WithoutDataLoss(database_->Write([&](Transaction& transaction) {
    return AddPredictedIn(transaction, key_set, key_diversification_data, since,
                          judge);
  }));
}

absl::StatusOr<std::vector<LiveSession>> DatabaseLedger::LiveOf(
    const CardKeySelection& card) {
  return WithoutDataLoss(database_->Read([&card](Transaction& transaction) {
    return LiveSessionsOf(transaction, card);
  }));
}

absl::StatusOr<std::vector<LiveSession>> DatabaseLedger::LiveSessions(
    size_t limit) {
  return WithoutDataLoss(database_->Read([&](Transaction& transaction) {
    return NewestLiveSessions(transaction, limit);
  }));
}

absl::Status DatabaseLedger::Prune(absl::Time now, absl::Time failures) {
  return WithoutDataLoss(
      database_->Write([&](Transaction& transaction) -> absl::Status {
        RETURN_IF_ERROR(
            transaction
                .Execute("DELETE FROM uses WHERE forget_after < :now",
                         {{"now", now}})
                .status());
        RETURN_IF_ERROR(PrunePredictions(transaction, now - kBudgetMemory));
        return transaction
            .Execute("DELETE FROM failures WHERE at < :failures",
                     {{"failures", failures}})
            .status();
      }));
}

}  // namespace cardferry::keyvault
