#include "cardsim/card/content_security.h"

#include "cardsim/card/receipts.h"
#include "cardsim/card_error.h"
#include "lib/base/status_macros.h"

namespace cardferry::cardsim {

DapVerifier ContentSecurity::VerifierOf(const card::Aid& domain,
                                        bool mandated) const {
  DapVerifier verifier{domain, mandated, std::nullopt};
  const auto key = keys_.dap.find(domain);
  if (key != keys_.dap.end()) verifier.key = key->second;
  return verifier;
}

absl::Status ContentSecurity::CheckToken(const TokenSplit& split,
                                         bool delegated) const {
  if (delegated && keys_.receipt.has_value() &&
      confirmations_ == kLastConfirmation) {
    return CardError(kConditionsNotSatisfied, "the card confirms no more");
  }
  if (split.token.empty()) {
    if (!delegated) return absl::OkStatus();
    return CardError(kConditionsNotSatisfied, "a token is missing");
  }
  if (!keys_.token.has_value()) {
    return CardError(kWrongData, "no key to verify a token with");
  }
  return cardsim::CheckToken(split, *keys_.token);
}

absl::StatusOr<Bytes> ContentSecurity::Confirm(
    const std::vector<card::Aid>& aids) {
  if (!keys_.receipt.has_value()) return Bytes{0x00};
  ASSIGN_OR_RETURN(Bytes answer,
                   MakeConfirmation(*keys_.receipt,
                                    static_cast<uint16_t>(confirmations_ + 1),
                                    card_unique_data_, aids));
  ++confirmations_;
  return answer;
}

}  // namespace cardferry::cardsim
