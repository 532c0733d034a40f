#include "services/keyvault/hsm/read_only_token.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"

namespace cardferry::keyvault {
namespace {

using testing::HasSubstr;

// A token as SoftHSM lays it out, read-only. Tests run without root's powers.
class ReadOnlyTokenTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(geteuid(), 0u) << "root may write everything";
    std::string root = testing::TempDir() + "/read_only.XXXXXX";
    ASSERT_NE(mkdtemp(&root[0]), nullptr);
    root_ = root;
    ASSERT_TRUE(std::filesystem::create_directory(Serial()));
    ASSERT_OK(WriteFileAtomically(Object(), AsBytes("a token"), 0440));
    Chmod(Serial(), 0550);
    Chmod(root_, 0550);
  }
  void TearDown() override {
    Chmod(root_, 0700);
    Chmod(Serial(), 0700);
  }

  std::string Serial() const { return root_ + "/serial"; }
  std::string Object() const { return root_ + "/serial/token.object"; }
  static void Chmod(const std::string& path, mode_t mode) {
    ASSERT_EQ(chmod(path.c_str(), mode), 0) << path;
  }
  void ExpectRefused(const std::string& path) {
    const absl::Status status = CheckTokenIsReadOnly(root_);
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition));
    EXPECT_THAT(std::string(status.message()),
                HasSubstr(path + " is writable by this process"));
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("--allow_writable_token for development only"));
  }

  std::string root_;
};

TEST_F(ReadOnlyTokenTest, AcceptsATokenThatItCannotChange) {
  EXPECT_OK(CheckTokenIsReadOnly(root_));
}

TEST_F(ReadOnlyTokenTest, RefusesAWritableFile) {
  Chmod(Object(), 0640);
  ExpectRefused(Object());
}

TEST_F(ReadOnlyTokenTest, RefusesAFolderThatTakesNewFiles) {
  Chmod(Serial(), 0750);
  ExpectRefused(Serial());
  Chmod(Serial(), 0550);
  Chmod(root_, 0750);
  ExpectRefused(root_);
}

TEST_F(ReadOnlyTokenTest, ChangesNothingByLooking) {
  Chmod(Object(), 0640);
  Chmod(Serial(), 0750);
  (void)CheckTokenIsReadOnly(root_);
  EXPECT_THAT(ReadFile(Object(), 100), IsOkAndHolds("a token"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(Serial()),
                          std::filesystem::directory_iterator()),
            1);
}

TEST_F(ReadOnlyTokenTest, RefusesAFolderThatIsNotAToken) {
  EXPECT_THAT(CheckTokenIsReadOnly(root_ + "/nowhere"),
              StatusIs(absl::StatusCode::kNotFound));
  Chmod(root_, 0700);
  Chmod(Serial(), 0700);
  ASSERT_EQ(unlink(Object().c_str()), 0);
  Chmod(Serial(), 0550);
  Chmod(root_, 0550);
  EXPECT_THAT(CheckTokenIsReadOnly(root_),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ReadOnlyTokenTest, WantsTheFolderThatSoftHsmUses) {
  const std::string conf = root_ + ".conf";
  const std::string text = absl::StrCat("directories.tokendir = ", root_, "\n");
  ASSERT_OK(WriteFileAtomically(conf, AsBytes(text), 0600));
  EXPECT_OK(CheckSoftHsmUses(conf, root_));
  EXPECT_OK(CheckSoftHsmUses(
      conf, root_ + "/../" + root_.substr(root_.rfind('/') + 1)));
  EXPECT_THAT(
      CheckSoftHsmUses(conf, Serial()),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               absl::StrCat(
                   "token_directory is ", Serial(), ", but SoftHSM2 uses ",
                   root_, " (SOFTHSM2_CONF=", conf, "): make them the same")));
  EXPECT_THAT(CheckSoftHsmUses(root_ + "/none", root_),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace cardferry::keyvault
