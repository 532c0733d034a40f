#include <cstddef>
#include <cstdint>

#include "cardsim/card/load_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  (void)cardferry::cardsim::ParseLoadFile(cardferry::ByteSpan(data, size));
  return 0;
}
