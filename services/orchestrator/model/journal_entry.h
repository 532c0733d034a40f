#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_JOURNAL_ENTRY_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_JOURNAL_ENTRY_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace cardferry::orchestrator {

// Something worth telling an operator or auditor. Never holds install
// parameters, scripts or transcripts.
struct JournalEntry {
  int64_t id = 0;  // grows; given by the repository
  absl::Time at;
  std::string kind;  // "job.done"
  std::string text;
  std::string job_id;
  std::string card_id;
  std::string agent;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_JOURNAL_ENTRY_H_
