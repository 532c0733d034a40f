#ifndef CARDFERRY_SERVICES_KEYVAULT_RECEIPT_DESK_H_
#define CARDFERRY_SERVICES_KEYVAULT_RECEIPT_DESK_H_

#include <array>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"
#include "services/keyvault/hsm/hsm_keys.h"

namespace cardferry::keyvault {

// What a card may confirm that it has done (GPCS 2.3.1, C.5).
struct LoadedContent {
  card::Aid load_file;
  card::Aid security_domain;
};
struct InstalledContent {
  card::Aid load_file;
  card::Aid instance;
};
struct ExtraditedContent {
  card::Aid from;
  card::Aid content;
  card::Aid to;
};
struct DeletedContent {
  card::Aid content;
};
using ConfirmedContent = std::variant<LoadedContent, InstalledContent,
                                      ExtraditedContent, DeletedContent>;

// A receipt, what it begins to sign, and what it should be about.
struct CardReceipt {
  Bytes receipt;
  Bytes confirmation_data;
  ConfirmedContent content;
};

// Whose receipts: a key set, and the card's key diversification data.
struct ConfirmingCard {
  std::string key_set;
  std::array<uint8_t, 10> key_diversification_data = {};
};

// Says whether receipts are the card's own. Makes none for anybody.
class ReceiptDesk {
 public:
  // `keys` live longer.
  explicit ReceiptDesk(HsmKeys& keys) : keys_(keys) {}

  // One for each receipt: whether it is this card's, by any version of the key
  // set's masters. NOT_FOUND: no such key set, or it has no keys for receipts.
  // UNAVAILABLE: the HSM.
  absl::StatusOr<std::vector<bool>> Verify(
      const ConfirmingCard& card, absl::Span<const CardReceipt> receipts);

 private:
  // The cards' keys that it may be by, by version of the masters.
  std::vector<CardKeySelection> KeysOf(const ConfirmingCard& card) const;

  HsmKeys& keys_;
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_RECEIPT_DESK_H_
