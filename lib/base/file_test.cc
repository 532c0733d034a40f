#include "lib/base/file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "gtest/gtest.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_matchers.h"

namespace cardferry {
namespace {

std::string Path(const std::string& name) {
  return testing::TempDir() + "/" + name;
}

TEST(FileTest, ReadsBackWhatWasWrittenWithTheModeAskedFor) {
  ASSERT_OK(WriteFileAtomically(Path("a"), AsBytes("hello"), 0640));
  EXPECT_THAT(ReadFile(Path("a"), 5), IsOkAndHolds(std::string("hello")));
  struct stat status = {};
  ASSERT_EQ(stat(Path("a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
}

TEST(FileTest, ReplacesAFileAndLeavesNoTemporaryBehind) {
  ASSERT_OK(WriteFileAtomically(Path("b"), AsBytes("one"), 0600));
  ASSERT_OK(WriteFileAtomically(Path("b"), AsBytes("two"), 0600));
  EXPECT_THAT(ReadFile(Path("b"), 9), IsOkAndHolds(std::string("two")));
  EXPECT_NE(access(Path("b.new").c_str(), F_OK), 0);
}

TEST(FileTest, RefusesAFileOverTheLimit) {
  ASSERT_OK(WriteFileAtomically(Path("c"), AsBytes("hello"), 0600));
  EXPECT_THAT(ReadFile(Path("c"), 4),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST(FileTest, SaysThatAFileIsMissing) {
  EXPECT_THAT(ReadFile(Path("none"), 1), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(ReadSecretFile(Path("none")),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST(FileTest, ASecretFileLosesOneNewlineOnly) {
  ASSERT_OK(WriteFileAtomically(Path("pin"), AsBytes("1234\n\n"), 0400));
  ASSERT_OK_AND_ASSIGN(const SecretBytes pin, ReadSecretFile(Path("pin")));
  EXPECT_EQ(pin.Read(GrantSecretAccess()), AsBytes("1234\n"));
}

TEST(FileTest, RefusesASecretThatOthersMayReadOrAnybodyMayWrite) {
  for (const mode_t mode : {0440u, 0404u, 0600u, 0410u}) {
    ASSERT_OK(WriteFileAtomically(Path("loose"), AsBytes("1234"), 0400));
    ASSERT_EQ(chmod(Path("loose").c_str(), mode), 0);
    EXPECT_THAT(ReadSecretFile(Path("loose")),
                StatusIs(absl::StatusCode::kFailedPrecondition))
        << mode;
  }
}

TEST(FileTest, RefusesAnEmptySecretAndOneThatIsTooLarge) {
  ASSERT_OK(WriteFileAtomically(Path("empty"), AsBytes("\n"), 0400));
  EXPECT_THAT(ReadSecretFile(Path("empty")),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  ASSERT_OK(WriteFileAtomically(Path("large"), AsBytes(std::string(4097, 'x')),
                                0400));
  EXPECT_THAT(ReadSecretFile(Path("large")),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST(FileTest, ErrnoBecomesTheCodeThatSaysWhatToDo) {
  EXPECT_THAT(ErrnoStatus(ENOENT, "x"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(ErrnoStatus(EACCES, "x"),
              StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(ErrnoStatus(ENOSPC, "x"),
              StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(ErrnoStatus(EIO, "x"), StatusIs(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace cardferry
