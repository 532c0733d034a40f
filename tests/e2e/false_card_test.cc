// A card that does not hold the keys of its key set: the host must notice
// before the card is asked to believe anything, because cards count failures.
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"
#include "tests/e2e/test_stage.h"
#include "tests/stage/opensc_tool.h"

namespace cardferry::e2e {
namespace {

namespace pb = ::cardferry::orchestrator::v1;

using ::testing::AnyOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kCardId[] = "demo-aes128/00000000002026110001";
constexpr char kWrongKeys[] =
    "The card's cryptogram is wrong (keyvault: the card cryptogram does not "
    "match). It "
    "has other keys, or is not the card that it says. Nothing was sent to it, "
    "and it is stopped at this agent.";
constexpr char kStopped[] =
    "This card is stopped here: something that claimed to be it did not hold "
    "its keys, or another channel than it has. Hand it in.";
// How many failed authentications the simulated card takes (cardsim/README.md).
constexpr int kPatience = 10;

class FalseCardTest : public ::testing::Test {
 protected:
  void Raise(const stage::StageOptions& options) {
    ASSERT_OK_AND_ASSIGN(stage_, TestStage::Raise(options));
    const stage::Outcome added = stage_->AddApplet("brokerage");
    ASSERT_EQ(added.exit_code, 0) << added.errors;
  }
  void TearDown() override {
    if (HasFailure() && stage_ != nullptr) stage_->ShowLogs();
  }

  // The keyvault's count of failed verifications.
  uint64_t FailedVerifications() {
    absl::StatusOr<stage::OperatorClient> client = stage_->stage().Operator();
    EXPECT_OK(client);
    if (!client.ok()) return 0;
    const auto statistics = client->KeyVaultStatistics();
    EXPECT_OK(statistics);
    return statistics.ok() ? statistics->verifications_failed() : 0;
  }

  // A job that this card cannot have. Nothing but its opening reaches the card.
  void ExpectRefused(const std::string& message) {
    ASSERT_OK_AND_ASSIGN(const std::vector<Exchange> before, stage_->CardLog());
    ASSERT_OK_AND_ASSIGN(const pb::Job job, stage_->RunJob("brokerage"));
    EXPECT_EQ(job.state(), pb::JOB_STATE_FAILED);
    EXPECT_EQ(job.message(), message);
    EXPECT_EQ(job.facts_size(), 0);
    ASSERT_OK_AND_ASSIGN(const std::vector<Exchange> exchanges,
                         stage_->CardLogFrom(before.size()));
    // Twice when the job came while the card was answering its opening.
    EXPECT_THAT(
        HeadersOf(exchanges, {"50"}),
        AnyOf(ElementsAre("80500000"), ElementsAre("80500000", "80500000")));
    EXPECT_THAT(HeadersOf(exchanges, {"82", "E2", "E4", "E6", "E8", "D8"}),
                IsEmpty());
  }

  std::unique_ptr<TestStage> stage_;
};

// INITIALIZE UPDATE, then EXTERNAL AUTHENTICATE with a cryptogram and a MAC of
// zeros, through a PC/SC client of others; INITIALIZE UPDATE again at the end.
std::vector<card::ResponseApdu> FailToAuthenticate(int times) {
  const Bytes initialize = FromHexOrDie("8050000008000102030405060700");
  const Bytes authenticate =
      FromHexOrDie("848203001000000000000000000000000000000000");
  std::vector<Bytes> commands;
  for (int i = 0; i < times; ++i) {
    commands.insert(commands.end(), {initialize, authenticate});
  }
  commands.push_back(initialize);
  absl::StatusOr<std::vector<card::ResponseApdu>> answers =
      stage::SendWithOpenscTool(commands);
  EXPECT_OK(answers);
  return answers.value_or(std::vector<card::ResponseApdu>());
}

TEST_F(FalseCardTest, OfOtherMastersIsStoppedBeforeItCountsAFailure) {
  stage::StageOptions options;
  options.card.foreign = true;
  Raise(options);
  ExpectRefused(kWrongKeys);
  EXPECT_EQ(FailedVerifications(), 1u);
  ASSERT_OK_AND_ASSIGN(const std::vector<pb::Event> stops,
                       stage_->Events("card.stopped"));
  ASSERT_EQ(stops.size(), 1u);
  EXPECT_EQ(stops[0].card_id(), kCardId);
  EXPECT_EQ(stops[0].agent(), "kiosk-1");
  EXPECT_EQ(stops[0].text(),
            "A card cryptogram at Virtual PCD 00 00 did not verify; nothing "
            "was sent to the card");

  // Stopped means that its keys are not tried a second time.
  ExpectRefused(kStopped);
  EXPECT_EQ(FailedVerifications(), 1u);

  // Nor does that depend on a process's memory.
  stage_->stage().orchestrator().Kill();
  ASSERT_OK(stage_->stage().StartOrchestrator());
  ExpectRefused(kStopped);

  // The card still has all its patience: it locks after `kPatience` failures,
  // not one earlier.
  const std::vector<card::ResponseApdu> patient =
      FailToAuthenticate(kPatience - 1);
  ASSERT_EQ(patient.size(), 2u * kPatience - 1);
  EXPECT_EQ(patient[1].sw.value(), 0x6300);
  EXPECT_EQ(patient.back().sw.value(), 0x9000);
  const std::vector<card::ResponseApdu> last = FailToAuthenticate(1);
  ASSERT_EQ(last.size(), 3u);
  EXPECT_EQ(last.back().sw.value(), 0x6983);
}

// The same card keys but for one bit of each.
void SpoilCardKeys(const TestStage& stage) {
  ASSERT_OK_AND_ASSIGN(std::string keys,
                       ReadFile(stage.Path("cards/scp03-1.keys"), 1 << 12));
  for (const char* name : {"enc=", "mac=", "dek="}) {
    const size_t at = keys.find(name);
    ASSERT_NE(at, std::string::npos);
    char& digit = keys[at + 4];
    digit = digit == '0' ? '1' : '0';
  }
  ASSERT_OK(WriteFileAtomically(stage.Path("cards/scp03-1.keys"), AsBytes(keys),
                                0400));
}

TEST_F(FalseCardTest, ThatClaimsToBeAKnownOneIsStoppedInTheRecord) {
  Raise({});
  ASSERT_OK_AND_ASSIGN(const pb::Job loaded, stage_->RunJob("brokerage"));
  ASSERT_EQ(loaded.state(), pb::JOB_STATE_DONE) << loaded.message();
  ASSERT_OK_AND_ASSIGN(const std::vector<pb::Card> before, stage_->Cards());
  ASSERT_EQ(before.size(), 1u);
  EXPECT_FALSE(before[0].stopped());
  const std::string keys = stage_->Path("cards/scp03-1.keys");
  ASSERT_OK_AND_ASSIGN(const std::string true_keys, ReadFile(keys, 1 << 12));

  ASSERT_OK(stage_->RemoveCard());
  ASSERT_NO_FATAL_FAILURE(SpoilCardKeys(*stage_));
  ASSERT_OK(stage_->stage().InsertCard());
  ExpectRefused(kWrongKeys);

  ASSERT_OK_AND_ASSIGN(const std::vector<pb::Card> after, stage_->Cards());
  ASSERT_EQ(after.size(), 1u);
  EXPECT_EQ(after[0].id(), kCardId);
  EXPECT_TRUE(after[0].stopped());
  // What the true card proved to hold is not forgotten.
  EXPECT_EQ(after[0].packages_size(), 1);

  // The true one is stopped with it, until an operator who knows why says so.
  ASSERT_OK(stage_->RemoveCard());
  ASSERT_OK(WriteFileAtomically(keys, AsBytes(true_keys), 0400));
  ASSERT_OK(stage_->stage().InsertCard());
  ExpectRefused(kStopped);
  const stage::Outcome resumed = stage_->Cardferry({"card", "resume", kCardId});
  EXPECT_EQ(resumed.exit_code, 0) << resumed.errors;
  EXPECT_EQ(resumed.output,
            absl::StrCat("Work on card ", kCardId,
                         " goes on.\nThe keyvault forgot 1 failed "
                         "verification.\n"));
  // The simulated card is new, and empty: the job reads that and loads again.
  ASSERT_OK_AND_ASSIGN(const pb::Job again, stage_->RunJob("brokerage"));
  EXPECT_EQ(again.message(), "The card holds brokerage.");
}

}  // namespace
}  // namespace cardferry::e2e
