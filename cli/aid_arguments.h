#ifndef CARDFERRY_CLI_AID_ARGUMENTS_H_
#define CARDFERRY_CLI_AID_ARGUMENTS_H_

#include <string>

#include "absl/status/statusor.h"
#include "proto/cardferry/orchestrator/v1/orchestrator.pb.h"

namespace cardferry::cli {

// An AID from hexadecimal digits: 5 to 16 bytes (ISO/IEC 7816-4, 12.3.4).
// INVALID_ARGUMENT that names `flag`.
absl::StatusOr<std::string> ParseAid(const std::string& hex,
                                     const std::string& flag);

// MODULE[:INSTANCE[:PRIVILEGES]], all hexadecimal; privileges 1 or 3 bytes.
// What is left out stays empty. INVALID_ARGUMENT that names --applet.
absl::StatusOr<orchestrator::v1::JobApplet> ParseApplet(
    const std::string& text);

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_AID_ARGUMENTS_H_
