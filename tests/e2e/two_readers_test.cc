// Two cards of different kinds in two readers of one agent, at the same time.
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "lib/base/status_matchers.h"
#include "tests/e2e/test_stage.h"

namespace cardferry::e2e {
namespace {

namespace pb = ::cardferry::orchestrator::v1;

class TwoReadersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    stage::StageOptions options;
    options.readers.clear();  // all that there are
    // Long enough for both to be under way at once.
    options.card.arguments = {"--fault", "slow=30ms/LOAD"};
    ASSERT_OK_AND_ASSIGN(stage_, TestStage::Raise(options));
    options.card.kind = "scp03-aes256";
    options.card.reader = 1;
    ASSERT_OK(stage_->stage().InsertCard(options.card));
    ASSERT_OK(stage_->stage().AwaitCards(2, absl::Seconds(10)));
    ASSERT_EQ(stage_->AddApplet("tables30").exit_code, 0);
  }
  void TearDown() override {
    if (HasFailure() && stage_ != nullptr) stage_->ShowLogs();
  }
  absl::StatusOr<std::string> AddJobAt(const std::string& reader) {
    return stage_->AddJobWith({"--app", "tables30", "--agent",
                               stage::kAgentName, "--reader", reader});
  }

  std::unique_ptr<TestStage> stage_;
};

bool Loads(const pb::Job& job) {
  return job.state() == pb::JOB_STATE_RUNNING && job.commands_done() > 0;
}

TEST_F(TwoReadersTest, AreLoadedAtTheSameTime) {
  ASSERT_OK_AND_ASSIGN(const std::string first,
                       AddJobAt(stage::kVirtualReader));
  ASSERT_OK_AND_ASSIGN(const std::string second,
                       AddJobAt(stage::kSecondVirtualReader));
  ASSERT_OK(stage_->AwaitJob(second, Loads));
  ASSERT_OK_AND_ASSIGN(const pb::Job meanwhile, stage_->GetJob(first));
  EXPECT_TRUE(Loads(meanwhile)) << meanwhile.ShortDebugString();

  ASSERT_OK_AND_ASSIGN(const pb::Job one, stage_->AwaitEnd(first));
  ASSERT_OK_AND_ASSIGN(const pb::Job other, stage_->AwaitEnd(second));
  EXPECT_EQ(one.message(), "The card holds tables30.");
  EXPECT_EQ(other.message(), "The card holds tables30.");
  EXPECT_EQ(one.card_id(), "demo-aes128/00000000002026110001");
  EXPECT_EQ(other.card_id(), "demo-aes256/00000000002026110001");
  EXPECT_EQ(one.measurements().round_trips(), 1u);
  EXPECT_EQ(other.measurements().round_trips(), 1u);

  const stage::Outcome readers = stage_->Cardferry({"reader", "list"});
  EXPECT_EQ(readers.output,
            "AGENT    READER             CARD\n"
            "kiosk-1  Virtual PCD 00 00  present\n"
            "kiosk-1  Virtual PCD 00 01  present\n");
}

}  // namespace
}  // namespace cardferry::e2e
