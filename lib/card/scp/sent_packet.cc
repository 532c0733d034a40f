#include "lib/card/scp/sent_packet.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"
#include "lib/card/scp/command_framing.h"

namespace cardferry::scp {
namespace {

using card::CommandApdu;

absl::Status NotThisPacket(size_t command, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("not this session's packet: command ", command, " ", why));
}

// A command without the part of its C-MAC that was sent.
absl::StatusOr<SentCommand> WithoutMac(const SessionCipher& cipher,
                                       const CommandApdu& command,
                                       size_t index) {
  const size_t mac_length = SentMacLength(cipher.protocol());
  if (!HasSecureMessaging(command.header().cla) ||
      command.data().size() < mac_length) {
    return NotThisPacket(index, "has no C-MAC");
  }
  SentCommand sent;
  sent.header = command.header();
  sent.extended = command.IsExtended() || command.came_extended();
  sent.data.assign(command.data().begin(),
                   command.data().end() - static_cast<ptrdiff_t>(mac_length));
  return sent;
}

absl::Status NoMatch() {
  return absl::InvalidArgumentError(
      "not this session's packet: a command does not match its C-MAC");
}

// SCP02's C-MACs and R-MACs cover what was before encryption. False when
// something does not decrypt: then its C-MAC would not match either. The caller
// goes on to compare the MACs, so that neither the answer nor the time tells
// the one from the other: that would be a padding oracle.
absl::StatusOr<bool> Decrypt(SessionCipher& cipher,
                             std::vector<SentCommand>& packet) {
  std::vector<SessionCipher::Ciphertext> ciphertexts;
  std::vector<size_t> whose;
  bool whole_blocks = true;
  for (size_t i = 1; i < packet.size(); ++i) {
    if (packet[i].data.empty()) continue;
    if (packet[i].data.size() % BlockLength(cipher.protocol()) != 0) {
      whole_blocks = false;
      continue;
    }
    ciphertexts.push_back({packet[i].counter, packet[i].data});
    whose.push_back(i);
  }
  if (ciphertexts.empty()) return whole_blocks;
  absl::StatusOr<std::vector<Bytes>> plaintexts =
      cipher.DecryptCommands(ciphertexts);
  if (absl::IsInvalidArgument(plaintexts.status())) return false;
  RETURN_IF_ERROR(plaintexts.status());
  if (plaintexts->size() != whose.size()) {
    return absl::InternalError("cipher lost a plaintext");
  }
  for (size_t i = 0; i < whose.size(); ++i) {
    packet[whose[i]].data = std::move((*plaintexts)[i]);
  }
  return whole_blocks;
}

// Compares all, and takes over the whole MACs.
bool AreMacsOf(absl::Span<const CommandApdu> commands, size_t mac_length,
               std::vector<Bytes> macs, std::vector<SentCommand>& packet) {
  bool match = true;
  for (size_t i = 0; i < packet.size(); ++i) {
    match = ConstantTimeEqual(ByteSpan(macs[i]).first(mac_length),
                              ByteSpan(commands[i].data()).last(mac_length)) &&
            match;
    packet[i].mac = std::move(macs[i]);
  }
  return match;
}

void Number(const SessionCipher& cipher, std::vector<SentCommand>& packet) {
  uint32_t counter = 0;
  for (size_t i = FirstCommand(cipher); i < packet.size(); ++i) {
    if (CountsCommand(cipher, packet[i].data)) ++counter;
    packet[i].counter = counter;
  }
}

}  // namespace

size_t FirstCommand(const SessionCipher& cipher) {
  return IsImplicit(cipher.protocol()) || cipher.start() ? 0 : 1;
}

absl::Status CheckBeginning(const SessionCipher& cipher, SecurityLevel level,
                            absl::Span<const CommandApdu> commands) {
  const ChannelProtocol protocol = cipher.protocol();
  RETURN_IF_ERROR(CheckProtocol(protocol));
  if (!IsLegal(protocol, level)) {
    return absl::InvalidArgumentError(
        absl::StrFormat("SCP%02X with i %02X has no security level %02X",
                        protocol.scp, protocol.i, static_cast<uint8_t>(level)));
  }
  if (FirstCommand(cipher) == 0) return absl::OkStatus();
  if (commands.empty() ||
      commands[0].header().ins != kExternalAuthenticate.ins) {
    return NotThisPacket(0, "is not EXTERNAL AUTHENTICATE");
  }
  if (commands[0].header().p1 != static_cast<uint8_t>(level)) {
    return NotThisPacket(0, "asks for another security level");
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<SentCommand>> ReadSentPacket(
    SessionCipher& cipher, SecurityLevel level,
    absl::Span<const CommandApdu> commands) {
  std::vector<SentCommand> packet;
  for (size_t i = 0; i < commands.size(); ++i) {
    ASSIGN_OR_RETURN(SentCommand sent, WithoutMac(cipher, commands[i], i));
    packet.push_back(std::move(sent));
  }
  Number(cipher, packet);
  bool decrypted = true;
  if (HasCDec(level) && cipher.protocol().scp == kScp02) {
    ASSIGN_OR_RETURN(decrypted, Decrypt(cipher, packet));
  }
  std::vector<Bytes> inputs;
  for (const SentCommand& sent : packet) {
    inputs.push_back(CMacInput(cipher, sent.header, sent.data, sent.extended));
  }
  const auto start = cipher.start();
  const Bytes first =
      start ? start->chaining_value : FirstChainingValue(cipher.protocol());
  ASSIGN_OR_RETURN(std::vector<Bytes> macs, Macs(cipher, first, inputs));
  const bool match = AreMacsOf(commands, SentMacLength(cipher.protocol()),
                               std::move(macs), packet);
  if (!decrypted || !match) return NoMatch();
  return packet;
}

}  // namespace cardferry::scp
