#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_SESSION_CONTEXT_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_SESSION_CONTEXT_H_

#include <functional>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/crypto/sealed_box.h"
#include "lib/store/database.h"
#include "services/orchestrator/jobs/job_board.h"
#include "services/orchestrator/model/job.h"
#include "services/orchestrator/model/reader_address.h"
#include "services/orchestrator/sequencing/sequencer.h"

namespace cardferry::orchestrator {

// What all sessions work with; not owned, outlives them. Everything in it may
// be used from any thread.
struct SessionContext {
  store::Database& database;
  Sequencer& sequencer;
  JobBoard& board;
  const Clock& clock;
  RandomSource& random;
  const crypto::SealedBox& box;  // of what is kept of jobs
  // A job waits again: tell the readers that it may concern, but not the one
  // that it comes from.
  std::function<void(const JobTarget&, const ReaderAddress& from)> job_waits;
  // Serve agents too that nobody has added; never revoked ones.
  bool admit_unlisted_agents = false;
};

// An identifier that nobody can guess or meet twice: 32 hexadecimal digits.
std::string NewId(RandomSource& random);

// True for the errors of a service that cannot be reached now, or is too busy:
// the same call may succeed later.
bool IsForLater(const absl::Status& status);

// `text` as a sentence for people: a capital at its start, a full stop at its
// end.
std::string AsSentence(absl::string_view text);

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_SESSION_CONTEXT_H_
