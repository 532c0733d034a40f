// A service goes away in the middle of something and comes back.
#include <memory>
#include <string>
#include <vector>

#include "lib/base/status_matchers.h"
#include "tests/e2e/test_stage.h"

namespace cardferry::e2e {
namespace {

namespace pb = ::cardferry::orchestrator::v1;

using ::testing::HasSubstr;

class ServiceBreakTest : public ::testing::Test {
 protected:
  void SetUp() override {
    stage::StageOptions options;
    // Time enough to break something in the middle.
    options.card.arguments = {"--fault", "slow=40ms/LOAD"};
    ASSERT_OK_AND_ASSIGN(stage_, TestStage::Raise(options));
    ASSERT_EQ(stage_->AddApplet("tables30").exit_code, 0);
  }
  void TearDown() override {
    if (HasFailure() && stage_ != nullptr) stage_->ShowLogs();
  }
  stage::Stage& parts() { return stage_->stage(); }

  std::unique_ptr<TestStage> stage_;
};

bool IsLoading(const pb::Job& job) {
  return job.state() == pb::JOB_STATE_RUNNING && job.commands_done() > 10;
}

// The opening that lies at the agent is the old process's; its challenge is as
// good as ever, and used once only.
TEST_F(ServiceBreakTest, AnOpeningOutlivesTheKeyvaultThatMadeIt) {
  // Its first half has run: it lies at the agent.
  EXPECT_THAT(stage_->AwaitLog("cardsim", 0, "80CA9F7F"),
              HasSubstr("80CA9F7F"));
  parts().keyvault().Kill();
  ASSERT_OK(parts().StartKeyVault());
  ASSERT_OK_AND_ASSIGN(const pb::Job job, stage_->RunJob("tables30"));
  EXPECT_EQ(job.state(), pb::JOB_STATE_DONE);
  EXPECT_EQ(job.message(), "The card holds tables30.");
  // Another one would have asked the card for another challenge.
  ASSERT_OK_AND_ASSIGN(const std::vector<Exchange> exchanges,
                       stage_->CardLog());
  EXPECT_EQ(HeadersOf(exchanges, {"50"}).size(), 1u);
  EXPECT_EQ(job.measurements().round_trips(), 1u);
}

// The packet is on the agent, and the card is not told.
TEST_F(ServiceBreakTest, ALoadGoesOnWithoutTheOrchestratorAndIsReportedLater) {
  ASSERT_OK_AND_ASSIGN(const std::string id, stage_->AddJob("tables30"));
  ASSERT_OK(stage_->AwaitJob(id, IsLoading));
  parts().orchestrator().Kill();
  ASSERT_OK(parts().StartOrchestrator());
  ASSERT_OK_AND_ASSIGN(const pb::Job job, stage_->AwaitEnd(id));
  EXPECT_EQ(job.state(), pb::JOB_STATE_DONE);
  EXPECT_EQ(job.message(), "The card holds tables30.");
  // Loaded once: nothing was begun again.
  ASSERT_OK_AND_ASSIGN(const std::vector<Exchange> exchanges,
                       stage_->CardLog());
  EXPECT_EQ(HeadersOf(exchanges, {"82"}).size(), 1u);
}

// The card is read again when its reader is back, and the load begun anew.
TEST_F(ServiceBreakTest, APcscdThatIsKilledInALoadCostsOnlyAnotherRound) {
  ASSERT_OK_AND_ASSIGN(const std::string id, stage_->AddJob("tables30"));
  ASSERT_OK(stage_->AwaitJob(id, IsLoading));
  parts().pcscd().Kill();
  ASSERT_OK(parts().AwaitCards(0, absl::Seconds(15)));
  ASSERT_OK(parts().StartReader());
  ASSERT_OK_AND_ASSIGN(const pb::Job job, stage_->AwaitEnd(id));
  EXPECT_EQ(job.state(), pb::JOB_STATE_DONE);
  EXPECT_EQ(job.message(), "The card holds tables30.");
  // Begun twice, and ended once: the last LOAD has bit 8 of P1.
  ASSERT_OK_AND_ASSIGN(const std::vector<Exchange> exchanges,
                       stage_->CardLog());
  EXPECT_EQ(HeadersOf(exchanges, {"82"}).size(), 2u);
  size_t last_loads = 0;
  for (const std::string& header : HeadersOf(exchanges, {"E8"})) {
    if (header.substr(4, 2) == "80") ++last_loads;
  }
  EXPECT_EQ(last_loads, 1u);
}

}  // namespace
}  // namespace cardferry::e2e
