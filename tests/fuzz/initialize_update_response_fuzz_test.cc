// Parses any bytes as a card's answer to INITIALIZE UPDATE: what is accepted is
// SCP01, SCP02 or SCP03, and has every byte in its field.
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
  Bytes fixed = {answer->key_version_number, answer->scp};
  if (answer->i) fixed.push_back(*answer->i);
  Bytes encoded = Concat({answer->key_diversification_data, fixed,
                          answer->card_challenge, answer->card_cryptogram});
  if (answer->scp == 0x03) {
    Check(answer->sequence_counter.empty() == ((*answer->i & 0x10) == 0));
    Append(encoded, answer->sequence_counter);
  } else if (answer->scp == 0x02) {
    Check(Bytes(encoded.begin() + 12, encoded.begin() + 14) ==
          answer->sequence_counter);
  }
  Check(encoded == input);
}

}  // namespace
}  // namespace cardferry::scp

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cardferry::scp::Fuzz({data, size});
  return 0;
}
