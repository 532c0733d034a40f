#include "services/sequencer/card_profile.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace cardferry::sequencer {

bool IsImplicit(uint8_t scp, uint8_t i) { return scp == 2 && (i & 0x04) == 0; }

namespace {

bool IsS16(uint8_t scp, uint8_t i) { return scp == 3 && (i & 0x01) != 0; }

enum class Initiation { kShort, kLong, kNone };

Initiation InitiationOf(uint8_t scp, uint8_t i) {
  if (IsImplicit(scp, i)) return Initiation::kNone;
  return IsS16(scp, i) ? Initiation::kLong : Initiation::kShort;
}

// A profile that names no `i` is of cards with the short challenge.
bool Has(const ProfileMatch& match, Initiation initiation) {
  if (match.i.empty()) return initiation == Initiation::kShort;
  return std::any_of(match.i.begin(), match.i.end(), [&](uint8_t i) {
    return InitiationOf(match.scp, i) == initiation;
  });
}

card::Protection ProtectionAt(uint8_t level, uint8_t scp, bool s16,
                              size_t longest_command) {
  constexpr uint8_t kScp01 = 1;  // encrypts a length of one byte with the data
  constexpr uint8_t kEncrypts = 0x02;
  if (scp == kScp01 && (level & kEncrypts) != 0) return level;
  return {level, static_cast<uint8_t>(s16 ? 16 : 8), longest_command};
}

bool IsOneOf(const std::set<uint8_t>& allowed, uint8_t value) {
  return allowed.empty() || allowed.count(value) > 0;
}

bool MayHaveIdentity(const ProfileMatch& match,
                     const card::ClaimedIdentity& identity) {
  return identity.scp == match.scp &&
         IsOneOf(match.key_version_numbers, identity.key_version_number) &&
         (!identity.i.has_value() || IsOneOf(match.i, *identity.i));
}

// Card Recognition Data may list several channels: the first one that fits.
const card::ScpVariant* ListedChannel(const ProfileMatch& match,
                                      const CardClaim& claim) {
  const auto found = std::find_if(claim.channels.begin(), claim.channels.end(),
                                  [&match](const card::ScpVariant& channel) {
                                    return channel.scp == match.scp &&
                                           IsOneOf(match.i, channel.i);
                                  });
  return found == claim.channels.end() ? nullptr : &*found;
}

// What is listed does not matter when SCP03's INITIALIZE UPDATE said more. A
// card that lists nothing is of a type that says what it then has, or has not
// been asked enough yet.
bool MayHaveChannel(const ProfileMatch& match, const CardClaim& claim,
                    uint8_t fallback_i) {
  if (claim.identity.has_value() && claim.identity->i.has_value()) return true;
  if (!claim.channels.empty()) return ListedChannel(match, claim) != nullptr;
  return !claim.identity.has_value() || fallback_i != 0;
}

bool IsField(const Bytes& wanted, ByteSpan field) {
  return wanted.empty() || ByteSpan(wanted) == field;
}

bool MayHaveProduction(const ProfileMatch& match, const CardClaim& claim) {
  const bool asked = !match.ic_fabricator.empty() || !match.ic_type.empty() ||
                     !match.operating_system.empty();
  if (!asked) return true;
  return claim.cplc.has_value() &&
         IsField(match.ic_fabricator, claim.cplc->ic_fabricator()) &&
         IsField(match.ic_type, claim.cplc->ic_type()) &&
         IsField(match.operating_system, claim.cplc->operating_system());
}

bool Overlap(const std::set<uint8_t>& a, const std::set<uint8_t>& b) {
  return a.empty() || b.empty() ||
         std::any_of(a.begin(), a.end(),
                     [&b](uint8_t value) { return b.count(value) > 0; });
}

bool Overlap(const Bytes& a, const Bytes& b) {
  return a.empty() || b.empty() || a == b;
}

// A card that does not say its `i` is of every type with a fallback.
bool OverlapInOptions(const CardProfile& a, const CardProfile& b) {
  return Overlap(a.match.i, b.match.i) ||
         (a.fallback_i != 0 && b.fallback_i != 0);
}

bool CouldMatchOneCard(const ProfileMatch& a, const ProfileMatch& b) {
  return a.isd_aid == b.isd_aid && a.scp == b.scp &&
         Overlap(a.key_version_numbers, b.key_version_numbers) &&
         Overlap(a.ic_fabricator, b.ic_fabricator) &&
         Overlap(a.ic_type, b.ic_type) &&
         Overlap(a.operating_system, b.operating_system);
}

absl::Status CheckPair(const CardProfile& a, const CardProfile& b) {
  if (a.name == b.name) {
    return absl::InvalidArgumentError(
        absl::StrCat("two card profiles are named ", a.name));
  }
  if (!CouldMatchOneCard(a.match, b.match) || !OverlapInOptions(a, b)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("the card profiles ", a.name, " and ", b.name,
                   " could match one card: tell them apart"));
}

}  // namespace

bool CardProfile::MayBe(const CardClaim& claim) const {
  if (claim.isd_aid != match.isd_aid) return false;
  if (claim.identity.has_value() && !MayHaveIdentity(match, *claim.identity)) {
    return false;
  }
  if (!MayHaveChannel(match, claim, fallback_i)) return false;
  if (claim.identity.has_value() &&
      claim.implicit != IsImplicit(match.scp, ChannelOptions(claim))) {
    return false;
  }
  return MayHaveProduction(match, claim);
}

uint8_t CardProfile::ChannelOptions(const CardClaim& claim) const {
  if (claim.identity.has_value() && claim.identity->i.has_value()) return 0;
  const card::ScpVariant* listed = ListedChannel(match, claim);
  return listed != nullptr ? listed->i : fallback_i;
}

card::Protection CardProfile::ProtectionOf(const CardClaim& claim,
                                           uint8_t level) const {
  const card::ClaimedIdentity& identity = *claim.identity;
  const size_t said = claim.longest_command.value_or(0);
  const bool counts = said != 0 && said != card::CommandApdu::kMaxShortData;
  return ProtectionAt(
      level, identity.scp, IsS16(identity.scp, identity.i.value_or(0)),
      counts ? std::min(longest_command, said) : longest_command);
}

card::Protection CardProfile::UsualProtection(uint8_t level) const {
  return ProtectionAt(level, match.scp, Has(match, Initiation::kLong),
                      longest_command);
}

bool CardProfile::IsBuiltIn(const card::Aid& package) const {
  return std::any_of(built_in_packages.begin(), built_in_packages.end(),
                     [&package](const Bytes& prefix) {
                       return package.bytes().size() >= prefix.size() &&
                              std::equal(prefix.begin(), prefix.end(),
                                         package.bytes().begin());
                     });
}

absl::StatusOr<ProfileCatalog> ProfileCatalog::Create(
    std::vector<CardProfile> profiles) {
  std::sort(profiles.begin(), profiles.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  for (size_t i = 0; i < profiles.size(); ++i) {
    for (size_t j = i + 1; j < profiles.size(); ++j) {
      const absl::Status status = CheckPair(profiles[i], profiles[j]);
      if (!status.ok()) return status;
    }
  }
  return ProfileCatalog(std::move(profiles));
}

Questions ProfileCatalog::WhatToAsk() const {
  Questions questions;
  questions.short_challenge = false;
  std::vector<card::Aid>& aids = questions.security_domains;
  for (const CardProfile& profile : profiles_) {
    const card::Aid& aid = profile.match.isd_aid;
    if (std::count(aids.begin(), aids.end(), aid) == 0) aids.push_back(aid);
    questions.resources = questions.resources || profile.tells_resources;
    questions.numbers = questions.numbers || profile.tells_numbers;
    questions.short_challenge |= Has(profile.match, Initiation::kShort);
    questions.long_challenge |= Has(profile.match, Initiation::kLong);
    questions.no_challenge |= Has(profile.match, Initiation::kNone);
  }
  return questions;
}

absl::StatusOr<const CardProfile*> ProfileCatalog::Find(
    const CardClaim& claim) const {
  const CardProfile* found = nullptr;
  for (const CardProfile& profile : profiles_) {
    if (!profile.MayBe(claim)) continue;
    if (found != nullptr) {
      return absl::FailedPreconditionError(
          absl::StrCat("the card may be ", found->name, " or ", profile.name));
    }
    found = &profile;
  }
  if (found == nullptr) {
    return absl::NotFoundError(absl::StrCat("no card profile fits this card (",
                                            claim.ToString(), ")"));
  }
  return found;
}

}  // namespace cardferry::sequencer
