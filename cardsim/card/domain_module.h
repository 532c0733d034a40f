#ifndef CARDFERRY_CARDSIM_CARD_DOMAIN_MODULE_H_
#define CARDFERRY_CARDSIM_CARD_DOMAIN_MODULE_H_

#include <array>
#include <cstdint>

#include "cardsim/card/registry.h"
#include "lib/card/apdu/aid.h"

namespace cardferry::cardsim {

// Package and module of every security domain, with names that cards widely
// use. The package is on every card, and not in its lists.
inline constexpr char kDomainPackage[] = "A0000001515350";
inline constexpr char kDomainModule[] = "A000000151535041";

// An instance of it, which belongs to the issuer; not in a registry yet.
Application MakeSecurityDomain(const card::Aid& aid,
                               const std::array<uint8_t, 3>& privileges);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARD_DOMAIN_MODULE_H_
