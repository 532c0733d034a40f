#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "lib/card/cap/cap_file.h"

// Whatever the bytes are: no crash, and what is taken can be loaded whole.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using cardferry::card::CapFile;
  using cardferry::card::Descriptor;
  const auto cap = CapFile::Parse({data, size});
  if (!cap.ok()) return 0;
  const auto block = cap->LoadFileDataBlock(Descriptor::kLeaveOut);
  if (!block.ok() || block->empty() || block->front() != 1) abort();
  return 0;
}
