#ifndef CARDFERRY_LIB_CARD_TLV_TLV_H_
#define CARDFERRY_LIB_CARD_TLV_TLV_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"

namespace cardferry::card {

// One BER-TLV data object (ISO/IEC 7816-4, 6.3): tag of 1 to 3 bytes as a
// big-endian number (4F, 9F70, DF8101), definite length of 1 to 4 bytes.
struct Tlv {
  uint32_t tag = 0;
  ByteSpan value;  // points into the bytes that were parsed
};

// The data objects that stand one after the other in `bytes`, not descending
// into constructed ones. INVALID_ARGUMENT when the last one is cut short, a
// tag or length is longer than above, or the length is indefinite; the message
// names the offset. At most 4096 objects.
absl::StatusOr<std::vector<Tlv>> ParseTlvs(ByteSpan bytes);

// The same of the objects that stand at the front of `bytes`, which may be
// something else: up to what is none. Of any number of objects.
std::vector<Tlv> ParseTlvsInFront(ByteSpan bytes);

// Exactly one data object that fills `bytes`.
absl::StatusOr<Tlv> ParseSingleTlv(ByteSpan bytes);

// The tags of the data objects of `bytes`, as ParseTlvs reads them, up to where
// it can read no further: the last one may be of an object whose length is none
// that it knows, or whose value is cut short. Of any number of objects. What a
// reader that takes one object after the other will have met, whatever comes of
// the rest.
std::vector<uint32_t> TagsAsFarAsTheyGo(ByteSpan bytes);

// The value of the first object with this tag, or nullopt.
std::optional<ByteSpan> FindTag(absl::Span<const Tlv> tlvs, uint32_t tag);

// Appends `tag` (one that ParseTlvs could return), the shortest definite
// length, `value` (under 16 MiB: a longer one is written with its whole
// length, and the functions above refuse it).
void AppendTlv(Bytes& out, uint32_t tag, ByteSpan value);
Bytes EncodeTlv(uint32_t tag, ByteSpan value);

// Appends the shortest definite length (1 byte; 81 and 1 byte from 128 on; ...)
// and `value`: a data object without its tag, as GlobalPlatform's commands have
// their fields (GPCS 2.3.1, 11.5.2.3).
void AppendLengthValue(Bytes& out, ByteSpan value);

}  // namespace cardferry::card

#endif  // CARDFERRY_LIB_CARD_TLV_TLV_H_
