#include "lib/card/scp/channel_quirks.h"

#include <cstddef>

namespace cardferry::scp {
namespace {

using Quirk = bool ChannelQuirks::*;

constexpr Quirk kQuirks[] = {
    &ChannelQuirks::encrypts_absent_data,
    &ChannelQuirks::counts_only_data,
    &ChannelQuirks::external_authenticate_has_le,
    &ChannelQuirks::macs_channel_bits,
    &ChannelQuirks::encrypts_first_icv,
    &ChannelQuirks::rmac_starts_with_zeros,
    &ChannelQuirks::derives_all_from_first_counter,
};

}  // namespace

bool ChannelQuirks::operator==(const ChannelQuirks& o) const {
  return ToBits(*this) == ToBits(o);
}

uint8_t ToBits(const ChannelQuirks& quirks) {
  unsigned bits = 0;
  unsigned bit = 1;
  for (const Quirk quirk : kQuirks) {
    if (quirks.*quirk) bits |= bit;
    bit <<= 1;
  }
  return static_cast<uint8_t>(bits);
}

ChannelQuirks QuirksFromBits(uint8_t bits) {
  ChannelQuirks quirks;
  for (const Quirk quirk : kQuirks) {
    quirks.*quirk = (bits & 1) != 0;
    bits = static_cast<uint8_t>(bits >> 1);
  }
  return quirks;
}

}  // namespace cardferry::scp
