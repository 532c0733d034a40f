#include "cardsim/channel/des_key_wrap.h"

#include "cardsim/card_error.h"
#include "gtest/gtest.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

SecretBytes Dek() {
  return SecretBytes::CopyOf(FromHexOrDie("B4F75CE0A95EA3F86BBD051CB77C0FAE"));
}

// Made with another implementation of triple DES.
TEST(DesKeyWrapTest, UnwrapsBothModes) {
  const Bytes key = FromHexOrDie("00112233445566778899AABBCCDDEEFF");
  const struct {
    DesKeyWrap mode;
    const char* wrapped;
  } kCases[] = {
      {DesKeyWrap::kEcb, "793E4CE85A8336FCBC93671C4373A0D2"},
      {DesKeyWrap::kCbc, "793E4CE85A8336FCF628644C011EDF9F"},
  };
  for (const auto& test_case : kCases) {
    ASSERT_OK_AND_ASSIGN(
        const SecretBytes plain,
        UnwrapKeyUnderDes(Dek(), FromHexOrDie(test_case.wrapped),
                          test_case.mode));
    EXPECT_EQ(plain.Read(GrantSecretAccess()), ByteSpan(key));
  }
}

TEST(DesKeyWrapTest, RefusesWhatIsNotWholeBlocks) {
  for (const size_t size : {0u, 1u, 7u, 9u, 15u, 17u}) {
    EXPECT_EQ(
        StatusWordOf(
            UnwrapKeyUnderDes(Dek(), Bytes(size), DesKeyWrap::kCbc).status()),
        kWrongData)
        << size;
  }
}

}  // namespace
}  // namespace cardferry::cardsim
