#ifndef CARDFERRY_CARDSIM_APPLETS_APPLET_H_
#define CARDFERRY_CARDSIM_APPLETS_APPLET_H_

#include "absl/status/status.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"

namespace cardferry::cardsim {

// An applet instance on the simulated card. There is no Java Card machine in
// it: the behaviour is native code, chosen by the AID of the package that was
// loaded (applet_factory.h), and the loaded bytes are stored but never run.
class Applet {
 public:
  virtual ~Applet() = default;
  // Answers one command that came while the applet was selected; SELECT by AID
  // is the card's own business.
  virtual card::ResponseApdu Process(const card::CommandApdu& command) = 0;
  // What the applet keeps without power, and the way back: on a new instance
  // of the same package. INVALID_ARGUMENT for bytes that State() cannot give.
  virtual Bytes State() const = 0;
  virtual absl::Status Restore(ByteSpan state) = 0;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_APPLETS_APPLET_H_
