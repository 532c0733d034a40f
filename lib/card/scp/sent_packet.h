#ifndef CARDFERRY_LIB_CARD_SCP_SENT_PACKET_H_
#define CARDFERRY_LIB_CARD_SCP_SENT_PACKET_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/scp/security_level.h"
#include "lib/card/scp/session_cipher.h"

namespace cardferry::scp {

// One protected command, read back. Internal.
struct SentCommand {
  card::CommandHeader header;  // as sent
  bool extended = false;
  Bytes data;            // without C-MAC. SCP02: decrypted; SCP03: as sent
  uint32_t counter = 0;  // of its encryption; 0 for EXTERNAL AUTHENTICATE
  Bytes mac;             // its whole C-MAC
};

// The index of the first command after EXTERNAL AUTHENTICATE: 0 where there was
// none.
size_t FirstCommand(const SessionCipher& cipher);

// OK when a session of the cipher's can have this level, and `commands` begin
// with the EXTERNAL AUTHENTICATE that asks for it, where there must be one;
// INVALID_ARGUMENT if not.
absl::Status CheckBeginning(const SessionCipher& cipher, SecurityLevel level,
                            absl::Span<const card::CommandApdu> commands);

// The commands of a session with C-MAC, after every C-MAC was computed again
// and compared. INVALID_ARGUMENT when one differs: the packet is not this
// session's.
absl::StatusOr<std::vector<SentCommand>> ReadSentPacket(
    SessionCipher& cipher, SecurityLevel level,
    absl::Span<const card::CommandApdu> commands);

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_SENT_PACKET_H_
