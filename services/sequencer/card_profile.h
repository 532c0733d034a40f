#ifndef CARDFERRY_SERVICES_SEQUENCER_CARD_PROFILE_H_
#define CARDFERRY_SERVICES_SEQUENCER_CARD_PROFILE_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"
#include "lib/card/cap/cap_file.h"
#include "services/sequencer/card_claim.h"
#include "services/sequencer/card_record.h"

namespace cardferry::sequencer {

// How cards of a type are recognised; an empty set or field matches all.
struct ProfileMatch {
  card::Aid isd_aid;
  uint8_t scp = 0;
  std::set<uint8_t> i;
  std::set<uint8_t> key_version_numbers;
  Bytes ic_fabricator;
  Bytes ic_type;
  Bytes operating_system;
};

// A type of card: what has to be known of it before the first command.
struct CardProfile {
  std::string name;
  ProfileMatch match;
  std::string key_set;
  uint8_t level_floor = 0x03;
  uint8_t fallback_i = 0;
  card::Descriptor descriptor = card::Descriptor::kLeaveOut;
  StatusSnapshot factory_content;
  // What the AIDs of packages in the mask begin with.
  std::vector<Bytes> built_in_packages;

  // True when nothing that the card said speaks against this type. What it did
  // not say yet (no INITIALIZE UPDATE) does not count.
  bool MayBe(const CardClaim& claim) const;
  // True when the package needs not be listed to be there.
  bool IsBuiltIn(const card::Aid& package) const;
};

// All card types. Immutable.
class ProfileCatalog {
 public:
  // INVALID_ARGUMENT for none, two of one name, or two that could match one
  // card.
  static absl::StatusOr<ProfileCatalog> Create(
      std::vector<CardProfile> profiles);

  const std::vector<CardProfile>& profiles() const { return profiles_; }
  // The issuer security domains to look for, each once, in the order of the
  // profiles' names.
  std::vector<card::Aid> SecurityDomains() const;
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
