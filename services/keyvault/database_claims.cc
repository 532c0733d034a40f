#include "services/keyvault/database_claims.h"

#include <optional>
#include <vector>

#include "lib/base/status_macros.h"

namespace cardferry::keyvault {
namespace {

using store::Row;
using store::Transaction;

// Notes when others are there.
constexpr char kSeeOptions[] =
    "UPDATE card_options SET differs = 1 WHERE key_set = :key_set AND "
    "card = :card AND options <> :options";
constexpr char kBindOptions[] =
    "INSERT INTO card_options (key_set, card, options, differs, agent) "
    "VALUES (:key_set, :card, :options, 0, :agent) ON CONFLICT DO NOTHING";
constexpr char kSetCounter[] =
    "INSERT INTO card_counters (key_set, card, counter, opening, seen, agent, "
    "doubted) VALUES (:key_set, :card, :changed, :opening, :seen, :agent, "
    ":doubted) ON CONFLICT (key_set, card) DO UPDATE SET "
    "counter = excluded.counter, opening = excluded.opening, "
    "seen = excluded.seen, agent = excluded.agent, doubted = excluded.doubted";

absl::StatusOr<std::optional<CounterRecord>> FindCounter(
    Transaction& transaction, const ClaimedCard& card) {
  const ByteSpan name = card.key_diversification_data;
  ASSIGN_OR_RETURN(
      const std::vector<Row> rows,
      transaction.Query("SELECT counter, opening, seen, agent, doubted FROM "
                        "card_counters WHERE key_set = :key_set AND "
                        "card = :card",
                        {{"key_set", card.key_set}, {"card", name}}));
  if (rows.empty()) return std::nullopt;
  CounterRecord record;
  RETURN_IF_ERROR(rows[0].Read(record.changed, record.opening, record.seen,
                               record.agent, record.doubted));
  return record;
}

}  // namespace

// `differs`: others were seen since.
store::Migration OptionsSchema() {
  return {"the options of cards",
          {"CREATE TABLE card_options (key_set TEXT NOT NULL, "
           "card TEXT NOT NULL, options BIGINT NOT NULL, "
           "differs BIGINT NOT NULL, PRIMARY KEY (key_set, card))"}};
}

// The last packet with changes of each.
store::Migration CountersSchema() {
  return {"the counters of implicit sessions",
          {"CREATE TABLE card_counters (key_set TEXT NOT NULL, "
           "card TEXT NOT NULL, counter BIGINT NOT NULL, "
           "opening TEXT NOT NULL, PRIMARY KEY (key_set, card))"}};
}

store::Migration ClaimsSchema() {
  return {"who says what of cards",
          {"ALTER TABLE card_options ADD COLUMN agent TEXT NOT NULL "
           "DEFAULT ''",
           "ALTER TABLE card_counters ADD COLUMN seen BIGINT NOT NULL "
           "DEFAULT 0",
           "ALTER TABLE card_counters ADD COLUMN agent TEXT NOT NULL "
           "DEFAULT ''",
           "ALTER TABLE card_counters ADD COLUMN doubted BIGINT NOT NULL "
           "DEFAULT 0",
           "UPDATE card_counters SET seen = counter"}};
}

absl::StatusOr<BoundOptions> BindOptionsIn(Transaction& transaction,
                                           const ClaimedCard& card,
                                           const ShownOptions& shown) {
  const ByteSpan name = card.key_diversification_data;
  RETURN_IF_ERROR(
      transaction
          .Execute(kSeeOptions, {{"key_set", card.key_set},
                                 {"card", name},
                                 {"options", int64_t{shown.options}}})
          .status());
  if (shown.proven) {
    RETURN_IF_ERROR(
        transaction
            .Execute(kBindOptions, {{"key_set", card.key_set},
                                    {"card", name},
                                    {"options", int64_t{shown.options}},
                                    {"agent", shown.agent}})
            .status());
  }
  ASSIGN_OR_RETURN(
      const std::vector<Row> rows,
      transaction.Query("SELECT options, agent FROM card_options WHERE "
                        "key_set = :key_set AND card = :card",
                        {{"key_set", card.key_set}, {"card", name}}));
  if (rows.empty()) return BoundOptions{shown.options, shown.agent};
  uint32_t options = 0;
  BoundOptions bound;
  RETURN_IF_ERROR(rows[0].Read(options, bound.agent));
  bound.options = static_cast<uint8_t>(options);
  return bound;
}

absl::StatusOr<CounterStep> ClaimCounterIn(Transaction& transaction,
                                           const ClaimedCard& card,
                                           const CounterClaim& claim) {
  const ByteSpan name = card.key_diversification_data;
  ASSIGN_OR_RETURN(const std::optional<CounterRecord> known,
                   FindCounter(transaction, card));
  CounterStep step = ClaimCounter(known, claim);
  RETURN_IF_ERROR(transaction
                      .Execute(kSetCounter, {{"key_set", card.key_set},
                                             {"card", name},
                                             {"changed", step.record.changed},
                                             {"opening", step.record.opening},
                                             {"seen", step.record.seen},
                                             {"agent", step.record.agent},
                                             {"doubted", step.record.doubted}})
                      .status());
  return step;
}

}  // namespace cardferry::keyvault
