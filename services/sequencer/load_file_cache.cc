#include "services/sequencer/load_file_cache.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/crypto/digest.h"

namespace cardferry::sequencer {

absl::StatusOr<std::shared_ptr<const LoadFile>> LoadFileCache::Put(
    ByteSpan file) {
  if (file.size() > capacity_bytes_) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the CAP file has ", file.size(),
                     " bytes, the cache holds ", capacity_bytes_));
  }
  ASSIGN_OR_RETURN(card::CapFile cap, card::CapFile::Parse(file));
  const Entry entry = std::make_shared<LoadFile>(
      LoadFile{crypto::Sha256(file), file.size(), std::move(cap)});
  const absl::MutexLock lock(&mutex_);
  Insert(entry);
  return entry;
}

void LoadFileCache::Insert(Entry entry) {
  const auto found = by_hash_.find(entry->content_hash);
  if (found != by_hash_.end()) {
    recency_.splice(recency_.begin(), recency_, found->second);
    return;
  }
  while (held_bytes_ + entry->file_bytes > capacity_bytes_) {
    held_bytes_ -= recency_.back()->file_bytes;
    by_hash_.erase(recency_.back()->content_hash);
    recency_.pop_back();
  }
  held_bytes_ += entry->file_bytes;
  recency_.push_front(entry);
  by_hash_[entry->content_hash] = recency_.begin();
}

absl::StatusOr<std::shared_ptr<const LoadFile>> LoadFileCache::Get(
    ByteSpan content_hash) {
  const absl::MutexLock lock(&mutex_);
  const auto found =
      by_hash_.find(Bytes(content_hash.begin(), content_hash.end()));
  if (found == by_hash_.end()) {
    return absl::NotFoundError(absl::StrCat(
        "the load file ", ToHex(content_hash), " is not here: put it again"));
  }
  recency_.splice(recency_.begin(), recency_, found->second);
  return *found->second;
}

}  // namespace cardferry::sequencer
