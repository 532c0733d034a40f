#include "lib/card/scp/secure_channel.h"

#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"

namespace cardferry::scp {
namespace {

using card::CommandApdu;
using card::CommandHeader;

constexpr size_t kMacLength = 8;  // all of SCP02's C-MAC, half of S8's
constexpr size_t kCryptogramLength = 8;
constexpr CommandHeader kExternalAuthenticate{0x80, 0x82, 0x00, 0x00};

// CLA (ISO/IEC 7816-4, 5.4.1; GPCS 2.3.1, 11.1.4). Bit 40 tells the two forms
// apart: without it logical channels 0 to 3 in bits 03 and secure messaging in
// bits 0C, of which 04 is GlobalPlatform's; with it channels 4 to 19 in bits 0F
// and secure messaging in bit 20.
constexpr bool IsFurther(uint8_t cla) { return (cla & 0x40) != 0; }
constexpr bool HasSecureMessaging(uint8_t cla) {
  return (cla & (IsFurther(cla) ? 0x20 : 0x0C)) != 0;
}
constexpr uint8_t WithSecureMessaging(uint8_t cla) {
  return static_cast<uint8_t>(cla | (IsFurther(cla) ? 0x20 : 0x04));
}
constexpr uint8_t WithoutChannel(uint8_t cla) {
  return static_cast<uint8_t>(cla & ~(IsFurther(cla) ? 0x0F : 0x03));
}

// The cipher's block, and with it the length of a whole MAC.
size_t BlockLength(const ChannelProtocol& protocol) {
  return protocol.scp == kScp02 ? 8 : 16;
}

// The chaining value before a session's first command (session_cipher.h).
Bytes FirstChainingValue(const ChannelProtocol& protocol) {
  return protocol.scp == kScp02 ? Bytes() : Bytes(16);
}

absl::Status CheckLevel(SecurityLevel level) {
  switch (level) {
    case SecurityLevel::kNone:
    case SecurityLevel::kCMac:
    case SecurityLevel::kCDecCMac:
      return absl::OkStatus();
    case SecurityLevel::kCMacRMac:
    case SecurityLevel::kCDecCMacRMac:
    case SecurityLevel::kCDecCMacRMacREnc:
      break;
  }
  return absl::UnimplementedError(absl::StrFormat(
      "security level %02X is not there", static_cast<uint8_t>(level)));
}

// The length after padding with 80 00.. to whole blocks.
constexpr size_t PaddedLength(size_t length, size_t block) {
  return (length / block + 1) * block;
}

bool IsEncrypted(const CommandApdu& command, SecurityLevel level) {
  return level == SecurityLevel::kCDecCMac && !command.data().empty();
}

// The length of the data field with padding and MAC.
size_t ProtectedLength(const CommandApdu& command, SecurityLevel level,
                       size_t block) {
  const size_t length = command.data().size();
  if (level == SecurityLevel::kNone) return length;
  return kMacLength +
         (IsEncrypted(command, level) ? PaddedLength(length, block) : length);
}

absl::Status CheckCommand(const CommandApdu& command, SecurityLevel level,
                          size_t block) {
  if (HasSecureMessaging(command.header().cla)) {
    return absl::InvalidArgumentError("already has secure messaging");
  }
  const size_t limit = command.IsExtended() ? CommandApdu::kMaxExtendedData
                                            : CommandApdu::kMaxShortData;
  const size_t length = ProtectedLength(command, level, block);
  if (length > limit) {
    return absl::InvalidArgumentError(
        absl::StrCat("needs ", length, " bytes of data with its protection, ",
                     limit, " fit"));
  }
  return absl::OkStatus();
}

absl::Status CheckCommands(const ChannelProtocol& protocol,
                           const ChannelState& state,
                           absl::Span<const CommandApdu> commands) {
  RETURN_IF_ERROR(CheckProtocol(protocol));
  RETURN_IF_ERROR(CheckLevel(state.level));
  const size_t block = BlockLength(protocol);
  if (state.chaining_value.size() != block) {
    return absl::InvalidArgumentError(
        absl::StrCat("chaining value is not of ", block, " bytes"));
  }
  constexpr uint32_t kLast = std::numeric_limits<uint32_t>::max();
  if (commands.size() > kLast - state.command_counter) {
    return absl::AbortedError("the session's command counter is used up");
  }
  for (size_t i = 0; i < commands.size(); ++i) {
    RETURN_IF_ERROR(Annotate(CheckCommand(commands[i], state.level, block),
                             absl::StrCat("command ", i)));
  }
  return absl::OkStatus();
}

// The data fields without their MACs: encrypted where the level asks for it.
absl::StatusOr<std::vector<Bytes>> ProtectData(
    SessionCipher& cipher, const ChannelState& state,
    absl::Span<const CommandApdu> commands) {
  std::vector<Bytes> fields;
  std::vector<SessionCipher::Plaintext> plaintexts;
  std::vector<size_t> encrypted;  // whose plaintext is at the same index
  uint32_t counter = state.command_counter;
  for (const CommandApdu& command : commands) {
    ++counter;
    if (IsEncrypted(command, state.level)) {
      plaintexts.push_back({counter, command.data()});
      encrypted.push_back(fields.size());
    }
    fields.push_back(command.data());
  }
  if (plaintexts.empty()) return fields;
  ASSIGN_OR_RETURN(std::vector<Bytes> ciphertexts,
                   cipher.EncryptCommands(plaintexts));
  if (ciphertexts.size() != plaintexts.size()) {
    return absl::InternalError("cipher lost a ciphertext");
  }
  const size_t block = BlockLength(cipher.protocol());
  for (size_t i = 0; i < ciphertexts.size(); ++i) {
    if (ciphertexts[i].size() !=
        PaddedLength(plaintexts[i].data.size(), block)) {
      return absl::InternalError("cipher gave a ciphertext of a wrong length");
    }
    fields[encrypted[i]] = std::move(ciphertexts[i]);
  }
  return fields;
}

// What the C-MAC of a command is computed over, after the chaining value (GPC
// Amendment D, 6.2.4; GPCS 2.3.1, E.4.4):
//   CLA with secure messaging, logical channel 0 | INS P1 P2 |
//   Lc (1, or 3 when extended) of data and MAC |
//   data, for SCP03 encrypted if it is
// SCP02's Lc is that of the data before encryption.
// The channel bits of further interindustry classes (C0 to DF) are cleared in
// place, which leaves E0.
Bytes MacInput(const CommandHeader& header, ByteSpan data, bool extended) {
  const size_t lc = data.size() + kMacLength;
  Bytes input = {WithoutChannel(WithSecureMessaging(header.cla)), header.ins,
                 header.p1, header.p2};
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

// `data` and the part of `mac` that is sent. Le stays as it is, not MACed.
absl::StatusOr<CommandApdu> WithMac(const CommandApdu& command, ByteSpan data,
                                    ByteSpan mac) {
  CommandHeader header = command.header();
  header.cla = WithSecureMessaging(header.cla);
  return CommandApdu::Create(header, Concat({data, mac.first(kMacLength)}),
                             command.le());
}

}  // namespace

absl::StatusOr<Authentication> AuthenticateHost(SessionCipher& cipher,
                                                SecurityLevel level) {
  RETURN_IF_ERROR(CheckProtocol(cipher.protocol()));
  RETURN_IF_ERROR(CheckLevel(level));
  ASSIGN_OR_RETURN(const Bytes cryptogram, cipher.HostCryptogram());
  if (cryptogram.size() != kCryptogramLength) {
    return absl::InternalError("cipher gave a cryptogram of a wrong length");
  }
  CommandHeader header = kExternalAuthenticate;
  header.p1 = static_cast<uint8_t>(level);
  ASSIGN_OR_RETURN(const CommandApdu plain,
                   CommandApdu::Create(header, cryptogram));
  ASSIGN_OR_RETURN(std::vector<Bytes> macs,
                   Macs(cipher, FirstChainingValue(cipher.protocol()),
                        {MacInput(header, cryptogram, /*extended=*/false)}));
  ASSIGN_OR_RETURN(CommandApdu command, WithMac(plain, cryptogram, macs[0]));
  return Authentication{std::move(command),
                        ChannelState{level, std::move(macs[0]), 0}};
}

absl::StatusOr<bool> CardCryptogramMatches(SessionCipher& cipher,
                                           ByteSpan cryptogram) {
  ASSIGN_OR_RETURN(const Bytes expected, cipher.CardCryptogram());
  if (expected.size() != kCryptogramLength) {
    return absl::InternalError("cipher gave a cryptogram of a wrong length");
  }
  return ConstantTimeEqual(expected, cryptogram);
}

absl::StatusOr<std::vector<CommandApdu>> ProtectCommands(
    SessionCipher& cipher, ChannelState& state,
    absl::Span<const CommandApdu> commands) {
  const ChannelProtocol protocol = cipher.protocol();
  RETURN_IF_ERROR(CheckCommands(protocol, state, commands));
  const auto count = static_cast<uint32_t>(commands.size());
  if (commands.empty() || state.level == SecurityLevel::kNone) {
    state.command_counter += count;
    return std::vector<CommandApdu>(commands.begin(), commands.end());
  }
  ASSIGN_OR_RETURN(const std::vector<Bytes> fields,
                   ProtectData(cipher, state, commands));
  std::vector<Bytes> inputs;
  for (size_t i = 0; i < commands.size(); ++i) {
    const bool macs_plain = protocol.scp == kScp02;
    inputs.push_back(MacInput(commands[i].header(),
                              macs_plain ? commands[i].data() : fields[i],
                              commands[i].IsExtended()));
  }
  ASSIGN_OR_RETURN(std::vector<Bytes> macs,
                   Macs(cipher, state.chaining_value, inputs));
  std::vector<CommandApdu> out;
  for (size_t i = 0; i < commands.size(); ++i) {
    ASSIGN_OR_RETURN(CommandApdu command,
                     WithMac(commands[i], fields[i], macs[i]));
    out.push_back(std::move(command));
  }
  state.chaining_value = std::move(macs.back());
  state.command_counter += count;
  return out;
}

size_t MaxShortDataLength(SecurityLevel level) {
  // SCP02's smaller blocks gain nothing: 247 bytes hold 240 of either.
  constexpr size_t kBlock = 16;
  switch (level) {
    case SecurityLevel::kNone:
      return CommandApdu::kMaxShortData;
    case SecurityLevel::kCMac:
      return CommandApdu::kMaxShortData - kMacLength;
    default:
      break;
  }
  // Whole blocks, of which padding takes at least one byte.
  return (CommandApdu::kMaxShortData - kMacLength) / kBlock * kBlock - 1;
}

}  // namespace cardferry::scp
