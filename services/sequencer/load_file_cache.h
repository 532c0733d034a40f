#ifndef CARDFERRY_SERVICES_SEQUENCER_LOAD_FILE_CACHE_H_
#define CARDFERRY_SERVICES_SEQUENCER_LOAD_FILE_CACHE_H_

#include <list>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "lib/base/bytes.h"
#include "lib/card/cap/cap_file.h"

namespace cardferry::sequencer {

// A CAP file that was read and found good.
struct LoadFile {
  Bytes content_hash;  // SHA-256 of the file as it came
  size_t file_bytes = 0;
  card::CapFile cap;
};

// Holds CAP files by their hash, so that one need not travel with each load.
// Bounded: the one that was not asked for the longest goes first. It owns
// nothing that is not somewhere else. Safe from several threads.
class LoadFileCache {
 public:
  explicit LoadFileCache(size_t capacity_bytes)
      : capacity_bytes_(capacity_bytes) {}

  // Reads the file and keeps it. INVALID_ARGUMENT, with the reason, for one
  // that no card should be given; RESOURCE_EXHAUSTED when it is larger than the
  // whole cache.
  absl::StatusOr<std::shared_ptr<const LoadFile>> Put(ByteSpan file);

  // NOT_FOUND, naming the hash, when it is not (any more) here.
  absl::StatusOr<std::shared_ptr<const LoadFile>> Get(ByteSpan content_hash);

 private:
  using Entry = std::shared_ptr<const LoadFile>;
  using Recency = std::list<Entry>;  // the most recently used first

  void Insert(Entry entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t capacity_bytes_;
  absl::Mutex mutex_;
  size_t held_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  Recency recency_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<Bytes, Recency::iterator> by_hash_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_LOAD_FILE_CACHE_H_
