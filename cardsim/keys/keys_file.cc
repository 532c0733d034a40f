#include "cardsim/keys/keys_file.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"

namespace cardferry::cardsim {
namespace {

enum Field { kKvn, kKdd, kEnc, kMac, kDek, kReceipt, kFieldCount };
constexpr std::array<absl::string_view, kFieldCount> kNames = {
    "kvn", "kdd", "enc", "mac", "dek", "receipt"};

struct Fields {
  std::optional<KeyType> type;
  std::array<std::optional<SecretBytes>, kFieldCount> values;
};

int DigitValue(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return -1;
}

// Hexadecimal straight into a SecretBytes, so that no copy of a key is left.
std::optional<SecretBytes> DecodeHex(absl::string_view hex) {
  if (hex.empty() || hex.size() % 2 != 0) return std::nullopt;
  SecretBytes bytes(hex.size() / 2);
  const absl::Span<uint8_t> out = bytes.Write(GrantSecretAccess());
  for (size_t i = 0; i < out.size(); ++i) {
    const int high = DigitValue(hex[2 * i]);
    const int low = DigitValue(hex[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return bytes;
}

absl::Status ParseAlgorithm(absl::string_view name, Fields& fields) {
  if (fields.type.has_value()) {
    return absl::InvalidArgumentError("alg is there twice");
  }
  if (name != "aes" && name != "des") {
    return absl::InvalidArgumentError("alg is aes or des");
  }
  fields.type = name == "aes" ? KeyType::kAes : KeyType::kDes;
  return absl::OkStatus();
}

absl::Status ParseLine(absl::string_view line, Fields& fields) {
  if (line.empty() || line.front() == '#') return absl::OkStatus();
  const size_t equals = line.find('=');
  if (line.substr(0, std::min(equals, line.size())) == "alg") {
    return ParseAlgorithm(line.substr(equals + 1), fields);
  }
  const auto name = std::find(kNames.begin(), kNames.end(),
                              line.substr(0, std::min(equals, line.size())));
  if (equals == absl::string_view::npos || name == kNames.end()) {
    return absl::InvalidArgumentError(
        "not alg=, kvn=, kdd=, enc=, mac=, dek= or receipt=");
  }
  auto& field = fields.values[static_cast<size_t>(name - kNames.begin())];
  if (field.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(*name, " is there twice"));
  }
  field = DecodeHex(line.substr(equals + 1));
  if (!field.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the value of ", *name, " is not hexadecimal"));
  }
  return absl::OkStatus();
}

absl::Status CheckFields(
    const std::array<std::optional<SecretBytes>, kFieldCount>& fields) {
  for (size_t i = 0; i < fields.size(); ++i) {
    if (!fields[i].has_value() && i != kReceipt) {
      return absl::InvalidArgumentError(
          absl::StrCat(kNames[i], "= is missing"));
    }
  }
  if (fields[kKvn]->size() != 1) {
    return absl::InvalidArgumentError("kvn has one byte");
  }
  if (fields[kKdd]->size() != KeySet().diversification_data.size()) {
    return absl::InvalidArgumentError("kdd has ten bytes");
  }
  return absl::OkStatus();
}

absl::StatusOr<Fields> ParseFields(const SecretBytes& text) {
  const ByteSpan bytes = text.Read(GrantSecretAccess());
  absl::string_view rest(reinterpret_cast<const char*>(bytes.data()),
                         bytes.size());
  Fields fields;
  for (int line = 1; !rest.empty(); ++line) {
    const size_t end = std::min(rest.find('\n'), rest.size());
    RETURN_IF_ERROR(Annotate(ParseLine(rest.substr(0, end), fields),
                             absl::StrCat("line ", line)));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  RETURN_IF_ERROR(CheckFields(fields.values));
  return fields;
}

}  // namespace

absl::StatusOr<KeySet> ParseKeysFile(const SecretBytes& text) {
  ASSIGN_OR_RETURN(Fields fields, ParseFields(text));
  auto& values = fields.values;
  KeySet keys;
  keys.type = fields.type.value_or(KeyType::kAes);
  keys.version = values[kKvn]->Read(GrantSecretAccess())[0];
  const ByteSpan kdd = values[kKdd]->Read(GrantSecretAccess());
  std::copy(kdd.begin(), kdd.end(), keys.diversification_data.begin());
  keys.enc = *std::move(values[kEnc]);
  keys.mac = *std::move(values[kMac]);
  keys.dek = *std::move(values[kDek]);
  RETURN_IF_ERROR(Annotate(CheckKeySet(keys), "enc, mac and dek"));
  return keys;
}

absl::StatusOr<std::optional<SecretBytes>> ParseReceiptKey(
    const SecretBytes& text) {
  ASSIGN_OR_RETURN(Fields fields, ParseFields(text));
  std::optional<SecretBytes>& key = fields.values[kReceipt];
  if (key.has_value() && key->size() != fields.values[kMac]->size()) {
    return absl::InvalidArgumentError("receipt has another length than mac");
  }
  return std::move(key);
}

absl::StatusOr<std::optional<SecretBytes>> ReadReceiptKey(
    const std::string& path) {
  ASSIGN_OR_RETURN(const SecretBytes text, ReadSecretFile(path));
  absl::StatusOr<std::optional<SecretBytes>> key = ParseReceiptKey(text);
  if (!key.ok()) return Annotate(key.status(), path);
  return key;
}

absl::StatusOr<KeySet> ReadKeysFile(const std::string& path) {
  ASSIGN_OR_RETURN(const SecretBytes text, ReadSecretFile(path));
  absl::StatusOr<KeySet> keys = ParseKeysFile(text);
  if (!keys.ok()) return Annotate(keys.status(), path);
  return keys;
}

}  // namespace cardferry::cardsim
