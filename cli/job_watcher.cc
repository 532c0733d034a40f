#include "cli/job_watcher.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cli/render/job_text.h"

namespace cardferry::cli {
namespace {

using orchestrator::v1::Job;

constexpr char kClearLine[] = "\r\x1b[K";

bool IsOver(const Job& job) {
  return job.state() == orchestrator::v1::JOB_STATE_DONE ||
         job.state() == orchestrator::v1::JOB_STATE_FAILED ||
         job.state() == orchestrator::v1::JOB_STATE_CANCELLED;
}

// Draws one job again and again.
class Screen {
 public:
  Screen(Command& command, Watching watching)
      : command_(command), watching_(watching), begin_(absl::Now()) {}

  void Show(const Job& job) {
    last_ = job;
    if (watching_ == Watching::kTheEnd && !IsOver(job)) return;
    if (command_.json()) {
      command_.world().out << ToJson(job) << std::flush;
    } else if (IsOver(job)) {
      Clear();
      command_.world().out << JobText(job) << std::flush;
    } else if (command_.world().columns > 0) {
      // One column less: some terminals wrap at the last one.
      command_.world().out << kClearLine
                           << ProgressLine(job, absl::Now() - begin_,
                                           command_.world().columns - 1)
                           << std::flush;
      drawn_ = true;
    } else {
      ShowLine(ProgressText(job));
    }
  }

  // Before anything else is written.
  void Clear() {
    if (drawn_) command_.world().out << kClearLine << std::flush;
    drawn_ = false;
  }

  const Job& last() const { return last_; }

 private:
  // The same line twice says nothing.
  void ShowLine(const std::string& line) {
    if (line != line_) command_.world().out << line << "\n" << std::flush;
    line_ = line;
  }

  Command& command_;
  const Watching watching_;
  const absl::Time begin_;
  Job last_;
  std::string line_;
  bool drawn_ = false;
};

}  // namespace

absl::Status WatchJob(const std::string& id, Watching watching,
                      Command& command, OperatorClient& client) {
  Screen screen(command, watching);
  const absl::Status status = command.Interruptibly(client, [&] {
    return client.WatchJob(id, [&screen](const Job& job) { screen.Show(job); });
  });
  screen.Clear();
  if (absl::IsCancelled(status)) {
    command.set_exit_code(kStopped);
    command.world().err << "Stopped watching. Job " << id
                        << " goes on; watch it again: cardferry job watch "
                        << id << "\n";
    return absl::OkStatus();
  }
  if (!status.ok()) {
    if (screen.last().id().empty()) return status;
    return absl::Status(
        status.code(),
        absl::StrCat(status.message(), " (job ", id,
                     " goes on; watch it again: cardferry job watch ", id,
                     ")"));
  }
  if (screen.last().state() != orchestrator::v1::JOB_STATE_DONE) {
    command.set_exit_code(kRefused);
  }
  return absl::OkStatus();
}

}  // namespace cardferry::cli
