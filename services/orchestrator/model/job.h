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
  kCancelled = 6,
  kPrepared = 7,  // its packet is made, and waits at an agent for the card
};

inline bool IsOver(JobState state) {
  return state == JobState::kDone || state == JobState::kFailed ||
         state == JobState::kCancelled;
}

// What the card shall hold afterwards. The numbers are in the database: never
// renumber.
enum class JobAction {
  kLoad = 1,      // the application; another version is refused
  kUpgrade = 2,   // the application, in place of another version
  kDelete = 3,    // neither the package nor anything installed from it
  kManifest = 4,  // what a manifest says; only the sequencer reads it
};

// One applet to install.
struct JobApplet {
  Bytes module_aid;
  Bytes instance_aid;  // empty: as module_aid
  Bytes privileges;    // 1 or 3 bytes; empty: none

  friend bool operator==(const JobApplet& a, const JobApplet& b) {
    return a.module_aid == b.module_aid && a.instance_aid == b.instance_aid &&
           a.privileges == b.privileges;
  }
};

// Which jobs are listed; what is empty lets all pass.
struct JobFilter {
  std::vector<JobState> states;
  std::string application;
  std::string agent;
  std::string card_id;
};

// What a job is about: an application by its name or, for kDelete, by AID what
// need not be registered here. One of the three is not empty, but for
// kManifest: then all are.
struct JobSubject {
  JobAction action = JobAction::kLoad;
  std::string application;
  std::vector<JobApplet> applets;  // empty: every applet of the package
  Bytes package_aid;
  Bytes application_aid;
};

// The subject for people: "brokerage", "the package F000000001".
inline std::string NameOf(const JobSubject& subject) {
  if (subject.action == JobAction::kManifest) return "what the manifest says";
  if (!subject.application.empty()) return subject.application;
  if (!subject.package_aid.empty()) {
    return "the package " + ToHex(subject.package_aid);
  }
  return "the application " + ToHex(subject.application_aid);
}

// Whose card a job is about: the card that lies in a reader, else the next one
// there; or one card, wherever it appears. A job for a reader becomes one for
// a card when its first packet is sent.
struct JobTarget {
  std::string agent;
  std::string reader;            // empty: any reader of the agent
  std::string card_id;           // not empty: this card only
  bool card_may_be_new = false;  // it need not have been seen before
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

// Where a packet was left that was made before its card came.
struct PreparedAt {
  std::string agent;
  absl::Time until;            // then the agent forgets it
  bool stored = false;         // the agent has said that it has it
  std::string stored_id = {};  // the agent's name for it
};

// "This card shall hold this application", or not hold it. Without the install
// parameters: they are personal data, and JobRepository gives them to a
// preparation only.
struct Job {
  std::string id;  // a decimal number, in the order of creation
  JobSubject subject;
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
  std::optional<PreparedAt> prepared = std::nullopt;
  // To be cancelled once no packet of it can be run any more.
  bool cancel_requested = false;
  // Of its rounds: those that only read the card, because packets that were
  // made for it before could still be run.
  uint32_t forced_reads = 0;
};

// One line of what a job would do. The signs are the sequencer's.
struct PlannedStep {
  enum class Sign { kKeep, kAdd, kRemove, kChange };
  Sign sign = Sign::kKeep;
  std::string text;
  uint32_t commands = 0;  // that change the card
};

// How a job ends.
struct JobEnding {
  JobState state = JobState::kFailed;  // kDone, kFailed or kCancelled
  std::string message;
  std::vector<Fact> facts;
};

// A job that is preparing or running, and by whom it is held: the opening
// that it was claimed for, then the packet that was sent for it.
struct HeldJob {
  std::string id;
  JobState state = JobState::kPreparing;
  std::string holder;
  absl::Time since;  // when it came into this state
};

// A job as an operator asks for it.
struct NewJob {
  JobSubject subject;
  // For kManifest the whole desired state, encoded.
  Bytes install_parameters;
  JobTarget target;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_JOB_H_
