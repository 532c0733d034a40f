#include "lib/base/random.h"

#include <errno.h>
#include <sys/random.h>

#include <cstdlib>

namespace cardferry {

Bytes RandomSource::Draw(size_t size) {
  Bytes bytes(size);
  Fill(absl::MakeSpan(bytes));
  return bytes;
}

void SystemRandom::Fill(absl::Span<uint8_t> out) {
  while (!out.empty()) {
    const ssize_t got = getrandom(out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) std::abort();
    out.remove_prefix(static_cast<size_t>(got));
  }
}

}  // namespace cardferry
