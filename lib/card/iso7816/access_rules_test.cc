#include "lib/card/iso7816/access_rules.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::card {
namespace {

AccessRules ReadFreelyUpdateWithTheKeyDeleteNever() {
  AccessRules rules;
  rules.Set(FileAccess::kRead, kAlways);
  rules.Set(FileAccess::kUpdate,
            kAllOfThem | kSecureMessaging | kExternalAuthentication);
  rules.Set(FileAccess::kDeleteSelf, kNever);
  return rules;
}

TEST(AccessRulesTest, CompactRulesHaveTheConditionOfTheHighestBitFirst) {
  EXPECT_EQ(ToHex(ReadFreelyUpdateWithTheKeyDeleteNever().EncodeCompact()),
            "43FFE000");
  ASSERT_OK_AND_ASSIGN(const AccessRules rules,
                       AccessRules::ParseCompact(FromHexOrDie("43FFE000")));
  EXPECT_EQ(rules.Find(FileAccess::kDeleteSelf), kNever);
  EXPECT_EQ(rules.Find(FileAccess::kUpdate), 0xE0);
  EXPECT_EQ(rules.Find(FileAccess::kRead), kAlways);
  EXPECT_EQ(rules.Find(FileAccess::kTerminate), std::nullopt);
}

TEST(AccessRulesTest, ExpandedRulesSayTheSame) {
  const AccessRules rules = ReadFreelyUpdateWithTheKeyDeleteNever();
  EXPECT_EQ(ToHex(rules.EncodeExpanded()),
            "8001409700"
            "8001029E01E0"
            "8001019000");
  EXPECT_THAT(AccessRules::ParseExpanded(rules.EncodeExpanded()),
              IsOkAndHolds(rules));
}

TEST(AccessRulesTest, AnExpandedRuleMayBeForSeveralKindsOfAccess) {
  ASSERT_OK_AND_ASSIGN(
      const AccessRules rules,
      AccessRules::ParseExpanded(FromHexOrDie("80017E9E0110")));
  EXPECT_EQ(ToHex(rules.EncodeCompact()), "7E101010101010");
}

TEST(AccessRulesTest, EveryAccessModeByteComesBackAsItWas) {
  for (unsigned mode = 0; mode < 0x80; ++mode) {
    Bytes value = {static_cast<uint8_t>(mode)};
    for (unsigned bits = mode; bits != 0; bits >>= 1) {
      if ((bits & 1) != 0) value.push_back(static_cast<uint8_t>(0x10 + bits));
    }
    ASSERT_OK_AND_ASSIGN(const AccessRules rules,
                         AccessRules::ParseCompact(value));
    EXPECT_EQ(rules.EncodeCompact(), value);
    EXPECT_EQ(rules.empty(), mode == 0);
  }
}

TEST(AccessRulesTest, RefusesMissingAndLeftOverConditions) {
  for (const char* hex :
       {"", "43FFE0", "43", "43FFE00000", "0000", "80", "FF"}) {
    EXPECT_THAT(AccessRules::ParseCompact(FromHexOrDie(hex)),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << hex;
  }
  EXPECT_THAT(AccessRules::ParseCompact(FromHexOrDie("43FFE0")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "compact access rules of 3 bytes do not have one "
                       "condition for each bit of 43"));
}

TEST(AccessRulesTest, RefusesTwoExpandedRulesForOneAccess) {
  EXPECT_THAT(AccessRules::ParseExpanded(FromHexOrDie("80010390008001029700")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "expanded access rules have two for access 02"));
}

TEST(AccessRulesTest, SaysWhichExpandedRulesItDoesNotUnderstand) {
  for (const char* hex : {
           "8401D69000",        // an instruction instead of an access mode
           "800101A403830101",  // a template
           "8001819000",        // a proprietary access mode
       }) {
    EXPECT_THAT(AccessRules::ParseExpanded(FromHexOrDie(hex)),
                StatusIs(absl::StatusCode::kUnimplemented))
        << hex;
  }
}

TEST(AccessRulesTest, RefusesEveryTruncationOfExpandedRules) {
  const Bytes whole = ReadFreelyUpdateWithTheKeyDeleteNever().EncodeExpanded();
  for (size_t size = 1; size < whole.size(); ++size) {
    if (size == 5 || size == 11) continue;  // whole rules
    EXPECT_FALSE(AccessRules::ParseExpanded(ByteSpan(whole).first(size)).ok())
        << size;
  }
}

}  // namespace
}  // namespace cardferry::card
