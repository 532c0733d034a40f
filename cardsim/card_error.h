#ifndef CARDFERRY_CARDSIM_CARD_ERROR_H_
#define CARDFERRY_CARDSIM_CARD_ERROR_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lib/card/apdu/status_word.h"

namespace cardferry::cardsim {

// The status words with which the simulated card refuses (ISO/IEC 7816-4, 5.6;
// GPCS 2.3.1, table 11-10 and the tables of each command).
inline constexpr card::StatusWord kCardIsLocked{0x6283};  // a warning
inline constexpr card::StatusWord kAuthenticationFailed{0x6300};
inline constexpr card::StatusWord kMoreDataAvailable{0x6310};  // a warning
inline constexpr card::StatusWord kMemoryFailure{0x6581};
inline constexpr card::StatusWord kWrongLength{0x6700};
inline constexpr card::StatusWord kChannelNotSupported{0x6881};
inline constexpr card::StatusWord kSecurityNotSatisfied{0x6982};
inline constexpr card::StatusWord kAuthenticationBlocked{0x6983};
inline constexpr card::StatusWord kConditionsNotSatisfied{0x6985};
inline constexpr card::StatusWord kWrongData{0x6A80};
inline constexpr card::StatusWord kFunctionNotSupported{0x6A81};
inline constexpr card::StatusWord kNotFound{0x6A82};
inline constexpr card::StatusWord kNoSpace{0x6A84};
inline constexpr card::StatusWord kWrongP1P2{0x6A86};
inline constexpr card::StatusWord kReferencedDataNotFound{0x6A88};
inline constexpr card::StatusWord kInsNotSupported{0x6D00};
inline constexpr card::StatusWord kClaNotSupported{0x6E00};
inline constexpr card::StatusWord kInternalError{0x6F00};

// A Status that carries the status word which the card answers. `why` is for
// logs and tests; a terminal never sees it. The code follows the status word:
// UNAUTHENTICATED for 6300, 6982 and 6983, FAILED_PRECONDITION for 6985,
// RESOURCE_EXHAUSTED for 6A84, NOT_FOUND for 6A82 and 6A88, UNIMPLEMENTED for
// 6881, 6A81, 6D00 and 6E00, INTERNAL for 6F00, else INVALID_ARGUMENT.
absl::Status CardError(card::StatusWord sw, absl::string_view why);

// The status word of a Status: 9000 for OK, that of CardError, and 6F00 (no
// precise diagnosis) for a Status from elsewhere.
card::StatusWord StatusWordOf(const absl::Status& status);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARD_ERROR_H_
