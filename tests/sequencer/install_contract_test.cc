// What the sequencer plans as INSTALL and what the vault reads of it are two
// writings of one format: they must agree about every command.
#include <utility>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/card/gp/content_commands.h"
#include "services/keyvault/install_privileges.h"

namespace cardferry {
namespace {

card::Installation InstallationOf(size_t parameters) {
  return {card::Aid::Create(FromHexOrDie("A000000001")).value(),
          card::Aid::Create(Bytes(16, 0xA1)).value(),
          card::Aid::Create(FromHexOrDie("A00000000102")).value(),
          {0x04},
          Bytes(parameters, 0x81)};
}

// How many sizes of parameters, from 0 on, a command can carry at this level;
// the vault reads each of them.
size_t SizesThatTheVaultReads(const Bytes& privileges, uint32_t expected,
                              uint8_t level) {
  for (size_t size = 0;; ++size) {
    card::Installation installation = InstallationOf(size);
    installation.privileges = privileges;
    const auto command = card::InstallAndMakeSelectable(installation, level);
    if (!command.ok()) return size;
    EXPECT_THAT(keyvault::PrivilegesOfInstall(*command), IsOkAndHolds(expected))
        << size << " bytes";
  }
}

TEST(InstallContractTest, TheVaultReadsThePrivilegesOfEveryPlannedInstall) {
  // 255, 247, 239 bytes without the other fields, tag and lengths: 38 bytes.
  for (const auto& [level, sizes] :
       {std::pair<uint8_t, size_t>{0x00, 255 - 38 + 1},
        {0x01, 247 - 38 + 1},
        {0x03, 239 - 38 + 1}}) {
    EXPECT_EQ(SizesThatTheVaultReads({0x04}, 0x040000, level), sizes);
    EXPECT_EQ(SizesThatTheVaultReads({0x80, 0x10, 0x01}, 0x801001, level),
              sizes - 2);
  }
}

}  // namespace
}  // namespace cardferry
