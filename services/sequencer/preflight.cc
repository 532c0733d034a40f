#include "services/sequencer/preflight.h"

#include <algorithm>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "lib/base/status_macros.h"
#include "lib/card/cap/java_card_version.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::sequencer {
namespace {

absl::Status Refuse(absl::string_view reason) {
  return absl::InvalidArgumentError(reason);
}

// The steps of one kind.
template <typename Step>
std::vector<const Step*> StepsOf(const ContentPlan& plan) {
  std::vector<const Step*> steps;
  for (const ContentStep& step : plan.steps) {
    if (const auto* one = std::get_if<Step>(&step)) steps.push_back(one);
  }
  return steps;
}

// What INSTALL asks for in its system parameters, EF { C7, D7 transient, C8, D8
// non-volatile memory } (GPCS 2.3.1, table 11-49): each first the most, then
// what is set aside, in 2 or 4 bytes.
struct Needs {
  uint64_t non_volatile = 0;
  uint64_t transient = 0;
};

absl::StatusOr<uint64_t> Larger(absl::Span<const card::Tlv> fields,
                                uint32_t quota, uint32_t reserved) {
  uint64_t larger = 0;
  for (const uint32_t tag : {quota, reserved}) {
    const std::optional<ByteSpan> bytes = card::FindTag(fields, tag);
    if (!bytes.has_value()) continue;
    if (bytes->size() != 2 && bytes->size() != 4) {
      return Refuse(
          absl::StrFormat("its system parameters' %X has %d bytes, not 2 or 4",
                          tag, bytes->size()));
    }
    uint64_t number = 0;
    for (const uint8_t byte : *bytes) number = number << 8 | byte;
    larger = std::max(larger, number);
  }
  return larger;
}

absl::StatusOr<Needs> NeedsOf(const card::Installation& installation) {
  const auto fields = card::ParseTlvs(installation.system_parameters);
  if (!fields.ok()) {
    return Refuse(absl::StrCat("its system parameters are not BER-TLV: ",
                               fields.status().message()));
  }
  Needs needs;
  ASSIGN_OR_RETURN(needs.non_volatile, Larger(*fields, 0xC8, 0xD8));
  ASSIGN_OR_RETURN(needs.transient, Larger(*fields, 0xC7, 0xD7));
  return needs;
}

absl::Status CheckFits(absl::string_view what, uint64_t least, uint64_t free,
                       absl::string_view memory) {
  if (least <= free) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat(
      what, " take at least ", least, " bytes", memory,
      " on the card, it says that ", free,
      " are free: delete something on it, or take one with more memory"));
}

absl::Status CheckMemory(const ContentPlan& plan, const CardClaim& claim) {
  Needs all;
  for (const InstallStep* step : StepsOf<InstallStep>(plan)) {
    const absl::StatusOr<Needs> needs = NeedsOf(step->installation);
    if (!needs.ok()) {
      return Annotate(
          needs.status(),
          absl::StrCat("applet ", step->installation.instance.ToHex()));
    }
    all.non_volatile += needs->non_volatile;
    all.transient += needs->transient;
  }
  if (plan.Deletes()) return absl::OkStatus();
  if (claim.free_memory.non_volatile.has_value()) {
    const bool quotas = all.non_volatile > 0;
    RETURN_IF_ERROR(
        CheckFits(quotas ? "the packages and what applets ask for (C8, D8)"
                         : "the packages",
                  plan.LeastMemory() + all.non_volatile,
                  *claim.free_memory.non_volatile, ""));
  }
  if (!claim.free_memory.transient.has_value()) return absl::OkStatus();
  return CheckFits("what applets ask for (C7, D7) would", all.transient,
                   *claim.free_memory.transient, " of transient memory");
}

// Why the card's platform is too old for this release; empty when it is not, or
// when nobody says how old it is.
std::string TooOldFor(const card::JavaCardVersion& release,
                      const CardProfile& profile, const CardClaim& claim) {
  if (profile.java_card.has_value()) {
    if (!(*profile.java_card < release)) return "";
    return absl::StrCat("cards of the profile \"", profile.name, "\" have ",
                        profile.java_card->ToString());
  }
  if (!claim.java_card.has_value() || *claim.java_card >= release.major) {
    return "";
  }
  return absl::StrCat("the card says that it has Java Card ", *claim.java_card);
}

absl::Status CheckJavaCard(const ContentPlan& plan, const CardProfile& profile,
                           const CardClaim& claim) {
  for (const LoadStep* step : StepsOf<LoadStep>(plan)) {
    const card::CapFile& cap = step->file->cap;
    for (const card::PackageVersion& import : cap.imports()) {
      const auto release = card::FirstReleaseWith(import);
      if (!release.has_value()) continue;
      const std::string why = TooOldFor(*release, profile, claim);
      if (why.empty()) continue;
      return Refuse(absl::StrCat(
          "package ", cap.package().ToString(), " imports ", import.ToString(),
          ", which came with Java Card ", release->ToString(), "; ", why,
          ": build it for that release, or take another card"));
    }
  }
  return absl::OkStatus();
}

// Privileges (GPCS 2.3.1, tables 6-1 and 11-7 to 11-9), the three bytes in one
// number.
constexpr uint32_t kSecurityDomain = 0x800000;
constexpr uint32_t kDapVerification = 0x400000;
constexpr uint32_t kDelegatedManagement = 0x200000;
constexpr uint32_t kMandatedDap = 0x010000;
constexpr uint32_t kAuthorizedManagement = 0x004000;
constexpr uint32_t kReserved = 0x00000F;

struct DomainPrivilege {
  uint32_t bit;
  absl::string_view name;
};
constexpr DomainPrivilege kOfDomainsOnly[] = {
    {kDapVerification, "DAP Verification"},
    {kDelegatedManagement, "Delegated Management"},
    {kMandatedDap, "Mandated DAP Verification"},
    {0x008000, "Trusted Path"},
    {kAuthorizedManagement, "Authorized Management"},
    {0x002000, "Token Verification"},
    {0x000080, "Receipt Generation"},
    {0x000040, "Ciphered Load File Data Block"},
};

uint32_t ToNumber(const Bytes& privileges) {
  uint32_t number = 0;
  for (size_t i = 0; i < 3; ++i) {
    number = number << 8 | (i < privileges.size() ? privileges[i] : 0u);
  }
  return number;
}

std::string WrongWith(uint32_t privileges) {
  if ((privileges & kReserved) != 0) {
    return absl::StrFormat("privilege %06X, which there is not",
                           privileges & kReserved);
  }
  for (const DomainPrivilege& one : kOfDomainsOnly) {
    const bool has = (privileges & one.bit) != 0;
    if (has && (privileges & kSecurityDomain) == 0) {
      return absl::StrCat("the privilege ", one.name,
                          ", which only security domains have");
    }
  }
  if ((privileges & kMandatedDap) != 0 &&
      (privileges & kDapVerification) == 0) {
    return "the privilege Mandated DAP Verification without DAP Verification";
  }
  if ((privileges & kDelegatedManagement) != 0 &&
      (privileges & kAuthorizedManagement) != 0) {
    return "the privileges Delegated Management and Authorized Management, of "
           "which one excludes the other";
  }
  return "";
}

absl::Status CheckPrivileges(const ContentPlan& plan) {
  for (const InstallStep* step : StepsOf<InstallStep>(plan)) {
    const std::string wrong =
        WrongWith(ToNumber(step->installation.privileges));
    if (wrong.empty()) continue;
    return Refuse(absl::StrCat("applet ", step->installation.instance.ToHex(),
                               " is to have ", wrong));
  }
  return absl::OkStatus();
}

// Life cycle and right of whom the plan's commands are for. What SELECT says
// now counts more than what the card proved before: it may have been unlocked.
absl::Status CheckSecurityDomain(const std::optional<card::StatusEntry>& domain,
                                 const CardClaim& claim) {
  constexpr uint8_t kTerminated = 0xFF;
  if (claim.is_locked) {
    return Refuse(
        "the card is locked (CARD_LOCKED): it only lets itself be read until "
        "its issuer unlocks it");
  }
  if (!domain.has_value()) return absl::OkStatus();
  if (domain->life_cycle == kTerminated) {
    return Refuse("the card is TERMINATED: nothing changes it any more");
  }
  // One byte of privileges, as older cards have it, has no room for the right.
  constexpr uint32_t kMay = kAuthorizedManagement | kDelegatedManagement;
  const bool says = domain->privileges.size() == 3;
  if (!says || (ToNumber(domain->privileges) & kMay) != 0) {
    return absl::OkStatus();
  }
  return Refuse(
      absl::StrCat("the security domain ", domain->aid.ToHex(),
                   " has no right to manage what is on the card (privileges ",
                   ToHex(domain->privileges),
                   ", neither Authorized nor Delegated Management)"));
}

}  // namespace

absl::Status CheckPlan(const ContentPlan& plan, const CardRecord& record,
                       const CardProfile& profile, const CardClaim& claim) {
  if (plan.steps.empty()) return absl::OkStatus();
  RETURN_IF_ERROR(CheckSecurityDomain(SecurityDomainOf(record), claim));
  RETURN_IF_ERROR(CheckJavaCard(plan, profile, claim));
  RETURN_IF_ERROR(CheckPrivileges(plan));
  return CheckMemory(plan, claim);
}

}  // namespace cardferry::sequencer
