#include "cardsim/card/receipts.h"

#include "lib/base/status_macros.h"

namespace cardferry::cardsim {
namespace {

void AppendField(Bytes& out, ByteSpan value) {
  out.push_back(static_cast<uint8_t>(value.size()));
  Append(out, value);
}

}  // namespace

absl::StatusOr<Bytes> MakeConfirmation(const ContentKey& key, uint16_t counter,
                                       ByteSpan card_unique_data,
                                       const std::vector<card::Aid>& aids) {
  Bytes confirmed = {0x02, static_cast<uint8_t>(counter >> 8),
                     static_cast<uint8_t>(counter)};
  AppendField(confirmed, card_unique_data);
  Bytes input = confirmed;
  for (const card::Aid& aid : aids) AppendField(input, aid.bytes());
  ASSIGN_OR_RETURN(const Bytes receipt, key.Mac(input));
  Bytes answer;
  AppendField(answer, receipt);
  Append(answer, confirmed);
  return answer;
}

}  // namespace cardferry::cardsim
