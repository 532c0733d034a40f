#ifndef CARDFERRY_LIB_CARD_SCP_RESPONSE_VERIFICATION_H_
#define CARDFERRY_LIB_CARD_SCP_RESPONSE_VERIFICATION_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/status_word.h"
#include "lib/card/scp/secure_channel.h"
#include "lib/card/scp/sent_packet.h"

namespace cardferry::scp {

// What verifying answers of SCP02 and SCP03 has in common. Internal.

// 9000 and warnings (GPC Amendment D, 6.2.5).
bool MustHaveRMac(card::StatusWord sw);

// SW1 SW2.
Bytes Encode(card::StatusWord sw);

// The cipher's, with the number and lengths of what it gives checked.
absl::StatusOr<std::vector<Bytes>> ResponseMacs(
    SessionCipher& cipher, ByteSpan chaining_value,
    absl::Span<const Bytes> messages);

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_RESPONSE_VERIFICATION_H_
