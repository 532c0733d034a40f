#include "services/keyvault/receipt_desk.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/card/gp/token.h"

namespace cardferry::keyvault {
namespace {

struct MakeMessage {
  ByteSpan confirmation_data;

  Bytes operator()(const LoadedContent& content) const {
    return card::LoadReceiptMessage(confirmation_data, content.load_file,
                                    content.security_domain);
  }
  Bytes operator()(const InstalledContent& content) const {
    return card::InstallReceiptMessage(confirmation_data, content.load_file,
                                       content.instance);
  }
  Bytes operator()(const ExtraditedContent& content) const {
    return card::ExtraditionReceiptMessage(confirmation_data, content.from,
                                           content.content, content.to);
  }
  Bytes operator()(const DeletedContent& content) const {
    return card::DeleteReceiptMessage(confirmation_data, content.content);
  }
};

}  // namespace

std::vector<CardKeySelection> ReceiptDesk::KeysOf(
    const ConfirmingCard& card) const {
  std::vector<CardKeySelection> keys;
  for (const KeySetDescription& set : keys_.KeySets()) {
    if (set.name != card.key_set) continue;
    keys.push_back(
        {set.name, set.master_version, card.key_diversification_data});
  }
  return keys;
}

absl::StatusOr<std::vector<bool>> ReceiptDesk::Verify(
    const ConfirmingCard& card, absl::Span<const CardReceipt> receipts) {
  const std::vector<CardKeySelection> candidates = KeysOf(card);
  if (candidates.empty()) {
    return absl::NotFoundError(absl::StrCat("no key set ", card.key_set));
  }
  std::vector<bool> verified(receipts.size(), false);
  if (receipts.empty()) return verified;
  std::vector<Bytes> messages;
  for (const CardReceipt& receipt : receipts) {
    messages.push_back(
        std::visit(MakeMessage{receipt.confirmation_data}, receipt.content));
  }
  bool has_keys = false;
  for (const CardKeySelection& key : candidates) {
    const absl::StatusOr<std::vector<Bytes>> macs =
        keys_.ReceiptMacs(key, messages);
    if (absl::IsNotFound(macs.status())) continue;  // other versions may have
    RETURN_IF_ERROR(macs.status());
    has_keys = true;
    for (size_t i = 0; i < receipts.size(); ++i) {
      if (ConstantTimeEqual(macs->at(i), receipts[i].receipt)) {
        verified[i] = true;
      }
    }
  }
  if (has_keys) return verified;
  return absl::NotFoundError(absl::StrCat(
      "key set ", card.key_set, " has no keys for receipts (`receipt`)"));
}

}  // namespace cardferry::keyvault
