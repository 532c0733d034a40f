#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_PREPARATION_FAILURE_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_PREPARATION_FAILURE_H_

#include <string>

#include "absl/status/status.h"
#include "services/orchestrator/session/reader_machine.h"

namespace cardferry::orchestrator {

// Why a card is stopped at an agent.
enum class CardStop {
  kNone,             // it is not
  kWrongCryptogram,  // it has not the keys
  kChangedOptions,   // it has, but says another `i` than at first
};

// What an error of Sequencer::Prepare means for the reader, card and job.
struct PreparationFailure {
  NotPackedKind kind = NotPackedKind::kUnavailable;
  CardStop stop = CardStop::kNone;
  // Else it waits on. Nothing has proven what the card said of itself: only a
  // job for whatever card lies here can end so.
  bool ends_job = false;
  std::string message;  // for people
};

// `packet_started`: the agent may have got some of the packet already.
PreparationFailure ClassifyPreparation(const absl::Status& status,
                                       bool packet_started);

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_PREPARATION_FAILURE_H_
