#ifndef CARDFERRY_AGENT_TRANSPORT_ANSWERS_H_
#define CARDFERRY_AGENT_TRANSPORT_ANSWERS_H_

#include <functional>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"

namespace cardferry::agent {

// Sends bytes to the reader and returns the bytes that came back.
using ExchangeBytes = std::function<absl::StatusOr<Bytes>(ByteSpan)>;

// Sends `command` and gathers its whole answer:
//   61xx: the rest is fetched with GET RESPONSE (ISO/IEC 7816-4, 11.8.1), each
//         once more when the card answers it with 6Cxx;
//   6Cxx: sent again with the Le the card asks for, only when the command has
//         no secure messaging: a protected command goes to a card once.
// `t0`: Le is left off a command that carries data (ISO/IEC 7816-3, 12.2.1).
// UNAVAILABLE: no answer came, DATA_LOSS: the card never comes to an end.
absl::StatusOr<card::ResponseApdu> TransmitWhole(
    const card::CommandApdu& command, bool t0, const ExchangeBytes& exchange);

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_TRANSPORT_ANSWERS_H_
