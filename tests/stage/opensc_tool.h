#ifndef CARDFERRY_TESTS_STAGE_OPENSC_TOOL_H_
#define CARDFERRY_TESTS_STAGE_OPENSC_TOOL_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/response_apdu.h"

namespace cardferry::stage {

// Sends commands to the card in a reader (the first is 0) with OpenSC's
// opensc-tool, a PC/SC client that shares nothing with Cardferry. One answer
// per command.
absl::StatusOr<std::vector<card::ResponseApdu>> SendWithOpenscTool(
    const std::vector<Bytes>& commands, int reader = 0);

// Reads what `opensc-tool -s ...` prints:
//   Sending: 00 A4 04 00
//   Received (SW1=0x90, SW2=0x00):
//   6F 10 84 ... o...
//   or, for an answer without data: Received (SW1=0x90, SW2=0x00)
// INVALID_ARGUMENT when it looks otherwise.
absl::StatusOr<std::vector<card::ResponseApdu>> ParseOpenscOutput(
    absl::string_view output);

}  // namespace cardferry::stage

#endif  // CARDFERRY_TESTS_STAGE_OPENSC_TOOL_H_
