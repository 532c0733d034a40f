#include "services/orchestrator/job_data/job_data.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "services/orchestrator/job_data/testing/test_box.h"

namespace cardferry::orchestrator {
namespace {

using absl::StatusCode;

const Bytes kData = {0x31, 0x32};
const Bytes kPlain = {0x00, 0x31, 0x32};  // as an older version stored it

TEST(JobDataTest, ComesBackFromTheDatabase) {
  const auto stored = SealJobData(TestBox(), "7", kData);
  ASSERT_OK(stored);
  EXPECT_EQ(ToHex(*stored).find("3132"), std::string::npos);
  EXPECT_TRUE(IsSealed(*stored));
  EXPECT_THAT(OpenJobData(TestBox(), "7", *stored), IsOkAndHolds(kData));
  EXPECT_THAT(ResealJobData(TestBox(), "7", *stored), IsOkAndHolds(*stored));
}

TEST(JobDataTest, NoDataAreNone) {
  EXPECT_THAT(SealJobData(TestBox(), "7", {}), IsOkAndHolds(Bytes()));
  EXPECT_THAT(OpenJobData(TestBox(), "7", {}), IsOkAndHolds(Bytes()));
  EXPECT_THAT(ResealJobData(TestBox(), "7", {}), IsOkAndHolds(Bytes()));
  EXPECT_FALSE(IsSealed({}));
}

TEST(JobDataTest, WhatWasChangedIsNotTaken) {
  const Bytes good = SealJobData(TestBox(), "7", kData).value();
  for (size_t i = 0; i < good.size(); ++i) {
    Bytes changed = good;
    changed[i] ^= 0x01;
    EXPECT_THAT(OpenJobData(TestBox(), "7", changed),
                StatusIs(StatusCode::kDataLoss))
        << i;
  }
  for (size_t i = 1; i < good.size(); ++i) {
    EXPECT_THAT(OpenJobData(TestBox(), "7", ByteSpan(good).first(i)),
                StatusIs(StatusCode::kDataLoss))
        << i;
  }
}

TEST(JobDataTest, AJobCannotHaveTheDataOfAnother) {
  const Bytes stored = SealJobData(TestBox(), "7", kData).value();
  EXPECT_THAT(OpenJobData(TestBox(), "8", stored),
              StatusIs(StatusCode::kDataLoss));
  EXPECT_THAT(ResealJobData(TestBox(), "8", stored),
              StatusIs(StatusCode::kDataLoss));
}

TEST(JobDataTest, WhatOlderVersionsStoredIsSealedAnewAndNotTakenAsItIs) {
  const Bytes for_any = TestBox().Seal("job data", kData).value();
  for (const Bytes& old : {kPlain, for_any}) {
    EXPECT_THAT(OpenJobData(TestBox(), "7", old),
                StatusIs(StatusCode::kDataLoss));
    const auto sealed = ResealJobData(TestBox(), "7", old);
    ASSERT_OK(sealed);
    EXPECT_THAT(OpenJobData(TestBox(), "7", *sealed), IsOkAndHolds(kData));
  }
  EXPECT_FALSE(IsSealed(kPlain));
  EXPECT_TRUE(IsSealed(for_any));
}

}  // namespace
}  // namespace cardferry::orchestrator
