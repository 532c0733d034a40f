#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_JOB_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_JOB_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "lib/base/bytes.h"

namespace cardferry::orchestrator {

// The numbers are in the database: never renumber.
enum class JobState {
  kWaiting = 1,    // for a card
  kPreparing = 2,  // the card has answered; its packet is being made
  kRunning = 3,    // the agent has the packet
  kDone = 4,
  kFailed = 5,
};

inline bool IsOver(JobState state) {
  return state == JobState::kDone || state == JobState::kFailed;
}

// Whose card a job is about: the card that lies in a reader, else the next one
// there; or one card, wherever it appears. A job for a reader becomes one for
// a card when its first packet is sent.
struct JobTarget {
  std::string agent;
  std::string reader;   // empty: any reader of the agent
  std::string card_id;  // not empty: this card only
};

// Counted by the agent; `server` by this service.
struct Measurements {
  int64_t round_trips = 0;
  int64_t apdus = 0;
  int64_t bytes = 0;
  absl::Duration card;
  absl::Duration waited;
  absl::Duration total;
  absl::Duration server;
};

// Something that is now true of the card, and how sure that is.
struct Fact {
  std::string text;
  bool proven = false;  // false: the card said so, through the agent only

  friend bool operator==(const Fact& a, const Fact& b) {
    return a.text == b.text && a.proven == b.proven;
  }
};

// "This card shall hold this application." Without the install parameters:
// they are personal data, and JobRepository gives them to a preparation only.
struct Job {
  std::string id;  // a decimal number, in the order of creation
  std::string application;
  JobTarget target;
  JobState state = JobState::kWaiting;
  std::string message;  // for people: what happened, why, what to do next
  uint32_t commands_done = 0;
  uint32_t commands_total = 0;
  std::string label;  // of the command under way
  absl::Time created_at;
  std::optional<absl::Time> ended_at;
  Measurements measurements;
  std::vector<Fact> facts;
  uint32_t changes = 0;  // commands that changed the card
  uint32_t rounds = 0;   // packets sent for it
};

// A job as an operator asks for it.
struct NewJob {
  std::string application;
  Bytes install_parameters;
  JobTarget target;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_JOB_H_
