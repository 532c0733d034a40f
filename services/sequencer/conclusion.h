#ifndef CARDFERRY_SERVICES_SEQUENCER_CONCLUSION_H_
#define CARDFERRY_SERVICES_SEQUENCER_CONCLUSION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/card/script/script.h"
#include "services/sequencer/assurance.h"
#include "services/sequencer/bundle_state.h"
#include "services/sequencer/card_record.h"
#include "services/sequencer/receipts.h"

namespace cardferry::sequencer {

// How a bundle ended.
enum class Outcome {
  kDone,         // the card lists what it should hold
  kCardDiffers,  // the record is now what the card said
  kFailed,       // the card refused a command
  kUnknown,      // an answer is missing
  kForged,       // answers were changed or cut on their way: none counts
};

// What the answers to a bundle mean.
struct Conclusion {
  Outcome outcome = Outcome::kUnknown;
  std::string reason;  // what happened, why, what to do next
  CardRecord record;   // replaces the old one
  CardContent content;
  // Both lists of the content, whole, have the card's MACs.
  bool content_proven = false;
  std::vector<Fact> facts;  // once it is done
  bool was_read = false;    // the record's snapshot is of this session
  // What the card has confirmed.
  std::vector<StoredReceipt> receipts = {};
  // What somebody should look into: of receipts, and of the card's identity.
  std::vector<std::string> alarms = {};
};

// The content is what the record's snapshot says.
void FillContent(Conclusion& conclusion);

// From the plain answers, and how far each is to be believed; without
// assurances (a session without R-MAC) all are reported. INVALID_ARGUMENT when
// the transcript cannot belong to the bundle.
absl::StatusOr<Conclusion> Conclude(
    const BundleState& state, const card::Transcript& transcript,
    absl::Span<const Assurance> assurances = {});

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_CONCLUSION_H_
