#ifndef CARDFERRY_TESTS_STAGE_PCSCD_H_
#define CARDFERRY_TESTS_STAGE_PCSCD_H_

#include <string>

#include "absl/status/statusor.h"
#include "tests/stage/process.h"

namespace cardferry::stage {

// The readers that vpcd's own configuration makes, and where the first one's
// card connects; the second one's has the next port.
inline constexpr char kVirtualReader[] = "Virtual PCD 00 00";
inline constexpr char kSecondVirtualReader[] = "Virtual PCD 00 01";
inline constexpr int kVirtualReaderPort = 35963;

// Two more, on the ports after those, where somebody asks for four.
inline constexpr char kThirdVirtualReader[] = "More Virtual PCD 00 00";
inline constexpr char kFourthVirtualReader[] = "More Virtual PCD 00 01";

// Where pcscd listens, unless PCSCLITE_CSOCK_NAME tells its clients otherwise.
inline constexpr char kPcscdSocket[] = "/run/pcscd/pcscd.comm";

// Starts the system's pcscd with its virtual readers and waits until it
// listens. Needs a /run of our own: the socket's path is compiled in.
// FAILED_PRECONDITION when pcscd or vpcd is not installed, /run is not ours or
// something listens on the port already.
absl::StatusOr<Process> StartPcscd(const std::string& log_file);

// The same with two virtual readers (or `four`) on `port` and those after it,
// and nothing else of the system's configuration; `folder` takes that
// configuration.
absl::StatusOr<Process> StartPcscdOn(int port, bool four,
                                     const std::string& folder,
                                     const std::string& log_file);

}  // namespace cardferry::stage

#endif  // CARDFERRY_TESTS_STAGE_PCSCD_H_
