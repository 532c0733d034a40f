#include "services/sequencer/files/file_profile.h"

#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "services/sequencer/files/file_profile_proto.h"

namespace cardferry::sequencer {
namespace {

using absl::StatusCode;

absl::StatusOr<FileProfile> Parse(const std::string& text) {
  config::v1::CardProfile proto;
  if (!google::protobuf::TextFormat::ParseFromString(text, &proto)) abort();
  return ToFileProfile(proto);
}

TEST(FileProfileTest, EveryFieldIsTaken) {
  ASSERT_OK_AND_ASSIGN(
      const FileProfile profile,
      Parse("name: 'id-card' key_set: 'files' file_card { serial_number_prefix:"
            " '8049' password_digits: 6 password_number: 2 }"));
  EXPECT_EQ(profile.name, "id-card");
  EXPECT_EQ(profile.key_set, "files");
  EXPECT_EQ(ToHex(profile.serial_number_prefix), "8049");
  EXPECT_EQ(profile.password_digits, 6);
  EXPECT_EQ(profile.password_number, 2);
  EXPECT_NE(profile.text.find("serial_number_prefix"), std::string::npos);
}

TEST(FileProfileTest, NeedsNoMoreThanANameAndKeys) {
  ASSERT_OK_AND_ASSIGN(const FileProfile profile,
                       Parse("name: 'a' key_set: 'files' file_card {}"));
  EXPECT_EQ(profile.password_digits, 0);
  EXPECT_TRUE(profile.MayBe({}));
}

TEST(FileProfileTest, WhatIsWrongIsNamed) {
  const std::pair<const char*, const char*> rows[] = {
      {"name: 'A' key_set: 'k' file_card {}", "name: a-z, 0-9 and '-'"},
      {"name: '' key_set: 'k' file_card {}", "name: a-z, 0-9 and '-'"},
      {"name: 'a' file_card {}", "key_set: is missing"},
      {"name: 'a' key_set: 'k' file_card { serial_number_prefix: '8' }",
       "file_card.serial_number_prefix: at most 10 bytes in hexadecimal"},
      {"name: 'a' key_set: 'k' file_card { serial_number_prefix: "
       "'0102030405060708090A0B' }",
       "file_card.serial_number_prefix: at most 10 bytes in hexadecimal"},
      {"name: 'a' key_set: 'k' file_card { password_digits: 3 password_number:"
       " 1 }",
       "file_card.password_digits: 4 to 12, or 0: none"},
      {"name: 'a' key_set: 'k' file_card { password_digits: 4 }",
       "file_card.password_number: 1 to 31"},
      {"name: 'a' key_set: 'k' level_floor: 3 file_card {}",
       "file_card: a file-oriented card's profile has name, key_set and "
       "file_card alone"}};
  for (const auto& [text, message] : rows) {
    EXPECT_THAT(Parse(text), StatusIs(StatusCode::kInvalidArgument, message));
  }
}

TEST(FileProfileTest, ACardIsOfTheTypeThatItsNumberBeginsWith) {
  const FileProfile profile{"a", "k", {0x80, 0x49}};
  EXPECT_TRUE(profile.MayBe({0x80, 0x49, 0x01}));
  EXPECT_FALSE(profile.MayBe({0x80, 0x48, 0x01}));
}

TEST(FileProfileTest, NoCardMayBeOfTwoTypes) {
  const FileProfile a{"a", "k", {0x80, 0x49}};
  const FileProfile b{"b", "k", {0x80, 0x50}};
  EXPECT_OK(CheckFileProfiles({a, b}));
  EXPECT_THAT(CheckFileProfiles({a, {"c", "k", {0x80}}}),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(CheckFileProfiles({a, {"a", "k", {0x51}}}),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(CheckFileProfiles({{"c", "k", {}}, b}),
              StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::sequencer
