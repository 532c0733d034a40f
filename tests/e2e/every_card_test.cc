// A load onto a card of each kind, one after the other in one reader, with
// everything as it ships.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/status_matchers.h"
#include "tests/e2e/test_stage.h"
#include "tests/stage/card_kinds.h"

namespace cardferry::e2e {
namespace {

namespace pb = ::cardferry::orchestrator::v1;

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Kind {
  const char* card;
  const char* key_set;
  // EXTERNAL AUTHENTICATE with its level; null: the session begins without.
  const char* authenticate;
  bool proves = false;
};

constexpr Kind kKinds[] = {
    {"scp01", "demo-scp01", "84820300"},
    {"scp01-i15", "demo-scp01", "84820300"},
    {"scp02", "demo-des", "84820300"},
    {"scp02-rmac", "demo-des", "84821300", true},
    {"scp02-implicit", "demo-des", nullptr},
    {"scp03", "demo-aes128", "84823300", true},
    {"scp03-aes256", "demo-aes256", "84823300", true},
    {"scp03-s16", "demo-aes128", "84823300", true},
    {"scp03-s16-aes256", "demo-aes256", "84823300", true},
};

class EveryCardTest : public ::testing::Test {
 protected:
  void SetUp() override {
    stage::StageOptions options;
    options.card.number = 90;
    ASSERT_OK_AND_ASSIGN(stage_, TestStage::Raise(options));
    ASSERT_EQ(stage_->AddApplet("greetinglib").exit_code, 0);
  }
  void TearDown() override {
    if (HasFailure() && stage_ != nullptr) stage_->ShowLogs();
  }

  // Cards of one key set are told apart by their number.
  void Load(const Kind& kind, int number) {
    SCOPED_TRACE(kind.card);
    stage::CardChoice card;
    card.kind = kind.card;
    card.number = number;
    ASSERT_OK(stage_->ChangeCard(card));
    ASSERT_OK_AND_ASSIGN(const auto before, stage_->CardLog());
    ASSERT_OK_AND_ASSIGN(const pb::Job job, stage_->RunJob("greetinglib"));
    ASSERT_OK_AND_ASSIGN(const auto exchanges,
                         stage_->CardLogFrom(before.size()));
    EXPECT_EQ(job.message(), "The card holds greetinglib.");
    EXPECT_EQ(job.card_id(),
              absl::StrCat(kind.key_set, "/000000000020261100", number));
    EXPECT_EQ(job.measurements().round_trips(), 1u);
    ASSERT_EQ(job.facts_size(), 1);
    EXPECT_EQ(job.facts(0).proven(), kind.proves);
    if (kind.authenticate == nullptr) {
      EXPECT_THAT(HeadersOf(exchanges, {"82"}), IsEmpty());
    } else {
      EXPECT_THAT(HeadersOf(exchanges, {"82"}), ElementsAre(kind.authenticate));
    }
  }

  std::unique_ptr<TestStage> stage_;
};

TEST_F(EveryCardTest, IsLoadedInOneRoundTrip) {
  std::vector<std::string> kinds;
  for (const Kind& kind : kKinds) kinds.push_back(kind.card);
  ASSERT_EQ(kinds, stage::CardKindNames());
  int number = 10;
  for (const Kind& kind : kKinds) Load(kind, number++);
  ASSERT_OK_AND_ASSIGN(const std::vector<pb::Card> cards, stage_->Cards());
  EXPECT_EQ(cards.size(), std::size(kKinds));
  for (const pb::Card& card : cards) EXPECT_FALSE(card.stopped()) << card.id();
}

}  // namespace
}  // namespace cardferry::e2e
