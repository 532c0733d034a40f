#include "services/orchestrator/session/preparation_failure.h"

#include "absl/strings/str_cat.h"
#include "services/orchestrator/session/session_context.h"

namespace cardferry::orchestrator {

PreparationFailure ClassifyPreparation(const absl::Status& status,
                                       bool packet_started) {
  if (packet_started) {
    return {NotPackedKind::kAgain, CardStop::kNone, false,
            "The packet broke off on its way. The card is read again."};
  }
  if (IsForLater(status)) {
    return {NotPackedKind::kUnavailable, CardStop::kNone, false,
            "The card service cannot be reached now. The job waits; leave the "
            "card in the reader or insert it again later."};
  }
  switch (status.code()) {
    case absl::StatusCode::kDataLoss:
      return {NotPackedKind::kRefused, CardStop::kWrongCryptogram, true,
              absl::StrCat(
                  AsSentence(absl::StrCat("the card's cryptogram is wrong (",
                                          status.message(), ")")),
                  " It has other keys, or is not the card that it says. "
                  "Nothing was sent to it, and it is stopped at this agent.")};
    case absl::StatusCode::kOutOfRange:
      return {NotPackedKind::kRefused, CardStop::kChangedOptions, true,
              absl::StrCat(AsSentence(status.message()),
                           " Nothing was sent to it, and it is stopped at this "
                           "agent until an operator resumes it.")};
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kPermissionDenied:
      return {NotPackedKind::kAgain, CardStop::kNone, false,
              absl::StrCat("The card's answer could not be used (",
                           status.message(),
                           "). Take the card out and insert it again.")};
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kUnauthenticated:
      return {NotPackedKind::kUnavailable, CardStop::kNone, false,
              absl::StrCat("The card service did not do its part (",
                           status.message(), "). The job waits.")};
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kResourceExhausted:
      return {NotPackedKind::kRefused, CardStop::kNone, true,
              absl::StrCat(AsSentence(status.message()),
                           " Nothing was sent to the card.")};
    default:
      return {NotPackedKind::kRefused, CardStop::kNone, true,
              absl::StrCat(AsSentence(status.message()),
                           " Nothing was sent to the card. The fault is in the "
                           "services, not in the card: look at the "
                           "sequencer's log.")};
  }
}

}  // namespace cardferry::orchestrator
