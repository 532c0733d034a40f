// Parses any bytes as a card's answer to INITIALIZE UPDATE: what is accepted is
// SCP03 S8, and has every byte in its field.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "lib/card/scp/initialize_update_response.h"

namespace cardferry::scp {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

void Fuzz(ByteSpan input) {
  const absl::StatusOr<InitializeUpdateResponse> answer =
      InitializeUpdateResponse::Parse(input);
  if (!answer.ok()) return;
  const Bytes fixed = {answer->key_version_number, 0x03, answer->i};
  Bytes encoded = Concat({answer->key_diversification_data, fixed,
                          answer->card_challenge, answer->card_cryptogram});
  Check(answer->sequence_counter.has_value() == ((answer->i & 0x10) != 0));
  if (answer->sequence_counter) Append(encoded, *answer->sequence_counter);
  Check(encoded == input);
}

}  // namespace
}  // namespace cardferry::scp

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cardferry::scp::Fuzz({data, size});
  return 0;
}
