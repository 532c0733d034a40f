#include "services/orchestrator/orchestrator_config.h"

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::orchestrator {
namespace {

using ::testing::HasSubstr;

config::v1::OrchestratorConfig Good() {
  config::v1::OrchestratorConfig proto;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"(listen: "127.0.0.1:0"
         tls { certificate: "c" private_key: "k" ca: "a" }
         sequencer: "127.0.0.1:7002"
         database: "sqlite3:///tmp/o.db")",
      &proto));
  return proto;
}

TEST(OrchestratorConfig, TakesAGoodOne) {
  ASSERT_OK_AND_ASSIGN(const OrchestratorConfig config,
                       ParseOrchestratorConfig(Good()));
  EXPECT_EQ(config.listen, "127.0.0.1:0");
  EXPECT_EQ(config.sequencer, "127.0.0.1:7002");
  EXPECT_EQ(config.database, "sqlite3:///tmp/o.db");
  EXPECT_EQ(config.tls.certificate, "c");
  EXPECT_EQ(config.workers, 16);
  EXPECT_FALSE(config.admit_unlisted_agents);
  EXPECT_EQ(config.event_age, absl::Hours(24 * 400));
  EXPECT_EQ(config.event_count, 1'000'000);
  EXPECT_EQ(config.job_age, absl::Hours(24 * 90));
  EXPECT_FALSE(config.give_up_unreadable_jobs);
}

TEST(OrchestratorConfig, TakesWhatMayBeLeftOut) {
  config::v1::OrchestratorConfig proto = Good();
  proto.set_workers(3);
  proto.set_admit_unlisted_agents(true);
  proto.set_event_days(7);
  proto.set_event_count(500);
  proto.set_job_days(30);
  proto.set_give_up_unreadable_jobs(true);
  ASSERT_OK_AND_ASSIGN(const OrchestratorConfig config,
                       ParseOrchestratorConfig(proto));
  EXPECT_EQ(config.workers, 3);
  EXPECT_TRUE(config.admit_unlisted_agents);
  EXPECT_EQ(config.event_age, absl::Hours(24 * 7));
  EXPECT_EQ(config.event_count, 500);
  EXPECT_EQ(config.job_age, absl::Hours(24 * 30));
  EXPECT_TRUE(config.give_up_unreadable_jobs);
}

TEST(OrchestratorConfig, NamesWhatIsMissing) {
  using Proto = config::v1::OrchestratorConfig;
  const std::pair<void (*)(Proto&), const char*> faults[] = {
      {[](Proto& p) { p.clear_listen(); }, "listen"},
      {[](Proto& p) { p.clear_sequencer(); }, "sequencer"},
      {[](Proto& p) { p.clear_database(); }, "database"},
      {[](Proto& p) { p.clear_tls(); }, "tls"},
      {[](Proto& p) { p.mutable_tls()->clear_private_key(); }, "private_key"},
  };
  for (const auto& [spoil, field] : faults) {
    Proto proto = Good();
    spoil(proto);
    EXPECT_THAT(ParseOrchestratorConfig(proto),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(field)));
  }
}

TEST(OrchestratorConfig, RefusesWhatMakesNoSense) {
  config::v1::OrchestratorConfig proto = Good();
  proto.set_database("/var/lib/o.db");
  EXPECT_THAT(ParseOrchestratorConfig(proto),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("sqlite3:///absolute/path")));
  proto = Good();
  proto.set_workers(257);
  EXPECT_THAT(ParseOrchestratorConfig(proto),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "workers is 257, at most 256"));
  proto = Good();
  proto.set_event_days(36501);
  EXPECT_THAT(ParseOrchestratorConfig(proto),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "event_days is 36501, at most 36500"));
  proto = Good();
  proto.set_job_days(36501);
  EXPECT_THAT(ParseOrchestratorConfig(proto),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "job_days is 36501, at most 36500"));
}

}  // namespace
}  // namespace cardferry::orchestrator
