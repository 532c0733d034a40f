#ifndef CARDFERRY_CLI_RENDER_TESTING_SAMPLES_H_
#define CARDFERRY_CLI_RENDER_TESTING_SAMPLES_H_

#include <string>

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "proto/cardferry/orchestrator/v1/orchestrator.pb.h"

namespace cardferry::cli {

// A message from its text form.
template <typename Message>
Message Sample(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

// What an orchestrator says of job 12, running and done.
inline orchestrator::v1::Job RunningJob() {
  return Sample<orchestrator::v1::Job>(R"(
    id: "12" application: "brokerage" agent: "kiosk-7" reader: "Reader 0"
    card_id: "issuer/0001020304" state: JOB_STATE_RUNNING
    message: "The agent runs the packet." commands_done: 6 commands_total: 12
    label: "LOAD 4 of 9" created_at_us: 1800000000000000)");
}
inline orchestrator::v1::Job DoneJob() {
  return Sample<orchestrator::v1::Job>(R"(
    id: "12" application: "brokerage" agent: "kiosk-7" reader: "Reader 0"
    card_id: "issuer/0001020304" state: JOB_STATE_DONE
    message: "The card holds brokerage." commands_done: 12 commands_total: 12
    created_at_us: 1800000000000000 ended_at_us: 1800000002000000
    measurements { round_trips: 1 apdus: 14 bytes: 3120 card_us: 1100000
                   waited_us: 140000 total_us: 1250000 server_us: 40000 }
    facts { text: "package F000000001 1.0 loaded" }
    facts { text: "F00000000101 installed" proven: true } changes: 10)");
}
inline orchestrator::v1::Application Brokerage() {
  return Sample<orchestrator::v1::Application>(R"(
    name: "brokerage" content_hash: "\252\273" package_aid: "\360\000\000\000\001"
    version: "1.0" applet_aids: "\360\000\000\000\001\001"
    load_file_bytes: 2904)");
}
inline orchestrator::v1::Profile Demo() {
  return Sample<orchestrator::v1::Profile>(R"(
    name: "demo" key_set: "demo-aes128" scp: 3 channel_options: 0
    channel_options: 112 level_floor: 3 isd_aid: "\240\000\000\001\121"
    text: "name: \"demo\"\n")");
}
inline orchestrator::v1::Card Card() {
  return Sample<orchestrator::v1::Card>(R"(
    id: "issuer/0001020304" first_seen_us: 1800000000000000
    last_seen_us: 1800000002000000 profile: "generic"
    packages { aid: "\360\000\000\000\001" version: "1.0"
               module_aids: "\360\000\000\000\001\001" }
    applications { aid: "\360\000\000\000\001\001" life_cycle: "SELECTABLE"
                   privileges: "\000" package_aid: "\360\000\000\000\001" })");
}

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_RENDER_TESTING_SAMPLES_H_
