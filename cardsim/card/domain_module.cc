#include "cardsim/card/domain_module.h"

#include <memory>

namespace cardferry::cardsim {

Application MakeSecurityDomain(const card::Aid& aid,
                               const std::array<uint8_t, 3>& privileges) {
  Application domain{aid, *card::Aid::FromHex(kDomainPackage),
                     *card::Aid::FromHex(kDomainModule)};
  domain.life_cycle = kSelectable;
  domain.privileges = privileges;
  domain.objects = std::make_unique<StoredObjects>();
  return domain;
}

}  // namespace cardferry::cardsim
