#include "cardsim/state/state_file.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

using testing::HasSubstr;

CardState State(absl::string_view content) {
  CardState state;
  state.content = FromHexOrDie(content);
  state.keys = SecretBytes::CopyOf(FromHexOrDie("A1B2C3"));
  return state;
}

class StateFileTest : public testing::Test {
 protected:
  StateFileTest() {
    char folder[] = "/tmp/cardsim-state-XXXXXX";
    path_ = absl::StrCat(mkdtemp(folder), "/card.state");
  }
  ~StateFileTest() override {
    for (const char* suffix : {"", ".new", ".lock"}) {
      unlink(absl::StrCat(path_, suffix).c_str());
    }
    rmdir(path_.substr(0, path_.rfind('/')).c_str());
  }

  // What a new process finds there.
  std::string Reread() {
    const auto file = StateFile::Open(path_);
    if (!file.ok()) return file.status().ToString();
    const auto state = (*file)->Load();
    if (!state.ok()) return state.status().ToString();
    return state->has_value() ? ToHex((*state)->content) : "none";
  }

  std::string path_;
};

TEST_F(StateFileTest, KeepsTheLastState) {
  EXPECT_EQ(Reread(), "none");
  {
    ASSERT_OK_AND_ASSIGN(const auto file, StateFile::Open(path_));
    EXPECT_OK(file->Save(State("01")));
    EXPECT_OK(file->Save(State("0203")));
  }
  EXPECT_EQ(Reread(), "0203");
}

TEST_F(StateFileTest, OnlyItsOwnerMayReadIt) {
  ASSERT_OK_AND_ASSIGN(const auto file, StateFile::Open(path_));
  ASSERT_OK(file->Save(State("01")));
  struct stat status = {};
  ASSERT_EQ(stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600u);
  ASSERT_EQ(chmod(path_.c_str(), 0640), 0);
  EXPECT_THAT(file->Load(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       absl::StrCat(path_,
                                    " holds a card's keys and has mode "
                                    "0640: chmod 0600 it")));
}

TEST_F(StateFileTest, AProcessThatDiedInTheMiddleLeavesTheStateBefore) {
  {
    ASSERT_OK_AND_ASSIGN(const auto file, StateFile::Open(path_));
    ASSERT_OK(file->Save(State("01")));
  }
  // What was written of the next one when the power went.
  ASSERT_OK(WriteFileAtomically(path_ + ".new", AsBytes("CARDFER"), 0600));
  EXPECT_EQ(Reread(), "01");
  {
    ASSERT_OK_AND_ASSIGN(const auto file, StateFile::Open(path_));
    ASSERT_OK(file->Save(State("02")));
  }
  EXPECT_EQ(Reread(), "02");
}

TEST_F(StateFileTest, RefusesATornAndAForeignFileAndSaysWhatToDo) {
  {
    ASSERT_OK_AND_ASSIGN(const auto file, StateFile::Open(path_));
    ASSERT_OK(file->Save(State("01")));
  }
  ASSERT_EQ(truncate(path_.c_str(), 40), 0);
  EXPECT_THAT(Reread(), HasSubstr("card.state: the card's state is cut short; "
                                  "give another file, put a copy back, or "
                                  "remove it for a new card"));
  ASSERT_OK(WriteFileAtomically(path_, AsBytes("kvn=30\n"), 0600));
  EXPECT_THAT(Reread(), HasSubstr("it is not the state of a card"));
}

TEST_F(StateFileTest, BelongsToOneProcessAtATime) {
  auto first = StateFile::Open(path_);
  ASSERT_OK(first.status());
  EXPECT_THAT(Reread(), HasSubstr("card.state is in use: another process has "
                                  "this card"));
  *first = nullptr;
  EXPECT_EQ(Reread(), "none");
}

TEST_F(StateFileTest, TheLockEndsWithTheProcessThatHasIt) {
  const pid_t child = fork();
  if (child == 0) {
    const auto file = StateFile::Open(path_);
    _exit(file.ok() ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(Reread(), "none");
}

TEST_F(StateFileTest, ASaveThatFailsLeavesTheStateBefore) {
  ASSERT_OK_AND_ASSIGN(const auto file, StateFile::Open(path_));
  ASSERT_OK(file->Save(State("01")));
  // A folder in the way of the temporary file: nothing can be written.
  const std::string in_the_way = path_ + ".new";
  ASSERT_EQ(mkdir(in_the_way.c_str(), 0700), 0);
  EXPECT_FALSE(file->Save(State("02")).ok());
  ASSERT_EQ(rmdir(in_the_way.c_str()), 0);
  ASSERT_OK_AND_ASSIGN(const auto state, file->Load());
  ASSERT_TRUE(state.has_value());
  EXPECT_EQ(ToHex(state->content), "01");
  EXPECT_OK(file->Save(State("03")));
}

TEST_F(StateFileTest, NamesAFolderThatIsNotThere) {
  const auto file = StateFile::Open(path_ + "/no/card.state");
  EXPECT_THAT(file, StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace cardferry::cardsim
