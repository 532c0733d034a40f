#ifndef CARDFERRY_CARDSIM_APPLETS_APPLET_FACTORY_H_
#define CARDFERRY_CARDSIM_APPLETS_APPLET_FACTORY_H_

#include <memory>

#include "absl/status/statusor.h"
#include "cardsim/applets/applet.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"

namespace cardferry::cardsim {

// Makes the native behaviour of an applet of this package; `parameters` are its
// install parameters, the value of C9. A package that nobody has written native
// code for gets an applet that can be selected and knows no command (6D00).
// The CardError of an applet that refuses its parameters.
absl::StatusOr<std::unique_ptr<Applet>> MakeApplet(const card::Aid& package,
                                                   ByteSpan parameters);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_APPLETS_APPLET_FACTORY_H_
