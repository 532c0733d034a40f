#include "cardsim/card/tokens.h"

#include <string>

#include "cardsim/card_error.h"
#include "cardsim/testing/content_vectors.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::cardsim {
namespace {

using card::CommandApdu;

// The command of a vector with its token, as a host sends it.
CommandApdu WithToken(const ContentVector& vector) {
  const bool is_delete = vector.command == "DELETE";
  Bytes data = vector.command_data;
  const Bytes token = card::EncodeTlv(0x9E, vector.signature);
  Append(data, ByteSpan(token).subspan(is_delete ? 0 : 1));
  const uint8_t ins = is_delete ? 0xE4 : 0xE6;
  // The vectors' message begins with P1 and P2.
  return *CommandApdu::Create({0x80, ins, vector.message[0], vector.message[1]},
                              data);
}

TEST(TokensTest, AreVerifiedForAllCommandsAndKindsOfKeys) {
  const auto vectors = ContentVectors("token");
  ASSERT_GE(vectors.size(), 50u);
  for (const ContentVector& vector : vectors) {
    ASSERT_OK_AND_ASSIGN(const TokenSplit split, SplitToken(WithToken(vector)));
    EXPECT_EQ(ToHex(split.token), ToHex(vector.signature)) << vector.name;
    EXPECT_EQ(ToHex(TokenInput(split.command)), ToHex(vector.message))
        << vector.name;
    EXPECT_OK(CheckToken(split, vector.key)) << vector.name;
  }
}

TEST(TokensTest, AreForOneCommandOnly) {
  for (const ContentVector& vector : ContentVectors("token")) {
    const CommandApdu right = WithToken(vector);
    Bytes data = right.data();
    data[2] ^= 0x01;  // in the first AID
    const CommandApdu wrong = *CommandApdu::Create(right.header(), data);
    ASSERT_OK_AND_ASSIGN(const TokenSplit split, SplitToken(wrong));
    EXPECT_EQ(StatusWordOf(CheckToken(split, vector.key)), kWrongData)
        << vector.name;
    card::CommandHeader header = right.header();
    header.p2 ^= 0x80;
    ASSERT_OK_AND_ASSIGN(
        const TokenSplit other,
        SplitToken(*CommandApdu::Create(header, right.data())));
    EXPECT_EQ(StatusWordOf(CheckToken(other, vector.key)), kWrongData)
        << vector.name;
  }
}

CommandApdu Command(card::CommandHeader header, const char* data) {
  return *CommandApdu::Create(header, FromHexOrDie(data));
}

TEST(TokensTest, AreTakenFromInstallAndDelete) {
  ASSERT_OK_AND_ASSIGN(const TokenSplit install,
                       SplitToken(Command({0x80, 0xE6, 0x02, 0},
                                          "05A000000151000000"
                                          "03AABBCC")));
  EXPECT_EQ(ToHex(install.command.data()), "05A00000015100000000");
  EXPECT_EQ(ToHex(install.token), "AABBCC");
  ASSERT_OK_AND_ASSIGN(
      const TokenSplit none,
      SplitToken(Command({0x80, 0xE6, 0x02, 0}, "05A00000015100000000")));
  EXPECT_EQ(ToHex(none.command.data()), "05A00000015100000000");
  EXPECT_TRUE(none.token.empty());
  ASSERT_OK_AND_ASSIGN(
      const TokenSplit deletion,
      SplitToken(Command({0x80, 0xE4, 0, 0}, "4F05A0000001519E02ABCD")));
  EXPECT_EQ(ToHex(deletion.command.data()), "4F05A000000151");
  EXPECT_EQ(ToHex(deletion.token), "ABCD");
}

TEST(TokensTest, StandThereOnceAndWhole) {
  EXPECT_EQ(
      StatusWordOf(
          SplitToken(Command({0x80, 0xE4, 0, 0}, "9E02ABCD9E02ABCD")).status()),
      kWrongData);
  for (const char* cut : {"05A0000001", "03AABBCC8105AA", "820005AA", "81"}) {
    EXPECT_EQ(
        StatusWordOf(SplitToken(Command({0x80, 0xE6, 0x02, 0}, cut)).status()),
        kWrongData)
        << cut;
  }
}

}  // namespace
}  // namespace cardferry::cardsim
