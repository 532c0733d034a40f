#include "services/orchestrator/repository/card_repository.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "services/orchestrator/repository/hex_list.h"

namespace cardferry::orchestrator {
namespace {

constexpr char kSelect[] =
    "SELECT id, first_seen_us, last_seen_us, profile, content_proven, "
    "EXISTS (SELECT 1 FROM card_stops s WHERE s.card_id = cards.id) "
    "FROM cards ";

absl::StatusOr<Card> ToCard(const store::Row& row) {
  Card card;
  RETURN_IF_ERROR(row.Read(card.id, card.first_seen, card.last_seen,
                           card.profile, card.content_proven, card.stopped));
  return card;
}

absl::StatusOr<CardPackage> ToPackage(const store::Row& row) {
  CardPackage package;
  std::string modules;
  RETURN_IF_ERROR(row.Read(package.aid, package.version, modules));
  ASSIGN_OR_RETURN(package.module_aids, SplitHex(modules));
  return package;
}

absl::Status AddPackages(store::Transaction& tx, const std::string& id,
                         const std::vector<CardPackage>& packages) {
  int ordinal = 0;
  for (const CardPackage& package : packages) {
    RETURN_IF_ERROR(tx.Execute("INSERT INTO card_packages VALUES (:card, "
                               ":ordinal, :aid, :version, :modules)",
                               {{"card", id},
                                {"ordinal", ordinal++},
                                {"aid", package.aid},
                                {"version", package.version},
                                {"modules", JoinHex(package.module_aids)}})
                        .status());
  }
  return absl::OkStatus();
}

absl::Status AddApplications(store::Transaction& tx, const std::string& id,
                             const std::vector<CardApplication>& list) {
  int ordinal = 0;
  for (const CardApplication& application : list) {
    RETURN_IF_ERROR(
        tx.Execute("INSERT INTO card_applications VALUES (:card, :ordinal, "
                   ":aid, :cycle, :privileges, :package)",
                   {{"card", id},
                    {"ordinal", ordinal++},
                    {"aid", application.aid},
                    {"cycle", application.life_cycle},
                    {"privileges", application.privileges},
                    {"package", application.package_aid}})
            .status());
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CardRepository::Saw(const std::string& id,
                                 const std::string& profile, absl::Time at) {
  return tx_
      .Execute(
          "INSERT INTO cards (id, first_seen_us, last_seen_us, profile, "
          "record, content_proven) VALUES (:id, :first, :last, :profile, '', "
          "0) ON CONFLICT (id) DO UPDATE SET last_seen_us = "
          "excluded.last_seen_us, profile = excluded.profile",
          {{"id", id}, {"first", at}, {"last", at}, {"profile", profile}})
      .status();
}

absl::Status CardRepository::SetContent(const std::string& id,
                                        const Bytes& record,
                                        const CardContent& content,
                                        bool proven) {
  ASSIGN_OR_RETURN(
      const int64_t changed,
      tx_.Execute("UPDATE cards SET record = :record, content_proven = "
                  ":proven, in_doubt = 0 WHERE id = :id",
                  {{"record", record}, {"proven", proven}, {"id", id}}));
  if (changed == 0) {
    return absl::NotFoundError(absl::StrCat("there is no card ", id));
  }
  for (const char* table : {"card_packages", "card_applications"}) {
    RETURN_IF_ERROR(
        tx_.Execute(absl::StrCat("DELETE FROM ", table, " WHERE card_id = :id"),
                    {{"id", id}})
            .status());
  }
  RETURN_IF_ERROR(AddPackages(tx_, id, content.packages));
  return AddApplications(tx_, id, content.applications);
}

absl::Status CardRepository::AddReceipts(
    const std::string& id, const std::string& job_id,
    const std::vector<CardReceipt>& receipts, absl::Time at) {
  for (const CardReceipt& receipt : receipts) {
    RETURN_IF_ERROR(
        tx_.Execute("INSERT INTO card_receipts (card_id, job_id, at_us, text, "
                    "counter, receipt, confirmation_data, verified) VALUES "
                    "(:card, :job, :at, :text, :counter, :receipt, :data, "
                    ":verified)",
                    {{"card", id},
                     {"job", job_id},
                     {"at", at},
                     {"text", receipt.text},
                     {"counter", static_cast<int64_t>(receipt.counter)},
                     {"receipt", receipt.receipt},
                     {"data", receipt.confirmation_data},
                     {"verified", receipt.verified}})
            .status());
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<CardReceipt>> CardRepository::Receipts(
    const std::string& id, int most) {
  RETURN_IF_ERROR(Get(id).status());
  ASSIGN_OR_RETURN(
      const std::vector<store::Row> rows,
      tx_.Query("SELECT text, counter, receipt, confirmation_data, verified, "
                "job_id, at_us FROM card_receipts WHERE card_id = :id "
                "ORDER BY number DESC LIMIT :most",
                {{"id", id}, {"most", most}}));
  std::vector<CardReceipt> list;
  for (const store::Row& row : rows) {
    CardReceipt one;
    int64_t counter = 0;
    RETURN_IF_ERROR(row.Read(one.text, counter, one.receipt,
                             one.confirmation_data, one.verified, one.job_id,
                             one.at));
    one.counter = static_cast<uint32_t>(counter);
    list.push_back(std::move(one));
  }
  return list;
}

absl::Status CardRepository::Doubt(const std::string& id) {
  return tx_
      .Execute(
          "UPDATE cards SET content_proven = 0, in_doubt = 1 "
          "WHERE id = :id",
          {{"id", id}})
      .status();
}

absl::StatusOr<bool> CardRepository::IsInDoubt(const std::string& id) {
  ASSIGN_OR_RETURN(
      const std::vector<store::Row> rows,
      tx_.Query("SELECT in_doubt FROM cards WHERE id = :id", {{"id", id}}));
  bool in_doubt = false;
  if (rows.empty()) return in_doubt;
  RETURN_IF_ERROR(rows[0].Read(in_doubt));
  return in_doubt;
}

absl::StatusOr<Bytes> CardRepository::Record(const std::string& id) {
  ASSIGN_OR_RETURN(
      const std::vector<store::Row> rows,
      tx_.Query("SELECT record FROM cards WHERE id = :id", {{"id", id}}));
  Bytes record;
  if (rows.empty()) return record;
  RETURN_IF_ERROR(rows[0].Read(record));
  return record;
}

absl::Status CardRepository::ReadContent(Card& card) {
  ASSIGN_OR_RETURN(
      const std::vector<store::Row> packages,
      tx_.Query("SELECT aid, version, module_aids FROM card_packages "
                "WHERE card_id = :id ORDER BY ordinal",
                {{"id", card.id}}));
  for (const store::Row& row : packages) {
    ASSIGN_OR_RETURN(CardPackage package, ToPackage(row));
    card.content.packages.push_back(std::move(package));
  }
  ASSIGN_OR_RETURN(
      const std::vector<store::Row> applications,
      tx_.Query("SELECT aid, life_cycle, privileges, package_aid FROM "
                "card_applications WHERE card_id = :id ORDER BY ordinal",
                {{"id", card.id}}));
  for (const store::Row& row : applications) {
    CardApplication application;
    RETURN_IF_ERROR(row.Read(application.aid, application.life_cycle,
                             application.privileges, application.package_aid));
    card.content.applications.push_back(std::move(application));
  }
  return absl::OkStatus();
}

absl::StatusOr<Card> CardRepository::Get(const std::string& id) {
  const absl::StatusOr<store::Row> row =
      tx_.QueryOne(absl::StrCat(kSelect, "WHERE id = :id"), {{"id", id}});
  if (absl::IsNotFound(row.status())) {
    return absl::NotFoundError(absl::StrCat("there is no card ", id));
  }
  RETURN_IF_ERROR(row.status());
  ASSIGN_OR_RETURN(Card card, ToCard(*row));
  RETURN_IF_ERROR(ReadContent(card));
  return card;
}

absl::StatusOr<std::vector<Card>> CardRepository::List(const CardFilter& filter,
                                                       const std::string& after,
                                                       int most) {
  ASSIGN_OR_RETURN(
      const std::vector<store::Row> rows,
      tx_.Query(
          absl::StrCat(kSelect,
                       "WHERE id > :after AND "
                       "(:profile = '' OR profile = :profile) AND "
                       "(:stopped = 0 OR EXISTS (SELECT 1 FROM card_stops s "
                       "WHERE s.card_id = cards.id)) AND "
                       "(:package = '' OR EXISTS (SELECT 1 FROM card_packages "
                       "p WHERE p.card_id = cards.id AND p.aid = :package)) "
                       "ORDER BY id LIMIT :most"),
          {{"after", after},
           {"profile", filter.profile},
           {"stopped", filter.stopped},
           {"package", filter.package_aid},
           {"most", most}}));
  std::vector<Card> list;
  for (const store::Row& row : rows) {
    ASSIGN_OR_RETURN(Card card, ToCard(row));
    RETURN_IF_ERROR(ReadContent(card));
    list.push_back(std::move(card));
  }
  return list;
}

absl::Status CardRepository::Stop(const std::string& id,
                                  const std::string& profile,
                                  const std::string& agent, absl::Time at) {
  RETURN_IF_ERROR(
      tx_.Execute(
             "INSERT INTO cards (id, first_seen_us, last_seen_us, profile, "
             "record, content_proven) VALUES (:id, :first, :last, :profile, "
             "'', 0) ON CONFLICT (id) DO NOTHING",
             {{"id", id}, {"first", at}, {"last", at}, {"profile", profile}})
          .status());
  return tx_
      .Execute(
          "INSERT INTO card_stops VALUES (:id, :agent, :at) "
          "ON CONFLICT (card_id, agent) DO NOTHING",
          {{"id", id}, {"agent", agent}, {"at", at}})
      .status();
}

absl::Status CardRepository::Resume(const std::string& id) {
  ASSIGN_OR_RETURN(
      const int64_t changed,
      tx_.Execute("DELETE FROM card_stops WHERE card_id = :id", {{"id", id}}));
  if (changed > 0) return absl::OkStatus();
  RETURN_IF_ERROR(Get(id).status());
  return absl::FailedPreconditionError(
      absl::StrCat("card ", id, " is not stopped"));
}

absl::StatusOr<bool> CardRepository::IsStopped(const std::string& id,
                                               const std::string& agent) {
  ASSIGN_OR_RETURN(
      const store::Row row,
      tx_.QueryOne("SELECT COUNT(*), COALESCE(SUM(agent = :agent), 0) "
                   "FROM card_stops WHERE card_id = :id",
                   {{"agent", agent}, {"id", id}}));
  int64_t everywhere = 0;
  int64_t here = 0;
  RETURN_IF_ERROR(row.Read(everywhere, here));
  return here > 0 || everywhere >= 2;
}

}  // namespace cardferry::orchestrator
