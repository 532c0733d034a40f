#include "lib/card/iso7816/data_commands.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::card {
namespace {

constexpr TransferLimits kShort;
constexpr TransferLimits kExtended{CommandApdu::kMaxExtendedData,
                                   CommandApdu::kMaxExtendedLe};

Bytes Counting(size_t size) {
  Bytes bytes(size);
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<uint8_t>(i * 7);
  return bytes;
}

// CLA INS P1 P2 and the sizes of data and answer.
std::string Shape(const CommandApdu& command) {
  return ToHex(ByteSpan(command.Encode()).first(4)) + " " +
         std::to_string(command.data().size()) + " " +
         std::to_string(command.le().value_or(0));
}

std::vector<std::string> Shapes(
    const absl::StatusOr<std::vector<CommandApdu>>& commands) {
  std::vector<std::string> shapes;
  if (!commands.ok()) return {commands.status().ToString()};
  for (const CommandApdu& command : *commands) shapes.push_back(Shape(command));
  return shapes;
}

using Expected = std::vector<std::string>;

TEST(DataCommandsTest, CutsWhatIsWrittenIntoShortCommands) {
  EXPECT_EQ(Shapes(UpdateBinary(0, Counting(600), kShort)),
            Expected({"00D60000 255 0", "00D600FF 255 0", "00D601FE 90 0"}));
  EXPECT_EQ(Shapes(UpdateBinary(4, Counting(600), kExtended)),
            Expected({"00D60004 600 0"}));
  EXPECT_EQ(Shapes(UpdateBinary(9, {}, kShort)), Expected());
}

TEST(DataCommandsTest, CutsWhatIsReadIntoShortAnswers) {
  EXPECT_EQ(Shapes(ReadBinary(0, 600, kShort)),
            Expected({"00B00000 0 256", "00B00100 0 256", "00B00200 0 88"}));
  EXPECT_EQ(Shapes(ReadBinary(0, 600, kExtended)),
            Expected({"00B00000 0 600"}));
}

TEST(DataCommandsTest, NamesFarOffsetsInADataObject) {
  EXPECT_EQ(Shapes(UpdateBinary(0x7FFF, Counting(250), kShort)),
            Expected({"00D67FFF 1 0", "00D70000 255 0", "00D70000 9 0"}));
  ASSERT_OK_AND_ASSIGN(const auto update,
                       UpdateBinary(0x012345, FromHexOrDie("AABB"), kShort));
  EXPECT_EQ(ToHex(update[0].Encode()), "00D700000954030123455302AABB");
  EXPECT_EQ(Shapes(ReadBinary(0x7FFF, 255, kShort)),
            Expected({"00B07FFF 0 1", "00B10000 5 256", "00B10000 5 3"}));
  ASSERT_OK_AND_ASSIGN(const auto read, ReadBinary(0x8000, 2, kShort));
  EXPECT_EQ(ToHex(read[0].Encode()), "00B1000005540300800004");
}

TEST(DataCommandsTest, FindsTheContentOfAnAnswer) {
  ASSERT_OK_AND_ASSIGN(const auto near, ReadBinary(0, 2, kShort));
  EXPECT_THAT(BinaryContent(near[0], FromHexOrDie("5301AA")),
              IsOkAndHolds(FromHexOrDie("5301AA")));
  ASSERT_OK_AND_ASSIGN(const auto far, ReadBinary(0x8000, 2, kShort));
  EXPECT_THAT(BinaryContent(far[0], FromHexOrDie("5302AABB")),
              IsOkAndHolds(FromHexOrDie("AABB")));
  for (const char* hex : {"", "53", "5302", "5302AA", "5402AABB"}) {
    EXPECT_THAT(BinaryContent(far[0], FromHexOrDie(hex)),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << hex;
  }
}

// The bytes that go to each place, and those expected from it, are the data.
TEST(DataCommandsTest, WritesAndExpectsEveryByteOnce) {
  const Bytes data = Counting(700);
  for (const size_t offset : {size_t{0}, size_t{0x7F00}, size_t{0x123456}}) {
    for (const TransferLimits& limits :
         {kShort, kExtended, SecureMessagingLimits(8),
          TransferLimits{16, 16}}) {
      Bytes written;
      ASSERT_OK_AND_ASSIGN(const auto updates,
                           UpdateBinary(offset, data, limits));
      for (const CommandApdu& update : updates) {
        ASSERT_LE(update.data().size(), limits.command);
        const bool odd = update.header().ins == 0xD7;
        const ByteSpan objects(update.data());
        ASSERT_OK_AND_ASSIGN(
            const Bytes part,
            BinaryContent(update, odd ? objects.subspan(5) : objects));
        Append(written, part);
      }
      EXPECT_EQ(written, data);
      Bytes expected;
      ASSERT_OK_AND_ASSIGN(const auto reads,
                           ReadBackBinary(offset, data, limits));
      for (const ReadBack& read : reads) {
        ASSERT_LE(read.expected.size(), limits.answer);
        EXPECT_EQ(read.command.le(), read.expected.size());
        ASSERT_OK_AND_ASSIGN(const Bytes part,
                             BinaryContent(read.command, read.expected));
        Append(expected, part);
      }
      EXPECT_EQ(expected, data);
    }
  }
}

TEST(DataCommandsTest, RefusesOffsetsAndLimitsThatNoApduHas) {
  EXPECT_OK(ReadBinary(0xFFFFFF, 1, kShort));
  EXPECT_THAT(ReadBinary(0xFFFFFF, 2, kShort),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "2 bytes from offset 16777215 on: the last offset is "
                       "16777215"));
  EXPECT_THAT(UpdateBinary(0x1000000, {}, kShort),
              StatusIs(absl::StatusCode::kInvalidArgument));
  for (const TransferLimits& limits :
       {TransferLimits{15, 256}, TransferLimits{255, 15},
        TransferLimits{65536, 256}, TransferLimits{255, 65537}}) {
    EXPECT_THAT(UpdateBinary(0, {}, limits),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

TEST(DataCommandsTest, ARecordGoesInOneCommand) {
  ASSERT_OK_AND_ASSIGN(const auto read, ReadRecord(1, kShort));
  EXPECT_EQ(ToHex(read.Encode()), "00B2010400");
  ASSERT_OK_AND_ASSIGN(const auto update,
                       UpdateRecord(254, FromHexOrDie("AABB"), kShort));
  EXPECT_EQ(ToHex(update.Encode()), "00DCFE0402AABB");
  ASSERT_OK_AND_ASSIGN(const auto append,
                       AppendRecord(FromHexOrDie("AABB"), kShort));
  EXPECT_EQ(ToHex(append.Encode()), "00E2000002AABB");
  EXPECT_OK(AppendRecord(Bytes(255), kShort));
  EXPECT_THAT(AppendRecord(Bytes(256), kShort),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       "a record of 256 bytes; one command carries at most "
                       "255"));
  EXPECT_OK(UpdateRecord(1, Bytes(256), kExtended));
  for (const uint8_t number : {uint8_t{0}, uint8_t{255}}) {
    EXPECT_THAT(ReadRecord(number, kShort),
                StatusIs(absl::StatusCode::kInvalidArgument));
    EXPECT_THAT(UpdateRecord(number, {}, kShort),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

TEST(DataCommandsTest, SecureMessagingLeavesLessRoom) {
  EXPECT_EQ(SecureMessagingLimits(8).command, 231u);
  EXPECT_EQ(SecureMessagingLimits(16).command, 223u);
  EXPECT_EQ(SecureMessagingLimits(16).answer, 223u);
}

}  // namespace
}  // namespace cardferry::card
