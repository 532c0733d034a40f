// ProtectCommands and its limits (secure_channel.h).
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"
#include "lib/card/scp/command_framing.h"
#include "lib/card/scp/secure_channel.h"

namespace cardferry::scp {
namespace {

using card::CommandApdu;
using card::CommandHeader;

// SCP01 encrypts the data's length, one byte, before the data.
constexpr size_t kMaxScp01Plaintext = 255;

// The length of `length` bytes after encryption: padded with 80 00.. to whole
// blocks. SCP01 has a byte in front and pads only if that is needed (GPCS
// 2.1.1, D.3.4): the same length.
size_t EncryptedLength(const ChannelProtocol& protocol, size_t length) {
  const size_t block = BlockLength(protocol);
  return (length / block + 1) * block;
}

bool IsEncrypted(const SessionCipher& cipher, const CommandApdu& command,
                 SecurityLevel level) {
  return HasCDec(level) &&
         (!command.data().empty() || cipher.quirks().encrypts_absent_data);
}

// The length of the data field with padding and MAC.
size_t ProtectedLength(const SessionCipher& cipher, const CommandApdu& command,
                       SecurityLevel level) {
  const size_t length = command.data().size();
  if (!HasCMac(level)) return length;
  const ChannelProtocol protocol = cipher.protocol();
  return SentMacLength(protocol) + (IsEncrypted(cipher, command, level)
                                        ? EncryptedLength(protocol, length)
                                        : length);
}

absl::Status CheckCommand(const SessionCipher& cipher,
                          const CommandApdu& command, SecurityLevel level) {
  if (HasSecureMessaging(command.header().cla)) {
    return absl::InvalidArgumentError("already has secure messaging");
  }
  if (cipher.protocol().scp == kScp01 && IsEncrypted(cipher, command, level) &&
      command.data().size() > kMaxScp01Plaintext) {
    return absl::InvalidArgumentError(
        absl::StrCat("has ", command.data().size(),
                     " bytes of data, SCP01 encrypts ", kMaxScp01Plaintext));
  }
  const size_t limit = command.IsExtended() ? CommandApdu::kMaxExtendedData
                                            : CommandApdu::kMaxShortData;
  const size_t length = ProtectedLength(cipher, command, level);
  if (length > limit) {
    return absl::InvalidArgumentError(
        absl::StrCat("needs ", length, " bytes of data with its protection, ",
                     limit, " fit"));
  }
  return absl::OkStatus();
}

absl::Status CheckState(const SessionCipher& cipher,
                        const ChannelState& state) {
  const ChannelProtocol protocol = cipher.protocol();
  RETURN_IF_ERROR(CheckProtocol(protocol));
  if (!IsLegal(protocol, state.level)) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "SCP%02X with i %02X has no security level %02X", protocol.scp,
        protocol.i, static_cast<uint8_t>(state.level)));
  }
  const size_t length = state.chaining_value.size();
  if (length != BlockLength(protocol) &&
      !(length == 0 && IsImplicit(protocol))) {
    return absl::InvalidArgumentError(absl::StrCat(
        "chaining value is not of ", BlockLength(protocol), " bytes"));
  }
  return absl::OkStatus();
}

absl::Status CheckCommands(const SessionCipher& cipher,
                           const ChannelState& state,
                           absl::Span<const CommandApdu> commands) {
  constexpr uint32_t kLast = std::numeric_limits<uint32_t>::max();
  if (commands.size() > kLast - state.command_counter) {
    return absl::AbortedError("the session's command counter is used up");
  }
  for (size_t i = 0; i < commands.size(); ++i) {
    RETURN_IF_ERROR(Annotate(CheckCommand(cipher, commands[i], state.level),
                             absl::StrCat("command ", i)));
  }
  return absl::OkStatus();
}

uint32_t Counted(const SessionCipher& cipher,
                 absl::Span<const CommandApdu> commands) {
  uint32_t counted = 0;
  for (const CommandApdu& command : commands) {
    if (CountsCommand(cipher, command.data())) ++counted;
  }
  return counted;
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
    if (CountsCommand(cipher, command.data())) ++counter;
    if (IsEncrypted(cipher, command, state.level)) {
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
  for (size_t i = 0; i < ciphertexts.size(); ++i) {
    if (ciphertexts[i].size() !=
        EncryptedLength(cipher.protocol(), plaintexts[i].data.size())) {
      return absl::InternalError("cipher gave a ciphertext of a wrong length");
    }
    fields[encrypted[i]] = std::move(ciphertexts[i]);
  }
  return fields;
}

absl::StatusOr<std::vector<CommandApdu>> ProtectAll(
    SessionCipher& cipher, ChannelState& state,
    absl::Span<const CommandApdu> commands) {
  ASSIGN_OR_RETURN(const std::vector<Bytes> fields,
                   ProtectData(cipher, state, commands));
  const bool macs_encrypted = cipher.protocol().scp == kScp03;
  std::vector<Bytes> inputs;
  for (size_t i = 0; i < commands.size(); ++i) {
    inputs.push_back(CMacInput(cipher, commands[i].header(),
                               macs_encrypted ? fields[i] : commands[i].data(),
                               commands[i].IsExtended()));
  }
  ASSIGN_OR_RETURN(std::vector<Bytes> macs,
                   Macs(cipher, state.chaining_value, inputs));
  std::vector<CommandApdu> out;
  for (size_t i = 0; i < commands.size(); ++i) {
    ASSIGN_OR_RETURN(CommandApdu command,
                     WithMac(cipher, commands[i], fields[i], macs[i]));
    out.push_back(std::move(command));
  }
  state.chaining_value = std::move(macs.back());
  return out;
}

}  // namespace

absl::StatusOr<std::vector<CommandApdu>> ProtectCommands(
    SessionCipher& cipher, ChannelState& state,
    absl::Span<const CommandApdu> commands) {
  RETURN_IF_ERROR(CheckState(cipher, state));
  RETURN_IF_ERROR(CheckCommands(cipher, state, commands));
  std::vector<CommandApdu> out(commands.begin(), commands.end());
  if (!commands.empty() && HasCMac(state.level)) {
    ASSIGN_OR_RETURN(out, ProtectAll(cipher, state, commands));
  }
  state.command_counter += Counted(cipher, commands);
  return out;
}

size_t MaxShortDataLength(const ChannelProtocol& protocol,
                          SecurityLevel level) {
  if (!HasCMac(level)) return CommandApdu::kMaxShortData;
  const size_t with_mac = CommandApdu::kMaxShortData - SentMacLength(protocol);
  if (!HasCDec(level)) return with_mac;
  // Whole blocks, of which padding or SCP01's length takes at least one byte.
  const size_t block = BlockLength(protocol);
  return with_mac / block * block - 1;
}

}  // namespace cardferry::scp
