#include "cardsim/card/get_status.h"

#include <algorithm>
#include <utility>

#include "cardsim/card_error.h"
#include "lib/base/status_macros.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::cardsim {
namespace {

constexpr uint8_t kIssuerDomain = 0x80;
constexpr uint8_t kApplications = 0x40;
constexpr uint8_t kPackages = 0x20;
constexpr uint8_t kPackagesAndModules = 0x10;

constexpr uint8_t kP2Next = 0x01;
constexpr uint8_t kP2Tagged = 0x02;

// What fits a short answer with padding and R-MAC of 16 bytes: 256 less 16 is
// 240, of which encryption leaves 239.
constexpr size_t kPageSize = 239;

// Privileges of the issuer security domain (tables 11-7 to 11-9): security
// domain, card lock, card terminate, card reset, CVM management; trusted path,
// authorized management, global delete, global lock, global registry, final
// application.
constexpr std::array<uint8_t, 3> kIssuerPrivileges = {0x9E, 0xDE, 0x80};

// One thing on the card, before it is written in either form.
struct Entry {
  const card::Aid& aid;
  const card::Aid& domain;  // that it belongs to
  uint8_t life_cycle;
  std::optional<std::array<uint8_t, 3>> privileges;
  const card::Aid* package = nullptr;  // of an application
  const LoadFile* file = nullptr;      // of a package
  bool with_modules = false;
};

std::vector<Entry> Entries(uint8_t p1, const Registry& registry) {
  std::vector<Entry> entries;
  if ((p1 & kIssuerDomain) != 0) {
    entries.push_back({registry.isd(), registry.isd(),
                       registry.card_life_cycle(), kIssuerPrivileges});
  }
  if ((p1 & kApplications) != 0) {
    for (const Application& application : registry.applications()) {
      entries.push_back({application.aid, *registry.DomainOf(application.aid),
                         application.life_cycle, application.privileges,
                         &application.package});
    }
  }
  if ((p1 & (kPackages | kPackagesAndModules)) != 0) {
    for (const Package& package : registry.packages()) {
      const card::Aid& aid = package.file.package;
      entries.push_back({aid, *registry.DomainOf(aid), kLoaded, std::nullopt,
                         nullptr, &package.file,
                         (p1 & kPackagesAndModules) != 0});
    }
  }
  return entries;
}

// The search criteria.
struct Criteria {
  Bytes aid_prefix;
  std::optional<std::vector<uint32_t>> tags;
};

// A tag list (5C): tags one after the other.
absl::StatusOr<std::vector<uint32_t>> ReadTagList(ByteSpan list) {
  std::vector<uint32_t> tags;
  while (!list.empty()) {
    uint32_t tag = list[0];
    const bool two_bytes = (tag & 0x1F) == 0x1F;
    if (two_bytes && list.size() < 2) {
      return CardError(kWrongData, "the tag list is cut short");
    }
    if (two_bytes) tag = tag << 8 | list[1];
    tags.push_back(tag);
    list.remove_prefix(two_bytes ? 2 : 1);
  }
  return tags;
}

absl::StatusOr<Criteria> ReadCriteria(ByteSpan data) {
  const auto tlvs = card::ParseTlvs(data);
  if (!tlvs.ok() || tlvs->empty() || tlvs->front().tag != 0x4F ||
      tlvs->front().value.size() > 16) {
    return CardError(kWrongData, "search criteria start with 4F");
  }
  Criteria criteria;
  const ByteSpan prefix = tlvs->front().value;
  criteria.aid_prefix.assign(prefix.begin(), prefix.end());
  for (size_t i = 1; i < tlvs->size(); ++i) {
    if ((*tlvs)[i].tag != 0x5C || criteria.tags.has_value()) {
      return CardError(kWrongData, "unknown search criterion");
    }
    ASSIGN_OR_RETURN(criteria.tags, ReadTagList((*tlvs)[i].value));
  }
  return criteria;
}

bool Matches(const Entry& entry, const Criteria& criteria) {
  const Bytes& aid = entry.aid.bytes();
  return aid.size() >= criteria.aid_prefix.size() &&
         std::equal(criteria.aid_prefix.begin(), criteria.aid_prefix.end(),
                    aid.begin());
}

// E3 (table 11-36): 4F AID | 9F70 life cycle | C5 privileges | C4 package |
//   CE version | 84 module ... | CC security domain
Bytes WriteTagged(const Entry& entry, const Criteria& criteria) {
  Bytes fields;
  const auto add = [&](uint32_t tag, ByteSpan value) {
    const auto& wanted = criteria.tags;
    if (!wanted.has_value() ||
        std::find(wanted->begin(), wanted->end(), tag) != wanted->end()) {
      card::AppendTlv(fields, tag, value);
    }
  };
  add(0x4F, entry.aid.bytes());
  add(0x9F70, {entry.life_cycle});
  if (entry.privileges.has_value()) add(0xC5, *entry.privileges);
  if (entry.package != nullptr) add(0xC4, entry.package->bytes());
  if (entry.file != nullptr) add(0xCE, {entry.file->major, entry.file->minor});
  if (entry.with_modules) {
    for (const card::Aid& module : entry.file->modules) {
      add(0x84, module.bytes());
    }
  }
  add(0xCC, entry.domain.bytes());
  return card::EncodeTlv(0xE3, fields);
}

void AppendCounted(Bytes& out, const Bytes& bytes) {
  out.push_back(static_cast<uint8_t>(bytes.size()));
  Append(out, bytes);
}

// The older form (tables 11-34, 11-35): AID length | AID | life cycle |
//   privileges (1) | [count of modules | (AID length | AID) ...]
Bytes WriteUntagged(const Entry& entry) {
  Bytes out;
  AppendCounted(out, entry.aid.bytes());
  out.push_back(entry.life_cycle);
  out.push_back(entry.privileges.has_value() ? (*entry.privileges)[0] : 0x00);
  if (entry.with_modules) {
    out.push_back(static_cast<uint8_t>(entry.file->modules.size()));
    for (const card::Aid& module : entry.file->modules) {
      AppendCounted(out, module.bytes());
    }
  }
  return out;
}

// Whole entries, as many as fit a page; one that does not fit any goes on in
// the next.
std::vector<Bytes> Paginate(const std::vector<Bytes>& entries) {
  std::vector<Bytes> pages;
  for (const Bytes& entry : entries) {
    if (pages.empty() || pages.back().size() + entry.size() > kPageSize) {
      pages.emplace_back();
    }
    for (const uint8_t byte : entry) {
      if (pages.back().size() == kPageSize) pages.emplace_back();
      pages.back().push_back(byte);
    }
  }
  return pages;
}

absl::Status CheckP1P2(const card::CommandHeader& header) {
  const bool p1_known = header.p1 != 0 && (header.p1 & 0x0F) == 0;
  if (!p1_known || header.p2 > (kP2Tagged | kP2Next)) {
    return CardError(kWrongP1P2, "GET STATUS of something else");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<card::ResponseApdu> GetStatus::Process(
    const card::CommandApdu& command, const Registry& registry,
    const card::Aid& domain) {
  const card::CommandHeader& header = command.header();
  RETURN_IF_ERROR(CheckP1P2(header));
  const bool tagged = (header.p2 & kP2Tagged) != 0;
  if ((header.p2 & kP2Next) != 0) {
    if (!query_.has_value() || query_->p1 != header.p1 ||
        query_->tagged != tagged || query_->data != command.data()) {
      return CardError(kReferencedDataNotFound, "no page before this one");
    }
    return NextPage();
  }
  query_.reset();
  ASSIGN_OR_RETURN(const Criteria criteria, ReadCriteria(command.data()));
  std::vector<Bytes> entries;
  for (const Entry& entry : Entries(header.p1, registry)) {
    const bool seen = domain == registry.isd() || entry.aid == domain ||
                      entry.domain == domain;
    if (!seen || !Matches(entry, criteria)) continue;
    entries.push_back(tagged ? WriteTagged(entry, criteria)
                             : WriteUntagged(entry));
  }
  if (entries.empty()) {
    return CardError(kReferencedDataNotFound, "nothing like that on the card");
  }
  query_ = Query{header.p1, tagged, command.data(), Paginate(entries), 0};
  return NextPage();
}

absl::StatusOr<card::ResponseApdu> GetStatus::NextPage() {
  Bytes page = std::move(query_->pages[query_->next++]);
  if (query_->next < query_->pages.size()) {
    return card::ResponseApdu{std::move(page), kMoreDataAvailable};
  }
  query_.reset();
  return card::ResponseApdu{std::move(page), card::kSuccess};
}

}  // namespace cardferry::cardsim
