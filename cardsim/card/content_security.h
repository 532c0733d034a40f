#ifndef CARDFERRY_CARDSIM_CARD_CONTENT_SECURITY_H_
#define CARDFERRY_CARDSIM_CARD_CONTENT_SECURITY_H_

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cardsim/card/content_key.h"
#include "cardsim/card/dap.h"
#include "cardsim/card/tokens.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"

namespace cardferry::cardsim {

// Keys for signed content that a card was made with.
struct ContentKeys {
  // Of security domains with the privilege to verify load files.
  std::map<card::Aid, ContentKey> dap;
  // Of the issuer security domain: that of tokens, and that of receipts.
  std::optional<ContentKey> token;
  std::optional<ContentKey> receipt;
};

// What a card verifies of content that others than its issuer manage, and what
// it confirms to them (GPCS 2.3.1, 9.1.3).
class ContentSecurity {
 public:
  ContentSecurity() = default;
  ContentSecurity(ContentKeys keys, Bytes card_unique_data)
      : keys_(std::move(keys)),
        card_unique_data_(std::move(card_unique_data)) {}

  // A domain that verifies load files, with its key.
  DapVerifier VerifierOf(const card::Aid& domain, bool mandated) const;

  // Whether the command may be done for its token: `delegated`, it needs one,
  // and a number for its confirmation (6985). A token that is there is right,
  // and there is a key for it (6A80).
  absl::Status CheckToken(const TokenSplit& split, bool delegated) const;

  // The answer to delegated management that succeeded, with the next number of
  // the confirmation counter; 00 without a key for receipts.
  absl::StatusOr<Bytes> Confirm(const std::vector<card::Aid>& aids);

  // Confirmations so far: kept without power.
  uint16_t confirmations() const { return confirmations_; }
  void set_confirmations(uint16_t count) { confirmations_ = count; }

 private:
  ContentKeys keys_;
  Bytes card_unique_data_;
  uint16_t confirmations_ = 0;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARD_CONTENT_SECURITY_H_
