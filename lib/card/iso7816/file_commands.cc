#include "lib/card/iso7816/file_commands.h"

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace cardferry::card {
namespace {

constexpr uint8_t kDeactivateFile = 0x04;
constexpr uint8_t kActivateFile = 0x44;
constexpr uint8_t kSelect = 0xA4;
constexpr uint8_t kCreateFile = 0xE0;
constexpr uint8_t kDeleteFile = 0xE4;
constexpr uint8_t kTerminateDf = 0xE6;
constexpr uint8_t kTerminateEf = 0xE8;
constexpr uint8_t kById = 0x00;
constexpr uint8_t kByChildDf = 0x01;
constexpr uint8_t kByChildEf = 0x02;
constexpr uint8_t kByParent = 0x03;
constexpr uint8_t kByName = 0x04;
constexpr uint8_t kByPath = 0x08;
constexpr size_t kMaxPath = 127;

// Short data always fits: an error is impossible.
CommandApdu Make(CommandHeader header, ByteSpan data,
                 std::optional<uint32_t> le = std::nullopt) {
  return *CommandApdu::Create(header, data, le);
}

CommandApdu Select(uint8_t by, ByteSpan data, SelectAnswer answer) {
  std::optional<uint32_t> le;
  if (answer != SelectAnswer::kNothing) le = CommandApdu::kMaxShortLe;
  return Make({0x00, kSelect, by, static_cast<uint8_t>(answer)}, data, le);
}

CommandApdu ForCurrentFile(uint8_t ins) { return Make({0x00, ins, 0, 0}, {}); }

absl::Status CheckComplete(const FileControl& control) {
  if (!control.descriptor.has_value() || !control.id.has_value()) {
    return absl::InvalidArgumentError(
        "a new file needs a descriptor and an identifier");
  }
  const FileDescriptor& descriptor = *control.descriptor;
  const bool sized =
      descriptor.kind == FileKind::kDf ||
      (HasRecords(descriptor.kind)
           ? descriptor.max_record_size != 0 && descriptor.record_count != 0
           : control.size.has_value());
  if (sized) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "a new file that is ", FileKindName(descriptor.kind), " needs a size"));
}

}  // namespace

CommandApdu SelectFile(FileId id, SelectAnswer answer) {
  return Select(kById, ToBytes(id), answer);
}

CommandApdu SelectChildDf(FileId id, SelectAnswer answer) {
  return Select(kByChildDf, ToBytes(id), answer);
}

CommandApdu SelectChildEf(FileId id, SelectAnswer answer) {
  return Select(kByChildEf, ToBytes(id), answer);
}

CommandApdu SelectParent(SelectAnswer answer) {
  return Select(kByParent, {}, answer);
}

CommandApdu SelectDfName(const Aid& name, SelectAnswer answer) {
  return Select(kByName, name.bytes(), answer);
}

absl::StatusOr<CommandApdu> SelectPath(absl::Span<const FileId> path,
                                       SelectAnswer answer) {
  if (path.empty() || path.size() > kMaxPath) {
    return absl::InvalidArgumentError(
        absl::StrCat("a path of ", path.size(), " files; 1 to 127 fit"));
  }
  Bytes data;
  for (const FileId id : path) Append(data, ToBytes(id));
  return Select(kByPath, data, answer);
}

absl::StatusOr<CommandApdu> CreateFile(const FileControl& control) {
  RETURN_IF_ERROR(CheckComplete(control));
  ASSIGN_OR_RETURN(const Bytes parameters, EncodeFileControl(control));
  return CommandApdu::Create({0x00, kCreateFile, 0, 0}, parameters);
}

CommandApdu DeleteFile(FileId id) {
  return Make({0x00, kDeleteFile, 0, 0}, ToBytes(id));
}

CommandApdu ActivateFile() { return ForCurrentFile(kActivateFile); }

CommandApdu DeactivateFile() { return ForCurrentFile(kDeactivateFile); }

CommandApdu TerminateEf() { return ForCurrentFile(kTerminateEf); }

CommandApdu TerminateDf() { return ForCurrentFile(kTerminateDf); }

}  // namespace cardferry::card
