#include "cardsim/card/dap.h"

#include "cardsim/card_error.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

card::Aid Aid(const char* hex) { return *card::Aid::FromHex(hex); }

class DapTest : public testing::Test {
 protected:
  static ContentKey Key(uint8_t byte) {
    return *ContentKey::Symmetric(KeyType::kAes,
                                  SecretBytes::CopyOf(Bytes(16, byte)));
  }
  DapBlock Block(const card::Aid& domain, uint8_t key) const {
    return {domain, *Key(key).Mac(hash_)};
  }
  card::StatusWord Check(const std::vector<DapBlock>& blocks,
                         const card::Aid& owner) const {
    return StatusWordOf(CheckDaps(blocks, hash_, owner, verifiers_));
  }

  Bytes hash_ = Bytes(32, 0x77);
  const card::Aid isd_ = Aid("A000000151000000");
  const card::Aid own_ = Aid("F0434645525301");
  const card::Aid mandated_ = Aid("F0434645525302");
  std::vector<DapVerifier> verifiers_ = {{own_, false, Key(1)}};
};

TEST_F(DapTest, IsWantedForWhatBecomesTheVerifiersOwn) {
  EXPECT_EQ(Check({}, isd_), card::kSuccess);
  EXPECT_EQ(Check({}, own_), kConditionsNotSatisfied);
  EXPECT_EQ(Check({Block(own_, 1)}, own_), card::kSuccess);
}

TEST_F(DapTest, IsVerifiedForOthersTooWhereItIsThere) {
  EXPECT_EQ(Check({Block(own_, 1)}, isd_), card::kSuccess);
  EXPECT_EQ(Check({Block(own_, 2)}, isd_), kWrongData);
}

TEST_F(DapTest, IsWantedForEverythingWhereItIsMandated) {
  verifiers_.push_back({mandated_, true, Key(2)});
  EXPECT_EQ(Check({}, isd_), kConditionsNotSatisfied);
  EXPECT_EQ(Check({Block(mandated_, 2)}, isd_), card::kSuccess);
  EXPECT_EQ(Check({Block(mandated_, 2)}, own_), kConditionsNotSatisfied);
  EXPECT_EQ(Check({Block(mandated_, 2), Block(own_, 1)}, own_), card::kSuccess);
  EXPECT_EQ(Check({Block(mandated_, 1), Block(own_, 2)}, own_), kWrongData);
}

TEST_F(DapTest, IsOfADomainThatVerifies) {
  EXPECT_EQ(Check({Block(isd_, 1)}, isd_), kReferencedDataNotFound);
}

TEST_F(DapTest, StandsThereOnce) {
  EXPECT_EQ(Check({Block(own_, 1), Block(own_, 1)}, own_), kWrongData);
}

TEST_F(DapTest, NeedsAKey) {
  verifiers_[0].key.reset();
  EXPECT_EQ(Check({Block(own_, 1)}, own_), kConditionsNotSatisfied);
}

TEST_F(DapTest, NeedsTheHash) {
  hash_.clear();
  EXPECT_EQ(Check({Block(own_, 1)}, own_), kWrongData);
  EXPECT_EQ(Check({}, isd_), card::kSuccess);
}

TEST(DapBlockTest, IsAidAndSignatureAndNothingElse) {
  ASSERT_OK_AND_ASSIGN(const DapBlock block,
                       ParseDapBlock(FromHexOrDie("4F05A000000151C302ABCD")));
  EXPECT_EQ(block.domain.ToHex(), "A000000151");
  EXPECT_EQ(ToHex(block.signature), "ABCD");
  for (const char* wrong :
       {"", "4F05A000000151", "C302ABCD", "C302ABCD4F05A000000151",
        "4F05A000000151C300", "4F04A0000001C302ABCD",
        "4F05A000000151C302ABCD9E0155"}) {
    EXPECT_EQ(StatusWordOf(ParseDapBlock(FromHexOrDie(wrong)).status()),
              kWrongData)
        << wrong;
  }
}

TEST(DapBlockTest, IsNeverCutShort) {
  const Bytes whole = FromHexOrDie("4F05A000000151C302ABCD");
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(ParseDapBlock(ByteSpan(whole).first(size)).ok()) << size;
  }
}

}  // namespace
}  // namespace cardferry::cardsim
