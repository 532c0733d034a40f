#include "services/sequencer/advice.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardferry::sequencer {
namespace {

using card::StatusWord;
using testing::HasSubstr;

std::string For(CommandKind kind, uint16_t sw) {
  return Advice(kind, StatusWord(sw));
}

TEST(AdviceTest, SaysWhatTheWordIsAndWhatToDo) {
  EXPECT_EQ(For(CommandKind::kLoad, 0x6A84),
            "6A84 (not enough memory space). Free memory on the card, or take "
            "one with more.");
}

TEST(AdviceTest, SaysWhatToDoNext) {
  EXPECT_THAT(For(CommandKind::kAuthenticate, 0x6300), HasSubstr("key set"));
  EXPECT_THAT(For(CommandKind::kAuthenticate, 0x6982), HasSubstr("key set"));
  EXPECT_THAT(For(CommandKind::kAuthenticate, 0x6983), HasSubstr("locked"));
  for (const int dead : {0x6982, 0x6985, 0x6987, 0x6988, 0x6999}) {
    EXPECT_THAT(For(CommandKind::kLoad, static_cast<uint16_t>(dead)),
                HasSubstr("insert the card"));
  }
  EXPECT_THAT(For(CommandKind::kLoad, 0x6A84), HasSubstr("Free memory"));
  EXPECT_THAT(For(CommandKind::kInstall, 0x6581), HasSubstr("Free memory"));
  EXPECT_THAT(For(CommandKind::kReadLoadFiles, 0x6D00), HasSubstr("profile"));
  EXPECT_THAT(For(CommandKind::kReadLoadFiles, 0x6A86), HasSubstr("profile"));
  EXPECT_THAT(For(CommandKind::kLoad, 0x6A80), HasSubstr("Java Card version"));
  EXPECT_THAT(For(CommandKind::kLoad, 0x6438),
              HasSubstr("imported package first"));
  EXPECT_THAT(For(CommandKind::kInstallForLoad, 0x6A88),
              HasSubstr("security domain"));
  EXPECT_THAT(For(CommandKind::kLoad, 0x6F00), HasSubstr("CAP file"));
  EXPECT_THAT(For(CommandKind::kInstallForLoad, 0x6985),
              HasSubstr("something under this AID"));
  EXPECT_THAT(For(CommandKind::kInstall, 0x6985),
              HasSubstr("something under this AID"));
  EXPECT_THAT(For(CommandKind::kDeletePackage, 0x6985),
              HasSubstr("still needs it"));
  EXPECT_THAT(For(CommandKind::kDeleteApplication, 0x6A80),
              HasSubstr("check its AID"));
  EXPECT_THAT(For(CommandKind::kDeletePackage, 0x6A86),
              HasSubstr("delete_related"));
  EXPECT_THAT(For(CommandKind::kDeletePackage, 0x6982),
              HasSubstr("insert the card"));
  EXPECT_THAT(For(CommandKind::kInstall, 0x6A80), HasSubstr("parameters"));
  EXPECT_THAT(For(CommandKind::kInstall, 0x6700), HasSubstr("length"));
  EXPECT_THAT(For(CommandKind::kInstall, 0x6A88), HasSubstr("package"));
  EXPECT_THAT(For(CommandKind::kInstall, 0x6F00), HasSubstr("install method"));
}

}  // namespace
}  // namespace cardferry::sequencer
