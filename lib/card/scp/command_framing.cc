#include "lib/card/scp/command_framing.h"

#include "absl/status/status.h"
#include "lib/base/status_macros.h"

namespace cardferry::scp {
namespace {

constexpr uint8_t kUnmodified = 0x02;  // in SCP02's `i`

constexpr bool IsFurther(uint8_t cla) { return (cla & 0x40) != 0; }

bool MacsUnmodifiedCommand(const ChannelProtocol& protocol) {
  return protocol.scp == kScp02 && (protocol.i & kUnmodified) != 0;
}

}  // namespace

bool HasSecureMessaging(uint8_t cla) {
  return (cla & (IsFurther(cla) ? 0x20 : 0x0C)) != 0;
}

uint8_t WithSecureMessaging(uint8_t cla) {
  return static_cast<uint8_t>(cla | (IsFurther(cla) ? 0x20 : 0x04));
}

uint8_t WithoutSecureMessaging(uint8_t cla) {
  return static_cast<uint8_t>(cla & ~(IsFurther(cla) ? 0x20 : 0x0C));
}

uint8_t WithoutChannel(uint8_t cla) {
  return static_cast<uint8_t>(cla & ~(IsFurther(cla) ? 0x0F : 0x03));
}

Bytes FirstChainingValue(const ChannelProtocol& protocol) {
  return protocol.scp == kScp03 ? Bytes(16) : Bytes();
}

bool CountsCommand(const SessionCipher& cipher, ByteSpan data) {
  const ChannelQuirks quirks = cipher.quirks();
  return !data.empty() || quirks.encrypts_absent_data ||
         !quirks.counts_only_data;
}

Bytes CMacInput(const SessionCipher& cipher, const card::CommandHeader& header,
                ByteSpan data, bool extended) {
  const ChannelProtocol protocol = cipher.protocol();
  const bool unmodified = MacsUnmodifiedCommand(protocol);
  uint8_t cla = unmodified ? WithoutSecureMessaging(header.cla)
                           : WithSecureMessaging(header.cla);
  if (!cipher.quirks().macs_channel_bits) cla = WithoutChannel(cla);
  const size_t lc = data.size() + (unmodified ? 0 : SentMacLength(protocol));
  Bytes input = {cla, header.ins, header.p1, header.p2};
  if (extended) {
    input.push_back(0);
    input.push_back(static_cast<uint8_t>(lc >> 8));
  }
  input.push_back(static_cast<uint8_t>(lc));
  Append(input, data);
  return input;
}

absl::StatusOr<std::vector<Bytes>> Macs(SessionCipher& cipher,
                                        ByteSpan chaining_value,
                                        absl::Span<const Bytes> inputs) {
  ASSIGN_OR_RETURN(std::vector<Bytes> macs,
                   cipher.MacChain(chaining_value, inputs));
  if (macs.size() != inputs.size()) {
    return absl::InternalError("cipher lost a MAC");
  }
  for (const Bytes& mac : macs) {
    if (mac.size() != BlockLength(cipher.protocol())) {
      return absl::InternalError("cipher gave a MAC of a wrong length");
    }
  }
  return macs;
}

absl::StatusOr<card::CommandApdu> WithMac(const SessionCipher& cipher,
                                          const card::CommandApdu& command,
                                          ByteSpan data, ByteSpan mac) {
  card::CommandHeader header = command.header();
  header.cla = WithSecureMessaging(header.cla);
  const ByteSpan sent = mac.first(SentMacLength(cipher.protocol()));
  return card::CommandApdu::Create(header, Concat({data, sent}), command.le());
}

}  // namespace cardferry::scp
