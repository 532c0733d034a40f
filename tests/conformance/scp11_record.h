#ifndef CARDFERRY_TESTS_CONFORMANCE_SCP11_RECORD_H_
#define CARDFERRY_TESTS_CONFORMANCE_SCP11_RECORD_H_

#include <cstddef>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/crypto/elliptic_curve.h"
#include "lib/crypto/x963_kdf.h"
#include "tests/conformance/session_record.h"
#include "tests/conformance/vector.h"

namespace cardferry::conformance {

// A vector of kind scp11: a key agreement and the session that follows it.
struct Scp11Record {
  card::CommandApdu authenticate;  // MUTUAL or INTERNAL AUTHENTICATE
  char variant = 'a';              // 'a', 'b', 'c'
  crypto::Curve curve = crypto::Curve::kP256;
  crypto::KdfHash hash = crypto::KdfHash::kSha256;
  bool s16 = false;
  uint8_t level = 0;
  uint8_t key_identifier = 0;
  uint8_t key_version = 0;
  // Private keys; empty when they are not known or not used.
  Bytes host_static = {};
  Bytes host_ephemeral = {};
  Bytes card_static = {};
  Bytes card_ephemeral = {};
  Bytes card_static_point = {};
  Bytes answer = {};   // without SW
  Bytes secrets = {};  // both, joined
  Bytes shared_info = {};
  Bytes receipt = {};
  Bytes keys = {};  // receipt key, S-ENC, S-MAC, S-RMAC, S-DEK
  // The host encrypts commands without data too.
  bool encrypts_absent_data = false;
  std::vector<Exchange> exchanges = {};
  std::vector<Exchange> preceding = {};  // where it was recorded
};

absl::StatusOr<Scp11Record> ReadScp11(const Vector& vector);

}  // namespace cardferry::conformance

#endif  // CARDFERRY_TESTS_CONFORMANCE_SCP11_RECORD_H_
