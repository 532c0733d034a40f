#include "services/keyvault/hsm/card_password.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::keyvault {
namespace {

SecretBytes Secret(absl::string_view hex) {
  return SecretBytes::CopyOf(FromHexOrDie(hex));
}

TEST(CardPasswordTest, TakesDigitsAndLeavesLettersOut) {
  PasswordDigits password(4);
  password.Add(FromHexOrDie("A1BF"));
  EXPECT_FALSE(password.complete());
  password.Add(FromHexOrDie("90C7EE12"));
  EXPECT_TRUE(password.complete());
  EXPECT_TRUE(password.Take().Equals(Secret("31393037")));
}

TEST(CardPasswordTest, NoFurtherDigitsAreTakenThanWanted) {
  PasswordDigits password(4);
  password.Add(FromHexOrDie("1234567890"));
  EXPECT_TRUE(password.Take().Equals(Secret("31323334")));
}

TEST(CardPasswordTest, CardNumberAndRoundMakeItAnother) {
  EXPECT_EQ(ToHex(PasswordInput(Bytes(10, 0x11), 2, 3)),
            "11111111111111111111020300000000");
}

TEST(CardPasswordTest, HasFourToTwelveDigits) {
  EXPECT_OK(CheckPasswordDigits(4));
  EXPECT_OK(CheckPasswordDigits(12));
  for (const size_t digits : {0u, 3u, 13u}) {
    EXPECT_THAT(CheckPasswordDigits(digits),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

}  // namespace
}  // namespace cardferry::keyvault
