#ifndef CARDFERRY_TESTS_CONFORMANCE_BOTH_ENDS_SESSION_H_
#define CARDFERRY_TESTS_CONFORMANCE_BOTH_ENDS_SESSION_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "cardsim/channel/channel.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"
#include "lib/card/scp/secure_channel.h"

namespace cardferry::conformance {

// What RapidCheck makes up, for the two ends of a channel. Only inside a
// property.

Bytes AnyBytes(size_t length);
size_t AnyLength(size_t most);

// A plain command that fits the channel and is none of its own.
card::CommandApdu AnyCommand(const scp::ChannelProtocol& protocol,
                             scp::SecurityLevel level);

// Each with any `i` that is there; SCP02 with explicit initiation.
scp::ChannelProtocol AnyScp01();
scp::ChannelProtocol AnyScp02();
scp::ChannelProtocol AnyScp03();
scp::ChannelProtocol AnyImplicit();

// A legal level that is wanted: HasRMac, or any.
bool Any(scp::SecurityLevel level);
scp::SecurityLevel AnyLevel(const scp::ChannelProtocol& protocol,
                            bool (*wanted)(scp::SecurityLevel));

// A simulated card and a host that have just agreed on a session. Its keys are
// any.
class Session {
 public:
  static Session Open(const scp::ChannelProtocol& protocol,
                      scp::SecurityLevel level);

  // A session that its first C-MAC will begin, SCP02 only.
  static Session OpenImplicitly(const scp::ChannelProtocol& protocol);

  // Protects one more command, gives it to the card, and back what the card
  // makes of it.
  card::CommandApdu Send(const card::CommandApdu& plain);

  // What the host thinks of the answers to all commands so far.
  absl::StatusOr<std::vector<scp::VerifiedResponse>> Verify(
      const std::vector<card::ResponseApdu>& answers) const;

  cardsim::Channel card;
  std::unique_ptr<scp::SessionCipher> cipher;
  scp::ChannelState state;
  std::vector<card::CommandApdu> packet;  // what the card was sent
};

}  // namespace cardferry::conformance

#endif  // CARDFERRY_TESTS_CONFORMANCE_BOTH_ENDS_SESSION_H_
