#include "lib/card/gp/extradition.h"

#include "lib/base/status_matchers.h"

namespace cardferry::card {
namespace {

TEST(InstallForExtraditionTest, IsExact) {
  ASSERT_OK_AND_ASSIGN(
      const CommandApdu command,
      InstallForExtradition(*Aid::FromHex("A00000006203010D01"),
                            *Aid::FromHex("A00000006203010C010102")));
  EXPECT_EQ(ToHex(command.Encode()),
            "80E610001A"
            "09A00000006203010D01"
            "00"
            "0BA00000006203010C010102"
            "000000"
            "00");
}

}  // namespace
}  // namespace cardferry::card
