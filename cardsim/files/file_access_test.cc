#include "cardsim/files/file_access.h"

#include "cardsim/card_error.h"
#include "gtest/gtest.h"

namespace cardferry::cardsim {
namespace {

constexpr SecurityStatus kNothing{false, false, false};
constexpr SecurityStatus kUser{true, false, false};
constexpr SecurityStatus kSession{false, true, true};

bool Allows(const File& file, uint8_t access, const SecurityStatus& status) {
  const absl::Status checked = CheckAccess(file, access, status);
  EXPECT_TRUE(checked.ok() || StatusWordOf(checked) == kSecurityNotSatisfied);
  return checked.ok();
}

bool Compact(absl::string_view rules, uint8_t access,
             const SecurityStatus& status) {
  File file;
  file.compact_rules = FromHexOrDie(rules);
  return Allows(file, access, status);
}

bool Expanded(absl::string_view rules, uint8_t access,
              const SecurityStatus& status) {
  File file;
  file.expanded_rules = FromHexOrDie(rules);
  return Allows(file, access, status);
}

TEST(FileAccessTest, ConditionsAreMetByWhatTheTerminalHasShown) {
  struct Row {
    const char* condition;
    bool nothing, user, session;
  };
  const Row rows[] = {
      {"00", true, true, true},    {"FF", false, false, false},
      {"10", false, true, false},  {"20", false, false, true},
      {"40", false, false, true},  {"30", false, true, true},
      {"B0", false, false, false}, {"E0", false, false, true},
      {"01", false, false, false}, {"80", false, false, false},
  };
  for (const Row& row : rows) {
    const std::string rules = std::string("01") + row.condition;
    EXPECT_EQ(Compact(rules, kAccessRead, kNothing), row.nothing) << rules;
    EXPECT_EQ(Compact(rules, kAccessRead, kUser), row.user) << rules;
    EXPECT_EQ(Compact(rules, kAccessRead, kSession), row.session) << rules;
  }
}

TEST(FileAccessTest, EachBitOfTheAccessModeHasItsOwnCondition) {
  constexpr char kRules[] = "43FF1000";  // delete never, update user, read free
  EXPECT_FALSE(Compact(kRules, kAccessDelete, kUser));
  EXPECT_TRUE(Compact(kRules, kAccessUpdate, kUser));
  EXPECT_FALSE(Compact(kRules, kAccessUpdate, kSession));
  EXPECT_TRUE(Compact(kRules, kAccessRead, kNothing));
  EXPECT_TRUE(Compact(kRules, kAccessAppend, kNothing));  // no rule
}

TEST(FileAccessTest, AMissingConditionIsNeverMet) {
  EXPECT_FALSE(Compact("0310", kAccessRead, kUser));
}

TEST(FileAccessTest, ConditionsOfAnExpandedRuleAreAlternatives) {
  constexpr char kRules[] = "8001029E01109E0120";
  EXPECT_TRUE(Expanded(kRules, kAccessUpdate, kUser));
  EXPECT_TRUE(Expanded(kRules, kAccessUpdate, kSession));
  EXPECT_FALSE(Expanded(kRules, kAccessUpdate, kNothing));
  EXPECT_TRUE(Expanded(kRules, kAccessRead, kNothing));  // no rule
  EXPECT_TRUE(Expanded("8001039000", kAccessRead, kNothing));
  EXPECT_FALSE(Expanded("8001039700", kAccessRead, kSession));
}

TEST(FileAccessTest, ExpandedRulesThatNobodyUnderstandsAreNeverMet) {
  EXPECT_FALSE(Expanded("800101A403830101", kAccessRead, kSession));
  EXPECT_FALSE(Expanded("8001", kAccessRead, kSession));
}

TEST(FileAccessTest, RulesCountFromActivationOn) {
  File file;
  file.compact_rules = FromHexOrDie("01FF");
  for (const auto& [life_cycle, allows] :
       {std::pair<uint8_t, bool>{kLcsCreation, true},
        {kLcsInitialisation, true},
        {kLcsActivated, false},
        {kLcsDeactivated, false},
        {kLcsTerminated, false}}) {
    file.life_cycle = life_cycle;
    EXPECT_EQ(Allows(file, kAccessRead, kSession), allows) << int{life_cycle};
  }
}

}  // namespace
}  // namespace cardferry::cardsim
