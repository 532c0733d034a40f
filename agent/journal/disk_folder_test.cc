#include "agent/journal/disk_folder.h"

#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"

namespace cardferry::agent {
namespace {

using absl::StatusCode;

class DiskFolderTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "/XXXXXX";
    ASSERT_NE(mkdtemp(&name[0]), nullptr);
    path_ = name + "/state/journal";
    Open();
  }
  void Open() {
    folder_ = nullptr;
    ASSERT_OK_AND_ASSIGN(folder_, DiskFolder::Open(path_));
  }
  static mode_t Mode(const std::string& path) {
    struct stat status = {};
    EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
    return status.st_mode & 07777;
  }

  std::string path_;
  std::unique_ptr<DiskFolder> folder_;
};

TEST_F(DiskFolderTest, WritesFilesThatAreThereAgainAfterARestart) {
  {
    ASSERT_OK_AND_ASSIGN(const auto file, folder_->Create("A1", 100));
    ASSERT_OK(file->Append(Bytes{1, 2}));
    ASSERT_OK(file->Append(Bytes{3}));
    ASSERT_OK(file->Sync());
  }
  Open();
  EXPECT_THAT(folder_->List(), IsOkAndHolds(std::vector<std::string>{"A1"}));
  EXPECT_THAT(folder_->Read("A1"), IsOkAndHolds(Bytes{1, 2, 3}));
  ASSERT_OK(folder_->Remove("A1"));
  EXPECT_THAT(folder_->List(), IsOkAndHolds(std::vector<std::string>{}));
}

TEST_F(DiskFolderTest, NobodyElseMayReadWhatItWrites) {
  ASSERT_OK(folder_->Create("A1", 0));
  EXPECT_EQ(Mode(path_), 0700u);
  EXPECT_EQ(Mode(path_ + "/A1.journal"), 0600u);
}

TEST_F(DiskFolderTest, CreatesAFileOnce) {
  ASSERT_OK(folder_->Create("A1", 0));
  EXPECT_THAT(folder_->Create("A1", 0), StatusIs(StatusCode::kAlreadyExists));
}

TEST_F(DiskFolderTest, WhatIsSetAsideIsKeptButNotListed) {
  ASSERT_OK(folder_->Create("A1", 0));
  ASSERT_OK(folder_->SetAside("A1"));
  EXPECT_THAT(folder_->List(), IsOkAndHolds(std::vector<std::string>{}));
  EXPECT_EQ(access((path_ + "/A1.journal.corrupt").c_str(), F_OK), 0);
}

TEST_F(DiskFolderTest, WhatIsWipedIsZerosToWhoHasItOpen) {
  {
    ASSERT_OK_AND_ASSIGN(const auto file, folder_->Create("A1", 0));
    ASSERT_OK(file->Append(Bytes(5000, 0xAB)));
  }
  const std::string other = path_ + "/kept";
  ASSERT_EQ(link((path_ + "/A1.journal").c_str(), other.c_str()), 0);
  ASSERT_OK(folder_->Wipe("A1"));
  EXPECT_THAT(folder_->List(), IsOkAndHolds(std::vector<std::string>{}));
  EXPECT_THAT(ReadFile(other, 10000), IsOkAndHolds(std::string(5000, '\0')));
  EXPECT_THAT(folder_->Wipe("A1"), StatusIs(StatusCode::kNotFound));
}

TEST_F(DiskFolderTest, BelongsToOneAgentAtATime) {
  EXPECT_THAT(
      DiskFolder::Open(path_),
      StatusIs(StatusCode::kFailedPrecondition,
               path_ + ": another agent uses this folder; give each its own"));
  folder_ = nullptr;
  EXPECT_OK(DiskFolder::Open(path_));
}

TEST_F(DiskFolderTest, SaysWhichFileIsMissing) {
  EXPECT_THAT(folder_->Read("A1"), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(folder_->Remove("A1"), StatusIs(StatusCode::kNotFound));
  EXPECT_THAT(folder_->SetAside("A1"), StatusIs(StatusCode::kNotFound));
}

TEST_F(DiskFolderTest, AFileInTheWayIsAnError) {
  ASSERT_OK(folder_->Create("A1", 0));
  EXPECT_FALSE(DiskFolder::Open(path_ + "/A1.journal").ok());
}

// A file system with room for one page: what does not fit is refused before
// anything is run.
TEST_F(DiskFolderTest, ADiskWithoutRoomForTheWholePacketIsFull) {
  if (access("/dev/shm", W_OK) != 0) GTEST_SKIP() << "no /dev/shm here";
  std::string name = "/dev/shm/XXXXXX";
  ASSERT_NE(mkdtemp(&name[0]), nullptr);
  {
    ASSERT_OK_AND_ASSIGN(const auto folder, DiskFolder::Open(name));
    EXPECT_THAT(folder->Create("A1", size_t{1} << 50),
                StatusIs(StatusCode::kResourceExhausted));
    EXPECT_THAT(folder->List(), IsOkAndHolds(std::vector<std::string>{}));
  }
  rmdir(name.c_str());
}

}  // namespace
}  // namespace cardferry::agent
