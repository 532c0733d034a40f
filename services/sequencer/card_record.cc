#include "services/sequencer/card_record.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/card/apdu/command_apdu.h"

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

// A page is the answer to a short command.
absl::Status CheckPages(const std::vector<card::ResponseApdu>& pages) {
  for (const card::ResponseApdu& page : pages) {
    if (page.data.size() > card::CommandApdu::kMaxShortLe) {
      return absl::InvalidArgumentError(absl::StrCat(
          "a page of GET STATUS with ", page.data.size(), " bytes"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<card::StatusList> ReadList(
    const std::vector<card::ResponseApdu>& pages) {
  RETURN_IF_ERROR(CheckPages(pages));
  return card::JoinStatusPages(pages);
}

// Cards that list modules list the load files with them.
void AddModules(const std::vector<card::ResponseApdu>& pages,
                std::vector<card::StatusEntry>& load_files) {
  const absl::StatusOr<card::StatusList> list = ReadList(pages);
  if (!list.ok()) return;
  for (card::StatusEntry& load_file : load_files) {
    const card::StatusEntry* entry = Find(list->entries, load_file.aid);
    if (entry != nullptr) load_file.modules = entry->modules;
  }
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
  ASSIGN_OR_RETURN(card::StatusList load_files, ReadList(snapshot.load_files));
  ASSIGN_OR_RETURN(card::StatusList applications,
                   ReadList(snapshot.applications));
  AddModules(snapshot.modules, load_files.entries);
  return CardContent{std::move(load_files.entries),
                     std::move(applications.entries),
                     load_files.complete && applications.complete};
}

Bytes UnknownContent() { return Bytes(32, 0x00); }

std::optional<card::StatusEntry> SecurityDomainOf(const CardRecord& record) {
  auto entries = card::ParseStatusEntries(record.security_domain);
  if (!entries.ok() || entries->size() != 1) return std::nullopt;
  return std::move(entries->front());
}

absl::Status UpdateSnapshot(CardRecord& record, StatusSnapshot snapshot) {
  ASSIGN_OR_RETURN(const CardContent content, ReadContent(snapshot));
  DropAfterTheEnd(snapshot.load_files);
  DropAfterTheEnd(snapshot.applications);
  DropAfterTheEnd(snapshot.modules);
  if (!ReadList(snapshot.modules).ok()) snapshot.modules.clear();
  record.snapshot = std::move(snapshot);
  if (!content.complete) return absl::OkStatus();
  for (auto it = record.origins.begin(); it != record.origins.end();) {
    const bool gone = content.FindLoadFile(it->first) == nullptr;
    it = gone ? record.origins.erase(it) : std::next(it);
  }
  for (auto it = record.stored.begin(); it != record.stored.end();) {
    const bool gone = content.FindApplication(it->first) == nullptr;
    it = gone ? record.stored.erase(it) : std::next(it);
  }
  return absl::OkStatus();
}

}  // namespace cardferry::sequencer
