#ifndef CARDFERRY_SERVICES_SEQUENCER_RECEIPTS_H_
#define CARDFERRY_SERVICES_SEQUENCER_RECEIPTS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/card/script/script.h"
#include "services/sequencer/assurance.h"
#include "services/sequencer/bundle_state.h"
#include "services/sequencer/signed_content.h"

namespace cardferry::sequencer {

// What a card has confirmed, to be kept.
struct StoredReceipt {
  std::string text;  // "package F0... was loaded"
  uint32_t counter = 0;
  Bytes receipt;
  Bytes confirmation_data;
  // Its MAC is the card's, and its counter is higher than any before.
  bool verified = false;
};

// What the receipts among a bundle's answers come to.
struct ReceiptFindings {
  std::vector<StoredReceipt> receipts;  // in the order of the commands
  // What somebody should look into: a receipt that is missing or wrong, or a
  // counter that does not rise.
  std::vector<std::string> alarms;
  std::vector<Fact> facts;  // what is proven by them
  // Of the last one that was verified, now or before.
  std::optional<uint32_t> last_counter;
};

// From the plain answers to a bundle of a card that gives receipts. `source`
// says which are the card's: UNAVAILABLE passes through, every other error of
// it is an alarm; null: no receipt can be verified.
absl::StatusOr<ReceiptFindings> JudgeReceipts(
    const BundleState& state, const card::Transcript& transcript,
    SignedContent* source);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_RECEIPTS_H_
