#include "cardsim/inserted_card.h"

#include <sys/stat.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"
#include "lib/base/testing/counting_random.h"

namespace cardferry::cardsim {
namespace {

constexpr char kKeysFile[] =
    "kvn=30\n"
    "kdd=00010203040506070809\n"
    "enc=101112131415161718191A1B1C1D1E1F\n"
    "mac=505152535455565758595A5B5C5D5E5F\n"
    "dek=909192939495969798999A9B9C9D9E9F\n";

class InsertedCardTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK(WriteFileAtomically(keys_, AsBytes(kKeysFile), 0400));
  }
  CardsimSettings Settings(absl::string_view protocol) {
    CardsimFlags flags;
    flags.protocol = std::string(protocol);
    return *CheckFlags(flags);
  }

  const std::string keys_ = absl::StrCat(testing::TempDir(), "/inserted.keys");
  CountingRandom random_;
};

TEST_F(InsertedCardTest, SpeaksT1AsItsAtrSays) {
  ASSERT_OK_AND_ASSIGN(const auto card,
                       InsertedCard::Create(Settings("t1"), keys_, random_));
  EXPECT_EQ(ToHex(card->port().Atr()), "3B80800101");
  EXPECT_EQ(ToHex(*card->port().Transmit(FromHexOrDie("80CA004500"))),
            "450A000102030405060708099000");
}

TEST_F(InsertedCardTest, SpeaksT0AsItsAtrSays) {
  ASSERT_OK_AND_ASSIGN(const auto card,
                       InsertedCard::Create(Settings("t0"), keys_, random_));
  EXPECT_EQ(ToHex(card->port().Atr()), "3B00");
  EXPECT_EQ(ToHex(*card->port().Transmit(FromHexOrDie("80CA004500"))), "6C0C");
}

TEST_F(InsertedCardTest, NeedsItsKeys) {
  EXPECT_THAT(InsertedCard::Create(Settings("t1"), keys_ + "no", random_),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace cardferry::cardsim
