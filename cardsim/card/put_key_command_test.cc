#include "cardsim/card/put_key_command.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cardsim/card_error.h"
#include "cardsim/testing/test_host.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

constexpr char kDes[] = "8010000102030405060708090A0B0C0D0E0F03112233";
constexpr char kAes[] = "881110000102030405060708090A0B0C0D0E0F03112233";
constexpr char kOldAes[] = "8810000102030405060708090A0B0C0D0E0F03112233";

absl::StatusOr<PutKeyCommand> Parse(card::CommandHeader header,
                                    const std::string& data) {
  return PutKeyCommand::Parse(
      *card::CommandApdu::Create(header, FromHexOrDie(data)));
}

absl::StatusOr<PutKeyCommand> ParseSet(const std::string& keys) {
  return Parse({0x80, 0xD8, 0x00, 0x81}, "31" + keys);
}

std::string Times(int count, const std::string& text) {
  std::string all;
  for (int i = 0; i < count; ++i) absl::StrAppend(&all, text);
  return all;
}

card::StatusWord Refusal(const absl::StatusOr<PutKeyCommand>& command) {
  return StatusWordOf(command.status());
}

TEST(PutKeyCommandTest, ReadsANewSetOfDesKeys) {
  ASSERT_OK_AND_ASSIGN(const PutKeyCommand command, ParseSet(Times(3, kDes)));
  EXPECT_EQ(command.old_version, std::nullopt);
  EXPECT_EQ(command.new_version, 0x31);
  EXPECT_TRUE(command.whole_set);
  EXPECT_EQ(command.identifier, 1);
  ASSERT_EQ(command.keys.size(), 3u);
  EXPECT_EQ(command.keys[2].type, KeyType::kDes);
  EXPECT_EQ(command.keys[2].size, 16u);
  EXPECT_EQ(ToHex(command.keys[2].wrapped), "000102030405060708090A0B0C0D0E0F");
  EXPECT_EQ(ToHex(command.keys[2].check_value), "112233");
}

TEST(PutKeyCommandTest, ReadsBothEncodingsOfAesKeysAlike) {
  for (const char* key : {kAes, kOldAes}) {
    ASSERT_OK_AND_ASSIGN(const PutKeyCommand command, ParseSet(Times(3, key)));
    EXPECT_EQ(command.keys[0].type, KeyType::kAes);
    EXPECT_EQ(command.keys[0].size, 16u);
    EXPECT_EQ(ToHex(command.keys[0].wrapped),
              "000102030405060708090A0B0C0D0E0F");
    EXPECT_EQ(ToHex(command.keys[0].check_value), "112233");
  }
}

TEST(PutKeyCommandTest, KnowsAKeyFromItsPadding) {
  const struct {
    std::string field;
    size_t size;
    size_t wrapped;
  } kCases[] = {
      {"882118" + Times(32, "AA"), 24, 32},  // under AES: padded
      {"881918" + Times(24, "AA"), 24, 24},  // under triple DES: whole
      {"8818" + Times(24, "AA"), 24, 24},
      {"882120" + Times(32, "AA"), 32, 32},
      {"8820" + Times(32, "AA"), 32, 32},
  };
  for (const auto& test_case : kCases) {
    SCOPED_TRACE(test_case.field);
    ASSERT_OK_AND_ASSIGN(const PutKeyCommand command,
                         ParseSet(Times(3, test_case.field + "00")));
    EXPECT_EQ(command.keys[1].size, test_case.size);
    EXPECT_EQ(command.keys[1].wrapped.size(), test_case.wrapped);
    EXPECT_TRUE(command.keys[1].check_value.empty());
  }
}

TEST(PutKeyCommandTest, ReadsOneKeyOfASet) {
  for (const uint8_t id : Bytes{1, 2, 3}) {
    ASSERT_OK_AND_ASSIGN(
        const PutKeyCommand command,
        Parse({0x80, 0xD8, 0x30, id}, absl::StrCat("30", kAes)));
    EXPECT_EQ(command.old_version, 0x30);
    EXPECT_FALSE(command.whole_set);
    EXPECT_EQ(command.identifier, id);
    EXPECT_EQ(command.keys.size(), 1u);
  }
}

TEST(PutKeyCommandTest, RefusesParametersThatAreNone) {
  for (const uint8_t p2 : Bytes{0x00, 0x04, 0x7F, 0x80, 0x82, 0x83, 0xFF}) {
    EXPECT_EQ(Refusal(Parse({0x80, 0xD8, 0x00, p2}, "31" + Times(3, kAes))),
              kWrongP1P2)
        << static_cast<int>(p2);
  }
  EXPECT_EQ(Refusal(Parse({0x80, 0xD8, 0x80, 0x81}, "31" + Times(3, kAes))),
            kWrongP1P2);
}

TEST(PutKeyCommandTest, RefusesVersionsThatAreNone) {
  for (const char* version : {"00", "80", "FF"}) {
    EXPECT_EQ(
        Refusal(Parse({0x80, 0xD8, 0x00, 0x81}, version + Times(3, kAes))),
        kWrongData);
  }
}

TEST(PutKeyCommandTest, RefusesTooFewAndTooManyKeys) {
  for (const int count : {0, 1, 2, 4}) {
    EXPECT_EQ(Refusal(ParseSet(Times(count, kAes))), kWrongData) << count;
  }
  for (const int count : {0, 2, 3}) {
    EXPECT_EQ(
        Refusal(Parse({0x80, 0xD8, 0x30, 0x01}, "30" + Times(count, kAes))),
        kWrongData)
        << count;
  }
}

TEST(PutKeyCommandTest, RefusesKeysOfOtherTypesAndLengths) {
  for (const std::string& key : std::vector<std::string>{
           "8110" + Times(16, "AA") + "00", "A110" + Times(16, "AA") + "00",
           "8008" + Times(8, "AA") + "00", "8018" + Times(24, "AA") + "00",
           "800000", "880000", "88011000",
           // A size that the wrapped key does not have.
           "881118" + Times(16, "AA") + "00", "882110" + Times(32, "AA") + "00",
           "881100" + Times(16, "AA") + "00", "881111" + Times(16, "AA") + "00",
           "8812" + Times(18, "AA") + "00",
           // A check value of another length.
           "8810" + Times(16, "AA") + "021122",
           "8810" + Times(16, "AA") + "0411223344"}) {
    EXPECT_EQ(Refusal(ParseSet(key + kAes + kAes)), kWrongData) << key;
  }
}

TEST(PutKeyCommandTest, RefusesEveryTruncation) {
  const Bytes whole = FromHexOrDie("31" + Times(3, kAes));
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(Refusal(PutKeyCommand::Parse(*card::CommandApdu::Create(
                  {0x80, 0xD8, 0x00, 0x81}, ByteSpan(whole).first(size)))),
              kWrongData)
        << size;
  }
}

}  // namespace
}  // namespace cardferry::cardsim
