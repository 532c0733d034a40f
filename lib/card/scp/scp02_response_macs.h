#ifndef CARDFERRY_LIB_CARD_SCP_SCP02_RESPONSE_MACS_H_
#define CARDFERRY_LIB_CARD_SCP_SCP02_RESPONSE_MACS_H_

#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/scp/secure_channel.h"
#include "lib/card/scp/sent_packet.h"

namespace cardferry::scp {

// R-MACs of SCP02 (GPCS 2.3.1, E.4.5). Internal.

// Whether the protocol has R-MACs in sessions whose level has none, between
// BEGIN and END R-MAC SESSION.
bool OffersRMacSession(const ChannelProtocol& protocol);

// Whether it is BEGIN R-MAC SESSION with R-MAC (GPCS 2.3.1, E.5.3).
bool BeginsRMacSession(const card::CommandApdu& command);

// Judges `results`, which stand for the answers to the first so many of
// `packet` and are all reported. R-MACs are chained: what comes after a forged
// answer is forged.
//
// An error SW comes without R-MAC, or, from some cards, with one. Both are in
// the chain, without data. BEGIN R-MAC SESSION is in the chain and its answer
// has no R-MAC; END R-MAC SESSION is not in the chain, its answer's data is the
// last R-MAC of it.
absl::Status VerifyScp02(SessionCipher& cipher, SecurityLevel level,
                         absl::Span<const SentCommand> packet,
                         std::vector<VerifiedResponse>& results);

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_SCP02_RESPONSE_MACS_H_
