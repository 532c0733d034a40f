#ifndef CARDFERRY_LIB_CARD_APDU_RESPONSE_APDU_H_
#define CARDFERRY_LIB_CARD_APDU_RESPONSE_APDU_H_

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/status_word.h"

namespace cardferry::card {

// A response APDU: data | SW1 SW2 (ISO/IEC 7816-4, 5.3).
struct ResponseApdu {
  Bytes data;
  StatusWord sw;

  // UNAVAILABLE for fewer than two bytes: the transport lost the answer and
  // the outcome of the command is unknown. INVALID_ARGUMENT over 65538 bytes.
  static absl::StatusOr<ResponseApdu> Parse(ByteSpan encoded);
  Bytes Encode() const;

  bool operator==(const ResponseApdu& other) const {
    return data == other.data && sw == other.sw;
  }
};

}  // namespace cardferry::card

#endif  // CARDFERRY_LIB_CARD_APDU_RESPONSE_APDU_H_
