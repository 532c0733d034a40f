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

TEST(PrivilegesOfInstallTest, StandAfterAidsThatHaveTheLengthsOfAids) {
  for (const size_t place : {size_t{0}, size_t{1}, size_t{2}}) {
    for (size_t size = 0; size < 0x100; ++size) {
      Bytes data;
      for (size_t field = 0; field < 3; ++field) {
        data.push_back(static_cast<uint8_t>(field == place ? size : 0));
        if (field == place) data.resize(data.size() + size, 0xA0);
      }
      Append(data, FromHexOrDie("01040000"));
      if (size == 0 || (size >= 5 && size <= 16)) {
        EXPECT_THAT(Privileges(data), IsOkAndHolds(0x040000u)) << size;
      } else {
        EXPECT_THAT(
            Privileges(data),
            StatusIs(kInvalid, "INSTALL: an AID is not of 0 or 5 to 16 bytes"))
            << size;
      }
    }
  }
}

// A card that reads lengths as BER would find other privileges.
TEST(PrivilegesOfInstallTest, AreNotHiddenBehindALengthInAnotherForm) {
  Bytes data = FromHexOrDie("8105A0000000010005A00000000201800000");
  data.resize(1 + 0x81, 0);
  Append(data, FromHexOrDie("000001000000"));
  EXPECT_THAT(
      Privileges(data),
      StatusIs(kInvalid, "INSTALL: an AID is not of 0 or 5 to 16 bytes"));
  EXPECT_THAT(
      Privileges("0000008101040000"),
      StatusIs(kInvalid, "INSTALL: privileges are not of 1 or 3 bytes"));
}

Bytes WithParameters(absl::string_view length, size_t size) {
  return Concat({FromHexOrDie("0000000104"), FromHexOrDie(length),
                 Bytes(size, 0xC9), Bytes{0}});
}

TEST(PrivilegesOfInstallTest, ComeBeforeParametersOfAnyLength) {
  for (const auto& [length, size] : {std::pair<const char*, size_t>{"00", 0},
                                     {"7F", 127},
                                     {"8180", 128},
                                     {"81FF", 255},
                                     {"820100", 256},
                                     {"82C000", 0xC000}}) {
    EXPECT_THAT(Privileges(WithParameters(length, size)),
                IsOkAndHolds(0x040000u))
        << length;
  }
}

TEST(PrivilegesOfInstallTest, RefuseALengthThatIsNotTheShortest) {
  for (const auto& [length, size] : {std::pair<const char*, size_t>{"8100", 0},
                                     {"817F", 127},
                                     {"820080", 128},
                                     {"8200FF", 255}}) {
    EXPECT_THAT(
        Privileges(WithParameters(length, size)),
        StatusIs(kInvalid, "INSTALL: a length is not in its shortest form"))
        << length;
  }
  for (const char* length : {"80", "83000100", "FF"}) {
    EXPECT_THAT(Privileges(WithParameters(length, 256)),
                StatusIs(kInvalid, "INSTALL: a length is not of 1 to 3 bytes"))
        << length;
  }
}

TEST(PrivilegesOfInstallTest, NeedWholeParametersOfALongLengthToo) {
  const Bytes whole = WithParameters("8180", 128);
  ASSERT_OK(Privileges(whole));
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THAT(
        Privileges(ByteSpan(whole).first(size)),
        StatusIs(kInvalid, "INSTALL: a field goes over the end of the command"))
        << size;
  }
}

card::CommandApdu RegistryChange(const std::string& data) {
  return card::CommandApdu::Create({0x80, 0xE6, 0x40, 0x00}, FromHexOrDie(data))
      .value();
}

TEST(PrivilegesOfRegistryChangeTest, AreReadWhereThereAreSome) {
  const auto of = [](const std::string& data) {
    return PrivilegesOfRegistryChange(RegistryChange(data));
  };
  EXPECT_THAT(of("05A000000001"
                 "00"
                 "05A000000002"
                 "00"
                 "00"
                 "00"),
              IsOkAndHolds(std::nullopt));
  // There, and zero: what the application had is gone.
  EXPECT_THAT(of("00"
                 "00"
                 "05A000000002"
                 "0100"
                 "00"
                 "00"),
              IsOkAndHolds(std::optional<uint32_t>(0)));
  EXPECT_THAT(of("00"
                 "00"
                 "05A000000002"
                 "03000000"
                 "00"
                 "00"),
              IsOkAndHolds(std::optional<uint32_t>(0)));
  EXPECT_THAT(of("00"
                 "00"
                 "05A000000002"
                 "0104"
                 "00"
                 "00"),
              IsOkAndHolds(std::optional<uint32_t>(0x040000)));
  EXPECT_THAT(of("00"
                 "00"
                 "05A000000002"
                 "03800080"
                 "00"
                 "02AABB"),
              IsOkAndHolds(std::optional<uint32_t>(0x800080)));
}

TEST(PrivilegesOfRegistryChangeTest, NothingElseIsLetThrough) {
  for (const char* data : {
           "00"
           "05A000000001"
           "05A000000002"
           "0104"
           "00"
           "00",  // a module
           "00"
           "00"
           "05A000000002"
           "0104"
           "02EF00"
           "00",  // parameters
           "00"
           "00"
           "05A000000002"
           "020400"
           "00"
           "00",  // 2 bytes
           "00"
           "00"
           "04A0000000"
           "0104"
           "00"
           "00",  // no AID
           "00"
           "00"
           "05A000000002"
           "0104"
           "00"
           "0000",  // more
       }) {
    EXPECT_THAT(PrivilegesOfRegistryChange(RegistryChange(data)),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << data;
  }
}

TEST(PrivilegesOfRegistryChangeTest, NoPrefixIsOne) {
  const Bytes whole = FromHexOrDie(
      "00000"
      "5A000000002"
      "0104"
      "00"
      "00");
  for (size_t size = 1; size < whole.size(); ++size) {
    const auto command = card::CommandApdu::Create({0x80, 0xE6, 0x40, 0x00},
                                                   ByteSpan(whole).first(size));
    EXPECT_THAT(PrivilegesOfRegistryChange(*command),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << size;
  }
}

}  // namespace
}  // namespace cardferry::keyvault
