#include "services/keyvault/files/verify_command.h"

#include "gtest/gtest.h"
#include "lib/base/bytes.h"
#include "lib/base/status_matchers.h"

namespace cardferry::keyvault {
namespace {

TEST(VerifyCommandTest, NamesThePasswordAndCarriesIt) {
  ASSERT_OK_AND_ASSIGN(
      const card::CommandApdu command,
      VerifyCommand(0x81, SecretBytes::CopyOf(FromHexOrDie("31323334"))));
  EXPECT_EQ(ToHex(command.Encode()), "002000810431323334");
}

}  // namespace
}  // namespace cardferry::keyvault
