#ifndef CARDFERRY_TESTS_STAGE_PCSCD_H_
#define CARDFERRY_TESTS_STAGE_PCSCD_H_

#include <string>

#include "absl/status/statusor.h"
#include "tests/stage/process.h"

namespace cardferry::stage {

// The reader that vpcd's own configuration makes, and where its card connects.
inline constexpr char kVirtualReader[] = "Virtual PCD 00 00";
inline constexpr int kVirtualReaderPort = 35963;

// Starts the system's pcscd with its virtual readers and waits until it
// listens. Needs a /run of our own: the socket's path is compiled in.
// FAILED_PRECONDITION when pcscd or vpcd is not installed or /run is not ours.
absl::StatusOr<Process> StartPcscd(const std::string& log_file);

}  // namespace cardferry::stage

#endif  // CARDFERRY_TESTS_STAGE_PCSCD_H_
