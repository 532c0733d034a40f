#ifndef CARDFERRY_CARDSIM_CARD_EXTRADITION_H_
#define CARDFERRY_CARDSIM_CARD_EXTRADITION_H_

#include <array>
#include <cstdint>

#include "absl/status/status.h"
#include "cardsim/card/registry.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"

namespace cardferry::cardsim {

// Privileges that an application may be given: to be selected by default, one
// of them at a time; with a security domain's go Trusted Path, Authorized and
// Delegated Management, DAP Verification and, with that, Mandated DAP. 6A80 for
// others, 6985 when another one than `aid` is selected by default.
absl::Status CheckPrivileges(const std::array<uint8_t, 3>& privileges,
                             const card::Aid& aid, const Registry& registry);

// INSTALL [for extradition] by `domain`: as Registry::Extradite; 6985 for what
// is another domain's, 6A80.
absl::Status Extradite(ByteSpan data, const card::Aid& domain,
                       Registry& registry);

// INSTALL [for registry update] by `domain`: privileges, and the security
// domain that the application belongs to, where they are named. Errors of the
// two above; 6A88 for an application that is not there, 6A80 for making a
// security domain of what is none, or the other way round.
absl::Status UpdateRegistry(ByteSpan data, const card::Aid& domain,
                            Registry& registry);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARD_EXTRADITION_H_
