#include "lib/card/gp/put_key.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/base/status_macros.h"

namespace cardferry::card {
namespace {

constexpr uint8_t kCla = 0x80;
constexpr uint8_t kPutKey = 0xD8;
constexpr uint8_t kSeveralKeys = 0x80;  // in P2
constexpr uint8_t kLast = 0x7F;         // version and identifier
constexpr size_t kCheckValue = 3;
constexpr size_t kDesKey = 16;
constexpr size_t kLongDesKey = 24;
constexpr size_t kMostPadding = 15;

bool IsAes(KeyField field) {
  return field == KeyField::kAes || field == KeyField::kAesWithoutSize;
}

uint8_t TypeOf(KeyField field) {
  switch (field) {
    case KeyField::kTdes:
      return 0x80;
    case KeyField::kTdesEcb:
      return 0x81;
    case KeyField::kAes:
    case KeyField::kAesWithoutSize:
      return 0x88;
  }
  return 0;
}

absl::Status CheckNumber(const char* what, size_t number) {
  if (number >= 1 && number <= kLast) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrFormat("%s is %d, must be 1 to %d", what, number, kLast));
}

// Triple DES keys are whole blocks; AES keys are padded up to the data
// encryption key's block.
absl::Status CheckKey(const WrappedKey& key) {
  const bool right_size =
      IsAes(key.field) ? key.size == 16 || key.size == 24 || key.size == 32
                       : key.size == kDesKey || key.size == kLongDesKey;
  if (!right_size) {
    return absl::InvalidArgumentError(
        absl::StrCat("a key of ", key.size, " bytes"));
  }
  const size_t most = IsAes(key.field) && key.field != KeyField::kAesWithoutSize
                          ? key.size + kMostPadding
                          : key.size;
  if (key.wrapped.size() < key.size || key.wrapped.size() > most) {
    return absl::InvalidArgumentError(
        absl::StrCat(key.wrapped.size(), " bytes are no wrapped key of ",
                     key.size, " bytes"));
  }
  if (!key.check_value.empty() && key.check_value.size() != kCheckValue) {
    return absl::InvalidArgumentError(
        absl::StrCat("a key check value of ", key.check_value.size(),
                     " bytes, it has ", kCheckValue));
  }
  return absl::OkStatus();
}

// All lengths are below 128.
void AppendField(Bytes& data, const WrappedKey& key) {
  const bool says_size = key.field == KeyField::kAes;
  data.push_back(TypeOf(key.field));
  data.push_back(static_cast<uint8_t>(key.wrapped.size() + says_size));
  if (says_size) data.push_back(static_cast<uint8_t>(key.size));
  Append(data, key.wrapped);
  data.push_back(static_cast<uint8_t>(key.check_value.size()));
  Append(data, key.check_value);
}

}  // namespace

absl::StatusOr<CommandApdu> PutKey(const KeysToPut& keys) {
  if (keys.keys.empty()) return absl::InvalidArgumentError("no keys to put");
  RETURN_IF_ERROR(CheckNumber("the version", keys.version));
  RETURN_IF_ERROR(
      CheckNumber("the version to replace", keys.replaces.value_or(1)));
  RETURN_IF_ERROR(CheckNumber("the first identifier", keys.first_identifier));
  RETURN_IF_ERROR(CheckNumber("the last identifier",
                              keys.first_identifier + keys.keys.size() - 1));
  Bytes data = {keys.version};
  for (const WrappedKey& key : keys.keys) {
    RETURN_IF_ERROR(CheckKey(key));
    AppendField(data, key);
  }
  if (data.size() > CommandApdu::kMaxShortData) {
    return absl::InvalidArgumentError(
        absl::StrCat(keys.keys.size(), " keys take ", data.size(),
                     " bytes; a command has ", CommandApdu::kMaxShortData));
  }
  const auto p2 = static_cast<uint8_t>(
      keys.first_identifier | (keys.keys.size() > 1 ? kSeveralKeys : 0));
  return CommandApdu::Create({kCla, kPutKey, keys.replaces.value_or(0), p2},
                             data, CommandApdu::kMaxShortLe);
}

absl::Status CheckPutKeyAnswer(const KeysToPut& keys, ByteSpan answer) {
  if (answer.empty() || answer[0] != keys.version) {
    return absl::DataLossError(absl::StrFormat(
        "the card does not say that it holds version %02X now", keys.version));
  }
  answer.remove_prefix(1);
  if (answer.empty()) return absl::OkStatus();
  Bytes wanted;
  for (const WrappedKey& key : keys.keys) Append(wanted, key.check_value);
  if (answer == ByteSpan(wanted)) return absl::OkStatus();
  return absl::DataLossError(
      "the card says other key check values than were sent");
}

}  // namespace cardferry::card
