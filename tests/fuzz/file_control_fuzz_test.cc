// Any bytes as an answer of SELECT: what was read and can be written is read
// again as the same.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "lib/card/iso7816/file_control.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace card = cardferry::card;
  const auto control = card::ParseFileControl({data, size});
  if (!control.ok()) return 0;
  const auto encoded = card::EncodeFileControl(*control);
  if (!encoded.ok()) return 0;
  const auto again = card::ParseFileControl(*encoded);
  if (!again.ok() || !(*again == *control)) abort();
  return 0;
}
