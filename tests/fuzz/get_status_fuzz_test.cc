#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "lib/card/gp/get_status.h"

// However the bytes are cut into two pages, the list is the same.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace card = cardferry::card;
  const cardferry::Bytes bytes(data, data + size);
  const auto whole = card::ParseStatusEntries(bytes);
  const cardferry::ByteSpan all(bytes);
  const cardferry::ByteSpan head = all.first(size / 2);
  const cardferry::ByteSpan tail = all.subspan(size / 2);
  const auto joined = card::JoinStatusPages(
      {{{head.begin(), head.end()}, card::kMoreDataAvailable},
       {{tail.begin(), tail.end()}, card::kSuccess}});
  if (whole.ok() != joined.ok()) abort();
  if (whole.ok() && !(joined->entries == *whole && joined->complete)) abort();
  return 0;
}
