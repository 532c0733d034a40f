#include "services/orchestrator/job_data/job_data.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "services/orchestrator/job_data/testing/test_box.h"

namespace cardferry::orchestrator {
namespace {

const Bytes kData = {0x31, 0x32};

TEST(JobDataTest, ComesBackFromTheDatabase) {
  const auto stored = SealJobData(TestBox(), kData);
  ASSERT_OK(stored);
  EXPECT_NE(*stored, kData);
  EXPECT_THAT(OpenJobData(TestBox(), *stored), IsOkAndHolds(kData));
}

TEST(JobDataTest, NoDataAreNone) {
  EXPECT_THAT(SealJobData(TestBox(), {}), IsOkAndHolds(Bytes()));
  EXPECT_THAT(OpenJobData(TestBox(), {}), IsOkAndHolds(Bytes()));
}

TEST(JobDataTest, WhatAnOlderVersionStoredIsStillRead) {
  EXPECT_THAT(OpenJobData(TestBox(), Bytes{0x00, 0x31, 0x32}),
              IsOkAndHolds(kData));
}

TEST(JobDataTest, WhatWasChangedIsNotTaken) {
  Bytes stored = SealJobData(TestBox(), kData).value();
  stored.back() ^= 0x01;
  EXPECT_THAT(OpenJobData(TestBox(), stored),
              StatusIs(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace cardferry::orchestrator
