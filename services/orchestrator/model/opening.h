#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_OPENING_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_OPENING_H_

#include <string>

#include "absl/time/time.h"
#include "lib/base/bytes.h"
#include "services/orchestrator/model/reader_address.h"

namespace cardferry::orchestrator {

// What the sequencer makes: two opaque scripts, and the ticket that it wants
// back with their answers.
struct OpeningScripts {
  Bytes ticket;
  Bytes identify;
  Bytes challenge;
  absl::Time expires_at;
};

// What a card answered to an opening; opaque. No challenge: that half was not
// run.
struct OpeningAnswer {
  Bytes identify;
  Bytes challenge;

  friend bool operator==(const OpeningAnswer& a, const OpeningAnswer& b) {
    return a.identify == b.identify && a.challenge == b.challenge;
  }
};

// What the register of openings says to an answer.
enum class AnswerCheck {
  kFresh,    // from now on it is used (unless the challenge half was not run)
  kSame,     // the same answer again: a retry
  kUsed,     // another answer to a used opening: somebody is lying
  kExpired,  // too late; the card is asked again
  kForeign,  // given to another agent or for another reader
  kUnknown,  // never given, or long ago
};

// An opening as the register keeps it.
struct IssuedOpening {
  std::string id;
  ReaderAddress at;
  Bytes ticket;
  absl::Time expires_at;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_OPENING_H_
