#include "services/keyvault/hsm/card_password.h"

#include "absl/strings/str_cat.h"

namespace cardferry::keyvault {
namespace {

constexpr size_t kFewestDigits = 4;
constexpr size_t kMostDigits = 12;

}  // namespace

absl::Status CheckPasswordDigits(size_t digits) {
  if (digits >= kFewestDigits && digits <= kMostDigits) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("a password of ", digits, " digits; there are passwords of ",
                   kFewestDigits, " to ", kMostDigits));
}

Bytes PasswordInput(ByteSpan key_diversification_data, uint8_t number,
                    uint8_t round) {
  return Concat({key_diversification_data, {number, round}, Bytes(4)});
}

PasswordDigits::~PasswordDigits() { WipeBytes(absl::MakeSpan(digits_)); }

void PasswordDigits::Add(ByteSpan random) {
  for (const uint8_t byte : random) {
    for (const int nibble : {byte >> 4, byte & 0x0F}) {
      if (complete()) return;
      if (nibble < 10) digits_.push_back(static_cast<uint8_t>('0' + nibble));
    }
  }
}

}  // namespace cardferry::keyvault
