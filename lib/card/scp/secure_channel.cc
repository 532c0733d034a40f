#include "lib/card/scp/secure_channel.h"

#include <optional>
#include <utility>

#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"
#include "lib/card/scp/command_framing.h"

namespace cardferry::scp {
namespace {

using card::CommandApdu;

constexpr uint32_t kLe00 = 256;

absl::Status CheckLevel(const ChannelProtocol& protocol, SecurityLevel level) {
  RETURN_IF_ERROR(CheckProtocol(protocol));
  if (IsImplicit(protocol)) {
    return absl::InvalidArgumentError(
        "implicit initiation has no EXTERNAL AUTHENTICATE");
  }
  if (IsLegal(protocol, level)) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrFormat("SCP%02X with i %02X has no security level %02X",
                      protocol.scp, protocol.i, static_cast<uint8_t>(level)));
}

absl::Status CheckLength(const ChannelProtocol& protocol, ByteSpan cryptogram) {
  if (cryptogram.size() == ChallengeLength(protocol)) return absl::OkStatus();
  return absl::InternalError("cipher gave a cryptogram of a wrong length");
}

}  // namespace

absl::StatusOr<Authentication> AuthenticateHost(SessionCipher& cipher,
                                                SecurityLevel level) {
  const ChannelProtocol protocol = cipher.protocol();
  RETURN_IF_ERROR(CheckLevel(protocol, level));
  ASSIGN_OR_RETURN(const Bytes cryptogram, cipher.HostCryptogram());
  RETURN_IF_ERROR(CheckLength(protocol, cryptogram));
  card::CommandHeader header = kExternalAuthenticate;
  header.p1 = static_cast<uint8_t>(level);
  std::optional<uint32_t> le;
  if (cipher.quirks().external_authenticate_has_le) le = kLe00;
  ASSIGN_OR_RETURN(const CommandApdu plain,
                   CommandApdu::Create(header, cryptogram, le));
  ASSIGN_OR_RETURN(
      std::vector<Bytes> macs,
      Macs(cipher, FirstChainingValue(protocol),
           {CMacInput(cipher, header, cryptogram, /*extended=*/false)}));
  ASSIGN_OR_RETURN(CommandApdu command,
                   WithMac(cipher, plain, cryptogram, macs[0]));
  return Authentication{std::move(command),
                        ChannelState{level, std::move(macs[0]), 0}};
}

absl::StatusOr<ChannelState> BeginImplicitSession(const SessionCipher& cipher) {
  const ChannelProtocol protocol = cipher.protocol();
  RETURN_IF_ERROR(CheckProtocol(protocol));
  if (!IsImplicit(protocol)) {
    return absl::InvalidArgumentError(
        "explicit initiation begins with EXTERNAL AUTHENTICATE");
  }
  return ChannelState{SecurityLevel::kCMac, FirstChainingValue(protocol), 0};
}

absl::StatusOr<bool> CardCryptogramMatches(SessionCipher& cipher,
                                           ByteSpan cryptogram) {
  ASSIGN_OR_RETURN(const Bytes expected, cipher.CardCryptogram());
  RETURN_IF_ERROR(CheckLength(cipher.protocol(), expected));
  return ConstantTimeEqual(expected, cryptogram);
}

}  // namespace cardferry::scp
