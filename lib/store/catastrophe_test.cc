// What is left after the disk was full, or the process was killed.
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <functional>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "lib/store/database.h"
#include "lib/store/testing/temporary_database.h"

namespace cardferry::store {
namespace {

// The exit status of a child that could not set the stage.
constexpr int kNoStage = 77;

std::unique_ptr<Database> OpenOrExit(const std::string& url) {
  DatabaseOptions options;
  options.url = url;
  auto database = Database::Open(
      options, {{"notes", {"CREATE TABLE notes (id BIGINT, text TEXT)"}}});
  if (!database.ok()) {
    std::fprintf(stderr, "%s\n", database.status().ToString().c_str());
    _exit(1);
  }
  return *std::move(database);
}

absl::Status AddNote(Transaction& transaction, int id, size_t size) {
  return transaction
      .Execute("INSERT INTO notes (id, text) VALUES (:id, :text)",
               {{"id", id}, {"text", std::string(size, 'x')}})
      .status();
}

int CountNotes(Database& database) {
  int count = -1;
  const absl::StatusOr<Row> row =
      database.QueryOne("SELECT COUNT(*) FROM notes");
  EXPECT_OK(row);
  if (row.ok()) {
    EXPECT_OK(row->Read(count));
  }
  return count;
}

pid_t StartChild(const std::function<int()>& work) {
  const pid_t child = fork();
  if (child == 0) _exit(work());
  return child;
}

int ExitOf(pid_t child) {
  int status = 0;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

// Fills the disk; 0 when the store said so, lost nothing that it had promised,
// kept nothing of what it refused, and works again when there is room.
int FillTheDisk(const std::string& url, absl::StatusCode expected,
                const std::function<void()>& make_room) {
  const auto database = OpenOrExit(url);
  int kept = 0;
  absl::Status status;
  while (status.ok() && kept < 100) {
    status = database->Write([&](Transaction& transaction) -> absl::Status {
      RETURN_IF_ERROR(AddNote(transaction, kept, 16 << 10));
      return AddNote(transaction, kept, 16 << 10);
    });
    if (status.ok()) ++kept;
  }
  std::fprintf(stderr, "after %d: %s\n", kept, status.ToString().c_str());
  if (status.code() != expected || kept == 0) return 2;
  if (CountNotes(*database) != 2 * kept) return 3;
  make_room();
  status = database->Write([&](Transaction& transaction) {
    return AddNote(transaction, kept, 64 << 10);
  });
  std::fprintf(stderr, "with room: %s\n", status.ToString().c_str());
  if (!status.ok()) return 4;
  return CountNotes(*OpenOrExit(url)) == 2 * kept + 1 ? 0 : 5;
}

bool WriteText(const char* path, const std::string& text) {
  std::ofstream out(path);
  out << text << std::flush;
  return out.good();
}

// A file system of `size` at `path` that only this process sees.
bool MountSmallDisk(const std::string& path, const char* size) {
  const uid_t uid = getuid();
  const gid_t gid = getgid();
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  WriteText("/proc/self/setgroups", "deny");
  return WriteText("/proc/self/uid_map", absl::StrCat("0 ", uid, " 1")) &&
         WriteText("/proc/self/gid_map", absl::StrCat("0 ", gid, " 1")) &&
         mount("none", path.c_str(), "tmpfs", 0, size) == 0;
}

TEST(CatastropheTest, AFullDiskIsSaidAndLosesNothing) {
  const TemporaryDatabase file;
  const std::string folder = file.path().substr(0, file.path().rfind('/'));
  const int exit_status = ExitOf(StartChild([&] {
    if (!MountSmallDisk(folder, "size=768k")) return kNoStage;
    return FillTheDisk(file.url(), absl::StatusCode::kResourceExhausted, [&] {
      mount("none", folder.c_str(), "tmpfs", MS_REMOUNT, "size=8m");
    });
  }));
  if (exit_status == kNoStage) GTEST_SKIP() << "no user namespaces here";
  EXPECT_EQ(exit_status, 0);
}

TEST(CatastropheTest, ADiskThatRefusesToWriteIsSaidAndLosesNothing) {
  const TemporaryDatabase file;
  EXPECT_EQ(ExitOf(StartChild([&] {
              signal(SIGXFSZ, SIG_IGN);
              rlimit limit = {512 << 10, RLIM_INFINITY};
              setrlimit(RLIMIT_FSIZE, &limit);
              return FillTheDisk(file.url(), absl::StatusCode::kUnavailable,
                                 [&] {
                                   limit.rlim_cur = RLIM_INFINITY;
                                   setrlimit(RLIMIT_FSIZE, &limit);
                                 });
            })),
            0);
}

TEST(CatastropheTest, AKilledProcessLeavesWholeTransactionsOnly) {
  const TemporaryDatabase file;
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = StartChild([&] {
    const auto database = OpenOrExit(file.url());
    const absl::Status whole =
        database->Write([](Transaction& transaction) -> absl::Status {
          RETURN_IF_ERROR(AddNote(transaction, 1, 10));
          return AddNote(transaction, 2, 10);
        });
    if (!whole.ok()) return 1;
    return static_cast<int>(
        database
            ->Write([&](Transaction& transaction) -> absl::Status {
              // Large enough to reach the disk before the commit.
              for (int i = 0; i < 100; ++i) {
                RETURN_IF_ERROR(AddNote(transaction, 3, 100 << 10));
              }
              if (write(ends[1], "r", 1) != 1) return absl::UnknownError("");
              for (;;) pause();
            })
            .ok());
  });
  char ready = 0;
  ASSERT_EQ(read(ends[0], &ready, 1), 1);
  kill(child, SIGKILL);
  EXPECT_EQ(ExitOf(child), 128 + SIGKILL);
  const auto database = OpenOrExit(file.url());
  EXPECT_EQ(CountNotes(*database), 2);
  ASSERT_OK_AND_ASSIGN(const Row row,
                       database->QueryOne("PRAGMA integrity_check"));
  EXPECT_EQ(row[0], "ok");
  EXPECT_OK(database->Write(
      [](Transaction& transaction) { return AddNote(transaction, 4, 10); }));
}

}  // namespace
}  // namespace cardferry::store
