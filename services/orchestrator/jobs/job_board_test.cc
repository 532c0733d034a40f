#include "services/orchestrator/jobs/job_board.h"

#include "gtest/gtest.h"

namespace cardferry::orchestrator {
namespace {

Job Running(const std::string& id) {
  Job job;
  job.id = id;
  job.state = JobState::kRunning;
  return job;
}

TEST(JobBoard, ShowsTheProgressOfRunningJobs) {
  JobBoard board;
  board.ShowProgress("1", 5, "LOAD 2 of 9");
  Job job = Running("1");
  board.AddProgress(job);
  EXPECT_EQ(job.commands_done, 5u);
  EXPECT_EQ(job.label, "LOAD 2 of 9");
  Job other = Running("2");
  board.AddProgress(other);
  EXPECT_EQ(other.commands_done, 0u);
}

TEST(JobBoard, ProgressEndsWithTheNextChange) {
  JobBoard board;
  board.ShowProgress("1", 5, "LOAD");
  Job done = Running("1");
  done.state = JobState::kDone;
  board.AddProgress(done);
  EXPECT_EQ(done.commands_done, 0u);
  board.Changed("1");
  Job job = Running("1");
  board.AddProgress(job);
  EXPECT_EQ(job.commands_done, 0u);
}

TEST(JobBoard, TellsEveryListenerOfThatJob) {
  JobBoard board;
  int first = 0, second = 0, other = 0;
  const auto one = board.Listen("1", [&] { ++first; });
  const auto two = board.Listen("1", [&] { ++second; });
  const auto three = board.Listen("2", [&] { ++other; });
  board.Changed("1");
  board.ShowProgress("1", 1, "");
  EXPECT_EQ(first, 2);
  EXPECT_EQ(second, 2);
  EXPECT_EQ(other, 0);
}

TEST(JobBoard, StopsTellingWhoHasGone) {
  JobBoard board;
  int heard = 0;
  {
    const auto listening = board.Listen("1", [&] { ++heard; });
    board.Changed("1");
  }
  board.Changed("1");
  EXPECT_EQ(heard, 1);
}

}  // namespace
}  // namespace cardferry::orchestrator
