#include "services/orchestrator/job_data/job_data_takeover.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/random.h"
#include "lib/base/secret_bytes.h"
#include "lib/base/status_matchers.h"
#include "services/orchestrator/job_data/job_data.h"
#include "services/orchestrator/job_data/testing/test_box.h"
#include "services/orchestrator/repository/job_repository.h"
#include "services/orchestrator/repository/testing/database_fixture.h"

namespace cardferry::orchestrator {
namespace {

using absl::StatusCode;
using ::testing::AllOf;
using ::testing::HasSubstr;

const Bytes kData = {0x47, 0x11};

class JobDataTakeoverTest : public ::testing::Test {
 protected:
  JobDataTakeoverTest() { db_.AddBrokerage(); }

  // A waiting job with this in its row.
  std::string Add(const Bytes& stored) {
    const auto id = db_.Do([&](store::Transaction& tx) {
      return JobRepository(tx).Add(
          DatabaseFixture::BrokerageJob({"kiosk-7", "", ""}, stored), At());
    });
    EXPECT_OK(id);
    return id.value_or("");
  }
  // One as this version adds it; its id is known before.
  std::string AddSealed(const std::string& id) {
    EXPECT_EQ(Add(SealJobData(TestBox(), id, kData).value()), id);
    return id;
  }
  Bytes Stored(const std::string& id) {
    return db_
        .Do([&](store::Transaction& tx) {
          return JobRepository(tx).InstallParameters(id);
        })
        .value_or(Bytes());
  }
  Job Get(const std::string& id) {
    return db_
        .Do([&](store::Transaction& tx) { return JobRepository(tx).Get(id); })
        .value_or(Job());
  }
  absl::Status TakeOver(const crypto::SealedBox& box,
                        UnreadableJobs unreadable = UnreadableJobs::kRefuse) {
    return TakeOverJobData(db_.database(), box, unreadable, At(5));
  }

  DatabaseFixture db_;
  SystemRandom random_;
  const crypto::SealedBox other_ =
      crypto::SealedBox::Create(SecretBytes::CopyOf(Bytes(32, 0x43)), random_)
          .value();
};

TEST_F(JobDataTakeoverTest, SealsAnewWhatOlderVersionsStored) {
  const std::string plain = Add({0x00, 0x47, 0x11});
  const std::string any = Add(TestBox().Seal("job data", kData).value());
  const std::string none = Add({});
  const std::string sealed = AddSealed("4");
  const Bytes before = Stored(sealed);
  ASSERT_OK(TakeOver(TestBox()));
  EXPECT_THAT(OpenJobData(TestBox(), plain, Stored(plain)),
              IsOkAndHolds(kData));
  EXPECT_THAT(OpenJobData(TestBox(), any, Stored(any)), IsOkAndHolds(kData));
  EXPECT_EQ(Stored(none), Bytes());
  EXPECT_EQ(Stored(sealed), before);
}

TEST_F(JobDataTakeoverTest, AWrongKeyIsRefusedAndChangesNothing) {
  const std::string plain = Add({0x00, 0x47, 0x11});
  const std::string sealed = AddSealed("2");
  const Bytes before = Stored(sealed);
  EXPECT_THAT(TakeOver(other_),
              StatusIs(StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("the first is job 2"),
                             HasSubstr("Put the right file back"),
                             HasSubstr("give_up_unreadable_jobs"))));
  EXPECT_EQ(Stored(sealed), before);
  EXPECT_EQ(Get(sealed).state, JobState::kWaiting);
  EXPECT_EQ(Stored(plain), Bytes({0x00, 0x47, 0x11}));
  EXPECT_OK(TakeOver(TestBox()));
}

TEST_F(JobDataTakeoverTest, AFreshKeyIsFineWhenNothingIsSealed) {
  Add({});
  EXPECT_OK(TakeOver(other_));
}

TEST_F(JobDataTakeoverTest, OneDamagedJobDoesNotKeepTheServiceFromStarting) {
  const std::string sealed = AddSealed("1");
  Bytes damaged = SealJobData(TestBox(), "2", kData).value();
  damaged.back() ^= 0x01;
  const std::string bad = Add(damaged);
  ASSERT_OK(TakeOver(TestBox()));
  EXPECT_EQ(Stored(bad), damaged);
  EXPECT_EQ(Get(bad).state, JobState::kWaiting);
}

TEST_F(JobDataTakeoverTest, JobsOfALostKeyAreGivenUpWhenThatIsWanted) {
  const std::string lost = AddSealed("1");
  const std::string none = Add({});
  ASSERT_OK(TakeOver(other_, UnreadableJobs::kGiveUp));
  EXPECT_EQ(Get(lost).state, JobState::kFailed);
  EXPECT_THAT(Get(lost).message, HasSubstr("Add the job again."));
  EXPECT_EQ(Stored(lost), Bytes());
  EXPECT_EQ(Get(none).state, JobState::kWaiting);
  EXPECT_OK(TakeOver(other_));
}

}  // namespace
}  // namespace cardferry::orchestrator
