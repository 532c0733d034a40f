#include "lib/card/gp/put_key.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::card {
namespace {

using absl::StatusCode;
using testing::HasSubstr;

WrappedKey Key(KeyField field, size_t size, size_t wrapped) {
  return {field, size, Bytes(wrapped, 0xAB), {1, 2, 3}};
}

KeysToPut One(WrappedKey key) {
  return {std::nullopt, 0x30, 1, {std::move(key)}};
}

std::string Hex(const KeysToPut& keys) {
  const auto command = PutKey(keys);
  return command.ok() ? ToHex(command->Encode()) : command.status().ToString();
}

// A wrapped key.
const std::string kSixteen = ToHex(Bytes(16, 0xAB));

TEST(PutKeyTest, EachKindOfFieldIsExact) {
  EXPECT_EQ(Hex(One(Key(KeyField::kTdes, 16, 16))),
            "80D8000117308010" + kSixteen + "0301020300");
  EXPECT_EQ(Hex(One(Key(KeyField::kTdesEcb, 16, 16))),
            "80D8000117308110" + kSixteen + "0301020300");
  EXPECT_EQ(Hex(One(Key(KeyField::kAes, 16, 16))),
            "80D800011830881110" + kSixteen + "0301020300");
  EXPECT_EQ(Hex(One(Key(KeyField::kAesWithoutSize, 16, 16))),
            "80D8000117308810" + kSixteen + "0301020300");
}

// Padded to the block of an AES data encryption key, or not for one of DES.
TEST(PutKeyTest, AnAes192KeyMayBePadded) {
  EXPECT_EQ(Hex(One(Key(KeyField::kAes, 24, 32))),
            "80D800012830882118" + kSixteen + kSixteen + "0301020300");
  EXPECT_EQ(
      Hex(One(Key(KeyField::kAes, 24, 24))),
      "80D800012030881918" + kSixteen + kSixteen.substr(0, 16) + "0301020300");
}

TEST(PutKeyTest, ASetSaysSoAndMayReplaceAnother) {
  KeysToPut keys = One(Key(KeyField::kTdes, 16, 16));
  keys.keys.resize(3, keys.keys[0]);
  keys.replaces = 0x20;
  keys.keys[1].check_value.clear();
  const std::string field = "8010" + kSixteen;
  EXPECT_EQ(Hex(keys), "80D820814030" + field + "03010203" + field + "00" +
                           field + "03010203" + "00");
  keys.keys.resize(1);
  keys.first_identifier = 3;
  EXPECT_EQ(Hex(keys).substr(0, 8), "80D82003");
}

TEST(PutKeyTest, RefusesWhatIsNone) {
  const auto refused = [](const KeysToPut& keys, const std::string& why) {
    EXPECT_THAT(PutKey(keys),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr(why)));
  };
  refused({std::nullopt, 0x30, 1, {}}, "no keys");
  for (const uint8_t bad : {uint8_t{0x00}, uint8_t{0x80}}) {
    KeysToPut keys = One(Key(KeyField::kAes, 16, 16));
    keys.version = bad;
    refused(keys, "the version is");
    keys.version = 1;
    keys.replaces = bad;
    refused(keys, "the version to replace is");
    keys.replaces.reset();
    keys.first_identifier = bad;
    refused(keys, "the first identifier is");
  }
  KeysToPut beyond = One(Key(KeyField::kAes, 16, 16));
  beyond.first_identifier = 0x7F;
  beyond.keys.resize(2, beyond.keys[0]);
  refused(beyond, "the last identifier is 128");
  refused(One(Key(KeyField::kAes, 20, 32)), "a key of 20 bytes");
  refused(One(Key(KeyField::kTdes, 32, 32)), "a key of 32 bytes");
  refused(One(Key(KeyField::kTdes, 16, 24)), "24 bytes are no wrapped key");
  refused(One(Key(KeyField::kAes, 16, 8)), "8 bytes are no wrapped key");
  refused(One(Key(KeyField::kAes, 16, 32)), "32 bytes are no wrapped key");
  refused(One(Key(KeyField::kAesWithoutSize, 24, 32)), "32 bytes");
  WrappedKey long_value = Key(KeyField::kAes, 16, 16);
  long_value.check_value.push_back(4);
  refused(One(long_value), "check value of 4 bytes");
  KeysToPut many = One(Key(KeyField::kAes, 32, 32));
  many.keys.resize(7, many.keys[0]);
  refused(many, "7 keys take 274 bytes");
}

TEST(PutKeyTest, TheAnswerHasTheCheckValuesThatWereSent) {
  KeysToPut keys = One(Key(KeyField::kAes, 16, 16));
  keys.keys.push_back(keys.keys[0]);
  keys.keys[1].check_value = {4, 5, 6};
  const Bytes good = FromHexOrDie("30010203040506");
  EXPECT_OK(CheckPutKeyAnswer(keys, good));
  EXPECT_OK(CheckPutKeyAnswer(keys, {0x30}));
  EXPECT_THAT(CheckPutKeyAnswer(keys, {}), StatusIs(StatusCode::kDataLoss));
  for (size_t length = 2; length < good.size(); ++length) {
    EXPECT_THAT(CheckPutKeyAnswer(keys, ByteSpan(good).first(length)),
                StatusIs(StatusCode::kDataLoss));
  }
  for (size_t i = 0; i < good.size(); ++i) {
    Bytes other = good;
    other[i] ^= 1;
    EXPECT_THAT(CheckPutKeyAnswer(keys, other),
                StatusIs(StatusCode::kDataLoss));
  }
}

}  // namespace
}  // namespace cardferry::card
