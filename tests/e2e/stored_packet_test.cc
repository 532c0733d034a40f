// A packet that was made before its card came, run while nobody can be reached.
#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "lib/base/status_matchers.h"
#include "tests/e2e/test_stage.h"

namespace cardferry::e2e {
namespace {

namespace pb = ::cardferry::orchestrator::v1;

class StoredPacketTest : public ::testing::Test {
 protected:
  // A card that was loaded with something else, and is away now.
  void RaiseWithKnownCard(const std::string& kind) {
    card_.kind = kind;
    card_.keeps_state = true;
    stage::StageOptions options;
    options.card = card_;
    ASSERT_OK_AND_ASSIGN(stage_, TestStage::Raise(options));
    ASSERT_EQ(stage_->AddApplet("greetinglib").exit_code, 0);
    ASSERT_EQ(stage_->AddApplet("brokerage").exit_code, 0);
    ASSERT_OK_AND_ASSIGN(const pb::Job job, stage_->RunJob("greetinglib"));
    ASSERT_EQ(job.state(), pb::JOB_STATE_DONE) << job.message();
    card_id_ = job.card_id();
    ASSERT_OK(stage_->RemoveCard());
  }
  void TearDown() override {
    if (HasFailure() && stage_ != nullptr) stage_->ShowLogs();
  }

  absl::StatusOr<std::string> AddJobForCard() {
    return stage_->AddJobWith({"--app", "brokerage", "--card", card_id_});
  }
  stage::Outcome Prepare(const std::string& id) {
    return stage_->Cardferry(
        {"job", "prepare", id, "--offline", "--agent", stage::kAgentName});
  }

  stage::CardChoice card_;
  std::string card_id_;
  std::unique_ptr<TestStage> stage_;
};

TEST_F(StoredPacketTest, LoadsTheCardWithoutANetworkAndProvesItLater) {
  ASSERT_NO_FATAL_FAILURE(RaiseWithKnownCard("scp03-aes256"));
  ASSERT_OK_AND_ASSIGN(const std::string id, AddJobForCard());
  const stage::Outcome prepared = Prepare(id);
  ASSERT_EQ(prepared.exit_code, 0) << prepared.errors;
  EXPECT_TRUE(absl::StrContains(prepared.output, "prepared"))
      << prepared.output;
  ASSERT_OK(stage_->AwaitJob(
      id, [](const pb::Job& job) { return job.prepared().stored(); }));

  stage_->stage().orchestrator().Kill();
  const size_t seen = stage_->Log("agent").size();
  ASSERT_OK(stage_->stage().InsertCard(card_));
  ASSERT_TRUE(absl::StrContains(
      stage_->AwaitLog("agent", seen, "stored packet was run"),
      "stored packet was run"));

  ASSERT_OK(stage_->stage().StartOrchestrator());
  ASSERT_OK_AND_ASSIGN(const pb::Job job, stage_->AwaitEnd(id));
  EXPECT_EQ(job.state(), pb::JOB_STATE_DONE) << job.message();
  EXPECT_EQ(job.message(), "The card holds brokerage.");
  EXPECT_EQ(job.measurements().round_trips(), 0u);
  EXPECT_EQ(job.changes(), 5u);
  ASSERT_EQ(job.facts_size(), 2);
  for (const pb::Fact& fact : job.facts()) {
    EXPECT_TRUE(fact.proven()) << fact.text();
  }
  const stage::Outcome content = stage_->Cardferry({"card", "content"});
  EXPECT_TRUE(absl::StrContains(content.output, kBrokerageApplet))
      << content.output << content.errors;
}

TEST_F(StoredPacketTest, IsNotMadeUnlessTheKeySetsPolicyAllowsIt) {
  ASSERT_NO_FATAL_FAILURE(RaiseWithKnownCard("scp03"));
  ASSERT_OK_AND_ASSIGN(const std::string id, AddJobForCard());
  const stage::Outcome prepared = Prepare(id);
  EXPECT_EQ(prepared.exit_code, 1);
  EXPECT_TRUE(absl::StrContains(prepared.errors, "policy")) << prepared.errors;
  ASSERT_OK_AND_ASSIGN(const pb::Job job, stage_->GetJob(id));
  EXPECT_EQ(job.state(), pb::JOB_STATE_WAITING);
}

}  // namespace
}  // namespace cardferry::e2e
