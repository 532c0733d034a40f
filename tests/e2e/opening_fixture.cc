#include "tests/e2e/opening_fixture.h"

#include <memory>

#include "absl/time/clock.h"
#include "lib/base/status_matchers.h"

namespace cardferry::e2e {

TestStage* OpeningFixture::stage_ = nullptr;

stage::StageOptions OpeningFixture::ShortOpenings() {
  stage::StageOptions options;
  options.opening_seconds = 1;
  return options;
}

void OpeningFixture::RaiseWithoutAgent(const stage::StageOptions& options) {
  absl::StatusOr<std::unique_ptr<TestStage>> made = TestStage::Make(options);
  ASSERT_OK(made);
  stage_ = made->release();
  stage::Stage& parts = stage_->stage();
  ASSERT_OK(parts.Prepare());
  ASSERT_OK(stage_->folder().Issue("agent", "kiosk-2"));
  ASSERT_OK(parts.StartReader());
  ASSERT_OK(parts.StartKeyVault());
  ASSERT_OK(parts.StartSequencer());
  ASSERT_OK(parts.StartOrchestrator());
  ASSERT_OK(parts.AdmitAgent());
  ASSERT_OK(parts.AdmitAgent("kiosk-2"));
  ASSERT_OK(parts.InsertCard());
  const stage::Outcome added = stage_->AddApplet("brokerage");
  ASSERT_EQ(added.exit_code, 0) << added.errors;
}

void OpeningFixture::TearDownTestSuite() {
  delete stage_;
  stage_ = nullptr;
}

void OpeningFixture::SetUp() { ASSERT_NE(stage_, nullptr); }

void OpeningFixture::TearDown() {
  if (HasFailure() && stage_ != nullptr) stage_->ShowLogs();
}

keyvault::v1::GetStatisticsResponse OpeningFixture::Statistics() {
  absl::StatusOr<stage::OperatorClient> client = stage_->stage().Operator();
  EXPECT_OK(client);
  if (!client.ok()) return {};
  auto statistics = client->KeyVaultStatistics();
  EXPECT_OK(statistics);
  return statistics.value_or(keyvault::v1::GetStatisticsResponse());
}

void OpeningFixture::WaitUntilAfter(int64_t expires_at_us) {
  absl::SleepFor(absl::FromUnixMicros(expires_at_us) - absl::Now() +
                 absl::Milliseconds(50));
}

}  // namespace cardferry::e2e
