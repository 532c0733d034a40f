#include "lib/card/iso7816/file_control.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::card {
namespace {

using testing::HasSubstr;

absl::StatusOr<FileControl> Parse(absl::string_view parameters) {
  return ParseFileControl(EncodeTlv(0x62, FromHexOrDie(parameters)));
}

FileControl Whole() {
  FileControl control;
  control.descriptor =
      FileDescriptor{FileKind::kLinearFixed, false, true, 8, 3};
  control.id = FileId(0x2F01);
  control.size = 24;
  control.short_id = 1;
  control.life_cycle = 0x05;
  control.rules = AccessRules();
  control.rules->Set(FileAccess::kUpdate, kExternalAuthentication);
  control.proprietary = FromHexOrDie("C001");
  control.security_proprietary = FromHexOrDie("0102");
  control.security_template = FromHexOrDie("8B0102");
  return control;
}

TEST(FileControlTest, WritesTheParametersInOneOrder) {
  EXPECT_THAT(EncodeFileControl(Whole()),
              IsOkAndHolds(FromHexOrDie("6227"
                                        "820642210008000383022F0180020018"
                                        "8801088A01058C020220"
                                        "8502C00186020102A1038B0102")));
}

TEST(FileControlTest, ReadsWhatItWrote) {
  FileControl expanded = Whole();
  expanded.rules_expanded = true;
  FileControl df;
  df.descriptor = FileDescriptor{FileKind::kDf};
  df.id = FileId(0x5015);
  df.df_name = FromHexOrDie("A000000063504B43532D3135");
  FileControl large;
  large.descriptor = FileDescriptor();
  large.size = 0x12345;
  large.short_id = 0;
  for (const FileControl& control : {Whole(), expanded, df, large}) {
    ASSERT_OK_AND_ASSIGN(const Bytes encoded, EncodeFileControl(control));
    EXPECT_THAT(ParseFileControl(encoded), IsOkAndHolds(control));
  }
}

TEST(FileControlTest, ReadsAnswersInAnFci) {
  const auto plain = ParseFileControl(FromHexOrDie("6F0A84085041592E53595331"));
  ASSERT_OK(plain.status());
  EXPECT_EQ(AsString(plain->df_name), "PAY.SYS1");
  const auto nested =
      ParseFileControl(FromHexOrDie("6F0A620883022F0080020010"));
  ASSERT_OK(nested.status());
  EXPECT_EQ(nested->id, FileId(0x2F00));
  EXPECT_EQ(nested->size, 16u);
}

TEST(FileControlTest, SkipsWhatItDoesNotKnow) {
  ASSERT_OK_AND_ASSIGN(const FileControl control,
                       Parse("8701008701009F0100A50083023F00"));
  EXPECT_EQ(control.id, kMasterFile);
}

TEST(FileControlTest, ReadsNumbersOfOneToFourBytes) {
  for (const auto& [hex, size] :
       {std::pair<const char*, uint32_t>{"800110", 16},
        {"80020100", 256},
        {"8003010000", 65536},
        {"8004FFFFFFFF", 0xFFFFFFFF}}) {
    ASSERT_OK_AND_ASSIGN(const FileControl control, Parse(hex));
    EXPECT_EQ(control.size, size);
    EXPECT_EQ(control.total_size, std::nullopt);
  }
  ASSERT_OK_AND_ASSIGN(const FileControl control, Parse("81020110"));
  EXPECT_EQ(control.total_size, 272u);
}

TEST(FileControlTest, SaysThatThereAreRulesItCannotSay) {
  ASSERT_OK_AND_ASSIGN(const FileControl control, Parse("AB058401D69000"));
  EXPECT_EQ(control.rules, std::nullopt);
  EXPECT_TRUE(control.has_further_rules);
  ASSERT_OK_AND_ASSIGN(const FileControl both, Parse("8C020100AB058001019700"));
  EXPECT_EQ(both.rules->Find(FileAccess::kRead), kAlways);
  EXPECT_TRUE(both.has_further_rules);
}

TEST(FileControlTest, NamesTheParameterThatIsWrong) {
  EXPECT_THAT(Parse("830101"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "file control parameter 83 does not have 2 bytes"));
  EXPECT_THAT(Parse("83023F0083023F00"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "file control parameter 83 twice"));
  EXPECT_THAT(Parse("8C0103").status().message(),
              HasSubstr("file control parameter 8C compact access rules"));
  for (const char* hex :
       {"8000", "80050000000001", "8400",
        "84110102030405060708090A0B0C0D0E0F1011", "8A00", "8A020505", "8801F8",
        "880109", "880100", "88020808", "8200", "AB03800101"}) {
    EXPECT_THAT(Parse(hex), StatusIs(absl::StatusCode::kInvalidArgument))
        << hex;
  }
}

TEST(FileControlTest, RefusesEveryTruncation) {
  ASSERT_OK_AND_ASSIGN(const Bytes whole, EncodeFileControl(Whole()));
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_THAT(ParseFileControl(ByteSpan(whole).first(size)),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << size;
  }
  EXPECT_THAT(ParseFileControl(FromHexOrDie("6400")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "the answer of SELECT begins with 64, not with 62 or "
                       "6F"));
}

TEST(FileControlTest, DoesNotWriteWhatItWouldNotRead) {
  FileControl long_name;
  long_name.df_name = Bytes(17);
  FileControl short_id;
  short_id.short_id = 31;
  FileControl from_a_card;
  from_a_card.total_size = 3;
  for (const FileControl& control : {long_name, short_id, from_a_card}) {
    EXPECT_THAT(EncodeFileControl(control),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

TEST(FileLifeCycleTest, NamesTheStates) {
  const std::pair<uint8_t, const char*> rows[] = {
      {0x00, "unknown"},        {0x01, "creation"},    {0x02, "unknown"},
      {0x03, "initialisation"}, {0x04, "deactivated"}, {0x05, "activated"},
      {0x06, "deactivated"},    {0x07, "activated"},   {0x08, "unknown"},
      {0x0C, "terminated"},     {0x0F, "terminated"},  {0x10, "proprietary"},
      {0xFF, "proprietary"},
  };
  for (const auto& [byte, name] : rows) {
    EXPECT_EQ(FileLifeCycleName(FileLifeCycleOf(byte)), name) << int{byte};
  }
  EXPECT_EQ(FileLifeCycleOf(std::nullopt), FileLifeCycle::kUnknown);
}

}  // namespace
}  // namespace cardferry::card
