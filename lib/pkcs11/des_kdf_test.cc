#include "lib/pkcs11/des_kdf.h"

#include "gtest/gtest.h"

namespace cardferry::pkcs11 {
namespace {

const Bytes kKdd = FromHexOrDie("A0A1A2A3A4A5A6A7A8A9");

TEST(Visa2Data, LeavesOutTheBatchAndTheEnd) {
  EXPECT_EQ(ToHex(Visa2Data(1, kKdd)), "A0A1A4A5A6A7F001A0A1A4A5A6A70F01");
  EXPECT_EQ(ToHex(Visa2Data(3, kKdd)), "A0A1A4A5A6A7F003A0A1A4A5A6A70F03");
}

TEST(EmvCpsData, TakesTheLastSixBytes) {
  EXPECT_EQ(ToHex(EmvCpsData(2, kKdd)), "A4A5A6A7A8A9F002A4A5A6A7A8A90F02");
}

TEST(Scp02KeyData, IsConstantCounterAndZeros) {
  EXPECT_EQ(ToHex(Scp02KeyData(kScp02SEnc, FromHexOrDie("1234"))),
            "01821234000000000000000000000000");
  EXPECT_EQ(ToHex(Scp02KeyData(kScp02CMac, FromHexOrDie("00FF"))),
            "010100FF000000000000000000000000");
}

TEST(Scp02LeftKeyData, IsItsFirstBlockTwice) {
  EXPECT_EQ(ToHex(Scp02LeftKeyData(kScp02CMac, FromHexOrDie("1234"))),
            "01011234000000000101123400000000");
}

TEST(DesKdfTest, LaysOutScp01AsItsTextSays) {
  EXPECT_EQ(ToHex(Scp01KeyData(FromHexOrDie("A0A1A2A3A4A5A6A7"),
                               FromHexOrDie("C0C1C2C3C4C5C6C7"))),
            "C4C5C6C7A0A1A2A3C0C1C2C3A4A5A6A7");
}

}  // namespace
}  // namespace cardferry::pkcs11
