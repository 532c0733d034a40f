#include "cli/render/job_text.h"

#include "cli/render/testing/samples.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardferry::cli {
namespace {

using orchestrator::v1::Job;
using ::testing::HasSubstr;

constexpr absl::Duration kElapsed = absl::Milliseconds(350);

TEST(ProgressLine, ShowsABarTheCountTheLabelAndTheTime) {
  EXPECT_EQ(ProgressLine(RunningJob(), kElapsed, 80),
            "[##########----------]   6/12  LOAD 4 of 9  0.35 s");
}

TEST(ProgressLine, IsEmptyAtTheBeginningAndFullAtTheEnd) {
  Job job = RunningJob();
  job.clear_label();
  job.set_commands_done(0);
  EXPECT_EQ(ProgressLine(job, kElapsed, 80),
            "[--------------------]   0/12  0.35 s");
  job.set_commands_done(12);
  EXPECT_EQ(ProgressLine(job, kElapsed, 80),
            "[####################]  12/12  0.35 s");
  job.set_commands_done(99);
  EXPECT_EQ(ProgressLine(job, kElapsed, 80),
            "[####################]  99/12  0.35 s");
}

TEST(ProgressLine, SaysWhatIsWaitedFor) {
  Job job;
  job.set_state(orchestrator::v1::JOB_STATE_WAITING);
  EXPECT_EQ(ProgressLine(job, kElapsed, 80), "waits for a card");
  job.set_message("Insert the card again.");
  EXPECT_EQ(ProgressLine(job, kElapsed, 80), "Insert the card again.");
  job.set_state(orchestrator::v1::JOB_STATE_PREPARING);
  EXPECT_EQ(ProgressLine(job, kElapsed, 80),
            "the card has answered, its packet is being made");
}

TEST(ProgressLine, NeverWrapsAndNeverCutsACharacter) {
  EXPECT_EQ(ProgressLine(RunningJob(), kElapsed, 25),
            "[##########----------]   ");
  Job job;
  job.set_message("M\xC3\xBCnchen");
  EXPECT_EQ(ProgressLine(job, kElapsed, 2), "M");
  EXPECT_EQ(ProgressLine(job, kElapsed, 3), "M\xC3\xBC");
}

TEST(ProgressText, IsALineForALog) {
  EXPECT_EQ(ProgressText(RunningJob()), "job 12 running 6/12 LOAD 4 of 9");
  EXPECT_EQ(ProgressText(DoneJob()), "job 12 done: The card holds brokerage.");
  Job job = RunningJob();
  job.clear_label();
  EXPECT_EQ(ProgressText(job), "job 12 running 6/12");
  EXPECT_EQ(ProgressText(Sample<Job>("id: '3' state: JOB_STATE_WAITING")),
            "job 3 waiting");
}

TEST(JobText, ShowsAllThatIsKnown) {
  EXPECT_EQ(JobText(DoneJob()),
            "job          12\n"
            "action       load\n"
            "application  brokerage\n"
            "at           kiosk-7 / Reader 0\n"
            "card         issuer/0001020304\n"
            "state        done\n"
            "             The card holds brokerage.\n"
            "created      2027-01-15 08:00:00Z\n"
            "ended        2027-01-15 08:00:02Z\n"
            "commands     14, 3120 bytes, 10 changes to the card\n"
            "round trips  1\n"
            "time         1.2 s from card to end: card 1.1 s, waiting 0.14 s "
            "(services 0.04 s)\n"
            "reported     package F000000001 1.0 loaded\n"
            "proven       F00000000101 installed\n");
}

TEST(JobText, LeavesOutWhatIsNotThereYet) {
  EXPECT_EQ(JobText(Sample<Job>("id: '3' application: 'a' card_id: 'c' state: "
                                "JOB_STATE_WAITING message: 'Waits.' "
                                "action: JOB_ACTION_DELETE "
                                "created_at_us: 1800000000000000")),
            "job          3\n"
            "action       delete\n"
            "application  a\n"
            "card         c\n"
            "state        waiting\n"
            "             Waits.\n"
            "created      2027-01-15 08:00:00Z\n");
}

TEST(JobText, SaysWhereAPacketWaits) {
  EXPECT_THAT(
      JobText(Sample<Job>("id: '3' state: JOB_STATE_PREPARED prepared { agent: "
                          "'kiosk-1' until_us: 1800000000000000 }")),
      HasSubstr("state        prepared\n"
                "prepared     for kiosk-1, until 2027-01-15 08:00:00Z; not "
                "there yet\n"));
  EXPECT_THAT(
      JobText(Sample<Job>("id: '3' state: JOB_STATE_PREPARED prepared { agent: "
                          "'kiosk-1' until_us: 1800000000000000 stored: true "
                          "}")),
      HasSubstr("prepared     stored at kiosk-1, until 2027-01-15 "
                "08:00:00Z\n"));
}

TEST(JobText, NamesByItsAidWhatHasNoName) {
  EXPECT_THAT(JobText(Sample<Job>("id: '3' action: JOB_ACTION_DELETE "
                                  "package_aid: '\\240\\001'")),
              HasSubstr("\naction       delete\n"
                        "application  package A001\nstate "));
  EXPECT_EQ(JobTable({Sample<Job>("id: '3' application_aid: '\\240\\001' "
                                  "card_id: 'c'")}),
            "JOB  STATE    ACTION  APPLICATION  FOR  CREATED  MESSAGE\n"
            "3    unknown  load    applet A001  c    -\n");
}

TEST(JobTable, HasALineAJob) {
  EXPECT_EQ(
      JobTable({DoneJob(),
                Sample<Job>("id: '3' application: 'a' card_id: 'issuer/B' "
                            "state: JOB_STATE_WAITING message: 'Waits.' "
                            "created_at_us: 1800000000000000")}),
      "JOB  STATE    ACTION  APPLICATION  FOR                 CREATED          "
      "     MESSAGE\n"
      "12   done     load    brokerage    kiosk-7 / Reader 0  2027-01-15 "
      "08:00:00Z  "
      "The card holds brokerage.\n"
      "3    waiting  load    a            issuer/B            2027-01-15 "
      "08:00:00Z  "
      "Waits.\n");
  EXPECT_EQ(JobTable({}), "No jobs. Add one: cardferry job add --help\n");
}

}  // namespace
}  // namespace cardferry::cli
