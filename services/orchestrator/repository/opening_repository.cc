#include "services/orchestrator/repository/opening_repository.h"

#include <optional>
#include <vector>

#include "lib/base/status_macros.h"

namespace cardferry::orchestrator {

absl::Status OpeningRepository::Add(const IssuedOpening& opening,
                                    absl::Time now) {
  RETURN_IF_ERROR(tx_.Execute("DELETE FROM openings WHERE expires_us < :before",
                              {{"before", now - kKept}})
                      .status());
  return tx_
      .Execute(
          "INSERT INTO openings (id, agent, reader, ticket, expires_us) "
          "VALUES (:id, :agent, :reader, :ticket, :expires)",
          {{"id", opening.id},
           {"agent", opening.at.agent},
           {"reader", opening.at.reader},
           {"ticket", opening.ticket},
           {"expires", opening.expires_at}})
      .status();
}

absl::StatusOr<AnswerCheck> OpeningRepository::Answer(
    const std::string& id, const ReaderAddress& from,
    const OpeningAnswer& answer, absl::Time now) {
  ASSIGN_OR_RETURN(
      const std::vector<store::Row> rows,
      tx_.Query("SELECT agent, reader, expires_us, identify_answer, "
                "challenge_answer FROM openings WHERE id = :id",
                {{"id", id}}));
  if (rows.empty()) return AnswerCheck::kUnknown;
  ReaderAddress at;
  absl::Time expires_at;
  std::optional<Bytes> identify;
  std::optional<Bytes> challenge;
  RETURN_IF_ERROR(
      rows[0].Read(at.agent, at.reader, expires_at, identify, challenge));
  if (!(at == from)) return AnswerCheck::kForeign;
  if (identify.has_value() && challenge.has_value()) {
    return answer == OpeningAnswer{*identify, *challenge} ? AnswerCheck::kSame
                                                          : AnswerCheck::kUsed;
  }
  if (now >= expires_at) return AnswerCheck::kExpired;
  if (answer.challenge.empty()) return AnswerCheck::kFresh;
  RETURN_IF_ERROR(
      tx_.Execute("UPDATE openings SET identify_answer = :identify, "
                  "challenge_answer = :challenge WHERE id = :id",
                  {{"identify", answer.identify},
                   {"challenge", answer.challenge},
                   {"id", id}})
          .status());
  return AnswerCheck::kFresh;
}

absl::Status OpeningRepository::Void(const std::string& agent) {
  return tx_
      .Execute(
          "DELETE FROM openings WHERE agent = :agent "
          "AND challenge_answer IS NULL",
          {{"agent", agent}})
      .status();
}

absl::StatusOr<IssuedOpening> OpeningRepository::Get(const std::string& id) {
  ASSIGN_OR_RETURN(const store::Row row,
                   tx_.QueryOne("SELECT id, agent, reader, ticket, expires_us "
                                "FROM openings WHERE id = :id",
                                {{"id", id}}));
  IssuedOpening opening;
  RETURN_IF_ERROR(row.Read(opening.id, opening.at.agent, opening.at.reader,
                           opening.ticket, opening.expires_at));
  return opening;
}

}  // namespace cardferry::orchestrator
