#include "lib/card/scp/openssl/scp02_session_key.h"

#include <array>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/crypto/tdes.h"

namespace cardferry::scp {
namespace {

constexpr size_t kKeyLength = 16;
constexpr size_t kCounterLength = 2;

}  // namespace

absl::StatusOr<SecretBytes> DeriveScp02SessionKey(const SecretBytes& key,
                                                  Scp02Constant constant,
                                                  ByteSpan sequence_counter) {
  if (key.size() != kKeyLength) {
    return absl::InvalidArgumentError(
        absl::StrCat("an SCP02 key has 16 bytes, not ", key.size()));
  }
  if (sequence_counter.size() != kCounterLength) {
    return absl::InvalidArgumentError("a sequence counter has 2 bytes");
  }
  std::array<uint8_t, kKeyLength> input = {};
  input[0] = static_cast<uint8_t>(static_cast<uint16_t>(constant) >> 8);
  input[1] = static_cast<uint8_t>(constant);
  input[2] = sequence_counter[0];
  input[3] = sequence_counter[1];
  return crypto::TdesCbcDeriveKey(key, Bytes(crypto::kDesBlockSize), input);
}

}  // namespace cardferry::scp
