#ifndef CARDFERRY_SERVICES_KEYVAULT_HSM_CARD_PASSWORD_H_
#define CARDFERRY_SERVICES_KEYVAULT_HSM_CARD_PASSWORD_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"

// How a card's password is made from one of its keys: blocks under the key, in
// hexadecimal, without the letters.
namespace cardferry::keyvault {

// INVALID_ARGUMENT unless 4 to 12.
absl::Status CheckPasswordDigits(size_t digits);

// What is encrypted in CBC mode from zeros (of triple DES the last block is
// taken, which depends on all):
//   key diversification data (10) | password number | round | zeros (4)
Bytes PasswordInput(ByteSpan key_diversification_data, uint8_t number,
                    uint8_t round);

// Collects digits, and wipes them at its end.
class PasswordDigits {
 public:
  explicit PasswordDigits(size_t digits) : wanted_(digits) {
    digits_.reserve(digits);
  }
  PasswordDigits(const PasswordDigits&) = delete;
  ~PasswordDigits();

  // The nibbles from 0 to 9, as far as digits are wanted.
  void Add(ByteSpan random);
  bool complete() const { return digits_.size() == wanted_; }
  // In ASCII.
  SecretBytes Take() const { return SecretBytes::CopyOf(digits_); }

 private:
  const size_t wanted_;
  Bytes digits_;
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_HSM_CARD_PASSWORD_H_
