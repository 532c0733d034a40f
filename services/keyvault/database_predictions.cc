#include "services/keyvault/database_predictions.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "services/keyvault/predicted_rules.h"

namespace cardferry::keyvault {
namespace {

using store::Row;
using store::Transaction;

constexpr char kSelect[] =
    "SELECT key_set, master_version, card, counter, serial, host_challenge, "
    "content, agent, issued_at FROM live_sessions ";

template <size_t N>
absl::Status Copy(const Bytes& bytes, std::array<uint8_t, N>& array) {
  if (bytes.size() != N) {
    return absl::DataLossError("a live session has a field of a wrong length");
  }
  std::copy(bytes.begin(), bytes.end(), array.begin());
  return absl::OkStatus();
}

absl::StatusOr<LiveSession> ReadSession(const Row& row) {
  LiveSession session;
  int64_t version = 0, counter = 0;
  Bytes card, serial, host_challenge;
  RETURN_IF_ERROR(row.Read(session.card.key_set, version, card, counter, serial,
                           host_challenge, session.content, session.agent,
                           session.issued_at));
  session.card.master_version = static_cast<uint32_t>(version);
  session.counter = static_cast<uint32_t>(counter);
  RETURN_IF_ERROR(Copy(card, session.card.key_diversification_data));
  RETURN_IF_ERROR(Copy(serial, session.serial));
  RETURN_IF_ERROR(Copy(host_challenge, session.host_challenge));
  return session;
}

absl::StatusOr<std::vector<LiveSession>> ReadSessions(
    const std::vector<Row>& rows) {
  std::vector<LiveSession> sessions;
  for (const Row& row : rows) {
    ASSIGN_OR_RETURN(sessions.emplace_back(), ReadSession(row));
  }
  return sessions;
}

absl::Status Insert(Transaction& transaction, const LiveSession& session) {
  const ByteSpan card = session.card.key_diversification_data;
  const ByteSpan serial = session.serial;
  const ByteSpan host_challenge = session.host_challenge;
  return transaction
      .Execute(
          "INSERT INTO live_sessions (serial, key_set, master_version, card, "
          "counter, host_challenge, content, agent, issued_at, live) VALUES "
          "(:serial, :key_set, :version, :card, :counter, :host_challenge, "
          ":content, :agent, :issued_at, 1) ON CONFLICT DO NOTHING",
          {{"serial", serial},
           {"key_set", session.card.key_set},
           {"version", static_cast<int64_t>(session.card.master_version)},
           {"card", card},
           {"counter", static_cast<int64_t>(session.counter)},
           {"host_challenge", host_challenge},
           {"content", session.content},
           {"agent", session.agent},
           {"issued_at", session.issued_at}})
      .status();
}

absl::StatusOr<std::optional<VerifiedCard>> FindVerified(
    Transaction& transaction, const std::string& key_set, ByteSpan card) {
  ASSIGN_OR_RETURN(
      const std::vector<Row> rows,
      transaction.Query("SELECT master_version, scp, options, counter FROM "
                        "verified_cards WHERE key_set = :key_set AND "
                        "card = :card",
                        {{"key_set", key_set}, {"card", card}}));
  if (rows.empty()) return std::nullopt;
  int64_t version = 0, scp = 0, options = 0, counter = 0;
  RETURN_IF_ERROR(rows[0].Read(version, scp, options, counter));
  VerifiedCard verified;
  verified.card.key_set = key_set;
  verified.card.master_version = static_cast<uint32_t>(version);
  std::copy(card.begin(), card.end(),
            verified.card.key_diversification_data.begin());
  verified.protocol = {static_cast<uint8_t>(scp),
                       static_cast<uint8_t>(options)};
  verified.counter = static_cast<uint32_t>(counter);
  return verified;
}

absl::Status Keep(Transaction& transaction, const VerifiedCard& verified) {
  const ByteSpan card = verified.card.key_diversification_data;
  return transaction
      .Execute(
          "INSERT INTO verified_cards (key_set, card, master_version, scp, "
          "options, counter) VALUES (:key_set, :card, :version, :scp, "
          ":options, :counter) ON CONFLICT (key_set, card) DO UPDATE SET "
          "master_version = excluded.master_version, scp = excluded.scp, "
          "options = excluded.options, counter = excluded.counter",
          {{"key_set", verified.card.key_set},
           {"card", card},
           {"version", static_cast<int64_t>(verified.card.master_version)},
           {"scp", static_cast<int64_t>(verified.protocol.scp)},
           {"options", static_cast<int64_t>(verified.protocol.i)},
           {"counter", static_cast<int64_t>(verified.counter)}})
      .status();
}

absl::Status EndSession(Transaction& transaction, const SessionSerial& which) {
  const ByteSpan serial = which;
  return transaction
      .Execute("UPDATE live_sessions SET live = 0 WHERE serial = :serial",
               {{"serial", serial}})
      .status();
}

}  // namespace

store::Migration PredictionsSchema() {
  return {"counters of predictable cards, and their live sessions",
          {"CREATE TABLE verified_cards (key_set TEXT NOT NULL, "
           "card TEXT NOT NULL, master_version BIGINT NOT NULL, "
           "scp BIGINT NOT NULL, options BIGINT NOT NULL, "
           "counter BIGINT NOT NULL, PRIMARY KEY (key_set, card))",
           "CREATE TABLE live_sessions (serial TEXT PRIMARY KEY, "
           "key_set TEXT NOT NULL, master_version BIGINT NOT NULL, "
           "card TEXT NOT NULL, counter BIGINT NOT NULL, "
           "host_challenge TEXT NOT NULL, content TEXT NOT NULL, "
           "agent TEXT NOT NULL, issued_at BIGINT NOT NULL, "
           "live BIGINT NOT NULL)",
           "CREATE INDEX live_sessions_by_card ON live_sessions "
           "(key_set, card, live)",
           "CREATE INDEX live_sessions_by_time ON live_sessions (issued_at)"}};
}

absl::StatusOr<std::vector<LiveSession>> LiveSessionsOf(
    Transaction& transaction, const CardKeySelection& card) {
  const ByteSpan name = card.key_diversification_data;
  ASSIGN_OR_RETURN(
      const std::vector<Row> rows,
      transaction.Query(
          absl::StrCat(kSelect,
                       "WHERE live = 1 AND key_set = :key_set AND "
                       "card = :card AND master_version = :version "
                       "ORDER BY counter, issued_at"),
          {{"key_set", card.key_set},
           {"card", name},
           {"version", static_cast<int64_t>(card.master_version)}}));
  return ReadSessions(rows);
}

absl::StatusOr<PredictedLedger::Seen> RecordVerifiedIn(
    Transaction& transaction, const VerifiedCard& card,
    const LiveSession* began) {
  ASSIGN_OR_RETURN(const std::optional<VerifiedCard> before,
                   FindVerified(transaction, card.card.key_set,
                                card.card.key_diversification_data));
  PredictedLedger::Seen seen;
  VerifiedCard kept = card;
  if (before.has_value() &&
      before->card.master_version == card.card.master_version) {
    seen.counter_before = before->counter;
    kept.counter = std::max(kept.counter, before->counter);
  }
  RETURN_IF_ERROR(Keep(transaction, kept));
  ASSIGN_OR_RETURN(std::vector<LiveSession> live,
                   LiveSessionsOf(transaction, card.card));
  for (LiveSession& one : live) {
    if (IsLeftBehind(one.counter, card)) {
      RETURN_IF_ERROR(EndSession(transaction, one.serial));
    } else {
      seen.live.push_back(std::move(one));
    }
  }
  if (began != nullptr && seen.live.empty()) {
    RETURN_IF_ERROR(Insert(transaction, *began));
    seen.live.push_back(*began);
  }
  return seen;
}

absl::StatusOr<LiveSession> AddPredictedIn(
    Transaction& transaction, const std::string& key_set,
    const std::array<uint8_t, 10>& key_diversification_data, absl::Time since,
    const PredictedLedger::Judge& judge) {
  PredictionFacts facts;
  ASSIGN_OR_RETURN(facts.verified, FindVerified(transaction, key_set,
                                                key_diversification_data));
  if (facts.verified.has_value()) {
    ASSIGN_OR_RETURN(facts.live,
                     LiveSessionsOf(transaction, facts.verified->card));
  }
  ASSIGN_OR_RETURN(
      const Row row,
      transaction.QueryOne("SELECT COUNT(*) FROM live_sessions WHERE "
                           "key_set = :key_set AND issued_at >= :since AND "
                           "content <> ''",
                           {{"key_set", key_set}, {"since", since}}));
  int64_t issued = 0;
  RETURN_IF_ERROR(row.Read(issued));
  facts.issued = static_cast<size_t>(issued);
  ASSIGN_OR_RETURN(LiveSession session, judge(facts));
  RETURN_IF_ERROR(Insert(transaction, session));
  return session;
}

absl::StatusOr<std::vector<LiveSession>> NewestLiveSessions(
    Transaction& transaction, size_t limit) {
  ASSIGN_OR_RETURN(
      const std::vector<Row> rows,
      transaction.Query(absl::StrCat(kSelect,
                                     "WHERE live = 1 ORDER BY issued_at DESC, "
                                     "counter DESC LIMIT :most"),
                        {{"most", static_cast<int64_t>(limit)}}));
  return ReadSessions(rows);
}

absl::Status PrunePredictions(Transaction& transaction, absl::Time issued) {
  return transaction
      .Execute(
          "DELETE FROM live_sessions WHERE live = 0 AND issued_at < :issued",
          {{"issued", issued}})
      .status();
}

}  // namespace cardferry::keyvault
