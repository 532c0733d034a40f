#include "services/sequencer/command_name.h"

#include "gtest/gtest.h"

namespace cardferry::sequencer {
namespace {

const card::Aid kApplet = *card::Aid::FromHex("F04346455201");

TEST(CommandNameTest, SaysWhatTheCommandIsAbout) {
  const auto name = [](CommandKind kind) {
    return CommandNameOf({kind, kApplet, 1}, 0);
  };
  EXPECT_EQ(name(CommandKind::kInstall), "INSTALL of F04346455201");
  EXPECT_EQ(name(CommandKind::kDeletePackage),
            "DELETE of package F04346455201");
  EXPECT_EQ(name(CommandKind::kLock), "SET STATUS (lock) of F04346455201");
  EXPECT_EQ(name(CommandKind::kExtradite),
            "INSTALL [for extradition] of F04346455201");
}

TEST(CommandNameTest, CountsTheCommandsOfARunThatHasSeveral) {
  EXPECT_EQ(CommandNameOf({CommandKind::kLoad, kApplet, 120}, 11),
            "LOAD 12 of 120 of F04346455201");
}

TEST(CommandNameTest, NamesNothingForTheCardItself) {
  EXPECT_EQ(CommandNameOf({CommandKind::kAuthenticate}, 0),
            "EXTERNAL AUTHENTICATE");
  EXPECT_EQ(CommandNameOf({CommandKind::kReadModules, std::nullopt, 3}, 1),
            "GET STATUS");
}

}  // namespace
}  // namespace cardferry::sequencer
