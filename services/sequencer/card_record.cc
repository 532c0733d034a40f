#include "services/sequencer/card_record.h"

#include <algorithm>
#include <utility>

#include "lib/base/status_macros.h"

namespace cardferry::sequencer {
namespace {

const card::StatusEntry* Find(const std::vector<card::StatusEntry>& entries,
                              const card::Aid& aid) {
  const auto found =
      std::find_if(entries.begin(), entries.end(),
                   [&aid](const auto& entry) { return entry.aid == aid; });
  return found == entries.end() ? nullptr : &*found;
}

// Answers to requests for pages after the last one say nothing.
void DropAfterTheEnd(std::vector<card::ResponseApdu>& pages) {
  const auto last = std::find_if(
      pages.begin(), pages.end(),
      [](const auto& page) { return page.sw != card::kMoreDataAvailable; });
  if (last != pages.end()) pages.erase(std::next(last), pages.end());
}

}  // namespace

const card::StatusEntry* CardContent::FindLoadFile(const card::Aid& aid) const {
  return Find(load_files, aid);
}

const card::StatusEntry* CardContent::FindApplication(
    const card::Aid& aid) const {
  return Find(applications, aid);
}

absl::StatusOr<CardContent> ReadContent(const StatusSnapshot& snapshot) {
  ASSIGN_OR_RETURN(card::StatusList load_files,
                   card::JoinStatusPages(snapshot.load_files));
  ASSIGN_OR_RETURN(card::StatusList applications,
                   card::JoinStatusPages(snapshot.applications));
  return CardContent{std::move(load_files.entries),
                     std::move(applications.entries),
                     load_files.complete && applications.complete};
}

absl::Status UpdateSnapshot(CardRecord& record, StatusSnapshot snapshot) {
  ASSIGN_OR_RETURN(const CardContent content, ReadContent(snapshot));
  DropAfterTheEnd(snapshot.load_files);
  DropAfterTheEnd(snapshot.applications);
  record.snapshot = std::move(snapshot);
  for (auto it = record.origins.begin(); it != record.origins.end();) {
    const bool gone =
        content.complete && content.FindLoadFile(it->first) == nullptr;
    it = gone ? record.origins.erase(it) : std::next(it);
  }
  return absl::OkStatus();
}

}  // namespace cardferry::sequencer
