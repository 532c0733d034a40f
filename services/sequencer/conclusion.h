#ifndef CARDFERRY_SERVICES_SEQUENCER_CONCLUSION_H_
#define CARDFERRY_SERVICES_SEQUENCER_CONCLUSION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/card/script/script.h"
#include "services/sequencer/bundle_state.h"
#include "services/sequencer/card_record.h"

namespace cardferry::sequencer {

// How a bundle ended.
enum class Outcome {
  kDone,         // the card lists what it should hold
  kCardDiffers,  // nothing was changed; the record is now what the card said
  kFailed,       // the card refused a command
  kUnknown,      // an answer is missing
};

// What the answers to a bundle mean. Without R-MAC, which no session has yet,
// what a card holds is reported, never proven.
struct Conclusion {
  Outcome outcome = Outcome::kUnknown;
  std::string reason;  // what happened, why, what to do next
  CardRecord record;   // replaces the old one
  CardContent content;
  std::vector<std::string> facts;  // once it is done; each is reported
};

// INVALID_ARGUMENT when the transcript cannot belong to the bundle.
absl::StatusOr<Conclusion> Conclude(const BundleState& state,
                                    const card::Transcript& transcript);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_CONCLUSION_H_
