// The card leaves the reader in the middle of a load and comes back a moment
// later: the job goes on with it by itself, and the card ends up with what it
// should hold. The simulated card does the pulling, at the command that it is
// told, and keeps what it had until then.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/bytes.h"
#include "lib/base/status_matchers.h"
#include "tests/e2e/test_stage.h"
#include "tests/stage/opensc_tool.h"

namespace cardferry::e2e {
namespace {

namespace pb = ::cardferry::orchestrator::v1;

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

constexpr char kAccountNumber[] = "CH93 0076 2011 6238 5295 7";

struct Pull {
  const char* name;
  const char* fault;
  const char* ins;  // of the command that has no answer
  // What the job waits for on the way, as the operator sees it.
  std::vector<std::string> said;
};

void PrintTo(const Pull& pull, std::ostream* out) { *out << pull.fault; }

class PulledCardTest : public ::testing::TestWithParam<Pull> {
 protected:
  static void SetUpTestSuite() {
    stage::StageOptions options;
    options.with_card = false;
    absl::StatusOr<std::unique_ptr<TestStage>> raised =
        TestStage::Raise(options);
    ASSERT_OK(raised);
    stage_ = raised->release();
    ASSERT_EQ(stage_->AddApplet("brokerage").exit_code, 0);
  }
  static void TearDownTestSuite() {
    delete stage_;
    stage_ = nullptr;
  }
  void SetUp() override { ASSERT_NE(stage_, nullptr); }
  void TearDown() override {
    if (HasFailure() && stage_ != nullptr) stage_->ShowLogs();
  }

  // Every case has a card of its own, which nobody knows.
  static stage::CardChoice NextCard(const std::string& fault) {
    static int number = 0;
    stage::CardChoice card;
    card.number = ++number;
    card.arguments = {"--fault", fault};
    return card;
  }

  static void ExpectTheAppletAnswers() {
    const Bytes aid = FromHexOrDie(kBrokerageApplet);
    const Bytes select = {0x00, 0xA4, 0x04, 0x00,
                          static_cast<uint8_t>(aid.size())};
    ASSERT_OK_AND_ASSIGN(
        const std::vector<card::ResponseApdu> answers,
        stage::SendWithOpenscTool(
            {Concat({select, aid, Bytes{0}}), {0x80, 0x10, 0x00, 0x00, 0x00}}));
    ASSERT_EQ(answers.size(), 2u);
    EXPECT_EQ(AsString(answers[1].data), kAccountNumber);
  }

  static inline TestStage* stage_ = nullptr;
};

TEST_P(PulledCardTest, EndsWithWhatItShouldHold) {
  ASSERT_OK_AND_ASSIGN(const auto before, stage_->CardLog());
  ASSERT_OK(stage_->ChangeCard(NextCard(GetParam().fault)));
  ASSERT_OK_AND_ASSIGN(const std::string id,
                       stage_->AddJob("brokerage", kAccountNumber));
  ASSERT_OK_AND_ASSIGN(const pb::Job job, stage_->WatchJob(id));
  EXPECT_EQ(job.state(), pb::JOB_STATE_DONE);
  EXPECT_EQ(job.message(), "The card holds brokerage.");
  ASSERT_OK_AND_ASSIGN(const auto story, stage_->Story(id, "job.waits"));
  EXPECT_THAT(story, ElementsAreArray(GetParam().said));
  ExpectTheAppletAnswers();
  // The fault struck once, where it was to strike.
  ASSERT_OK_AND_ASSIGN(const auto exchanges,
                       stage_->CardLogFrom(before.size()));
  std::vector<std::string> unanswered;
  for (const Exchange& exchange : exchanges) {
    if (exchange.sw.empty()) unanswered.push_back(exchange.ins());
  }
  EXPECT_THAT(unanswered, ElementsAre(GetParam().ins));
  // And nobody took a torn session for a false card.
  EXPECT_THAT(stage_->Events("card.stopped"),
              IsOkAndHolds(::testing::IsEmpty()));
}

constexpr char kInsertAgain[] =
    "Insert the card again: it is read anew, and the job goes on.";

// The job was not begun: nobody had to wait for anything new.
const std::vector<std::string> kNothing;
const std::vector<std::string> kBeforeTheSession = {
    absl::StrCat("The card gave no answer to EXTERNAL AUTHENTICATE. What the "
                 "card holds now is not known. ",
                 kInsertAgain)};

std::string NoAnswerTo(const std::string& command) {
  return absl::StrCat("The card gave no answer to ", command, " of ",
                      kBrokeragePackage,
                      ". What the card holds now is not known. ", kInsertAgain);
}

INSTANTIATE_TEST_SUITE_P(
    Of, PulledCardTest,
    ::testing::Values(
        Pull{"BeforeInitializeUpdate", "pull@INITIALIZE_UPDATE:1+1s", "50",
             kNothing},
        Pull{"AfterInitializeUpdate", "tear@INITIALIZE_UPDATE:1+1s", "50",
             kNothing},
        Pull{"BeforeExternalAuthenticate", "pull@EXTERNAL_AUTHENTICATE:1+1s",
             "82", kBeforeTheSession},
        Pull{"AfterExternalAuthenticate", "tear@EXTERNAL_AUTHENTICATE:1+1s",
             "82", kBeforeTheSession},
        Pull{"BeforeInstallForLoad",
             "pull@INSTALL:1+1s",
             "E6",
             {NoAnswerTo("INSTALL [for load]")}},
        Pull{"AfterInstallForLoad",
             "tear@INSTALL:1+1s",
             "E6",
             {NoAnswerTo("INSTALL [for load]")}},
        Pull{"BeforeTheFirstLoad",
             "pull@LOAD:1+1s",
             "E8",
             {NoAnswerTo("LOAD 1 of 3")}},
        Pull{"AfterTheFirstLoad",
             "tear@LOAD:1+1s",
             "E8",
             {NoAnswerTo("LOAD 1 of 3")}},
        Pull{"BeforeTheLastLoad",
             "pull@LOAD:3+1s",
             "E8",
             {NoAnswerTo("LOAD 3 of 3")}},
        // The package is on the card now, and nobody knew.
        Pull{"AfterTheLastLoad",
             "tear@LOAD:3+1s",
             "E8",
             {NoAnswerTo("LOAD 3 of 3"),
              "The card does not hold what was recorded. Nothing was changed; "
              "what is to be done is planned again from what the card says. A "
              "second round follows: leave the card in the reader."}}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace cardferry::e2e
