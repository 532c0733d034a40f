#ifndef CARDFERRY_TESTS_STAGE_UP_H_
#define CARDFERRY_TESTS_STAGE_UP_H_

#include "absl/status/status.h"
#include "lib/rpc/shutdown_signal.h"
#include "tests/stage/stage_options.h"

namespace cardferry::stage {

// Raises the stack in the foreground, says how an operator reaches it, and ends
// it in order when the signal comes. Prints what it does. FAILED_PRECONDITION
// when another one runs in the same folder.
absl::Status RunUp(const StageOptions& options, rpc::ShutdownSignal& signal);

}  // namespace cardferry::stage

#endif  // CARDFERRY_TESTS_STAGE_UP_H_
