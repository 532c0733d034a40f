#include "hsm-config/token_tool.h"

#include <sys/stat.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "hsm-config/testing/test_profile.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"

namespace cardferry::hsm {
namespace {

namespace fs = std::filesystem;
using testing::MatchesRegex;

class TokenToolTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string root = testing::TempDir() + "/tool.XXXXXX";
    ASSERT_NE(mkdtemp(&root[0]), nullptr);
    root_ = root;
    options_.profile = root_ + "/keys.textproto";
    options_.token_dir = root_ + "/token";
    options_.pin_file = root_ + "/pin";
    options_.softhsm_conf = root_ + "/softhsm2.conf";
    Write(options_.profile,
          TestProfileText({{"kdf3", 256},
                           {"plain", 128, Diversification::kNone},
                           {"visa2", 112, Diversification::kVisa2},
                           {"emv", 168, Diversification::kEmvCps}}),
          0644);
    Write(options_.pin_file, "0123456789", 0400);
  }

  void Write(const std::string& path, const std::string& text, mode_t mode) {
    ASSERT_OK(WriteFileAtomically(path, AsBytes(text), mode));
  }
  CardKeysOptions Card() const {
    CardKeysOptions card;
    card.key_set = "kdf3";
    card.key_diversification_data = "00010203040506070809";
    card.out = root_ + "/card.keys";
    card.development_only = true;
    return card;
  }

  std::string root_;
  TokenToolOptions options_;
};

TEST_F(TokenToolTest, ShowsWhatItMade) {
  ASSERT_OK(InitToken(options_));
  ASSERT_OK_AND_ASSIGN(const std::string first, ShowToken(options_));
  EXPECT_THAT(
      first, MatchesRegex("key set .*\n"
                          "kdf3 +1 +30 +AES-256 +kdf3( +[0-9A-F]{6}){3}\n"
                          "plain +1 +30 +AES-128 +none( +[0-9A-F]{6}){3}\n"
                          "visa2 +1 +30 +3DES-112 +visa2( +[0-9A-F]{6}){3}\n"
                          "emv +1 +30 +3DES-168 +emv-cps( +[0-9A-F]{6}){3}\n"));
  EXPECT_THAT(ShowToken(options_), IsOkAndHolds(first));
}

TEST_F(TokenToolTest, LeavesTheTokenAndAConfigurationAndNothingElse) {
  ASSERT_OK(InitToken(options_));
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(root_)) {
    names.push_back(entry.path().filename().string());
  }
  EXPECT_THAT(names, testing::UnorderedElementsAre("keys.textproto", "pin",
                                                   "softhsm2.conf", "token"));
}

TEST_F(TokenToolTest, NeverTouchesATokenThatIsThere) {
  ASSERT_OK(InitToken(options_));
  ASSERT_OK_AND_ASSIGN(const std::string before, ShowToken(options_));
  EXPECT_THAT(InitToken(options_), StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_THAT(ShowToken(options_), IsOkAndHolds(before));
}

TEST_F(TokenToolTest, GivesTheSameCardTheSameKeys) {
  ASSERT_OK(InitToken(options_));
  CardKeysOptions card = Card();
  ASSERT_OK(WriteCardKeys(options_, card));
  ASSERT_OK_AND_ASSIGN(const std::string first, ReadFile(card.out, 1000));
  EXPECT_THAT(first, MatchesRegex("# .*\n"
                                  "kvn=30\n"
                                  "kdd=00010203040506070809\n"
                                  "enc=[0-9A-F]{64}\n"
                                  "mac=[0-9A-F]{64}\n"
                                  "dek=[0-9A-F]{64}\n"));
  struct stat status = {};
  ASSERT_EQ(stat(card.out.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0400u);
  // The token's folder is found by the configuration, too.
  options_.token_dir.clear();
  card.out += ".again";
  ASSERT_OK(WriteCardKeys(options_, card));
  EXPECT_THAT(ReadFile(card.out, 1000), IsOkAndHolds(first));
}

TEST_F(TokenToolTest, GivesACardWithTripleDesKeysSixteenBytesEach) {
  ASSERT_OK(InitToken(options_));
  CardKeysOptions card = Card();
  for (const char* key_set : {"visa2", "emv"}) {
    card.key_set = key_set;
    card.out = root_ + "/" + key_set;
    ASSERT_OK(WriteCardKeys(options_, card));
    ASSERT_OK_AND_ASSIGN(const std::string text, ReadFile(card.out, 1000));
    EXPECT_THAT(text, MatchesRegex("# .*\n"
                                   "kvn=30\n"
                                   "kdd=00010203040506070809\n"
                                   "alg=des\n"
                                   "enc=[0-9A-F]{32}\n"
                                   "mac=[0-9A-F]{32}\n"
                                   "dek=[0-9A-F]{32}\n"));
  }
}

TEST_F(TokenToolTest, WritesCardKeysOnlyForDevelopment) {
  ASSERT_OK(InitToken(options_));
  CardKeysOptions card = Card();
  card.development_only = false;
  EXPECT_THAT(WriteCardKeys(options_, card),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_FALSE(fs::exists(card.out));
}

TEST_F(TokenToolTest, KnowsOnlyKeySetsOfTheProfile) {
  ASSERT_OK(InitToken(options_));
  CardKeysOptions card = Card();
  card.master_version = 2;
  EXPECT_THAT(
      WriteCardKeys(options_, card),
      StatusIs(absl::StatusCode::kNotFound, "no key set kdf3 version 2"));
}

TEST_F(TokenToolTest, NeedsThePinThatTheTokenWasMadeWith) {
  ASSERT_OK(InitToken(options_));
  Write(options_.pin_file, "9876543210", 0400);
  EXPECT_THAT(ShowToken(options_),
              StatusIs(absl::StatusCode::kUnauthenticated));
}

TEST_F(TokenToolTest, WantsThePinFileToBeItsOwnersAlone) {
  Write(options_.pin_file, "0123456789", 0644);
  EXPECT_THAT(InitToken(options_),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_FALSE(fs::exists(options_.token_dir));
}

TEST_F(TokenToolTest, RefusesATokenThatDiffersFromItsProfile) {
  ASSERT_OK(InitToken(options_));
  Write(options_.profile, TestProfileText({{"kdf3", 256}}), 0644);
  EXPECT_THAT(ShowToken(options_),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace cardferry::hsm
