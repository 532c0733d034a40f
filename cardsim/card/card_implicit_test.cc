// A whole card whose sessions begin by their first C-MAC.
#include <string>
#include <utility>

#include "cardsim/card/card.h"
#include "cardsim/testing/test_card.h"
#include "gtest/gtest.h"

namespace cardferry::cardsim {
namespace {

// The C-MAC was made with another implementation of triple DES.
TEST(CardImplicitTest, ASessionBeginsByAMacAndEndsByASelect) {
  constexpr char kPlain[] = "80F28002024F0000";
  constexpr char kMaced[] = "84F280020A4F006520B2D609853FC900";
  KeySet keys = TestDesKeys();
  for (SecretBytes* key : {&keys.enc, &keys.mac, &keys.dek}) {
    *key =
        SecretBytes::CopyOf(FromHexOrDie("404142434445464748494A4B4C4D4E4F"));
  }
  CardOptions options;
  options.scp02_i = 0x1A;
  TestCard card(std::move(keys), options);
  EXPECT_EQ(card.Send(kPlain), "6982");
  const std::string status = card.Send(kMaced);
  EXPECT_EQ(status.substr(status.size() - 4), "9000");
  EXPECT_EQ(card.Send(kPlain), status);
  card.Send("00A4040000");
  EXPECT_EQ(card.Send(kPlain), "6982");
  EXPECT_EQ(card.Send(kMaced), "6982");  // of the counter before
}

}  // namespace
}  // namespace cardferry::cardsim
