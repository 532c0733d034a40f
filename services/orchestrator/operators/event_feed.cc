#include "services/orchestrator/operators/event_feed.h"

#include <algorithm>

#include "absl/memory/memory.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "services/orchestrator/repository/journal_repository.h"

namespace cardferry::orchestrator {
namespace {

constexpr int64_t kPage = 256;
constexpr size_t kNoLimit = 1;  // everything is posted with PostAlways

}  // namespace

EventFeed::EventFeed(store::Database& database, Executor& executor)
    : database_(database), strand_(Strand::Create(executor, kNoLimit)) {}

std::shared_ptr<EventFeed> EventFeed::Create(store::Database& database,
                                             Executor& executor) {
  std::shared_ptr<EventFeed> feed =
      absl::WrapUnique(new EventFeed(database, executor));
  database.OnCommit([weak = std::weak_ptr<EventFeed>(feed)] {
    if (const std::shared_ptr<EventFeed> alive = weak.lock()) {
      alive->Committed();
    }
  });
  return feed;
}

EventFeed::~EventFeed() { database_.OnCommit(nullptr); }

void EventFeed::Committed() {
  if (!watched_ || pump_posted_.exchange(true)) return;
  strand_->PostAlways([weak = weak_from_this()] {
    if (const std::shared_ptr<EventFeed> alive = weak.lock()) alive->Pump();
  });
}

void EventFeed::Add(const std::shared_ptr<EventWatch>& watch) {
  strand_->PostAlways(
      [weak = weak_from_this(), added = std::weak_ptr<EventWatch>(watch)] {
        if (const std::shared_ptr<EventFeed> alive = weak.lock()) {
          alive->Begin(added);
        }
      });
}

// The watch reads by itself what there was before. What is committed before the
// number below is read it will find; of what comes later the feed hears.
void EventFeed::Begin(const std::weak_ptr<EventWatch>& watch) {
  if (!watched_.exchange(true)) {
    const absl::StatusOr<int64_t> last = database_.Read(
        [](store::Transaction& tx) { return JournalRepository(tx).LastId(); });
    if (last.ok()) last_id_ = *last;
  }
  watches_.push_back(watch);
  if (const std::shared_ptr<EventWatch> alive = watch.lock()) alive->Begin();
}

void EventFeed::Pump() {
  pump_posted_ = false;
  watches_.erase(std::remove_if(watches_.begin(), watches_.end(),
                                [](const std::weak_ptr<EventWatch>& watch) {
                                  return watch.expired();
                                }),
                 watches_.end());
  if (watches_.empty()) {
    watched_ = false;
    return;
  }
  while (PumpPage()) {
  }
}

// True when there may be more.
bool EventFeed::PumpPage() {
  const absl::StatusOr<std::vector<JournalEntry>> page =
      database_.Read([&](store::Transaction& tx) {
        return JournalRepository(tx).List("", last_id_, kPage);
      });
  if (!page.ok()) {
    // The next commit brings it.
    LogWarning("events not read", {{"status", page.status()}});
    return false;
  }
  if (page->empty()) return false;
  last_id_ = page->back().id;
  for (const std::weak_ptr<EventWatch>& watch : watches_) {
    if (const std::shared_ptr<EventWatch> alive = watch.lock()) {
      alive->Offer(*page);
    }
  }
  return static_cast<int64_t>(page->size()) == kPage;
}

}  // namespace cardferry::orchestrator
