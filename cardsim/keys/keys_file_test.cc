#include "cardsim/keys/keys_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "gtest/gtest.h"
#include "lib/base/file.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

constexpr char kFile[] =
    "# The keys of a simulated card.\n"
    "kvn=30\n"
    "kdd=000102030405060708fF\n"
    "\n"
    "enc=404142434445464748494A4B4C4D4E4F\n"
    "mac=505152535455565758595a5b5c5d5e5f\n"
    "dek=606162636465666768696A6B6C6D6E6F\n";

absl::StatusOr<KeySet> Parse(absl::string_view text) {
  return ParseKeysFile(SecretBytes::CopyOf(AsBytes(text)));
}

// The file with one piece of text changed.
absl::StatusOr<KeySet> ParseWith(absl::string_view old_text,
                                 absl::string_view new_text) {
  return Parse(absl::StrReplaceAll(kFile, {{old_text, new_text}}));
}

std::string Show(const SecretBytes& key) {
  return ToHex(key.Read(GrantSecretAccess()));
}

TEST(KeysFileTest, ReadsEveryField) {
  ASSERT_OK_AND_ASSIGN(const KeySet keys, Parse(kFile));
  EXPECT_EQ(keys.version, 0x30);
  EXPECT_EQ(ToHex(keys.diversification_data), "000102030405060708FF");
  EXPECT_EQ(Show(keys.enc), "404142434445464748494A4B4C4D4E4F");
  EXPECT_EQ(Show(keys.mac), "505152535455565758595A5B5C5D5E5F");
  EXPECT_EQ(Show(keys.dek), "606162636465666768696A6B6C6D6E6F");
}

TEST(KeysFileTest, KeysAreAesUnlessTheFileSaysOtherwise) {
  EXPECT_EQ(Parse(kFile)->type, KeyType::kAes);
  EXPECT_EQ(ParseWith("kvn=30", "alg=aes\nkvn=30")->type, KeyType::kAes);
  EXPECT_EQ(ParseWith("kvn=30", "kvn=30\nalg=des")->type, KeyType::kDes);
}

TEST(KeysFileTest, TripleDesKeysHaveSixteenBytes) {
  const std::string longer =
      absl::StrReplaceAll(kFile, {{"4E4F", "4E4F0011223344556677"},
                                  {"5e5f", "5e5f0011223344556677"},
                                  {"6E6F", "6E6F0011223344556677"}});
  EXPECT_OK(Parse(longer));
  EXPECT_THAT(Parse("alg=des\n" + longer),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       std::string("enc, mac and dek: a triple DES key has 16 "
                                   "bytes")));
}

TEST(KeysFileTest, TheLastLineNeedsNoEnd) {
  absl::string_view text = kFile;
  text.remove_suffix(1);
  EXPECT_OK(Parse(text));
}

TEST(KeysFileTest, SaysWhichLineIsWrongAndNeverItsValue) {
  const struct {
    const char* old_text;
    const char* new_text;
    const char* message;
  } kCases[] = {
      {"kvn=30", "kvn 30",
       "line 2: not alg=, kvn=, kdd=, enc=, mac=, dek= or receipt="},
      {"kvn=30", "kid=30",
       "line 2: not alg=, kvn=, kdd=, enc=, mac=, dek= or receipt="},
      {"kvn=30", "enc=30", "line 5: enc is there twice"},
      {"kvn=30", "kvn=3", "line 2: the value of kvn is not hexadecimal"},
      {"kvn=30", "kvn=", "line 2: the value of kvn is not hexadecimal"},
      {"404142", "40414 ", "line 5: the value of enc is not hexadecimal"},
      {"kvn=30", "", "kvn= is missing"},
      {"kvn=30", "kvn=3030", "kvn has one byte"},
      {"08fF", "08", "kdd has ten bytes"},
      {"404142", "", "enc, mac and dek: an AES key has 16, 24 or 32 bytes"},
      {"6E6F", "", "enc, mac and dek: the three keys differ in length"},
      {"kvn=30", "kvn=30\nalg=DES", "line 3: alg is aes or des"},
      {"kvn=30", "kvn=30\nalg=", "line 3: alg is aes or des"},
      {"kvn=30", "alg=des\nalg=des\nkvn=30", "line 3: alg is there twice"},
  };
  for (const auto& test_case : kCases) {
    EXPECT_THAT(ParseWith(test_case.old_text, test_case.new_text),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         std::string(test_case.message)));
  }
}

TEST(KeysFileTest, RefusesEveryTruncation) {
  const absl::string_view whole = kFile;
  for (size_t size = 0; size + 1 < whole.size(); ++size) {
    EXPECT_FALSE(Parse(whole.substr(0, size)).ok()) << size;
  }
}

TEST(KeysFileTest, WantsAFileThatOnlyItsOwnerMayRead) {
  const std::string path = absl::StrCat(testing::TempDir(), "/keys");
  ASSERT_OK(WriteFileAtomically(path, AsBytes(kFile), 0400));
  EXPECT_OK(ReadKeysFile(path));
  ASSERT_EQ(chmod(path.c_str(), 0444), 0);
  EXPECT_THAT(ReadKeysFile(path),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  ASSERT_EQ(unlink(path.c_str()), 0);
  EXPECT_THAT(ReadKeysFile(path), StatusIs(absl::StatusCode::kNotFound));
}

TEST(KeysFileTest, TheKeyForReceiptsMayBeThere) {
  EXPECT_THAT(ParseReceiptKey(SecretBytes::CopyOf(AsBytes(kFile))),
              IsOkAndHolds(testing::Eq(std::nullopt)));
  const auto with = [](const std::string& value) {
    return ParseReceiptKey(SecretBytes::CopyOf(
        AsBytes(std::string(kFile) + "receipt=" + value + "\n")));
  };
  const auto key = with("707172737475767778797A7B7C7D7E7F");
  ASSERT_OK(key);
  ASSERT_TRUE(key->has_value());
  EXPECT_TRUE((*key)->Equals(
      SecretBytes::CopyOf(FromHexOrDie("707172737475767778797A7B7C7D7E7F"))));
  EXPECT_THAT(with("7071"), StatusIs(absl::StatusCode::kInvalidArgument,
                                     "receipt has another length than mac"));
  EXPECT_THAT(with("xx"), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::cardsim
