// What is left of a record when nobody knows how much of a bundle the card has
// taken.
#include "services/sequencer/doubt.h"

#include "lib/base/status_matchers.h"
#include "services/sequencer/conclusion.h"

namespace cardferry::sequencer {
namespace {

using card::RunEnd;

const card::Aid kPackage = *card::Aid::FromHex("F043464552");
const card::Aid kOther = *card::Aid::FromHex("F043464553");
const Bytes kOld(32, 0xBB);
const Bytes kNew(32, 0xAA);
const absl::Time kRead = absl::FromUnixSeconds(1000);

// One package is replaced, another one stays.
class DoubtTest : public testing::Test {
 protected:
  BundleState state_ = {
      {"demo/00"},
      {},
      {{CommandKind::kAuthenticate, {}, 1},
       {CommandKind::kDeletePackage, kPackage, 1},
       {CommandKind::kInstallForLoad, kPackage, 1},
       {CommandKind::kLoad, kPackage, 1},
       {CommandKind::kReadLoadFiles, {}, 1},
       {CommandKind::kReadApplications, {}, 1}},
      {{{kPackage, 1, 0}, kNew, {}, {}}, {{kOther, 1, 0}, kNew, {}, {}}}};
  CardRecord record_ = {"demo/00",
                        std::nullopt,
                        {{kPackage, {kOld, {kOther}}}, {kOther, {kOld}}}};

  DoubtTest() {
    record_.read_at = kRead;
    state_.record = record_;
  }
};

TEST_F(DoubtTest, NobodyKnowsWhatAPackageIsThatWasToBeReplaced) {
  LeaveInDoubt(state_, record_);
  EXPECT_EQ(record_.origins.at(kPackage), Origin{UnknownContent()});
  EXPECT_EQ(record_.origins.at(kOther), Origin{kOld});
  EXPECT_EQ(record_.read_at, absl::InfinitePast());
}

TEST_F(DoubtTest, WhatTheCardHasTakenIsKnown) {
  record_.origins[kPackage] = {kNew, {kOther}};
  LeaveInDoubt(state_, record_);
  EXPECT_EQ(record_.origins.at(kPackage), (Origin{kNew, {kOther}}));
}

TEST_F(DoubtTest, WhatWasNotThereHasNoOrigin) {
  record_.origins.erase(kPackage);
  LeaveInDoubt(state_, record_);
  EXPECT_EQ(record_.origins.count(kPackage), 0u);
}

// An agent's journal is written at the beginning and at the end: after a power
// failure between them it holds no answer of all that was sent.
TEST_F(DoubtTest, AReportThatSaysNothingEndsNoDoubt) {
  for (const size_t answers : {0u, 1u, 2u}) {
    const card::Transcript transcript{
        std::vector<card::ResponseApdu>(answers, {{}, card::kSuccess}),
        RunEnd::kUnknown};
    ASSERT_OK_AND_ASSIGN(const Conclusion conclusion,
                         Conclude(state_, transcript));
    EXPECT_EQ(conclusion.outcome, Outcome::kUnknown);
    EXPECT_THAT(conclusion.reason,
                testing::HasSubstr("What the card holds now is not known."));
    EXPECT_EQ(conclusion.record.read_at, absl::InfinitePast()) << answers;
    EXPECT_EQ(conclusion.record.origins.at(kPackage).content_hash,
              UnknownContent())
        << answers;
  }
}

TEST_F(DoubtTest, ACardThatWasOnlyToBeReadIsAsItWas) {
  state_.runs = {{CommandKind::kAuthenticate, {}, 1},
                 {CommandKind::kReadLoadFiles, {}, 1},
                 {CommandKind::kReadApplications, {}, 1}};
  ASSERT_OK_AND_ASSIGN(const Conclusion conclusion,
                       Conclude(state_, {{}, RunEnd::kUnknown}));
  EXPECT_EQ(conclusion.record, state_.record);
}

}  // namespace
}  // namespace cardferry::sequencer
