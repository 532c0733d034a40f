#ifndef CARDFERRY_CARDSIM_CARD_REGISTRY_H_
#define CARDFERRY_CARDSIM_CARD_REGISTRY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "cardsim/applets/applet.h"
#include "cardsim/card/content_security.h"
#include "cardsim/card/life_cycle.h"
#include "cardsim/card/load_file.h"
#include "cardsim/card/stored_objects.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"

namespace cardferry::cardsim {

// Transient memory, of which an application may ask for any part (C7).
inline constexpr size_t kVolatileBytes = 8 * 1024;

// An executable load file on the card.
struct Package {
  LoadFile file;     // what its data block says
  Bytes data_block;  // takes as much memory as it has bytes
  // The security domain that it belongs to; nullopt: the issuer's.
  std::optional<card::Aid> domain = std::nullopt;
};

// Privileges (GPCS 2.3.1, tables 11-7 and 11-8), of the first byte and of the
// second.
inline constexpr uint8_t kSecurityDomainPrivilege = 0x80;
inline constexpr uint8_t kDapVerification = 0x40;
inline constexpr uint8_t kDelegatedManagement = 0x20;
inline constexpr uint8_t kMandatedDap = 0x01;
inline constexpr uint8_t kTrustedPath = 0x80;
inline constexpr uint8_t kAuthorizedManagement = 0x40;

// Of an application that a reset selects (GPCS 2.3.1, table 11-7).
inline constexpr uint8_t kDefaultSelected = 0x04;

// An applet instance, or a security domain beside the issuer's.
struct Application {
  card::Aid aid;
  card::Aid package;
  card::Aid module;
  uint8_t life_cycle = kInstalled;
  std::array<uint8_t, 3> privileges = {};
  size_t size = 0;
  std::unique_ptr<Applet> applet = nullptr;
  // As of a package.
  std::optional<card::Aid> domain = std::nullopt;
  // What a security domain was told by STORE DATA; none has any other.
  std::unique_ptr<StoredObjects> objects = nullptr;

  bool locked() const { return (life_cycle & kApplicationLocked) != 0; }
  bool selectable() const { return !locked() && life_cycle >= kSelectable; }
  bool is_domain() const {
    return (privileges[0] & kSecurityDomainPrivilege) != 0;
  }
  bool default_selected() const {
    return (privileges[0] & kDefaultSelected) != 0;
  }
};

// What is on the card (the GlobalPlatform registry, GPCS 2.3.1, 9.6) and the
// memory that it takes. Errors are CardErrors; a refused call changes nothing.
class Registry {
 public:
  // `isd`: the AID of the issuer security domain, which nothing else may have.
  Registry(card::Aid isd, size_t eeprom_bytes)
      : isd_(std::move(isd)), eeprom_bytes_(eeprom_bytes) {}

  const card::Aid& isd() const { return isd_; }
  const std::vector<Package>& packages() const { return packages_; }
  const std::vector<Application>& applications() const { return applications_; }

  size_t free_bytes() const;

  // What is asked of content besides.
  ContentSecurity& security() { return security_; }
  const ContentSecurity& security() const { return security_; }

  uint8_t card_life_cycle() const { return card_life_cycle_; }
  void set_card_life_cycle(uint8_t state) { card_life_cycle_ = state; }

  // Whether security domain, package or application has this AID.
  bool Has(const card::Aid& aid) const;
  // Whether this is the AID of a security domain, the issuer's or another.
  bool IsDomain(const card::Aid& aid) const;
  // The security domain that a package or application belongs to; nullptr for
  // an AID of neither.
  const card::Aid* DomainOf(const card::Aid& aid) const;
  // Whether `domain` may change what has this AID: its own, and the issuer's
  // everything.
  bool MayChange(const card::Aid& domain, const card::Aid& aid) const;
  const Package* FindPackage(const card::Aid& aid) const;
  // nullptr when there is none.
  Application* FindApplication(const card::Aid& aid);

  // The application that is selected by default; nullptr: none is, and so the
  // issuer security domain is.
  const Application* DefaultSelected() const;

  // 6985 for an AID that is on the card, 6A80 for an import that is not (the
  // platform's own packages always are), 6A84 for too little memory.
  absl::Status AddPackage(Package package);
  // 6985 for an AID that is on the card, 6A84 for too little memory.
  absl::Status AddApplication(Application application);

  // Gives a package or application to another security domain (9.4.2). 6A88
  // when one of the two is not on the card, 6985 when a security domain would
  // belong to itself in the end.
  absl::Status Extradite(const card::Aid& aid, const card::Aid& domain);

  // Deletes a package or application. With a package go its applications when
  // `related`; otherwise they are in the way (6985). So is always a package
  // that imports it, and what belongs to a security domain; the issuer's cannot
  // be deleted. 6A88 for an AID that is not on the card.
  absl::Status Delete(const card::Aid& aid, bool related);

 private:
  absl::Status CheckImport(const PackageImport& import) const;
  bool HasContent(const card::Aid& domain) const;
  absl::Status DeletePackage(const card::Aid& aid, bool related);

  card::Aid isd_;
  size_t eeprom_bytes_;
  ContentSecurity security_;
  uint8_t card_life_cycle_ = kSecured;
  std::vector<Package> packages_;
  std::vector<Application> applications_;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARD_REGISTRY_H_
