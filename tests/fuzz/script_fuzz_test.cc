// Decodes any bytes as a script and as a transcript: what is accepted has this
// one encoding only.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "lib/card/script/script.h"

namespace cardferry::card {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

void FuzzScript(ByteSpan input) {
  const absl::StatusOr<Script> script = DecodeScript(input);
  if (!script.ok()) return;
  Check(EncodeScript(*script) == input);
  for (const ScriptCommand& command : *script) {
    Check(!command.accepted.empty());
    Check(command.label.size() <= kMaxLabelBytes);
    IsExpected(command, ResponseApdu{command.command.data(), kSuccess});
  }
}

void FuzzTranscript(ByteSpan input) {
  const absl::StatusOr<Transcript> transcript = DecodeTranscript(input);
  if (transcript.ok()) Check(EncodeTranscript(*transcript) == input);
}

}  // namespace
}  // namespace cardferry::card

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cardferry::card::FuzzScript({data, size});
  cardferry::card::FuzzTranscript({data, size});
  return 0;
}
