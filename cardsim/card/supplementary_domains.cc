#include "cardsim/card/supplementary_domains.h"

#include <utility>

#include "lib/base/status_macros.h"

namespace cardferry::cardsim {

void SupplementaryDomains::Add(const Application& application, KeyRing keys) {
  domains_[application.aid] = std::make_unique<SecurityDomain>(
      application.aid, std::move(keys), CardNumbers(), *application.objects,
      registry_, random_, &issuer_);
}

void SupplementaryDomains::Follow() {
  for (auto it = domains_.begin(); it != domains_.end();) {
    it = registry_.IsDomain(it->first) ? std::next(it) : domains_.erase(it);
  }
  for (const Application& application : registry_.applications()) {
    if (!application.is_domain() || Find(application.aid) != nullptr) continue;
    Add(application, KeyRing::Empty(options_));
  }
}

absl::Status SupplementaryDomains::Restore(std::vector<DomainKeys> keys) {
  for (DomainKeys& each : keys) {
    const Application* const application =
        registry_.FindApplication(each.domain);
    if (application == nullptr || !application->is_domain()) {
      return absl::DataLossError("keys of a security domain that is not there");
    }
    absl::StatusOr<KeyRing> ring =
        KeyRing::Create(std::move(each.key_sets), options_);
    if (!ring.ok()) return absl::DataLossError(ring.status().message());
    Add(*application, *std::move(ring));
  }
  Follow();
  return absl::OkStatus();
}

SecurityDomain* SupplementaryDomains::Find(const card::Aid& aid) {
  const auto found = domains_.find(aid);
  return found == domains_.end() ? nullptr : found->second.get();
}

const SecurityDomain* SupplementaryDomains::Find(const card::Aid& aid) const {
  const auto found = domains_.find(aid);
  return found == domains_.end() ? nullptr : found->second.get();
}

void SupplementaryDomains::Deselect() {
  for (auto& [aid, domain] : domains_) domain->Deselect();
}

std::vector<DomainKeys> SupplementaryDomains::ToKeys() const {
  std::vector<DomainKeys> keys;
  for (const auto& [aid, domain] : domains_) {
    if (domain->keys().empty()) continue;
    keys.push_back({aid, domain->keys().ToEntries()});
  }
  return keys;
}

}  // namespace cardferry::cardsim
