#include "hsm-config/token_folder.h"

#include <sys/stat.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"

namespace cardferry::hsm {
namespace {

namespace fs = std::filesystem;

mode_t ModeOf(const std::string& path) {
  struct stat status = {};
  EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777;
}

class TokenFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string root = testing::TempDir() + "/folder.XXXXXX";
    ASSERT_NE(mkdtemp(&root[0]), nullptr);
    root_ = root;
    target_ = root_ + "/token";
  }

  // A folder with a file in a folder, as SoftHSM makes them.
  static void Fill(const TokenFolder& folder) {
    ASSERT_TRUE(fs::create_directory(folder.path() + "/serial"));
    ASSERT_OK(WriteFileAtomically(folder.path() + "/serial/token.object",
                                  AsBytes("a token"), 0600));
  }

  size_t Entries() const {
    return static_cast<size_t>(
        std::distance(fs::directory_iterator(root_), fs::directory_iterator()));
  }

  std::string root_;
  std::string target_;
};

TEST_F(TokenFolderTest, PublishesReadOnlyWhatWasPrivate) {
  ASSERT_OK_AND_ASSIGN(TokenFolder folder, TokenFolder::CreateFor(target_));
  EXPECT_EQ(ModeOf(folder.path()), 0700u);
  Fill(folder);
  EXPECT_FALSE(fs::exists(target_));
  ASSERT_OK(folder.Publish(target_));
  EXPECT_EQ(ModeOf(target_), 0550u);
  EXPECT_EQ(ModeOf(target_ + "/serial"), 0550u);
  EXPECT_EQ(ModeOf(target_ + "/serial/token.object"), 0440u);
  EXPECT_THAT(ReadFile(target_ + "/serial/token.object", 100),
              IsOkAndHolds("a token"));
  EXPECT_EQ(Entries(), 1u);
}

TEST_F(TokenFolderTest, NeverReplacesAToken) {
  ASSERT_TRUE(fs::create_directory(target_));
  ASSERT_OK_AND_ASSIGN(TokenFolder folder, TokenFolder::CreateFor(target_));
  Fill(folder);
  EXPECT_THAT(folder.Publish(target_),
              StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_TRUE(fs::is_empty(target_));
}

TEST_F(TokenFolderTest, LeavesNothingOfATokenThatWasNotPublished) {
  {
    ASSERT_OK_AND_ASSIGN(TokenFolder folder, TokenFolder::CreateFor(target_));
    Fill(folder);
    ASSERT_OK(WriteFileAtomically(folder.conf_path(), AsBytes("conf"), 0600));
    EXPECT_EQ(Entries(), 2u);
  }
  EXPECT_EQ(Entries(), 0u);
}

TEST_F(TokenFolderTest, CopiesAPublishedTokenForATool) {
  ASSERT_OK_AND_ASSIGN(TokenFolder folder, TokenFolder::CreateFor(target_));
  Fill(folder);
  ASSERT_OK(folder.Publish(target_));
  std::string path;
  {
    ASSERT_OK_AND_ASSIGN(const TokenFolder copy, TokenFolder::CopyOf(target_));
    path = copy.path();
    EXPECT_THAT(ReadFile(path + "/serial/token.object", 100),
                IsOkAndHolds("a token"));
    // The tool may do what SoftHSM does at a login.
    EXPECT_NE(ModeOf(path + "/serial/token.object") & 0200, 0u);
  }
  EXPECT_FALSE(fs::exists(path));
  EXPECT_EQ(ModeOf(target_ + "/serial/token.object"), 0440u);
}

TEST_F(TokenFolderTest, SaysWhatIsMissing) {
  EXPECT_THAT(TokenFolder::CopyOf(target_),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(TokenFolder::CreateFor("/nowhere/token"),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace cardferry::hsm
