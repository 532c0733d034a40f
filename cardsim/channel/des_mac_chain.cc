#include "cardsim/channel/des_mac_chain.h"

#include <utility>

#include "cardsim/card_error.h"
#include "lib/base/status_macros.h"
#include "lib/crypto/des_mac.h"
#include "lib/crypto/padding.h"
#include "lib/crypto/tdes.h"

namespace cardferry::cardsim {

DesMacChain::DesMacChain(SecretBytes key, DesMacRules rules, Bytes first_icv)
    : key_(std::move(key)), rules_(rules), last_(std::move(first_icv)) {}

absl::StatusOr<Bytes> DesMacChain::Icv() const {
  if (is_first_ || rules_.icv == DesMacRules::Icv::kClear) return last_;
  if (rules_.icv == DesMacRules::Icv::kTripleDes) {
    return crypto::TdesEcbEncrypt(key_, last_);
  }
  ASSIGN_OR_RETURN(const SecretBytes half, crypto::SingleDesKey(key_));
  return crypto::TdesEcbEncrypt(half, last_);
}

absl::StatusOr<Bytes> DesMacChain::Compute(ByteSpan input) const {
  ASSIGN_OR_RETURN(const Bytes icv, Icv());
  const Bytes padded = crypto::Iso9797Padded(input, crypto::kDesBlockSize);
  return rules_.mac == DesMacRules::Mac::kRetail
             ? crypto::RetailMac(key_, icv, padded)
             : crypto::TdesMac(key_, icv, padded);
}

absl::StatusOr<Bytes> DesMacChain::Next(ByteSpan input) {
  ASSIGN_OR_RETURN(last_, Compute(input));
  is_first_ = false;
  return last_;
}

absl::Status DesMacChain::Verify(ByteSpan input, ByteSpan received) {
  ASSIGN_OR_RETURN(Bytes mac, Compute(input));
  if (!ConstantTimeEqual(mac, received)) {
    return CardError(kSecurityNotSatisfied, "C-MAC does not match");
  }
  last_ = std::move(mac);
  is_first_ = false;
  return absl::OkStatus();
}

}  // namespace cardferry::cardsim
