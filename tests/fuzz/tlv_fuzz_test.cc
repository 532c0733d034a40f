// Parses any bytes as data objects; their values lie within the input, and what
// was read must be written and read again as the same. The tags are those of
// the same objects.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "lib/card/tlv/tlv.h"

namespace cardferry::card {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

void Fuzz(ByteSpan input) {
  const absl::StatusOr<std::vector<Tlv>> tlvs = ParseTlvs(input);
  Check(ParseSingleTlv(input).ok() == (tlvs.ok() && tlvs->size() == 1));
  const std::vector<uint32_t> tags = TagsAsFarAsTheyGo(input);
  Check(tags.size() <= input.size());
  if (!tlvs.ok()) return;
  Check(tags.size() == tlvs->size());
  Bytes encoded;
  for (const Tlv& tlv : *tlvs) AppendTlv(encoded, tlv.tag, tlv.value);
  Check(encoded.size() <= input.size());
  const absl::StatusOr<std::vector<Tlv>> again = ParseTlvs(encoded);
  Check(again.ok() && again->size() == tlvs->size());
  for (size_t i = 0; i < tlvs->size(); ++i) {
    Check(again->at(i).tag == tlvs->at(i).tag);
    Check(tags[i] == tlvs->at(i).tag);
    Check(again->at(i).value == tlvs->at(i).value);
    Check(FindTag(*tlvs, tlvs->at(i).tag).has_value());
  }
}

}  // namespace
}  // namespace cardferry::card

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cardferry::card::Fuzz({data, size});
  return 0;
}
