#include "services/orchestrator/repository/job_row.h"

#include <string>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "services/orchestrator/repository/job_repository.h"
#include "services/orchestrator/repository/testing/database_fixture.h"

namespace cardferry::orchestrator {
namespace {

class JobListTest : public ::testing::Test {
 protected:
  JobListTest() { db_.AddBrokerage(); }

  void Add(const JobTarget& target) {
    EXPECT_OK(db_.Do([&](store::Transaction& tx) {
      return JobRepository(tx).Add(DatabaseFixture::BrokerageJob(target), At());
    }));
  }
  // The numbers of what is listed, one after the other.
  std::string List(const JobFilter& filter, const std::string& before,
                   int most) {
    std::string ids;
    const auto page = db_.Do([&](store::Transaction& tx) {
      return JobRepository(tx).List(filter, before, most);
    });
    EXPECT_OK(page);
    for (const Job& job : page.value()) ids += job.id;
    return ids;
  }

  DatabaseFixture db_;
};

TEST_F(JobListTest, TheNewestComeFirst) {
  Add({"kiosk-7", "", ""});
  Add({"kiosk-7", "", ""});
  EXPECT_EQ(List({}, "", 9), "21");
  EXPECT_EQ(List({}, "", 1), "2");
  EXPECT_EQ(List({}, "2", 9), "1");
  EXPECT_EQ(List({}, "1", 9), "");
}

TEST_F(JobListTest, WhatPassesTheFilterComesInFullPages) {
  for (int i = 0; i < 3; ++i) {
    Add({"kiosk-7", "", ""});
    Add({"kiosk-8", "", ""});
  }
  Add({"", "", "issuer/A"});
  ASSERT_OK(db_.Do([](store::Transaction& tx) {
    return JobRepository(tx).Claim("3", "o1", At());
  }));
  JobFilter at_seven;
  at_seven.agent = "kiosk-7";
  EXPECT_EQ(List(at_seven, "", 9), "531");
  // Others in between make no page shorter.
  EXPECT_EQ(List(at_seven, "", 2), "53");
  EXPECT_EQ(List(at_seven, "3", 2), "1");
  JobFilter preparing;
  preparing.states = {JobState::kPreparing, JobState::kDone};
  EXPECT_EQ(List(preparing, "", 9), "3");
  preparing.agent = "kiosk-8";
  EXPECT_EQ(List(preparing, "", 9), "");
  JobFilter card;
  card.card_id = "issuer/A";
  card.application = "brokerage";
  EXPECT_EQ(List(card, "", 9), "7");
  card.application = "' OR 1 = 1 --";
  EXPECT_EQ(List(card, "", 9), "");
}

TEST(JobRow, KnowsEveryStateAndNoOther) {
  for (const int number : {1, 2, 3, 4, 5, 6, 7}) {
    ASSERT_OK_AND_ASSIGN(const JobState state, ToJobState(number));
    EXPECT_EQ(static_cast<int>(state), number);
  }
  for (const int number : {0, 8, -1}) {
    EXPECT_THAT(ToJobState(number), StatusIs(absl::StatusCode::kDataLoss));
  }
}

}  // namespace
}  // namespace cardferry::orchestrator
