#include "services/orchestrator/repository/packet_repository.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace cardferry::orchestrator {
namespace {

int Number(PacketState state) { return static_cast<int>(state); }

absl::StatusOr<PacketState> ToState(int number) {
  if (number < Number(PacketState::kSent) ||
      number > Number(PacketState::kPrepared)) {
    return absl::DataLossError("a packet is in a state that does not exist");
  }
  return static_cast<PacketState>(number);
}

constexpr char kSelect[] =
    "SELECT id, job, opening_id, agent, reader, card_id, profile, commands, "
    "changes, bundle_state, state, transcript, server_us, trouble, no_room "
    "FROM "
    "packets ";

absl::StatusOr<Packet> ToPacket(const store::Row& row) {
  Packet packet;
  int64_t job = 0;
  int state = 0;
  int64_t server_us = 0;
  RETURN_IF_ERROR(row.Read(packet.id, job, packet.opening_id, packet.at.agent,
                           packet.at.reader, packet.card_id, packet.profile,
                           packet.commands, packet.changes, packet.bundle_state,
                           state, packet.transcript, server_us, packet.trouble,
                           packet.no_room));
  packet.job_id = absl::StrCat(job);
  packet.server_time = absl::Microseconds(server_us);
  ASSIGN_OR_RETURN(packet.state, ToState(state));
  return packet;
}

}  // namespace

absl::Status PacketRepository::Add(const Packet& packet, absl::Time now) {
  // One that waits for its card is none of these: it may still be run.
  RETURN_IF_ERROR(
      tx_.Execute("UPDATE packets SET state = :abandoned, bundle_state = '', "
                  "transcript = '' WHERE state <= :reported AND "
                  "((:proven = 1 AND card_id = :card) OR (agent = :agent AND "
                  "reader = :reader))",
                  {{"abandoned", Number(PacketState::kAbandoned)},
                   {"reported", Number(PacketState::kReported)},
                   {"proven", !packet.card_unproven},
                   {"card", packet.card_id},
                   {"agent", packet.at.agent},
                   {"reader", packet.at.reader}})
          .status());
  return Insert(packet, now);
}

absl::Status PacketRepository::AddPrepared(const Packet& packet,
                                           absl::Time now) {
  return Insert(packet, now);
}

absl::Status PacketRepository::Insert(const Packet& packet, absl::Time now) {
  return tx_
      .Execute(
          "INSERT INTO packets (id, job, opening_id, agent, reader, card_id, "
          "profile, commands, changes, bundle_state, state, since_us) VALUES "
          "(:id, :job, :opening, :agent, :reader, :card, :profile, :commands, "
          ":changes, :bundle, :state, :now)",
          {{"id", packet.id},
           {"job", packet.job_id},
           {"opening", packet.opening_id},
           {"agent", packet.at.agent},
           {"reader", packet.at.reader},
           {"card", packet.card_id},
           {"profile", packet.profile},
           {"commands", packet.commands},
           {"changes", packet.changes},
           {"bundle", packet.bundle_state},
           {"state", Number(packet.state)},
           {"now", now}})
      .status();
}

absl::Status PacketRepository::SetServerTime(const std::string& id,
                                             absl::Duration time) {
  return tx_
      .Execute("UPDATE packets SET server_us = :time WHERE id = :id",
               {{"time", absl::ToInt64Microseconds(time)}, {"id", id}})
      .status();
}

absl::StatusOr<ReportCheck> PacketRepository::Report(const std::string& id,
                                                     const std::string& agent,
                                                     const Bytes& transcript,
                                                     absl::Time now) {
  const absl::StatusOr<Packet> packet = Get(id);
  if (absl::IsNotFound(packet.status())) return ReportCheck::kUnknown;
  RETURN_IF_ERROR(packet.status());
  if (packet->at.agent != agent) return ReportCheck::kForeign;
  if (packet->state == PacketState::kAbandoned) return ReportCheck::kAbandoned;
  if (packet->state != PacketState::kSent &&
      packet->state != PacketState::kPrepared) {
    return ReportCheck::kRepeated;
  }
  RETURN_IF_ERROR(
      tx_.Execute("UPDATE packets SET state = :state, since_us = :now, "
                  "transcript = :transcript WHERE id = :id",
                  {{"state", Number(PacketState::kReported)},
                   {"now", now},
                   {"transcript", transcript},
                   {"id", id}})
          .status());
  return ReportCheck::kAccepted;
}

absl::Status PacketRepository::SetTrouble(const std::string& id,
                                          const std::string& trouble,
                                          bool no_room) {
  return tx_
      .Execute(
          "UPDATE packets SET trouble = :trouble, no_room = :no_room "
          "WHERE id = :id",
          {{"trouble", trouble}, {"no_room", no_room}, {"id", id}})
      .status();
}

absl::StatusOr<int64_t> PacketRepository::WithoutRoom(
    const std::string& job_id) {
  ASSIGN_OR_RETURN(const store::Row row,
                   tx_.QueryOne("SELECT COUNT(*) FROM packets WHERE job = :job "
                                "AND no_room = 1",
                                {{"job", job_id}}));
  int64_t count = 0;
  RETURN_IF_ERROR(row.Read(count));
  return count;
}

absl::Status PacketRepository::AbandonPrepared(const std::string& job_id) {
  return tx_
      .Execute(
          "UPDATE packets SET state = :abandoned, bundle_state = '' "
          "WHERE state = :prepared AND job = :job",
          {{"abandoned", Number(PacketState::kAbandoned)},
           {"prepared", Number(PacketState::kPrepared)},
           {"job", job_id}})
      .status();
}

absl::Status PacketRepository::Conclude(const std::string& id) {
  return tx_
      .Execute(
          "UPDATE packets SET state = :state, bundle_state = '', "
          "transcript = '' WHERE id = :id",
          {{"state", Number(PacketState::kConcluded)}, {"id", id}})
      .status();
}

absl::StatusOr<Packet> PacketRepository::Get(const std::string& id) {
  ASSIGN_OR_RETURN(
      const store::Row row,
      tx_.QueryOne(absl::StrCat(kSelect, "WHERE id = :id"), {{"id", id}}));
  return ToPacket(row);
}

absl::StatusOr<std::vector<std::string>> PacketRepository::Unconcluded(
    const ReaderAddress& at) {
  ASSIGN_OR_RETURN(
      const std::vector<store::Row> rows,
      tx_.Query("SELECT id FROM packets WHERE state = :reported "
                "AND agent = :agent AND reader = :reader ORDER BY job",
                {{"reported", Number(PacketState::kReported)},
                 {"agent", at.agent},
                 {"reader", at.reader}}));
  std::vector<std::string> ids;
  for (const store::Row& row : rows) {
    std::string id;
    RETURN_IF_ERROR(row.Read(id));
    ids.push_back(std::move(id));
  }
  return ids;
}

absl::StatusOr<std::vector<Packet>> PacketRepository::UnconcludedSince(
    absl::Time before) {
  ASSIGN_OR_RETURN(
      const std::vector<store::Row> rows,
      tx_.Query(
          absl::StrCat(kSelect,
                       "WHERE state = :reported AND since_us <= :before "
                       "ORDER BY since_us"),
          {{"reported", Number(PacketState::kReported)}, {"before", before}}));
  std::vector<Packet> list;
  for (const store::Row& row : rows) {
    ASSIGN_OR_RETURN(Packet packet, ToPacket(row));
    list.push_back(std::move(packet));
  }
  return list;
}

}  // namespace cardferry::orchestrator
