#include "cardsim/files/file.h"

#include "cardsim/card_error.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::cardsim {
namespace {

absl::StatusOr<std::unique_ptr<File>> Parse(absl::string_view parameters) {
  return ParseNewFile(card::EncodeTlv(0x62, FromHexOrDie(parameters)));
}

TEST(FileTest, SelectAnswersWhatCreateFileSaid) {
  for (const char* parameters :
       {"820138830250008405A0000000018A0105",
        "82010183020101800200108801088A01038C03031000",
        "8206062100030002830201028A0105AB058001019000"}) {
    ASSERT_OK_AND_ASSIGN(const auto file, Parse(parameters));
    EXPECT_EQ(FileControlOf(*file, 0x62),
              card::EncodeTlv(0x62, FromHexOrDie(parameters)));
  }
}

TEST(FileTest, ANewFileIsEmptyAndActivated) {
  ASSERT_OK_AND_ASSIGN(const auto binary, Parse("8201018302010180020010"));
  EXPECT_EQ(binary->content, Bytes(16));
  EXPECT_EQ(binary->life_cycle, kLcsActivated);
  ASSERT_OK_AND_ASSIGN(const auto records, Parse("8205022100030283020102"));
  EXPECT_TRUE(records->records.empty());
  EXPECT_EQ(records->record_size, 3);
  EXPECT_EQ(records->record_count, 2);
}

TEST(FileTest, RefusesEveryTruncation) {
  const Bytes whole = card::EncodeTlv(
      0x62, FromHexOrDie("82010183020101800200108801088A01038C03031000"));
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(StatusWordOf(ParseNewFile(ByteSpan(whole).first(size)).status()),
              kWrongData)
        << size;
  }
}

TEST(FileTest, RefusesParametersThatDoNotGoTogether) {
  for (const char* parameters :
       {"82010183020101800200108301", "82013983025000",
        "820238218302500080020010", "82013883025000880108",
        "82010183020101800200108405A000000001", "8205022100000283020102",
        "8205022100030083020102", "820602210003010083020102",
        "8201018302000080020010", "8201018302FFFF80020010",
        "82010183023FFF80020010", "82010183020101800400200001",
        "82010183020101800200108A0104"}) {
    EXPECT_EQ(StatusWordOf(Parse(parameters).status()), kWrongData)
        << parameters;
  }
}

TEST(FileTest, WhatIsBelowADfTakesItsMemoryToo) {
  File df;
  EXPECT_EQ(df.Footprint(), 32u);
  ASSERT_OK_AND_ASSIGN(auto binary, Parse("8201018302010180020010880108"));
  File& child = df.Adopt(std::move(binary));
  EXPECT_EQ(df.Footprint(), 32u + 32 + 16);
  EXPECT_EQ(child.parent, &df);
  EXPECT_EQ(df.Child(0x0101), &child);
  EXPECT_EQ(df.Child(0x0102), nullptr);
  EXPECT_EQ(df.ChildWithShortId(1), &child);
  EXPECT_EQ(df.ChildWithShortId(2), nullptr);
}

}  // namespace
}  // namespace cardferry::cardsim
