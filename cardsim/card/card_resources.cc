#include "cardsim/card/card_resources.h"

#include <cstddef>

#include "lib/card/tlv/tlv.h"

namespace cardferry::cardsim {
namespace {

Bytes BigEndian(size_t value, size_t size) {
  Bytes bytes(size);
  for (size_t i = 0; i < size; ++i) {
    bytes[size - 1 - i] = static_cast<uint8_t>(value >> (8 * i));
  }
  return bytes;
}

}  // namespace

Bytes CardResources(const Registry& registry) {
  Bytes fields =
      card::EncodeTlv(0x81, BigEndian(registry.applications().size(), 2));
  card::AppendTlv(fields, 0x82, BigEndian(registry.free_bytes(), 4));
  card::AppendTlv(fields, 0x83, BigEndian(kVolatileBytes, 2));
  return card::EncodeTlv(kExtendedCardResources, fields);
}

}  // namespace cardferry::cardsim
