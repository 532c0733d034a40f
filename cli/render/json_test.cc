#include "cli/render/json.h"

#include "cli/render/testing/samples.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardferry::cli {
namespace {

using ::testing::HasSubstr;

namespace pb = ::cardferry::orchestrator::v1;

TEST(Json, ShowsAJob) {
  EXPECT_EQ(
      ToJson(DoneJob()),
      R"({"id":"12","action":"load","application":"brokerage","agent":"kiosk-7",)"
      R"("reader":"Reader 0","card_id":"issuer/0001020304","state":"done",)"
      R"("message":"The card holds brokerage.","commands_done":12,)"
      R"("commands_total":12,"label":"","created_at_us":1800000000000000,)"
      R"("ended_at_us":1800000002000000,"measurements":{"round_trips":1,)"
      R"("apdus":14,"bytes":3120,"card_us":1100000,"waited_us":140000,)"
      R"("total_us":1250000,"server_us":40000},"facts":[{"text":)"
      R"("package F000000001 1.0 loaded","proven":false},{"text":)"
      R"("F00000000101 installed","proven":true}],"changes":10,"package_aid":"",)"
      R"("application_aid":"","cancel_requested":false,"prepared":null})"
      "\n");
}

TEST(Json, ShowsWhatADeletionNames) {
  EXPECT_THAT(ToJson(Sample<pb::Job>("action: JOB_ACTION_DELETE package_aid: "
                                     "'\\240\\001' application_aid: '\\002'")),
              HasSubstr(R"("package_aid":"A001","application_aid":"02")"));
}

TEST(Json, ShowsWhereAPacketWaits) {
  EXPECT_THAT(ToJson(Sample<pb::Job>("cancel_requested: true prepared { agent: "
                                     "'kiosk-1' until_us: 7 stored: true }")),
              HasSubstr(R"("cancel_requested":true,"prepared":)"
                        R"({"agent":"kiosk-1","until_us":7,"stored":true}})"));
}

TEST(Json, ShowsAnApplication) {
  EXPECT_EQ(ToJson(Brokerage()),
            R"({"name":"brokerage","content_hash":"AABB",)"
            R"("package_aid":"F000000001","version":"1.0",)"
            R"("applet_aids":["F00000000101"],"load_file_bytes":2904})"
            "\n");
}

TEST(Json, ShowsACard) {
  EXPECT_EQ(
      ToJson(Card()),
      R"({"id":"issuer/0001020304","first_seen_us":1800000000000000,)"
      R"("last_seen_us":1800000002000000,"profile":"generic","packages":[)"
      R"({"aid":"F000000001","version":"1.0","module_aids":["F00000000101"]}],)"
      R"("applications":[{"aid":"F00000000101","life_cycle":"SELECTABLE",)"
      R"("privileges":"00","package_aid":"F000000001"}],)"
      R"("content_proven":false,"stopped":false})"
      "\n");
}

TEST(Json, ShowsListsAsArrays) {
  EXPECT_EQ(ToJson(std::vector<pb::Job>()), "[]\n");
  EXPECT_EQ(ToJson(std::vector<pb::Card>()), "[]\n");
  EXPECT_EQ(ToJson(std::vector<pb::Application>()), "[]\n");
  EXPECT_EQ(
      ToJson(std::vector<pb::Agent>{Sample<pb::Agent>(
          "name: 'kiosk-7' connected: true last_seen_us: 5 readers { "
          "name: 'Reader 0' card_present: true }")}),
      R"([{"name":"kiosk-7","connected":true,"revoked":false,"last_seen_us":5,)"
      R"("readers":[{"name":"Reader 0","card_present":true}]}])"
      "\n");
  EXPECT_EQ(ToJson(std::vector<pb::Event>{Sample<pb::Event>(
                "id: 7 at_us: 5 kind: 'job.done' text: 'It is.' job_id: '12' "
                "card_id: 'issuer/A' agent: 'kiosk-7'")}),
            R"([{"id":7,"at_us":5,"kind":"job.done","text":"It is.",)"
            R"("job_id":"12","card_id":"issuer/A","agent":"kiosk-7"}])"
            "\n");
}

TEST(Json, ShowsOneAgentProfileAndEvent) {
  EXPECT_EQ(ToJson(Sample<pb::Agent>("name: 'kiosk-7' revoked: true")),
            R"({"name":"kiosk-7","connected":false,"revoked":true,)"
            R"("last_seen_us":0,"readers":[]})"
            "\n");
  EXPECT_EQ(ToJson(Demo()),
            R"({"name":"demo","key_set":"demo-aes128","scp":3,)"
            R"("channel_options":[0,112],"level_floor":3,)"
            R"("isd_aid":"A000000151","text":"name: \"demo\"\n"})"
            "\n");
  EXPECT_EQ(ToJson(std::vector<pb::Profile>()), "[]\n");
  EXPECT_EQ(ToJson(Sample<pb::Event>("id: 7 kind: 'job.done'")),
            R"({"id":7,"at_us":0,"kind":"job.done","text":"","job_id":"",)"
            R"("card_id":"","agent":""})"
            "\n");
}

TEST(Json, ShowsReadersWithTheirAgent) {
  EXPECT_EQ(ToJson(PlacedReaders({Sample<pb::Agent>(
                "name: 'kiosk-7' connected: true readers { name: 'Reader 0' "
                "card_present: true } readers { name: 'Reader 1' }")})),
            R"([{"agent":"kiosk-7","connected":true,"name":"Reader 0",)"
            R"("card_present":true},{"agent":"kiosk-7","connected":true,)"
            R"("name":"Reader 1","card_present":false}])"
            "\n");
}

TEST(Json, EscapesWhatComesFromElsewhere) {
  EXPECT_EQ(ErrorJson("NOT_FOUND", "no \"x\"\n\x1b\xFF"),
            R"({"error":{"code":"NOT_FOUND","message":"no \"x\"\n\u001b)"
            "\xEF\xBF\xBD\"}}\n");
}

}  // namespace
}  // namespace cardferry::cli
