#include "services/sequencer/command_kind.h"

#include <set>

#include "gtest/gtest.h"

namespace cardferry::sequencer {
namespace {

using Kind = CommandKind;

TEST(CommandKindTest, ReadsChangeNothingAndAllElseDoes) {
  const std::set<Kind> others = {
      Kind::kAuthenticate,     Kind::kPeekLoadFiles,
      Kind::kCompareLoadFiles, Kind::kCompareApplications,
      Kind::kReadLoadFiles,    Kind::kReadApplications,
      Kind::kReadModules,      Kind::kReadSecurityDomain,
      Kind::kReadIdentity};
  for (int i = 1; i <= static_cast<int>(kLastCommandKind); ++i) {
    const Kind kind = static_cast<Kind>(i);
    EXPECT_EQ(IsChange(kind), others.count(kind) == 0) << i;
  }
}

TEST(CommandKindTest, OnlyADeletionGoesThroughWithNothingToDelete) {
  for (const uint16_t sw : std::vector<uint16_t>{0x6A88, 0x6A82, 0x6200}) {
    const card::StatusWord word(sw);
    EXPECT_TRUE(WentThrough(Kind::kDeletePackage, word)) << sw;
    EXPECT_TRUE(WentThrough(Kind::kDeleteApplication, word)) << sw;
    EXPECT_FALSE(WentThrough(Kind::kInstall, word)) << sw;
    EXPECT_FALSE(WentThrough(Kind::kLock, word)) << sw;
  }
  EXPECT_TRUE(WentThrough(Kind::kLock, card::kSuccess));
  EXPECT_FALSE(WentThrough(Kind::kDeletePackage, card::StatusWord(0x6985)));
}

}  // namespace
}  // namespace cardferry::sequencer
