#include "services/orchestrator/repository/schema.h"

namespace cardferry::orchestrator {
namespace {

store::Migration Applications() {
  return {"load files, and applications that name them",
          {"CREATE TABLE load_files ("
           "content_hash TEXT PRIMARY KEY, cap_file TEXT NOT NULL,"
           "package_aid TEXT NOT NULL, version TEXT NOT NULL,"
           "applet_aids TEXT NOT NULL, load_file_bytes INTEGER NOT NULL)",
           "CREATE TABLE applications ("
           "name TEXT PRIMARY KEY, content_hash TEXT NOT NULL "
           "REFERENCES load_files (content_hash))"}};
}

// install_parameters is NULL as soon as the job is over.
store::Migration Jobs() {
  return {"jobs and what they made true",
          {"CREATE TABLE jobs ("
           "number INTEGER PRIMARY KEY AUTOINCREMENT,"
           "application TEXT NOT NULL REFERENCES applications (name),"
           "install_parameters TEXT,"
           "agent TEXT NOT NULL, reader TEXT NOT NULL, card_id TEXT NOT NULL,"
           "state INTEGER NOT NULL, message TEXT NOT NULL,"
           "commands_done INTEGER NOT NULL DEFAULT 0,"
           "commands_total INTEGER NOT NULL DEFAULT 0,"
           "changes INTEGER NOT NULL DEFAULT 0,"
           "rounds INTEGER NOT NULL DEFAULT 0,"
           "created_us INTEGER NOT NULL, ended_us INTEGER,"
           "round_trips INTEGER NOT NULL DEFAULT 0,"
           "apdus INTEGER NOT NULL DEFAULT 0,"
           "bytes INTEGER NOT NULL DEFAULT 0,"
           "card_us INTEGER NOT NULL DEFAULT 0,"
           "waited_us INTEGER NOT NULL DEFAULT 0,"
           "total_us INTEGER NOT NULL DEFAULT 0,"
           "server_us INTEGER NOT NULL DEFAULT 0)",
           "CREATE INDEX jobs_by_state ON jobs (state, number)",
           "CREATE TABLE job_facts ("
           "job INTEGER NOT NULL REFERENCES jobs (number),"
           "ordinal INTEGER NOT NULL, text TEXT NOT NULL,"
           "proven INTEGER NOT NULL, PRIMARY KEY (job, ordinal))"}};
}

store::Migration Cards() {
  return {"cards, their content, and where they are stopped",
          {"CREATE TABLE cards ("
           "id TEXT PRIMARY KEY, first_seen_us INTEGER NOT NULL,"
           "last_seen_us INTEGER NOT NULL, profile TEXT NOT NULL,"
           "record TEXT NOT NULL, content_proven INTEGER NOT NULL)",
           "CREATE TABLE card_packages ("
           "card_id TEXT NOT NULL REFERENCES cards (id),"
           "ordinal INTEGER NOT NULL, aid TEXT NOT NULL,"
           "version TEXT NOT NULL, module_aids TEXT NOT NULL,"
           "PRIMARY KEY (card_id, ordinal))",
           "CREATE TABLE card_applications ("
           "card_id TEXT NOT NULL REFERENCES cards (id),"
           "ordinal INTEGER NOT NULL, aid TEXT NOT NULL,"
           "life_cycle TEXT NOT NULL, privileges TEXT NOT NULL,"
           "package_aid TEXT NOT NULL, PRIMARY KEY (card_id, ordinal))",
           // Not a part of `cards`: a card may be stopped before it has ever
           // shown a right cryptogram.
           "CREATE TABLE card_stops ("
           "card_id TEXT NOT NULL, agent TEXT NOT NULL,"
           "at_us INTEGER NOT NULL, PRIMARY KEY (card_id, agent))"}};
}

store::Migration Sessions() {
  return {"openings, packets and agents",
          {"CREATE TABLE openings ("
           "id TEXT PRIMARY KEY, agent TEXT NOT NULL, reader TEXT NOT NULL,"
           "ticket TEXT NOT NULL, expires_us INTEGER NOT NULL,"
           "identify_answer TEXT, challenge_answer TEXT)",
           "CREATE INDEX openings_by_expiry ON openings (expires_us)",
           "CREATE TABLE packets ("
           "id TEXT PRIMARY KEY,"
           "job INTEGER NOT NULL REFERENCES jobs (number),"
           "opening_id TEXT NOT NULL, agent TEXT NOT NULL,"
           "reader TEXT NOT NULL, card_id TEXT NOT NULL,"
           "profile TEXT NOT NULL, commands INTEGER NOT NULL,"
           "changes INTEGER NOT NULL, bundle_state TEXT NOT NULL,"
           "state INTEGER NOT NULL, transcript TEXT NOT NULL DEFAULT '',"
           "server_us INTEGER NOT NULL DEFAULT 0)",
           "CREATE INDEX packets_by_state ON packets (state, agent, reader)",
           "CREATE TABLE agents ("
           "name TEXT PRIMARY KEY, last_seen_us INTEGER NOT NULL)"}};
}

store::Migration Journal() {
  return {"the journal of events",
          {"CREATE TABLE journal ("
           "id INTEGER PRIMARY KEY AUTOINCREMENT, at_us INTEGER NOT NULL,"
           "kind TEXT NOT NULL, text TEXT NOT NULL, job_id TEXT NOT NULL,"
           "card_id TEXT NOT NULL, agent TEXT NOT NULL)",
           "CREATE INDEX journal_by_job ON journal (job_id, id)"}};
}

// A job may be about what is not registered here: then `application` is NULL.
// `holder` is the opening that it was claimed for, then its packet; `since_us`
// is when its state changed last. SQLite cannot take NOT NULL back: the table
// is made anew, with the two that name it.
store::Migration JobsOfAllActions() {
  return {"jobs that upgrade and delete, who holds them and since when",
          {"CREATE TABLE new_jobs ("
           "number INTEGER PRIMARY KEY AUTOINCREMENT,"
           "action INTEGER NOT NULL,"
           "application TEXT REFERENCES applications (name),"
           "package_aid TEXT NOT NULL, application_aid TEXT NOT NULL,"
           "install_parameters TEXT,"
           "agent TEXT NOT NULL, reader TEXT NOT NULL, card_id TEXT NOT NULL,"
           "state INTEGER NOT NULL, holder TEXT NOT NULL DEFAULT '',"
           "since_us INTEGER NOT NULL, message TEXT NOT NULL,"
           "commands_done INTEGER NOT NULL DEFAULT 0,"
           "commands_total INTEGER NOT NULL DEFAULT 0,"
           "changes INTEGER NOT NULL DEFAULT 0,"
           "rounds INTEGER NOT NULL DEFAULT 0,"
           "created_us INTEGER NOT NULL, ended_us INTEGER,"
           "round_trips INTEGER NOT NULL DEFAULT 0,"
           "apdus INTEGER NOT NULL DEFAULT 0,"
           "bytes INTEGER NOT NULL DEFAULT 0,"
           "card_us INTEGER NOT NULL DEFAULT 0,"
           "waited_us INTEGER NOT NULL DEFAULT 0,"
           "total_us INTEGER NOT NULL DEFAULT 0,"
           "server_us INTEGER NOT NULL DEFAULT 0)",
           "INSERT INTO new_jobs SELECT number, 1, application, '', '', "
           "install_parameters, agent, reader, card_id, state, '', created_us, "
           "message, commands_done, commands_total, changes, rounds, "
           "created_us, ended_us, round_trips, apdus, bytes, card_us, "
           "waited_us, total_us, server_us FROM jobs",
           "CREATE TABLE new_job_facts ("
           "job INTEGER NOT NULL REFERENCES new_jobs (number),"
           "ordinal INTEGER NOT NULL, text TEXT NOT NULL,"
           "proven INTEGER NOT NULL, PRIMARY KEY (job, ordinal))",
           "INSERT INTO new_job_facts SELECT job, ordinal, text, proven "
           "FROM job_facts",
           "CREATE TABLE new_packets ("
           "id TEXT PRIMARY KEY,"
           "job INTEGER NOT NULL REFERENCES new_jobs (number),"
           "opening_id TEXT NOT NULL, agent TEXT NOT NULL,"
           "reader TEXT NOT NULL, card_id TEXT NOT NULL,"
           "profile TEXT NOT NULL, commands INTEGER NOT NULL,"
           "changes INTEGER NOT NULL, bundle_state TEXT NOT NULL,"
           "state INTEGER NOT NULL, since_us INTEGER NOT NULL,"
           "transcript TEXT NOT NULL DEFAULT '',"
           "server_us INTEGER NOT NULL DEFAULT 0)",
           "INSERT INTO new_packets SELECT id, job, opening_id, agent, reader, "
           "card_id, profile, commands, changes, bundle_state, state, 0, "
           "transcript, server_us FROM packets",
           "DROP TABLE job_facts", "DROP TABLE packets", "DROP TABLE jobs",
           "ALTER TABLE new_jobs RENAME TO jobs",
           "ALTER TABLE new_job_facts RENAME TO job_facts",
           "ALTER TABLE new_packets RENAME TO packets",
           "CREATE INDEX jobs_by_state ON jobs (state, number)",
           "CREATE INDEX packets_by_state ON packets (state, agent, reader)",
           "CREATE TABLE job_applets ("
           "job INTEGER NOT NULL REFERENCES jobs (number),"
           "ordinal INTEGER NOT NULL, module_aid TEXT NOT NULL,"
           "instance_aid TEXT NOT NULL, privileges TEXT NOT NULL,"
           "PRIMARY KEY (job, ordinal))"}};
}

// `last_seen_us` is 0 for an agent that has never connected; `added_us` NULL
// for one that nobody has added. Those that were there are served on.
store::Migration AddedAgents() {
  return {"agents are added and revoked",
          {"ALTER TABLE agents ADD COLUMN added_us INTEGER",
           "ALTER TABLE agents ADD COLUMN revoked_us INTEGER",
           "UPDATE agents SET added_us = last_seen_us"}};
}

store::Migration StoppedCards() {
  return {
      "a card that is stopped is in the list of cards",
      {"INSERT INTO cards SELECT card_id, MIN(at_us), MAX(at_us), '', '', 0 "
       "FROM card_stops WHERE card_id NOT IN (SELECT id FROM cards) "
       "GROUP BY card_id"}};
}

store::Migration PacketTrouble() {
  return {"what an agent says of a packet that it could not run",
          {"ALTER TABLE packets ADD COLUMN trouble TEXT NOT NULL DEFAULT ''"}};
}

store::Migration JobsByEnd() {
  return {"when the last job ended",
          {"CREATE INDEX jobs_by_end ON jobs (ended_us)"}};
}

store::Migration CardsInDoubt() {
  return {"cards that are being changed",
          {"ALTER TABLE cards ADD COLUMN in_doubt INTEGER NOT NULL DEFAULT 0",
           "UPDATE cards SET in_doubt = 1 WHERE id IN (SELECT card_id FROM "
           "packets WHERE state <> 3 AND changes > 0)"}};
}

store::Migration PacketsByJob() {
  return {"packets are forgotten with their jobs",
          {"CREATE INDEX packets_by_job ON packets (job)"}};
}

store::Migration PacketsWithoutRoom() {
  return {"packets that an agent had no room for",
          {"ALTER TABLE packets ADD COLUMN no_room INTEGER NOT NULL "
           "DEFAULT 0"}};
}

// For good: a card's word on what was done to it.
store::Migration CardReceipts() {
  return {"what cards have confirmed",
          {"CREATE TABLE card_receipts ("
           "number INTEGER PRIMARY KEY AUTOINCREMENT,"
           "card_id TEXT NOT NULL, job_id TEXT NOT NULL, at_us INTEGER NOT "
           "NULL, text TEXT NOT NULL, counter INTEGER NOT NULL,"
           "receipt TEXT NOT NULL, confirmation_data TEXT NOT NULL,"
           "verified INTEGER NOT NULL)",
           "CREATE INDEX card_receipts_by_card ON card_receipts (card_id, "
           "number)"}};
}

// 00 before what was stored as it is (job_data/job_data.cc).
store::Migration SealedJobData() {
  return {"what jobs bring to cards is sealed",
          {"UPDATE jobs SET install_parameters = '00' || install_parameters "
           "WHERE install_parameters <> ''"}};
}

// What an agent has not taken yet is in prepared_packets.
store::Migration PreparedJobs() {
  return {"packets that are made before their cards come",
          {"ALTER TABLE jobs ADD COLUMN cancel_requested INTEGER NOT NULL "
           "DEFAULT 0",
           "CREATE TABLE prepared_jobs ("
           "job INTEGER PRIMARY KEY REFERENCES jobs (number),"
           "agent TEXT NOT NULL, card_id TEXT NOT NULL,"
           "expires_us INTEGER NOT NULL, stored INTEGER NOT NULL DEFAULT 0)",
           "CREATE INDEX prepared_jobs_by_card ON prepared_jobs (card_id)",
           "CREATE TABLE prepared_packets ("
           "job INTEGER NOT NULL REFERENCES jobs (number),"
           "ordinal INTEGER NOT NULL, packet_id TEXT NOT NULL,"
           "probe TEXT NOT NULL, scripts TEXT NOT NULL,"
           "PRIMARY KEY (job, ordinal))"}};
}

}  // namespace

std::vector<store::Migration> Schema() {
  return {Applications(),       Jobs(),         Cards(),
          Sessions(),           Journal(),      JobsOfAllActions(),
          AddedAgents(),        StoppedCards(), JobsByEnd(),
          PacketTrouble(),      CardsInDoubt(), PacketsByJob(),
          PacketsWithoutRoom(), CardReceipts(), SealedJobData(),
          PreparedJobs()};
}

}  // namespace cardferry::orchestrator
