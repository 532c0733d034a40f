#include "cardsim/card/registry.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cardsim/card_error.h"
#include "lib/base/status_macros.h"

namespace cardferry::cardsim {
namespace {

// The packages of the Java Card and GlobalPlatform APIs that every card has.
constexpr absl::string_view kPlatformPackages[] = {
    "A0000000620001",      // java.lang
    "A0000000620002",      // java.io
    "A0000000620003",      // java.rmi
    "A0000000620101",      // javacard.framework
    "A000000062010101",    // javacard.framework.service
    "A0000000620102",      // javacard.security
    "A0000000620201",      // javacardx.crypto
    "A0000000620202",      // javacardx.biometry
    "A0000000620203",      // javacardx.external
    "A0000000620204",      // javacardx.biometry1toN
    "A0000000620205",      // javacardx.security
    "A000000062020801",    // javacardx.framework.util
    "A00000006202080101",  // javacardx.framework.util.intx
    "A000000062020802",    // javacardx.framework.math
    "A000000062020803",    // javacardx.framework.tlv
    "A000000062020804",    // javacardx.framework.string
    "A0000000620209",      // javacardx.apdu
    "A000000062020901",    // javacardx.apdu.util
    "A0000000030000",      // visa.openplatform
    "A00000015100",        // org.globalplatform
};

bool IsPlatformPackage(const card::Aid& aid) {
  const std::string hex = aid.ToHex();
  return std::find(std::begin(kPlatformPackages), std::end(kPlatformPackages),
                   hex) != std::end(kPlatformPackages);
}

// More would make the registry longer than one state can hold.
constexpr size_t kMaxEntries = 1000;

bool Imports(const Package& package, const card::Aid& aid) {
  const auto& imports = package.file.imports;
  return std::any_of(imports.begin(), imports.end(),
                     [&](const PackageImport& i) { return i.aid == aid; });
}

}  // namespace

size_t Registry::free_bytes() const {
  size_t free = eeprom_bytes_;
  for (const Package& package : packages_) free -= package.data_block.size();
  for (const Application& application : applications_) {
    free -= application.size;
  }
  return free;
}

const Package* Registry::FindPackage(const card::Aid& aid) const {
  for (const Package& package : packages_) {
    if (package.file.package == aid) return &package;
  }
  return nullptr;
}

Application* Registry::FindApplication(const card::Aid& aid) {
  for (Application& application : applications_) {
    if (application.aid == aid) return &application;
  }
  return nullptr;
}

bool Registry::IsDomain(const card::Aid& aid) const {
  return aid == isd_ || std::any_of(applications_.begin(), applications_.end(),
                                    [&](const Application& a) {
                                      return a.aid == aid && a.is_domain();
                                    });
}

const card::Aid* Registry::DomainOf(const card::Aid& aid) const {
  const auto or_issuer = [&](const std::optional<card::Aid>& domain) {
    return domain.has_value() ? &*domain : &isd_;
  };
  for (const Application& application : applications_) {
    if (application.aid == aid) return or_issuer(application.domain);
  }
  const Package* const package = FindPackage(aid);
  return package == nullptr ? nullptr : or_issuer(package->domain);
}

bool Registry::MayChange(const card::Aid& domain, const card::Aid& aid) const {
  const card::Aid* const owner = DomainOf(aid);
  return domain == isd_ || (owner != nullptr && *owner == domain);
}

bool Registry::HasContent(const card::Aid& domain) const {
  return std::any_of(
             applications_.begin(), applications_.end(),
             [&](const Application& a) { return a.domain == domain; }) ||
         std::any_of(packages_.begin(), packages_.end(),
                     [&](const Package& p) { return p.domain == domain; });
}

absl::Status Registry::Extradite(const card::Aid& aid,
                                 const card::Aid& domain) {
  if (DomainOf(aid) == nullptr || !IsDomain(domain)) {
    return CardError(kReferencedDataNotFound, "no such AID on the card");
  }
  for (const card::Aid* above = &domain; above != nullptr && *above != isd_;
       above = DomainOf(*above)) {
    if (*above == aid) {
      return CardError(kConditionsNotSatisfied, "it would belong to itself");
    }
  }
  const std::optional<card::Aid> owner =
      domain == isd_ ? std::nullopt : std::optional<card::Aid>(domain);
  for (Application& application : applications_) {
    if (application.aid == aid) application.domain = owner;
  }
  for (Package& package : packages_) {
    if (package.file.package == aid) package.domain = owner;
  }
  return absl::OkStatus();
}

const Application* Registry::DefaultSelected() const {
  for (const Application& application : applications_) {
    if (application.default_selected()) return &application;
  }
  return nullptr;
}

bool Registry::Has(const card::Aid& aid) const {
  const bool is_application =
      std::any_of(applications_.begin(), applications_.end(),
                  [&](const Application& a) { return a.aid == aid; });
  return aid == isd_ || is_application || FindPackage(aid) != nullptr;
}

absl::Status Registry::CheckImport(const PackageImport& import) const {
  if (IsPlatformPackage(import.aid)) return absl::OkStatus();
  const Package* const package = FindPackage(import.aid);
  if (package == nullptr || package->file.major != import.major ||
      package->file.minor < import.minor) {
    return CardError(kWrongData, absl::StrCat("package ", import.aid.ToHex(),
                                              " is not there to import"));
  }
  return absl::OkStatus();
}

absl::Status Registry::AddPackage(Package package) {
  if (Has(package.file.package)) {
    return CardError(kConditionsNotSatisfied, "AID is on the card");
  }
  for (const PackageImport& import : package.file.imports) {
    RETURN_IF_ERROR(CheckImport(import));
  }
  if (package.data_block.size() > free_bytes() ||
      packages_.size() == kMaxEntries) {
    return CardError(kNoSpace, "no space for the package");
  }
  packages_.push_back(std::move(package));
  return absl::OkStatus();
}

absl::Status Registry::AddApplication(Application application) {
  if (Has(application.aid)) {
    return CardError(kConditionsNotSatisfied, "AID is on the card");
  }
  if (application.size > free_bytes() || applications_.size() == kMaxEntries) {
    return CardError(kNoSpace, "no space for the application");
  }
  applications_.push_back(std::move(application));
  return absl::OkStatus();
}

absl::Status Registry::Delete(const card::Aid& aid, bool related) {
  if (aid == isd_) {
    return CardError(kConditionsNotSatisfied,
                     "the issuer security domain stays");
  }
  const auto found =
      std::find_if(applications_.begin(), applications_.end(),
                   [&](const Application& a) { return a.aid == aid; });
  if (found != applications_.end()) {
    if (HasContent(aid)) {
      return CardError(kConditionsNotSatisfied, "something belongs to it");
    }
    applications_.erase(found);
    return absl::OkStatus();
  }
  return DeletePackage(aid, related);
}

absl::Status Registry::DeletePackage(const card::Aid& aid, bool related) {
  const auto found =
      std::find_if(packages_.begin(), packages_.end(),
                   [&](const Package& p) { return p.file.package == aid; });
  if (found == packages_.end()) {
    return CardError(kReferencedDataNotFound, "no such AID on the card");
  }
  const auto of_package = [&](const Application& a) {
    return a.package == aid;
  };
  const bool used =
      std::any_of(applications_.begin(), applications_.end(), of_package);
  const bool imported =
      std::any_of(packages_.begin(), packages_.end(),
                  [&](const Package& p) { return Imports(p, aid); });
  if (imported || (used && !related)) {
    return CardError(kConditionsNotSatisfied, "the package is in use");
  }
  applications_.erase(
      std::remove_if(applications_.begin(), applications_.end(), of_package),
      applications_.end());
  packages_.erase(found);
  return absl::OkStatus();
}

}  // namespace cardferry::cardsim
