#include "lib/card/gp/get_status.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"
#include "lib/card/status_words/explain.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::card {
namespace {

constexpr uint32_t kTagEntry = 0xE3;
constexpr uint32_t kTagAid = 0x4F;
constexpr uint32_t kTagLifeCycle = 0x9F70;
constexpr uint32_t kTagPrivileges = 0xC5;
constexpr uint32_t kTagLoadFile = 0xC4;
constexpr uint32_t kTagVersion = 0xCE;
constexpr uint32_t kTagModule = 0x84;
constexpr uint32_t kTagSecurityDomain = 0xCC;

absl::Status WrongLength(absl::string_view field, size_t size) {
  return absl::InvalidArgumentError(
      absl::StrCat(field, " of ", size, " bytes"));
}

absl::Status ReadField(const Tlv& field, StatusEntry& entry) {
  switch (field.tag) {
    case kTagLifeCycle:
      // Cards with a contactless interface add the state of that as a second
      // byte (GPC Amendment C).
      if (field.value.size() != 1 && field.value.size() != 2) {
        return WrongLength("life cycle", field.value.size());
      }
      entry.life_cycle = field.value[0];
      return absl::OkStatus();
    case kTagPrivileges:
      if (field.value.size() != 1 && field.value.size() != 3) {
        return WrongLength("privileges", field.value.size());
      }
      entry.privileges.assign(field.value.begin(), field.value.end());
      return absl::OkStatus();
    case kTagLoadFile: {
      ASSIGN_OR_RETURN(entry.load_file, Aid::Create(field.value));
      return absl::OkStatus();
    }
    case kTagSecurityDomain: {
      ASSIGN_OR_RETURN(entry.security_domain, Aid::Create(field.value));
      return absl::OkStatus();
    }
    case kTagVersion:
      if (field.value.size() != 2) {
        return WrongLength("version", field.value.size());
      }
      entry.version =
          static_cast<uint16_t>(field.value[0] << 8 | field.value[1]);
      return absl::OkStatus();
    case kTagModule: {
      ASSIGN_OR_RETURN(Aid module, Aid::Create(field.value));
      entry.modules.push_back(std::move(module));
      return absl::OkStatus();
    }
    default:
      return absl::OkStatus();
  }
}

absl::StatusOr<StatusEntry> ParseEntry(const Tlv& object) {
  if (object.tag != kTagEntry) {
    return absl::InvalidArgumentError(
        absl::StrFormat("tag %X instead of E3", object.tag));
  }
  ASSIGN_OR_RETURN(const std::vector<Tlv> fields, ParseTlvs(object.value));
  const std::optional<ByteSpan> aid = FindTag(fields, kTagAid);
  if (!aid.has_value()) return absl::InvalidArgumentError("no AID");
  ASSIGN_OR_RETURN(Aid parsed, Aid::Create(*aid));
  StatusEntry entry{std::move(parsed), {}, {}, {}, {}, {}};
  for (const Tlv& field : fields) {
    RETURN_IF_ERROR(ReadField(field, entry));
  }
  return entry;
}

std::string SecurityDomainText(uint8_t life_cycle) {
  switch (life_cycle) {
    case 0x01:
      return "OP_READY";
    case 0x07:
      return "INITIALIZED";
    case 0x0F:
      return "SECURED";
    case 0x7F:
      return "CARD_LOCKED";
    case 0xFF:
      return "TERMINATED";
    default:
      return absl::StrFormat("%02X", life_cycle);
  }
}

std::string ApplicationText(uint8_t life_cycle) {
  if ((life_cycle & 0x80) != 0) return "LOCKED";
  switch (life_cycle) {
    case 0x03:
      return "INSTALLED";
    case 0x07:
      return "SELECTABLE";
    case 0x0F:
      return "PERSONALIZED";
    default:
      return absl::StrFormat("%02X", life_cycle);
  }
}

}  // namespace

bool StatusEntry::operator==(const StatusEntry& o) const {
  return aid == o.aid && life_cycle == o.life_cycle &&
         privileges == o.privileges && load_file == o.load_file &&
         version == o.version && modules == o.modules &&
         security_domain == o.security_domain;
}

CommandApdu GetStatusCommand(StatusScope scope, StatusPage page) {
  const uint8_t every_aid[] = {0x4F, 0x00};
  return *CommandApdu::Create(
      {0x80, 0xF2, static_cast<uint8_t>(scope), static_cast<uint8_t>(page)},
      every_aid, CommandApdu::kMaxShortLe);
}

absl::StatusOr<std::vector<StatusEntry>> ParseStatusEntries(ByteSpan data) {
  ASSIGN_OR_RETURN(const std::vector<Tlv> objects, ParseTlvs(data));
  std::vector<StatusEntry> entries;
  for (const Tlv& object : objects) {
    absl::StatusOr<StatusEntry> entry = ParseEntry(object);
    if (!entry.ok()) {
      return Annotate(entry.status(),
                      absl::StrCat("entry ", entries.size() + 1));
    }
    entries.push_back(*std::move(entry));
  }
  return entries;
}

absl::StatusOr<StatusList> JoinStatusPages(
    absl::Span<const ResponseApdu> pages) {
  if (pages.empty() || pages.size() > kMaxStatusPages) {
    return absl::InvalidArgumentError(
        absl::StrCat(pages.size(), " pages of GET STATUS"));
  }
  Bytes data;
  StatusList list;
  list.complete = false;
  for (const ResponseApdu& page : pages) {
    const bool nothing_more = page.sw == kReferencedDataNotFound;
    if (!nothing_more && page.sw != kSuccess && page.sw != kMoreDataAvailable) {
      return absl::FailedPreconditionError(
          absl::StrCat("GET STATUS was answered ", Describe(page.sw)));
    }
    if (!nothing_more) Append(data, page.data);
    list.complete = page.sw != kMoreDataAvailable;
    if (list.complete) break;
  }
  absl::StatusOr<std::vector<StatusEntry>> entries = ParseStatusEntries(data);
  if (!entries.ok() && list.complete) return entries.status();
  if (entries.ok()) list.entries = *std::move(entries);
  return list;
}

std::string LifeCycleText(StatusScope scope, uint8_t life_cycle) {
  switch (scope) {
    case StatusScope::kIssuerSecurityDomain:
      return SecurityDomainText(life_cycle);
    case StatusScope::kApplications:
      return ApplicationText(life_cycle);
    default:
      return life_cycle == 0x01 ? "LOADED"
                                : absl::StrFormat("%02X", life_cycle);
  }
}

}  // namespace cardferry::card
