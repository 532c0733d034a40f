#include "lib/card/gp/content_commands.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::card {
namespace {

constexpr uint8_t kCla = 0x80;
constexpr uint8_t kDelete = 0xE4;
constexpr uint8_t kInstall = 0xE6;
constexpr uint8_t kLoad = 0xE8;
constexpr uint8_t kLastBlock = 0x80;
constexpr uint8_t kForLoad = 0x02;
constexpr uint8_t kForInstallAndMakeSelectable = 0x0C;
constexpr size_t kBlockBytes = 16;
constexpr size_t kMaxBlocks = 256;

absl::StatusOr<CommandApdu> Command(uint8_t ins, uint8_t p1, uint8_t p2,
                                    ByteSpan data) {
  return CommandApdu::Create({kCla, ins, p1, p2}, data,
                             CommandApdu::kMaxShortLe);
}

std::string LengthText(Protection protection) {
  if (protection.command_bytes == CommandApdu::kMaxShortData) return "short";
  return absl::StrCat(protection.command_bytes, "-byte");
}

}  // namespace

absl::StatusOr<size_t> MaxCommandData(Protection protection) {
  if (protection.command_bytes < protection.mac_bytes + kBlockBytes) {
    return absl::ResourceExhaustedError(absl::StrFormat(
        "commands of %d bytes have no room for their MACs and data",
        protection.command_bytes));
  }
  const size_t maced = protection.command_bytes - protection.mac_bytes;
  switch (protection.level) {
    case 0x00:
      return protection.command_bytes;
    case 0x01:
    case 0x11:
      return maced;
    case 0x03:
    case 0x13:
    case 0x33:
      // The padding adds 1 to 16 bytes and ends on a whole block.
      return maced / kBlockBytes * kBlockBytes - 1;
    default:
      return absl::InvalidArgumentError(
          absl::StrFormat("%02X is no security level", protection.level));
  }
}

absl::StatusOr<CommandApdu> InstallForLoad(const Aid& load_file,
                                           const Aid& security_domain,
                                           ByteSpan hash) {
  if (!hash.empty() && !IsLoadFileHash(hash)) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "a load file hash of %d bytes: it is SHA-1 (20), SHA-256 (32), SHA-384 "
        "(48) or SHA-512 (64)",
        hash.size()));
  }
  Bytes data;
  AppendLengthValue(data, load_file.bytes());
  AppendLengthValue(data, security_domain.bytes());
  AppendLengthValue(data, hash);
  AppendLengthValue(data, {});  // load parameters
  AppendLengthValue(data, {});  // load token
  return Command(kInstall, kForLoad, 0x00, data);
}

absl::StatusOr<size_t> LoadCapacity(Protection protection) {
  ASSIGN_OR_RETURN(const size_t block, MaxCommandData(protection));
  return block * kMaxBlocks;
}

absl::StatusOr<std::vector<CommandApdu>> LoadCommands(
    ByteSpan load_file_data_block, Protection protection,
    absl::Span<const DapBlock> daps) {
  ASSIGN_OR_RETURN(const size_t block, MaxCommandData(protection));
  Bytes load_file = EncodeDapBlocks(daps);
  AppendTlv(load_file, 0xC4, load_file_data_block);
  if (load_file.size() > block * kMaxBlocks) {
    return absl::ResourceExhaustedError(absl::StrFormat(
        "the load file has %d bytes with its %stag and length; %s commands at "
        "security level %02X%s carry at most %d",
        load_file.size(), daps.empty() ? "" : "DAP blocks, ",
        LengthText(protection), protection.level,
        protection.mac_bytes > 8 ? " with MACs of 16 bytes" : "",
        block * kMaxBlocks));
  }
  std::vector<CommandApdu> commands;
  for (size_t at = 0; at < load_file.size(); at += block) {
    const bool last = load_file.size() - at <= block;
    ASSIGN_OR_RETURN(CommandApdu command,
                     Command(kLoad, last ? kLastBlock : 0x00,
                             static_cast<uint8_t>(commands.size()),
                             ByteSpan(load_file).subspan(at, block)));
    commands.push_back(std::move(command));
  }
  return commands;
}

absl::StatusOr<CommandApdu> InstallAndMakeSelectable(
    const Installation& installation, Protection protection) {
  const size_t privileges = installation.privileges.size();
  if (privileges != 1 && privileges != 3) {
    return absl::InvalidArgumentError(absl::StrFormat(
        "privileges of %d bytes: they have 1 or 3", privileges));
  }
  ASSIGN_OR_RETURN(const size_t most, MaxCommandData(protection));
  Bytes parameters = EncodeTlv(0xC9, installation.parameters);
  if (!installation.system_parameters.empty()) {
    AppendTlv(parameters, 0xEF, installation.system_parameters);
  }
  if (!installation.uicc_parameters.empty()) {
    AppendTlv(parameters, 0xEA, installation.uicc_parameters);
  }
  Bytes data;
  AppendLengthValue(data, installation.load_file.bytes());
  AppendLengthValue(data, installation.module.bytes());
  AppendLengthValue(data, installation.instance.bytes());
  AppendLengthValue(data, installation.privileges);
  AppendLengthValue(data, parameters);
  AppendLengthValue(data, {});  // install token
  if (data.size() > most) {
    return absl::ResourceExhaustedError(absl::StrFormat(
        "INSTALL with %d bytes of parameters has %d bytes; a %s command at "
        "security level %02X carries at most %d",
        installation.parameters.size(), data.size(), LengthText(protection),
        protection.level, most));
  }
  return Command(kInstall, kForInstallAndMakeSelectable, 0x00, data);
}

absl::StatusOr<CommandApdu> DeleteContent(const Aid& aid,
                                          DeleteRelated related) {
  return Command(kDelete, 0x00, related == DeleteRelated::kYes ? 0x80 : 0x00,
                 EncodeTlv(0x4F, aid.bytes()));
}

}  // namespace cardferry::card
