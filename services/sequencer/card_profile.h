#ifndef CARDFERRY_SERVICES_SEQUENCER_CARD_PROFILE_H_
#define CARDFERRY_SERVICES_SEQUENCER_CARD_PROFILE_H_

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/status_word.h"
#include "lib/card/cap/cap_file.h"
#include "lib/card/cap/java_card_version.h"
#include "lib/card/gp/content_commands.h"
#include "services/sequencer/card_claim.h"
#include "services/sequencer/card_record.h"
#include "services/sequencer/channel_quirks.h"
#include "services/sequencer/content_rules.h"

namespace cardferry::sequencer {

// Whether sessions of the protocol begin by their first C-MAC: SCP02 without
// `i` bit 04 (GPCS 2.3.1, E.1.1).
bool IsImplicit(uint8_t scp, uint8_t i);

// How cards of a type are recognised; an empty set or field matches all.
struct ProfileMatch {
  card::Aid isd_aid;
  uint8_t scp = 0;
  std::set<uint8_t> i = {};
  std::set<uint8_t> key_version_numbers = {};
  Bytes ic_fabricator = {};
  Bytes ic_type = {};
  Bytes operating_system = {};
};

// Incorrect secure messaging data objects (ISO/IEC 7816-4, 5.6).
inline constexpr card::StatusWord kWrongMac{0x6988};

// A type of card: what has to be known of it before the first command.
struct CardProfile {
  std::string name;
  ProfileMatch match;
  std::string key_set = {};
  uint8_t level_floor = 0x03;
  uint8_t fallback_i = 0;
  card::Descriptor descriptor = card::Descriptor::kLeaveOut;
  StatusSnapshot factory_content = {};
  // What the AIDs of packages in the mask begin with.
  std::vector<Bytes> built_in_packages = {};
  // Whether DELETE of a package takes what is installed from it along.
  card::DeleteRelated delete_related = card::DeleteRelated::kNo;
  // Whether the card says what memory is free when it arrives.
  bool tells_resources = false;
  // Whether it says its issuer's and its own number then.
  bool tells_numbers = false;
  // Signatures that these cards ask for.
  ContentRules rules = {};
  // Whether it may be asked for modules; it may refuse.
  bool lists_modules = true;
  ChannelQuirks quirks = {};
  // What says that a command's C-MAC was wrong.
  card::StatusWord wrong_mac = kWrongMac;
  // The Java Card platform's release, when somebody has said it.
  std::optional<card::JavaCardVersion> java_card = std::nullopt;
  // Bytes of data that a command to these cards may have, with its MAC: over
  // 255 by extended length. A card may say that it takes less.
  size_t longest_command = card::CommandApdu::kMaxShortData;
  // The whole profile as people write it.
  std::string text = {};

  // True when nothing that the card said speaks against this type. What it did
  // not say yet (no INITIALIZE UPDATE) does not count. A card whose `i` is
  // known from nowhere is of no type.
  bool MayBe(const CardClaim& claim) const;
  // `i` of a card that MayBe of this type and does not say it in INITIALIZE
  // UPDATE: the first of its Card Recognition Data that this type may have,
  // else fallback_i. 0 for SCP03, which says it.
  uint8_t ChannelOptions(const CardClaim& claim) const;
  // What a session at this level puts around commands, and how long they may
  // get: as long as cards of this type take them, or shorter when this one says
  // so. That it takes 255 bytes says nothing against more: cards answer so that
  // take extended length, too.
  card::Protection ProtectionOf(const CardClaim& claim, uint8_t level) const;
  // The same of a card that has said nothing yet; of a type with cards in S16
  // mode, one of these: it has less room.
  card::Protection UsualProtection(uint8_t level) const;
  // True when the package needs not be listed to be there.
  bool IsBuiltIn(const card::Aid& package) const;
};

// All card types. Immutable.
class ProfileCatalog {
 public:
  // None where only file-oriented cards are served. INVALID_ARGUMENT for two of
  // one name, or two that could match one card.
  static absl::StatusOr<ProfileCatalog> Create(
      std::vector<CardProfile> profiles);

  const std::vector<CardProfile>& profiles() const { return profiles_; }
  // What to ask a card that arrives: the issuer security domains, each once, in
  // the order of the profiles' names; its resources if one profile says that
  // its cards tell them; the long challenge if one names an `i` of S16 mode,
  // none if one names one of implicit initiation.
  Questions WhatToAsk() const;
  // The one type that this card may be. NOT_FOUND, saying what the card said,
  // when there is none; FAILED_PRECONDITION when the card did not say enough
  // to tell several apart.
  absl::StatusOr<const CardProfile*> Find(const CardClaim& claim) const;

 private:
  explicit ProfileCatalog(std::vector<CardProfile> profiles)
      : profiles_(std::move(profiles)) {}

  std::vector<CardProfile> profiles_;
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_CARD_PROFILE_H_
