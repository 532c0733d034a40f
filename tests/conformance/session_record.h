#ifndef CARDFERRY_TESTS_CONFORMANCE_SESSION_RECORD_H_
#define CARDFERRY_TESTS_CONFORMANCE_SESSION_RECORD_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"
#include "tests/conformance/vector.h"

namespace cardferry::conformance {

// The static keys of a card, from a vector and so known to everybody.
struct StaticKeys {
  Bytes enc;
  Bytes mac;
  Bytes dek;
};

// Field "keys": three keys, or one for all three.
absl::StatusOr<StaticKeys> ReadStaticKeys(const Vector& vector);

// One exchange of a session.
struct Exchange {
  std::optional<card::CommandApdu> plain;
  card::CommandApdu wrapped;
  Bytes wrapped_bytes;          // as they stand: the encoding matters too
  card::ResponseApdu response;  // empty when it was not recorded
  std::optional<card::ResponseApdu> response_plain;
};

// Field "commands".
absl::StatusOr<std::vector<Exchange>> ReadExchanges(const Vector& vector);

// The security level of encryption without C-MAC, which is in no specification
// but in a log.
inline constexpr uint8_t kLevelWithoutMac = 0x02;

// A trace or negative_trace: [0] is INITIALIZE UPDATE, [1] EXTERNAL
// AUTHENTICATE.
struct SessionRecord {
  StaticKeys keys;
  uint8_t i = 0;
  uint8_t level = 0;
  bool scp01 = false;
  bool scp02 = false;
  bool s16 = false;
  Bytes aid;  // of the security domain; empty when it is not known
  // The card challenge is the one computed from counter and AID. Not so in a
  // test of another implementation that made its challenge up.
  bool computed_challenge = false;
  std::vector<Exchange> exchanges;
};
absl::StatusOr<SessionRecord> ReadSession(const Vector& vector);

// DATA_LOSS naming `what` with both values when they differ.
absl::Status ExpectBytes(absl::string_view what, ByteSpan got, ByteSpan wanted);

}  // namespace cardferry::conformance

#endif  // CARDFERRY_TESTS_CONFORMANCE_SESSION_RECORD_H_
