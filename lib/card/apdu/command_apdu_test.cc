#include "lib/card/apdu/command_apdu.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::card {
namespace {

constexpr CommandHeader kHeader{0x80, 0xE2, 0x90, 0x01};

CommandApdu Make(size_t data_length, std::optional<uint32_t> le) {
  return *CommandApdu::Create(kHeader, Bytes(data_length, 0xAB), le);
}

// The bytes around the data.
std::string Frame(size_t data_length, std::optional<uint32_t> le) {
  const std::string hex = ToHex(Make(data_length, le).Encode());
  const size_t data = hex.find("ABAB");
  return data == std::string::npos
             ? hex
             : hex.substr(0, data) + ".." + hex.substr(data + data_length * 2);
}

TEST(CommandApduTest, WritesAllSevenCases) {
  EXPECT_EQ(Frame(0, std::nullopt), "80E29001");
  EXPECT_EQ(Frame(0, 5), "80E2900105");
  EXPECT_EQ(Frame(2, std::nullopt), "80E2900102..");
  EXPECT_EQ(Frame(2, 5), "80E2900102..05");
  EXPECT_EQ(Frame(0, 257), "80E29001000101");
  EXPECT_EQ(Frame(256, std::nullopt), "80E29001000100..");
  EXPECT_EQ(Frame(256, 5), "80E29001000100..0005");
}

TEST(CommandApduTest, TheLargestLengthsAreWrittenAsZero) {
  EXPECT_EQ(Frame(0, 256), "80E2900100");
  EXPECT_EQ(Frame(255, 256), "80E29001FF..00");
  EXPECT_EQ(Frame(0, 65536), "80E29001000000");
  EXPECT_EQ(Frame(65535, 65536), "80E2900100FFFF..0000");
}

TEST(CommandApduTest, ALargeLeMakesAShortLcExtended) {
  EXPECT_EQ(Frame(2, 257), "80E29001000002..0101");
}

TEST(CommandApduTest, ReadsWhatItWrote) {
  for (const size_t data_length : {0u, 1u, 254u, 255u, 256u, 257u, 65535u}) {
    for (const std::optional<uint32_t> le :
         {std::optional<uint32_t>(), std::optional<uint32_t>(1),
          std::optional<uint32_t>(255), std::optional<uint32_t>(256),
          std::optional<uint32_t>(257), std::optional<uint32_t>(65536)}) {
      const CommandApdu command = Make(data_length, le);
      ASSERT_OK_AND_ASSIGN(const CommandApdu read,
                           CommandApdu::Parse(command.Encode()));
      EXPECT_TRUE(read == command) << data_length << " " << le.value_or(0);
      EXPECT_EQ(read.IsExtended(),
                data_length > 255 || (le.has_value() && *le > 256));
    }
  }
}

TEST(CommandApduTest, ReadsExtendedFormThatWasNotNeeded) {
  ASSERT_OK_AND_ASSIGN(
      const CommandApdu read,
      CommandApdu::Parse(FromHexOrDie("80E29001000001AA0005")));
  EXPECT_EQ(read.data(), Bytes{0xAA});
  EXPECT_EQ(read.le(), 5u);
  EXPECT_EQ(ToHex(read.Encode()), "80E2900101AA05");
}

TEST(CommandApduTest, KnowsInWhichFormItCame) {
  for (const char* extended :
       {"80E29001000005", "80E29001000001AA", "80E29001000001AA0005"}) {
    ASSERT_OK_AND_ASSIGN(const CommandApdu read,
                         CommandApdu::Parse(FromHexOrDie(extended)));
    EXPECT_TRUE(read.came_extended()) << extended;
    EXPECT_FALSE(read.IsExtended()) << extended;
  }
  for (const char* brief :
       {"80E29001", "80E2900105", "80E2900101AA", "80E2900101AA05"}) {
    ASSERT_OK_AND_ASSIGN(const CommandApdu read,
                         CommandApdu::Parse(FromHexOrDie(brief)));
    EXPECT_FALSE(read.came_extended()) << brief;
  }
  EXPECT_FALSE(Make(300, 5).came_extended());  // it has not come yet
}

TEST(CommandApduTest, TheFormInWhichItCameMakesNoOtherCommand) {
  ASSERT_OK_AND_ASSIGN(
      const CommandApdu extended,
      CommandApdu::Parse(FromHexOrDie("80E29001000001AA0005")));
  ASSERT_OK_AND_ASSIGN(const CommandApdu brief,
                       CommandApdu::Parse(FromHexOrDie("80E2900101AA05")));
  EXPECT_TRUE(extended == brief);
  EXPECT_EQ(extended.Encode(), brief.Encode());
}

TEST(CommandApduTest, RefusesEveryTruncationOfALongCommand) {
  const Bytes whole = Make(300, 65536).Encode();
  for (size_t length = 0; length < whole.size(); ++length) {
    // Without Le it is another complete command, with its header alone or one
    // byte more too.
    if (length == whole.size() - 2 || length == 4 || length == 5 ||
        length == 7) {
      continue;
    }
    EXPECT_THAT(CommandApdu::Parse(ByteSpan(whole).first(length)),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << length;
  }
}

TEST(CommandApduTest, RefusesBytesLeftOver) {
  EXPECT_THAT(
      CommandApdu::Parse(FromHexOrDie("80E2900102AABB0000")),
      StatusIs(absl::StatusCode::kInvalidArgument,
               "command APDU body of 5 bytes does not fit its Lc of 2"));
  EXPECT_THAT(CommandApdu::Parse(FromHexOrDie("80E29001000001AA00")),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(CommandApduTest, RefusesAnExtendedLcOfZero) {
  EXPECT_THAT(CommandApdu::Parse(FromHexOrDie("80E290010000000005")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "command APDU with extended Lc of zero"));
}

TEST(CommandApduTest, WipedDataIsZerosOfTheSameLength) {
  CommandApdu command = *CommandApdu::Create(kHeader, Bytes{1, 2, 3}, 256);
  command.WipeData();
  EXPECT_EQ(command.data(), Bytes(3));
  EXPECT_EQ(command.le(), std::optional<uint32_t>(256));
}

TEST(CommandApduTest, RefusesToMakeWhatCannotBeEncoded) {
  EXPECT_THAT(CommandApdu::Create(kHeader, Bytes(65536)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "command data has 65536 bytes, at most 65535 fit"));
  EXPECT_THAT(CommandApdu::Create(kHeader, {}, 0),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "Le is 0, must be 1 to 65536"));
  EXPECT_THAT(CommandApdu::Create(kHeader, {}, 65537),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::card
