#include "services/keyvault/encoding.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::keyvault {
namespace {

Bytes AllFields() {
  return FieldWriter()
      .Byte(0x7F)
      .Uint32(0x01020304)
      .Time(absl::FromUnixMicros(0x0005060708090A0B))
      .Fixed(Bytes{0xAA, 0xBB, 0xCC})
      .Counted(Bytes{0xDD})
      .Text("hi")
      .bytes();
}

TEST(EncodingTest, WritesNumbersBigEndianAndCountsInFourBytes) {
  EXPECT_EQ(ToHex(AllFields()),
            "7F"
            "01020304"
            "0005060708090A0B"
            "AABBCC"
            "00000001DD"
            "000000026869");
}

TEST(EncodingTest, ReadsWhatItWrote) {
  const Bytes bytes = AllFields();
  FieldReader reader(bytes);
  EXPECT_EQ(reader.Byte(), 0x7F);
  EXPECT_EQ(reader.Uint32(), 0x01020304u);
  EXPECT_EQ(reader.Time(), absl::FromUnixMicros(0x0005060708090A0B));
  EXPECT_EQ(reader.Fixed<3>(), (std::array<uint8_t, 3>{0xAA, 0xBB, 0xCC}));
  EXPECT_EQ(reader.Counted(), Bytes{0xDD});
  EXPECT_EQ(reader.Text(), "hi");
  EXPECT_OK(reader.Finish());
}

TEST(EncodingTest, CarriesTimesBefore1970) {
  const absl::Time time = absl::FromUnixMicros(-1);
  const Bytes bytes = FieldWriter().Time(time).bytes();
  EXPECT_EQ(ToHex(bytes), "FFFFFFFFFFFFFFFF");
  EXPECT_EQ(FieldReader(bytes).Time(), time);
}

TEST(EncodingTest, SaysThatAFieldIsCutShortWhereverItIs) {
  const Bytes bytes = AllFields();
  for (size_t size = 0; size < bytes.size(); ++size) {
    FieldReader reader(ByteSpan(bytes).first(size));
    reader.Byte();
    reader.Uint32();
    reader.Time();
    reader.Fixed<3>();
    reader.Counted();
    reader.Text();
    EXPECT_THAT(reader.Finish(), StatusIs(absl::StatusCode::kInvalidArgument,
                                          "a field is cut short"))
        << size;
  }
}

TEST(EncodingTest, GivesNothingAfterAFieldThatIsCutShort) {
  const Bytes bytes = {1, 2, 3};
  FieldReader reader(bytes);
  EXPECT_EQ(reader.Uint32(), 0u);
  EXPECT_EQ(reader.Byte(), 0);
}

TEST(EncodingTest, BelievesNoCountThatIsLargerThanWhatIsThere) {
  const Bytes bytes = FromHexOrDie("FFFFFFFF00");
  FieldReader reader(bytes);
  EXPECT_TRUE(reader.Counted().empty());
  EXPECT_FALSE(reader.Finish().ok());
}

TEST(EncodingTest, SaysThatBytesAreLeftOver) {
  const Bytes bytes = {1, 2, 3};
  FieldReader reader(bytes);
  reader.Byte();
  EXPECT_THAT(reader.Finish(), StatusIs(absl::StatusCode::kInvalidArgument,
                                        "2 bytes are left over"));
}

TEST(EncodingTest, TwoFieldsAreNeverOneOtherField) {
  EXPECT_NE(FieldWriter().Text("ab").Text("c").bytes(),
            FieldWriter().Text("a").Text("bc").bytes());
}

}  // namespace
}  // namespace cardferry::keyvault
