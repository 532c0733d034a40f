#include "services/keyvault/session_cache.h"

#include <algorithm>
#include <utility>

namespace cardferry::keyvault {
namespace {

std::string KeyOf(const SessionOrigin& origin) {
  return AsString(EncodeOrigin(origin));
}

}  // namespace

std::unique_ptr<scp::SessionCipher> SessionCache::Take(
    const SessionOrigin& origin) {
  const std::string key = KeyOf(origin);
  const absl::Time now = clock_.Now();
  std::list<Entry> gone;  // destroyed after the lock
  absl::MutexLock lock(&mutex_);
  Expire(now, gone);
  const auto found =
      std::find_if(entries_.begin(), entries_.end(),
                   [&key](const Entry& entry) { return entry.origin == key; });
  if (found == entries_.end()) return nullptr;
  std::unique_ptr<scp::SessionCipher> cipher = std::move(found->cipher);
  entries_.erase(found);
  return cipher;
}

void SessionCache::Put(const SessionOrigin& origin,
                       std::unique_ptr<scp::SessionCipher> cipher) {
  const absl::Time now = clock_.Now();
  Entry entry{KeyOf(origin), std::move(cipher), now + keep_};
  std::list<Entry> gone;
  absl::MutexLock lock(&mutex_);
  Expire(now, gone);
  entries_.push_back(std::move(entry));
  while (entries_.size() > capacity_) {
    gone.splice(gone.end(), entries_, entries_.begin());
  }
}

void SessionCache::Sweep() {
  const absl::Time now = clock_.Now();
  std::list<Entry> gone;
  absl::MutexLock lock(&mutex_);
  Expire(now, gone);
}

void SessionCache::Clear() {
  std::list<Entry> gone;
  absl::MutexLock lock(&mutex_);
  gone.swap(entries_);
}

size_t SessionCache::size() const {
  absl::MutexLock lock(&mutex_);
  return entries_.size();
}

void SessionCache::Expire(absl::Time now, std::list<Entry>& gone) {
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const auto next = std::next(entry);
    if (entry->until <= now) gone.splice(gone.end(), entries_, entry);
    entry = next;
  }
}

}  // namespace cardferry::keyvault
