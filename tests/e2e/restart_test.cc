// A service or an agent ends and comes back between two jobs.
#include <memory>

#include "lib/base/status_matchers.h"
#include "tests/e2e/test_stage.h"

namespace cardferry::e2e {
namespace {

namespace pb = ::cardferry::orchestrator::v1;

// One card, one load after the other; greeter imports greetinglib.
TEST(RestartTest, JobsGoOnAfterAKeyvaultAndAnAgentWereKilled) {
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<TestStage> stage,
                       TestStage::Raise({}));
  const auto expect_done = [&](const std::string& application,
                               uint32_t changes) {
    ASSERT_EQ(stage->AddApplet(application).exit_code, 0);
    ASSERT_OK_AND_ASSIGN(const pb::Job job, stage->RunJob(application));
    EXPECT_EQ(job.state(), pb::JOB_STATE_DONE) << job.message();
    EXPECT_EQ(job.message(), "The card holds " + application + ".");
    EXPECT_EQ(job.changes(), changes);
  };
  expect_done("greetinglib", 2);  // INSTALL [for load], LOAD

  stage->stage().keyvault().Kill();
  ASSERT_OK(stage->stage().StartKeyVault());
  expect_done("greeter", 4);  // INSTALL [for load], two LOAD, INSTALL

  stage->stage().agent().Kill();
  ASSERT_OK(stage->stage().StartAgent());
  expect_done("brokerage", 5);

  // An orderly end is as good as a sudden one.
  EXPECT_EQ(stage->stage().keyvault().Stop(), 0);
  EXPECT_EQ(stage->stage().agent().Stop(), 0);
  ASSERT_OK(stage->stage().StartKeyVault());
  ASSERT_OK(stage->stage().StartAgent());
  ASSERT_OK_AND_ASSIGN(const pb::Job again, stage->RunJob("brokerage"));
  EXPECT_EQ(again.state(), pb::JOB_STATE_DONE) << again.message();
  EXPECT_EQ(again.changes(), 0u);
  if (HasFailure()) stage->ShowLogs();
}

}  // namespace
}  // namespace cardferry::e2e
