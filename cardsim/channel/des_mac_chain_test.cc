#include "cardsim/channel/des_mac_chain.h"

#include "cardsim/card_error.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

using Icv = DesMacRules::Icv;
using Mac = DesMacRules::Mac;

constexpr char kFirstMac[] = "3D3C675D5B5E8E9A";

DesMacChain MakeChain(DesMacRules rules) {
  return DesMacChain(
      SecretBytes::CopyOf(FromHexOrDie("404142434445464748494A4B4C4D4E4F")),
      rules, FromHexOrDie("0102030405060708"));
}

Bytes Text(absl::string_view text) { return Bytes(text.begin(), text.end()); }

// Made with another implementation of triple DES. One block has the same MAC in
// both kinds, and a first ICV is never encrypted.
TEST(DesMacChainTest, MakesEachKindOfMacUnderEachKindOfIcv) {
  const struct {
    DesMacRules rules;
    const char* second;
  } kCases[] = {
      {{Mac::kRetail, Icv::kClear}, "FCE98B569A18DE12"},
      {{Mac::kRetail, Icv::kSingleDes}, "1F971E867FF43B4F"},
      {{Mac::kRetail, Icv::kTripleDes}, "2497D77E4B58D6D9"},
      {{Mac::kTripleDes, Icv::kClear}, "25A2D9E42D31BD31"},
      {{Mac::kTripleDes, Icv::kSingleDes}, "C608AEF390A45D38"},
      {{Mac::kTripleDes, Icv::kTripleDes}, "852880A34FF635AF"},
  };
  for (const auto& test_case : kCases) {
    DesMacChain chain = MakeChain(test_case.rules);
    EXPECT_EQ(ToHex(chain.last()), "0102030405060708");
    EXPECT_THAT(chain.Next(Text("one")), IsOkAndHolds(FromHexOrDie(kFirstMac)));
    EXPECT_THAT(chain.Next(Text("three times")),
                IsOkAndHolds(FromHexOrDie(test_case.second)));
    EXPECT_EQ(ToHex(chain.last()), test_case.second);
  }
}

TEST(DesMacChainTest, AWrongMacLeavesTheChainWhereItWas) {
  DesMacChain chain = MakeChain({Mac::kRetail, Icv::kSingleDes});
  const Bytes right = FromHexOrDie(kFirstMac);
  for (size_t bit = 0; bit < right.size() * 8; ++bit) {
    Bytes wrong = right;
    wrong[bit / 8] = static_cast<uint8_t>(wrong[bit / 8] ^ 1u << bit % 8);
    EXPECT_EQ(StatusWordOf(chain.Verify(Text("one"), wrong)),
              kSecurityNotSatisfied);
  }
  EXPECT_EQ(StatusWordOf(chain.Verify(Text("one"), ByteSpan(right).first(7))),
            kSecurityNotSatisfied);
  EXPECT_OK(chain.Verify(Text("one"), right));
  EXPECT_OK(
      chain.Verify(Text("three times"), FromHexOrDie("1F971E867FF43B4F")));
}

}  // namespace
}  // namespace cardferry::cardsim
