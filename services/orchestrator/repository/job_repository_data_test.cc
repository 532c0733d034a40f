#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "services/orchestrator/repository/job_repository.h"
#include "services/orchestrator/repository/testing/database_fixture.h"

namespace cardferry::orchestrator {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class JobRepositoryDataTest : public ::testing::Test {
 protected:
  JobRepositoryDataTest() { db_.AddBrokerage(); }

  template <typename Work>
  auto Jobs(Work work) {
    return db_.Do([&](store::Transaction& tx) {
      JobRepository jobs(tx);
      return work(jobs);
    });
  }
  std::string Add(const Bytes& parameters) {
    const auto id = Jobs([&](JobRepository& jobs) {
      return jobs.Add(
          DatabaseFixture::BrokerageJob({"kiosk-7", "", ""}, parameters), At());
    });
    EXPECT_OK(id);
    return id.value_or("");
  }
  absl::Status Set(const std::string& job, const Bytes& parameters) {
    return Jobs([&](JobRepository& jobs) {
      return jobs.SetInstallParameters(job, parameters);
    });
  }
  absl::StatusOr<Bytes> ParametersOf(const std::string& job) {
    return Jobs(
        [&](JobRepository& jobs) { return jobs.InstallParameters(job); });
  }
  absl::StatusOr<std::vector<std::string>> WithParameters() {
    return Jobs([](JobRepository& jobs) { return jobs.WithParameters(); });
  }

  DatabaseFixture db_;
};

TEST_F(JobRepositoryDataTest, PutsOtherParametersInTheirPlace) {
  const std::string id = Add({0x31});
  const std::string other = Add({0x32});
  ASSERT_OK(Set(id, {0x33, 0x00, 0x34}));
  EXPECT_THAT(ParametersOf(id), IsOkAndHolds(Bytes({0x33, 0x00, 0x34})));
  EXPECT_THAT(ParametersOf(other), IsOkAndHolds(Bytes({0x32})));
  for (const char* none : {"99", "x"}) {
    EXPECT_THAT(Set(none, {}), StatusIs(StatusCode::kNotFound));
    EXPECT_THAT(ParametersOf(none), StatusIs(StatusCode::kNotFound));
  }
}

TEST_F(JobRepositoryDataTest, AJobThatIsOverHasNoneAndGetsNone) {
  const std::string id = Add({0x31});
  Add({});
  const std::string last = Add({0x32});
  EXPECT_THAT(WithParameters(), IsOkAndHolds(ElementsAre(id, last)));
  ASSERT_OK(Jobs([&](JobRepository& jobs) { return jobs.Cancel(id, At(1)); }));
  EXPECT_THAT(Set(id, {0x33}), StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_THAT(ParametersOf(id), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(WithParameters(), IsOkAndHolds(ElementsAre(last)));
}

}  // namespace
}  // namespace cardferry::orchestrator
