#include "lib/card/gp/store_data.h"

#include "lib/base/status_matchers.h"

namespace cardferry::card {
namespace {

using absl::StatusCode;
using testing::HasSubstr;
using testing::SizeIs;

TEST(EncodeDgiTest, HasALengthOfOneOrThreeBytes) {
  EXPECT_EQ(ToHex(*EncodeDgi(0x8000, FromHexOrDie("0102"))), "8000020102");
  EXPECT_EQ(ToHex(*EncodeDgi(0x0101, {})), "010100");
  EXPECT_EQ(ToHex(*EncodeDgi(0x0101, Bytes(254))).substr(0, 6), "0101FE");
  EXPECT_EQ(ToHex(*EncodeDgi(0x0101, Bytes(255))).substr(0, 10), "0101FF00FF");
  EXPECT_EQ(EncodeDgi(0x0101, Bytes(0xFFFF))->size(), 0xFFFFu + 5);
  EXPECT_THAT(EncodeDgi(0x0101, Bytes(0x10000)),
              StatusIs(StatusCode::kInvalidArgument,
                       "data grouping 0101 has 65536 bytes, at most 65535 are "
                       "allowed"));
}

TEST(StoreDataTest, SaysFormatNumberAndEnd) {
  const std::vector<Bytes> objects = {Bytes(200, 0x11), Bytes(100, 0x22)};
  ASSERT_OK_AND_ASSIGN(const auto commands,
                       StoreDataCommands(StoreDataFormat::kDgi, objects, 0x03));
  ASSERT_THAT(commands, SizeIs(2));
  EXPECT_EQ(ToHex(commands[0].Encode()).substr(0, 10), "80E20800C8");
  EXPECT_EQ(ToHex(commands[1].Encode()).substr(0, 10), "80E2880164");
  ASSERT_OK_AND_ASSIGN(const auto tlv,
                       StoreDataCommands(StoreDataFormat::kBerTlv,
                                         {FromHexOrDie("4201AA")}, 0x01));
  ASSERT_THAT(tlv, SizeIs(1));
  EXPECT_EQ(ToHex(tlv[0].Encode()), "80E29000034201AA");
  ASSERT_OK_AND_ASSIGN(
      const auto plain,
      StoreDataCommands(StoreDataFormat::kPlain, {FromHexOrDie("AA")}, 0x01));
  EXPECT_EQ(ToHex(plain[0].Encode()), "80E2800001AA");
}

TEST(StoreDataTest, PutsWholeObjectsSideBySide) {
  const std::vector<Bytes> objects = {Bytes(100, 0x11), Bytes(139, 0x22),
                                      Bytes(1, 0x33)};
  ASSERT_OK_AND_ASSIGN(
      const auto commands,
      StoreDataCommands(StoreDataFormat::kBerTlv, objects, 0x03));
  ASSERT_THAT(commands, SizeIs(2));
  EXPECT_EQ(commands[0].data().size(), 239u);
  EXPECT_EQ(commands[1].data().size(), 1u);
}

TEST(StoreDataTest, SplitsOnlyWhatNoCommandHolds) {
  const std::vector<Bytes> objects = {Bytes(10, 0x11), Bytes(300, 0x22),
                                      Bytes(10, 0x33)};
  ASSERT_OK_AND_ASSIGN(const auto commands,
                       StoreDataCommands(StoreDataFormat::kDgi, objects, 0x03));
  ASSERT_THAT(commands, SizeIs(3));
  EXPECT_EQ(commands[0].data().size(), 10u);
  EXPECT_EQ(commands[1].data().size(), 239u);
  EXPECT_EQ(commands[2].data().size(), 61u + 10u);
  Bytes all;
  for (const CommandApdu& command : commands) Append(all, command.data());
  EXPECT_EQ(all, Concat({objects[0], objects[1], objects[2]}));
}

TEST(StoreDataTest, GoesUpToTheLastNumber) {
  EXPECT_THAT(StoreDataCommands(StoreDataFormat::kPlain, {}, 0x03),
              StatusIs(StatusCode::kInvalidArgument));
  ASSERT_OK_AND_ASSIGN(
      const auto most,
      StoreDataCommands(StoreDataFormat::kPlain, {Bytes(256 * 239)}, 0x03));
  ASSERT_THAT(most, SizeIs(256));
  EXPECT_EQ(most[255].header().p2, 0xFF);
  EXPECT_THAT(
      StoreDataCommands(StoreDataFormat::kPlain, {Bytes(256 * 239 + 1)}, 0x03),
      StatusIs(StatusCode::kResourceExhausted,
               HasSubstr("257 STORE DATA commands")));
}

}  // namespace
}  // namespace cardferry::card
