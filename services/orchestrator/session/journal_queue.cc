#include "services/orchestrator/session/journal_queue.h"

#include <algorithm>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "services/orchestrator/repository/journal_repository.h"

namespace cardferry::orchestrator {

std::shared_ptr<JournalQueue> JournalQueue::Create(
    const SessionContext& context, Executor& executor) {
  return absl::WrapUnique(new JournalQueue(context, executor));
}

void JournalQueue::Add(JournalEntry entry) {
  entry.at = context_.clock.Now();
  absl::MutexLock lock(&mutex_);
  if (waiting_.size() >= kMaxWaiting || !MayWrite(entry.at)) {
    ++dropped_;
    return;
  }
  waiting_.push_back(std::move(entry));
  if (std::exchange(writing_, true)) return;
  executor_.Post([self = shared_from_this()] { self->WriteSome(); });
}

bool JournalQueue::MayWrite(absl::Time now) {
  const double since = absl::ToDoubleSeconds(now - allowed_at_);
  allowance_ =
      std::min<double>(kBurst, allowance_ + std::max(since, 0.0) * kPerSecond);
  allowed_at_ = now;
  if (allowance_ < 1) return false;
  allowance_ -= 1;
  return true;
}

void JournalQueue::WriteSome() {
  std::vector<JournalEntry> entries;
  {
    absl::MutexLock lock(&mutex_);
    entries.swap(waiting_);
    if (dropped_ > 0) {
      JournalEntry entry = entries.back();
      entry.kind = "events.dropped";
      entry.text = absl::StrCat(std::exchange(dropped_, 0),
                                " events came faster than they are written");
      entries.push_back(std::move(entry));
      allowance_ -= 1;
    }
  }
  const absl::Status saved =
      context_.database.Write([&](store::Transaction& tx) -> absl::Status {
        for (const JournalEntry& entry : entries) {
          RETURN_IF_ERROR(JournalRepository(tx).Add(entry));
        }
        return absl::OkStatus();
      });
  if (!saved.ok()) LogError("events not recorded", {{"status", saved}});
  absl::MutexLock lock(&mutex_);
  writing_ = !waiting_.empty();
  if (!writing_) return;
  executor_.Post([self = shared_from_this()] { self->WriteSome(); });
}

}  // namespace cardferry::orchestrator
