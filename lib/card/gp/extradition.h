#ifndef CARDFERRY_LIB_CARD_GP_EXTRADITION_H_
#define CARDFERRY_LIB_CARD_GP_EXTRADITION_H_

#include "absl/status/statusor.h"
#include "lib/card/apdu/aid.h"
#include "lib/card/apdu/command_apdu.h"

namespace cardferry::card {

// INSTALL [for extradition] (GPCS 2.3.1, 11.5.2.3.4), plain: an application or
// load file gets another security domain; no parameters, no token.
absl::StatusOr<CommandApdu> InstallForExtradition(const Aid& security_domain,
                                                  const Aid& content);

}  // namespace cardferry::card

#endif  // CARDFERRY_LIB_CARD_GP_EXTRADITION_H_
