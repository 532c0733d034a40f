#include <cstddef>
#include <cstdint>

#include "lib/card/cap/components.h"

// The first byte chooses the parser; the frame is checked first, as CapFile
// does.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using cardferry::card::ComponentTag;
  if (size == 0) return 0;
  const cardferry::ByteSpan bytes(data + 1, size - 1);
  const ComponentTag tags[] = {ComponentTag::kHeader, ComponentTag::kImport,
                               ComponentTag::kApplet, ComponentTag::kDirectory};
  const ComponentTag tag = tags[data[0] % 4];
  if (!cardferry::card::CheckFrame(tag, bytes).ok()) return 0;
  switch (tag) {
    case ComponentTag::kHeader:
      (void)cardferry::card::ParseHeader(bytes);
      break;
    case ComponentTag::kImport:
      (void)cardferry::card::ParseImports(bytes);
      break;
    case ComponentTag::kApplet:
      (void)cardferry::card::ParseApplets(bytes);
      break;
    default:
      (void)cardferry::card::CheckDirectory(
          {{tag, cardferry::Bytes(bytes.begin(), bytes.end())}});
  }
  return 0;
}
