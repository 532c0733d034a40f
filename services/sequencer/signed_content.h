#ifndef CARDFERRY_SERVICES_SEQUENCER_SIGNED_CONTENT_H_
#define CARDFERRY_SERVICES_SEQUENCER_SIGNED_CONTENT_H_

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"

namespace cardferry::sequencer {

// Something that somebody has to have signed: by which key, and SHA-256 of what
// is signed.
struct WantedSignature {
  std::string signing_key;
  Bytes digest;

  bool operator<(const WantedSignature& o) const {
    return std::tie(signing_key, digest) < std::tie(o.signing_key, o.digest);
  }
  bool operator==(const WantedSignature& o) const {
    return signing_key == o.signing_key && digest == o.digest;
  }
};

// What a card may confirm that it has done, and about what (GPCS 2.3.1, C.5):
// the AIDs in the order in which the receipt is over them.
struct ConfirmedContent {
  enum class Kind {
    kLoaded,      // load file, its security domain
    kInstalled,   // load file, instance
    kExtradited,  // from one security domain, what, to another
    kDeleted,     // what
  };
  Kind kind = Kind::kDeleted;
  std::vector<card::Aid> aids;
};

// A receipt, and what it begins to sign.
struct ReceiptToVerify {
  ConfirmedContent content;
  Bytes receipt;
  Bytes confirmation_data;
};

// What approvers have signed and cards have confirmed, as the keyvault tells it
// to those who send content.
class SignedContent {
 public:
  virtual ~SignedContent() = default;

  // One for each; nullopt for what nobody has approved, or not for now.
  // UNAVAILABLE: may be asked again.
  virtual absl::StatusOr<std::vector<std::optional<Bytes>>> FindApprovals(
      absl::Span<const WantedSignature> wanted) = 0;

  // One for each: whether it is the card's own. `card_id` as CardId makes it.
  // UNAVAILABLE: may be asked again.
  virtual absl::StatusOr<std::vector<bool>> VerifyReceipts(
      const std::string& card_id,
      absl::Span<const ReceiptToVerify> receipts) = 0;
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_SIGNED_CONTENT_H_
