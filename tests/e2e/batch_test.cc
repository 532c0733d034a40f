// A batch: twenty cards of five kinds are personalized from a table, through
// the four readers of one agent.
#include <algorithm>
#include <array>
#include <memory>
#include <string>
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

constexpr int kReaders = 4;
constexpr int kCards = 20;
constexpr int kFirstNumber = 21;

struct Kind {
  const char* card;
  const char* key_set;
};

constexpr std::array<Kind, 5> kKinds = {{
    {"scp01-i15", "demo-scp01"},
    {"scp02", "demo-des"},
    {"scp02-rmac", "demo-des"},
    {"scp03", "demo-aes128"},
    {"scp03-s16-aes256", "demo-aes256"},
}};

constexpr char kManifest[] = R"(
packages {
  application: "brokerage"
  applets {
    module: "F04346455252590101"
    personal_data { data_text: "${row.account}" }
  }
}
)";

Kind KindOf(int card) {
  return kKinds[static_cast<size_t>(card) % kKinds.size()];
}

std::string CardId(int card) {
  return absl::StrCat(KindOf(card).key_set, "/000000000020261100",
                      kFirstNumber + card);
}

std::string Account(int card) { return absl::StrCat("DE00 4711 ", card); }

class BatchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    stage::StageOptions options;
    options.four_readers = true;
    options.readers.clear();  // all that there are
    options.with_card = false;
    ASSERT_OK_AND_ASSIGN(stage_, TestStage::Raise(options));
    ASSERT_EQ(stage_->AddApplet("brokerage").exit_code, 0);
  }
  void TearDown() override {
    if (HasFailure() && stage_ != nullptr) stage_->ShowLogs();
  }

  // `cardferry job add --rows` of a row for each card.
  stage::Outcome AddJobs() {
    std::string rows = "card,account\n";
    for (int card = 0; card < kCards; ++card) {
      absl::StrAppend(&rows, CardId(card), ",", Account(card), "\n");
    }
    const std::string table = stage_->Path("batch.csv");
    const std::string manifest = stage_->Path("batch.textproto");
    EXPECT_OK(WriteFileAtomically(table, AsBytes(rows), 0600));
    EXPECT_OK(WriteFileAtomically(manifest, AsBytes(kManifest), 0600));
    return stage_->Cardferry(
        {"job", "add", "--manifest", manifest, "--rows", table, "--new-cards"});
  }
  // Puts the next four cards in, waits until their jobs are done, and takes
  // them out again.
  void Serve(int first, const std::vector<pb::Job>& jobs) {
    for (int reader = 0; reader < kReaders; ++reader) {
      stage::CardChoice card;
      card.kind = KindOf(first + reader).card;
      card.number = kFirstNumber + first + reader;
      card.reader = reader;
      ASSERT_OK(stage_->stage().InsertCard(card));
    }
    for (int reader = 0; reader < kReaders; ++reader) {
      const int card = first + reader;
      ASSERT_OK_AND_ASSIGN(
          const pb::Job job,
          stage_->AwaitEnd(jobs[static_cast<size_t>(card)].id()));
      EXPECT_EQ(job.message(), "The card holds what the manifest says.");
      EXPECT_EQ(job.card_id(), CardId(card));
      EXPECT_EQ(job.measurements().round_trips(), 1u);
      EXPECT_EQ(AccountIn(reader), Account(card));
    }
    for (int reader = 0; reader < kReaders; ++reader) {
      stage_->stage().card(reader).Kill();
    }
    ASSERT_OK(stage_->stage().AwaitCards(0, absl::Seconds(10)));
  }
  // What the applet tells a PC/SC client of others.
  static std::string AccountIn(int reader) {
    const Bytes aid = FromHexOrDie(kBrokerageApplet);
    const Bytes select = {0x00, 0xA4, 0x04, 0x00,
                          static_cast<uint8_t>(aid.size())};
    const auto answers = stage::SendWithOpenscTool(
        {Concat({select, aid, Bytes{0}}), FromHexOrDie("8010000000")}, reader);
    if (!answers.ok()) return answers.status().ToString();
    return std::string((*answers)[1].data.begin(), (*answers)[1].data.end());
  }

  std::unique_ptr<TestStage> stage_;
};

TEST_F(BatchTest, GivesEachCardItsOwnRowInWhicheverReaderItLies) {
  const stage::Outcome added = AddJobs();
  ASSERT_EQ(added.exit_code, 0) << added.errors;
  ASSERT_OK_AND_ASSIGN(std::vector<pb::Job> jobs, stage_->Jobs());
  ASSERT_EQ(jobs.size(), kCards);
  std::reverse(jobs.begin(), jobs.end());  // the newest was first
  for (int first = 0; first < kCards; first += kReaders) {
    ASSERT_NO_FATAL_FAILURE(Serve(first, jobs));
  }
  ASSERT_OK_AND_ASSIGN(const std::vector<pb::Card> cards, stage_->Cards());
  EXPECT_EQ(cards.size(), kCards);
  for (const std::string service : {"orchestrator", "sequencer", "agent"}) {
    EXPECT_EQ(stage_->Log(service).find("DE00 4711"), std::string::npos)
        << service;
  }
}

}  // namespace
}  // namespace cardferry::e2e
