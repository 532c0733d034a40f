// A service or an agent ends and comes back between two jobs.
#include <unistd.h>

#include <memory>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"
#include "tests/e2e/test_stage.h"

namespace cardferry::e2e {
namespace {

namespace pb = ::cardferry::orchestrator::v1;

constexpr char kAccountNumber[] = "CH93 0076 2011 6238 5295 7";

class RestartTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK_AND_ASSIGN(stage_, TestStage::Raise({})); }
  void TearDown() override {
    if (HasFailure() && stage_ != nullptr) stage_->ShowLogs();
  }

  stage::Stage& parts() { return stage_->stage(); }
  void ExpectDone(const std::string& application, uint32_t changes,
                  const std::string& parameters = "") {
    ASSERT_EQ(stage_->AddApplet(application).exit_code, 0);
    ASSERT_OK_AND_ASSIGN(const pb::Job job,
                         stage_->RunJob(application, parameters));
    EXPECT_EQ(job.state(), pb::JOB_STATE_DONE) << job.message();
    EXPECT_EQ(job.message(), "The card holds " + application + ".");
    EXPECT_EQ(job.changes(), changes);
  }

  std::unique_ptr<TestStage> stage_;
};

// One card, one load after the other; greeter imports greetinglib.
TEST_F(RestartTest, JobsGoOnAfterEachOfTheProcessesWasKilled) {
  ExpectDone("greetinglib", 2);  // INSTALL [for load], LOAD
  parts().keyvault().Kill();
  ASSERT_OK(parts().StartKeyVault());
  ExpectDone("greeter", 4);  // INSTALL [for load], two LOAD, INSTALL
  parts().agent().Kill();
  ASSERT_OK(parts().StartAgent());
  ExpectDone("brokerage", 5);
  parts().orchestrator().Kill();
  parts().sequencer().Kill();
  ASSERT_OK(parts().StartSequencer());
  ASSERT_OK(parts().StartOrchestrator());
  ASSERT_OK_AND_ASSIGN(const pb::Job again, stage_->RunJob("brokerage"));
  EXPECT_EQ(again.state(), pb::JOB_STATE_DONE) << again.message();
  EXPECT_EQ(again.changes(), 0u);
}

// Personal data: nobody needs it once the card has it.
TEST_F(RestartTest, AnOrderlyEndLeavesNoInstallParameterBehind) {
  ExpectDone("brokerage", 5, kAccountNumber);
  EXPECT_EQ(parts().agent().Stop(), 0);
  EXPECT_EQ(parts().orchestrator().Stop(), 0);
  EXPECT_EQ(parts().sequencer().Stop(), 0);
  EXPECT_EQ(parts().keyvault().Stop(), 0);
  const std::string path = stage_->Path("orchestrator.db");
  ASSERT_OK_AND_ASSIGN(std::string database, ReadFile(path, 16 << 20));
  absl::AsciiStrToLower(&database);
  // What it should remember is in there, in hexadecimal as all bytes are.
  EXPECT_TRUE(
      absl::StrContains(database, absl::AsciiStrToLower(kBrokerageApplet)));
  EXPECT_FALSE(absl::StrContains(
      database, absl::AsciiStrToLower(ToHex(AsBytes(kAccountNumber)))));
  EXPECT_FALSE(
      absl::StrContains(database, absl::AsciiStrToLower(kAccountNumber)));
  EXPECT_NE(access((path + "-wal").c_str(), F_OK), 0);

  // And all is as it was when they come back.
  ASSERT_OK(parts().StartKeyVault());
  ASSERT_OK(parts().StartSequencer());
  ASSERT_OK(parts().StartOrchestrator());
  ASSERT_OK(parts().StartAgent());
  ASSERT_OK_AND_ASSIGN(const pb::Job again, stage_->RunJob("brokerage"));
  EXPECT_EQ(again.state(), pb::JOB_STATE_DONE) << again.message();
  EXPECT_EQ(again.changes(), 0u);
}

}  // namespace
}  // namespace cardferry::e2e
