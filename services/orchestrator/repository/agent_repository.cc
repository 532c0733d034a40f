#include "services/orchestrator/repository/agent_repository.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "services/orchestrator/repository/journal_repository.h"

namespace cardferry::orchestrator {
namespace {

constexpr char kSelect[] =
    "SELECT name, last_seen_us, added_us IS NOT NULL, revoked_us IS NOT NULL "
    "FROM agents ";

absl::StatusOr<Agent> ToAgent(const store::Row& row) {
  Agent agent;
  bool added = false;
  bool revoked = false;
  RETURN_IF_ERROR(row.Read(agent.name, agent.last_seen, added, revoked));
  agent.standing = revoked ? AgentStanding::kRevoked
                   : added ? AgentStanding::kAdded
                           : AgentStanding::kUnlisted;
  return agent;
}

}  // namespace

absl::Status AgentRepository::Saw(const std::string& name, absl::Time at) {
  return tx_
      .Execute(
          "INSERT INTO agents (name, last_seen_us) VALUES (:name, :at) "
          "ON CONFLICT (name) "
          "DO UPDATE SET last_seen_us = excluded.last_seen_us",
          {{"name", name}, {"at", at}})
      .status();
}

absl::Status AgentRepository::Add(const std::string& name, absl::Time at) {
  ASSIGN_OR_RETURN(const AgentStanding standing, Standing(name));
  if (standing == AgentStanding::kAdded) return absl::OkStatus();
  RETURN_IF_ERROR(
      tx_.Execute("INSERT INTO agents (name, last_seen_us, added_us) "
                  "VALUES (:name, 0, :at) ON CONFLICT (name) DO UPDATE "
                  "SET added_us = excluded.added_us, revoked_us = NULL",
                  {{"name", name}, {"at", at}})
          .status());
  return Note("agent.added", name, "The agent is served from now on", at);
}

absl::Status AgentRepository::Revoke(const std::string& name, absl::Time at) {
  ASSIGN_OR_RETURN(const Agent agent, Get(name));
  if (agent.standing == AgentStanding::kRevoked) return absl::OkStatus();
  RETURN_IF_ERROR(
      tx_.Execute("UPDATE agents SET revoked_us = :at WHERE name = :name",
                  {{"at", at}, {"name", name}})
          .status());
  return Note("agent.revoked", name, "The agent is served no more", at);
}

absl::Status AgentRepository::Note(const char* kind, const std::string& name,
                                   const char* text, absl::Time at) {
  JournalEntry entry;
  entry.at = at;
  entry.kind = kind;
  entry.text = text;
  entry.agent = name;
  return JournalRepository(tx_).Add(entry);
}

absl::StatusOr<AgentStanding> AgentRepository::Standing(
    const std::string& name) {
  const absl::StatusOr<Agent> agent = Get(name);
  if (absl::IsNotFound(agent.status())) return AgentStanding::kUnlisted;
  RETURN_IF_ERROR(agent.status());
  return agent->standing;
}

absl::StatusOr<Agent> AgentRepository::Get(const std::string& name) {
  ASSIGN_OR_RETURN(
      const std::vector<store::Row> rows,
      tx_.Query(absl::StrCat(kSelect, "WHERE name = :name"), {{"name", name}}));
  if (rows.size() == 1) return ToAgent(rows[0]);
  return absl::NotFoundError(absl::StrCat(
      "there is no agent \"", name, "\"; cardferry agent add lets one in"));
}

absl::StatusOr<std::vector<Agent>> AgentRepository::List() {
  ASSIGN_OR_RETURN(const std::vector<store::Row> rows,
                   tx_.Query(absl::StrCat(kSelect, "ORDER BY name")));
  std::vector<Agent> list;
  for (const store::Row& row : rows) {
    ASSIGN_OR_RETURN(Agent agent, ToAgent(row));
    list.push_back(std::move(agent));
  }
  return list;
}

}  // namespace cardferry::orchestrator
