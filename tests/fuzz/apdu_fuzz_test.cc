// Parses any bytes as a command and as a response APDU; what was read must be
// written and read again as the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"

namespace cardferry::card {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

void FuzzCommand(ByteSpan input) {
  const absl::StatusOr<CommandApdu> command = CommandApdu::Parse(input);
  if (!command.ok()) return;
  const Bytes encoded = command->Encode();
  Check(encoded.size() <= input.size());
  const absl::StatusOr<CommandApdu> again = CommandApdu::Parse(encoded);
  Check(again.ok() && *again == *command);
}

void FuzzResponse(ByteSpan input) {
  const absl::StatusOr<ResponseApdu> response = ResponseApdu::Parse(input);
  if (response.ok()) Check(response->Encode() == input);
}

}  // namespace
}  // namespace cardferry::card

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cardferry::card::FuzzCommand({data, size});
  cardferry::card::FuzzResponse({data, size});
  return 0;
}
