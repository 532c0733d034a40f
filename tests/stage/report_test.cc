#include "tests/stage/report.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"

namespace cardferry::stage {
namespace {

orchestrator::v1::Job FinishedJob() {
  orchestrator::v1::Job job;
  job.set_state(orchestrator::v1::JOB_STATE_DONE);
  job.set_card_id("demo/00");
  job.set_application("brokerage");
  orchestrator::v1::Measurements& figures = *job.mutable_measurements();
  figures.set_round_trips(1);
  figures.set_apdus(12);
  figures.set_bytes(1234);
  figures.set_card_us(20'000);
  figures.set_waited_us(110'000);
  figures.set_server_us(10'000);
  figures.set_total_us(140'000);
  job.add_facts()->set_proven(false);
  job.add_facts()->set_proven(true);
  job.add_facts()->set_proven(false);
  return job;
}

TEST(ReportTest, HasEveryFigureOfTheJob) {
  const nlohmann::json json =
      nlohmann::json::parse(ToJson(MakeReport(FinishedJob(), 17)));
  const nlohmann::json want = {
      {"ok", true},
      {"card", "demo/00"},
      {"applet", "brokerage"},
      {"apdus", 12},
      {"bytes", 1234},
      {"round_trips", 1},
      {"hsm_calls", 17},
      {"seconds", 0.14},
      {"card_seconds", 0.02},
      {"network_seconds", 0.1},
      {"server_seconds", 0.01},
      {"proven", 1},
      {"reported", 2},
  };
  EXPECT_EQ(json, want);
}

TEST(ReportTest, AJobThatIsNotDoneIsNotOk) {
  orchestrator::v1::Job job = FinishedJob();
  job.set_state(orchestrator::v1::JOB_STATE_FAILED);
  EXPECT_FALSE(MakeReport(job, 0).ok);
}

constexpr char kFigures[] =
    "  card            demo/00\n"
    "  application     brokerage\n"
    "  to the card     12 APDUs, 1234 bytes both ways, in 0.140 s (card 0.020 "
    "s, network 0.100 s, services 0.010 s)\n"
    "  round trips     1\n"
    "  HSM calls       17\n";

TEST(ReportTest, SaysThatReportedIsNotProven) {
  EXPECT_EQ(ToText(MakeReport(FinishedJob(), 17)),
            absl::StrCat(kFigures,
                         "  facts           1 proven, 2 reported\n"
                         "                  (reported: by an answer without "
                         "R-MAC, which proves\n"
                         "                  nothing against whoever sits "
                         "between)\n"));
}

TEST(ReportTest, SaysNoMoreOfWhatIsProven) {
  orchestrator::v1::Job job = FinishedJob();
  job.clear_facts();
  job.add_facts()->set_proven(true);
  EXPECT_EQ(ToText(MakeReport(job, 17)),
            absl::StrCat(kFigures, "  facts           1 proven, 0 reported\n"));
}

}  // namespace
}  // namespace cardferry::stage
