#include "services/sequencer/identity_proof.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "services/sequencer/conclusion.h"

namespace cardferry::sequencer {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Bytes kCplc(42, 0x47);
const Bytes kIssuer = {0x12, 0x34};
const Bytes kNumber = {0x56};

card::ResponseApdu Ok(const std::string& hex) {
  return {FromHexOrDie(hex), card::kSuccess};
}

// A session that only reads, and all that is bound again.
class IdentityProofTest : public testing::Test {
 protected:
  IdentityProofTest() {
    record_.cplc = kCplc;
    record_.issuer_number = kIssuer;
    record_.card_number = kNumber;
    state_.record = record_;
    answers_.push_back({kCplc, card::kSuccess});  // without its tag
  }

  std::vector<std::string> Prove() {
    return ProveIdentity(state_, answers_, assurances_, record_);
  }

  CardRecord record_{"demo/00"};
  BundleState state_{{"demo/00"},
                     {},
                     {{CommandKind::kAuthenticate, {}, 1},
                      {CommandKind::kReadIdentity, {}, 3},
                      {CommandKind::kReadSecurityDomain, {}, 1}}};
  std::vector<card::ResponseApdu> answers_{Ok("")};
  std::vector<Assurance> assurances_ =
      std::vector<Assurance>(5, Assurance::kProven);
};

TEST_F(IdentityProofTest, WhatIsBoundIsReadUntilItIsProven) {
  EXPECT_THAT(UnprovenIdentity(record_), ElementsAre(0x9F7F, 0x42, 0x45));
  record_.issuer_number.clear();
  EXPECT_THAT(UnprovenIdentity(record_), ElementsAre(0x9F7F, 0x45));
  record_.identity_proven = true;
  EXPECT_THAT(UnprovenIdentity(record_), IsEmpty());
}

TEST_F(IdentityProofTest, TheCardsOwnWordProvesIt) {
  answers_.insert(answers_.end(), {Ok("42021234"), Ok("450156"), Ok("E3")});
  EXPECT_THAT(Prove(), IsEmpty());
  EXPECT_TRUE(record_.identity_proven);
  CardRecord proven = state_.record;
  proven.identity_proven = true;
  EXPECT_EQ(record_, proven);
}

TEST_F(IdentityProofTest, WhatAnAgentSaidOtherwiseIsNotBound) {
  answers_.insert(answers_.end(), {Ok("42021234"), Ok("450157"), Ok("E3")});
  EXPECT_THAT(Prove(),
              ElementsAre(HasSubstr("it has a card image number of its own")));
  EXPECT_EQ(record_.card_number, Bytes{0x57});
  EXPECT_EQ(record_.issuer_number, kIssuer);
  EXPECT_TRUE(record_.identity_proven);
}

TEST_F(IdentityProofTest, WhatHasNoMacProvesNothing) {
  answers_.insert(answers_.end(), {Ok("42029999"), Ok("450156"), Ok("E3")});
  assurances_[2] = Assurance::kReported;
  EXPECT_THAT(Prove(), IsEmpty());
  EXPECT_EQ(record_, state_.record);
  assurances_.clear();
  EXPECT_THAT(Prove(), IsEmpty());
  EXPECT_EQ(record_, state_.record);
}

TEST_F(IdentityProofTest, WhatTheCardRefusesOrIsMissingStaysUnproven) {
  answers_.push_back(Ok("42021234"));
  EXPECT_THAT(Prove(), IsEmpty());
  EXPECT_EQ(record_, state_.record);
  answers_.push_back({{}, card::kReferencedDataNotFound});
  EXPECT_THAT(Prove(), IsEmpty());
  EXPECT_EQ(record_, state_.record);
}

TEST_F(IdentityProofTest, ABundleThatDoesNotReadItProvesNothing) {
  state_.runs.erase(state_.runs.begin() + 1);
  EXPECT_THAT(Prove(), IsEmpty());
  EXPECT_EQ(record_, state_.record);
  record_ = CardRecord{"demo/00"};
  EXPECT_THAT(Prove(), IsEmpty());
  EXPECT_FALSE(record_.identity_proven);
}

}  // namespace
}  // namespace cardferry::sequencer
