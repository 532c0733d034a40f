#include "services/keyvault/install_privileges.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::keyvault {
namespace {

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

absl::StatusOr<uint32_t> Privileges(ByteSpan data) {
  return PrivilegesOfInstall(
      card::CommandApdu::Create({0x80, 0xE6, 0x0C, 0x00}, data).value());
}
absl::StatusOr<uint32_t> Privileges(absl::string_view hex) {
  return Privileges(FromHexOrDie(hex));
}

TEST(PrivilegesOfInstallTest, AreTheFourthField) {
  EXPECT_THAT(Privileges("05A00000000106A0000000010105A00000000201"
                         "0002C90000"),
              IsOkAndHolds(0x000000u));
  EXPECT_THAT(Privileges("05A00000000106A0000000010105A00000000201"
                         "0402C90000"),
              IsOkAndHolds(0x040000u));
  EXPECT_THAT(Privileges("05A00000000106A0000000010105A00000000203"
                         "8010010000"),
              IsOkAndHolds(0x801001u));
  // [for make selectable]: no load file, no module.
  EXPECT_THAT(Privileges("000005A00000000201020000"), IsOkAndHolds(0x020000u));
}

TEST(PrivilegesOfInstallTest, NeedWholeFieldsAndNothingElse) {
  const Bytes whole = FromHexOrDie(
      "05A00000000106A0000000010105A0000000020104"
      "02C90003AABBCC");
  ASSERT_THAT(Privileges(whole), IsOkAndHolds(0x040000u));
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THAT(
        Privileges(ByteSpan(whole).first(size)),
        StatusIs(kInvalid, "INSTALL: a field goes over the end of the command"))
        << size;
  }
  Bytes longer = whole;
  longer.push_back(0);
  EXPECT_THAT(Privileges(longer),
              StatusIs(kInvalid, "INSTALL: bytes after the last field"));
}

TEST(PrivilegesOfInstallTest, AreOfOneOrThreeBytes) {
  for (const char* hex : {"000000000000",
                          "00000002000000"
                          "00",
                          "0000000400000000"
                          "0000"}) {
    EXPECT_THAT(
        Privileges(hex),
        StatusIs(kInvalid, "INSTALL: privileges are not of 1 or 3 bytes"))
        << hex;
  }
}

}  // namespace
}  // namespace cardferry::keyvault
