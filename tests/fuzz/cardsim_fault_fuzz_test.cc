#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "cardsim/faults/fault.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const auto fault = cardferry::cardsim::ParseFault(text);
  if (!fault.ok() && fault.status().message().empty()) std::abort();
  if (fault.ok()) (void)fault->Strikes(0xE8, 1, 1);
  return 0;
}
