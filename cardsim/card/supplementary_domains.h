#ifndef CARDFERRY_CARDSIM_CARD_SUPPLEMENTARY_DOMAINS_H_
#define CARDFERRY_CARDSIM_CARD_SUPPLEMENTARY_DOMAINS_H_

#include <map>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "cardsim/card/card_memory.h"
#include "cardsim/card/registry.h"
#include "cardsim/card/security_domain.h"
#include "cardsim/channel/channel.h"
#include "lib/base/random.h"
#include "lib/card/apdu/aid.h"

namespace cardferry::cardsim {

// The security domains beside the issuer's: each is there as long as its
// application is in the registry.
class SupplementaryDomains {
 public:
  // `options`: of every channel, but for the AID. The others live longer.
  SupplementaryDomains(ChannelOptions options, SecurityDomain& issuer,
                       Registry& registry, RandomSource& random)
      : options_(std::move(options)),
        issuer_(issuer),
        registry_(registry),
        random_(random) {}

  // After the registry has changed: what is new has no keys, what is gone is
  // gone with its keys.
  void Follow();

  // The same for a registry that was just restored, with the keys that were
  // kept. DATA_LOSS for keys of a domain that is not there, or that fit none.
  absl::Status Restore(std::vector<DomainKeys> keys);

  // nullptr when there is none with this AID.
  SecurityDomain* Find(const card::Aid& aid);
  const SecurityDomain* Find(const card::Aid& aid) const;

  // Ends the session of whichever has one.
  void Deselect();

  // The keys of those that have some, to be kept.
  std::vector<DomainKeys> ToKeys() const;

 private:
  void Add(const Application& application, KeyRing keys);

  ChannelOptions options_;
  SecurityDomain& issuer_;
  Registry& registry_;
  RandomSource& random_;
  std::map<card::Aid, std::unique_ptr<SecurityDomain>> domains_;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARD_SUPPLEMENTARY_DOMAINS_H_
