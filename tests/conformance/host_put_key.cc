#include "tests/conformance/host_put_key.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/gp/put_key.h"
#include "tests/conformance/session_record.h"

namespace cardferry::conformance {
namespace {

using card::KeyField;
using card::KeysToPut;
using card::WrappedKey;

constexpr size_t kAesBlock = 16;

HostCrypto::KeyWrapping WrappingOf(const Vector& vector) {
  if (vector.Text("protocol") == "SCP03") {
    return HostCrypto::KeyWrapping::kAesCbc;
  }
  return absl::StrContains(vector.name(), "implicit")
             ? HostCrypto::KeyWrapping::kTdesCbc
             : HostCrypto::KeyWrapping::kTdesEcb;
}

bool IsAes(const std::string& type) { return absl::StartsWith(type, "AES"); }

// How a key of this type is sent where the record does not say otherwise: as
// Amendment D has it.
KeyField FieldOf(const std::string& type, const std::string& tag) {
  if (IsAes(type)) return KeyField::kAes;
  return tag == "81" ? KeyField::kTdesEcb : KeyField::kTdes;
}

// The key at `path` ("" or "keys.0."), wrapped and with its check value.
absl::StatusOr<WrappedKey> Wrap(HostCrypto& crypto, const Vector& vector,
                                const std::string& path) {
  const std::string type = vector.Text(path + "key_type");
  WrappedKey wrapped;
  wrapped.field = FieldOf(type, vector.Text(path + "tag"));
  ASSIGN_OR_RETURN(const Bytes dek, vector.Hex("dek"));
  ASSIGN_OR_RETURN(Bytes key, vector.Hex(path + "key"));
  wrapped.size = key.size();
  ASSIGN_OR_RETURN(
      wrapped.check_value,
      crypto.KeyCheckValue(IsAes(type) ? KeyKind::kAes : KeyKind::kTdes, key));
  const HostCrypto::KeyWrapping how = WrappingOf(vector);
  if (how == HostCrypto::KeyWrapping::kAesCbc) {
    // What it is padded with is the sender's to choose (GPC Amendment
    // D, 6.2.8).
    Bytes padding;
    if (vector.Has("padding")) {
      ASSIGN_OR_RETURN(padding, vector.Hex("padding"));
    }
    padding.resize((kAesBlock - key.size() % kAesBlock) % kAesBlock);
    Append(key, padding);
  }
  ASSIGN_OR_RETURN(wrapped.wrapped, crypto.WrapKey(how, dek, key));
  return wrapped;
}

// Some senders ask for no answer; Le is not MACed.
absl::StatusOr<Bytes> WithoutLe(const card::CommandApdu& command) {
  ASSIGN_OR_RETURN(const card::CommandApdu without,
                   card::CommandApdu::Create(command.header(), command.data()));
  return without.Encode();
}

}  // namespace

absl::Status CheckHostPutKeyBlock(HostCrypto& crypto, const Vector& vector) {
  ASSIGN_OR_RETURN(const WrappedKey key, Wrap(crypto, vector, ""));
  ASSIGN_OR_RETURN(const Bytes wrapped, vector.Hex("expected_ciphertext"));
  RETURN_IF_ERROR(ExpectBytes("wrapped key", key.wrapped, wrapped));
  ASSIGN_OR_RETURN(const Bytes check_value, vector.Hex("kcv"));
  RETURN_IF_ERROR(ExpectBytes("key check value", key.check_value, check_value));
  if (!vector.Has("expected_field")) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Bytes field, vector.Hex("expected_field"));
  ASSIGN_OR_RETURN(const card::CommandApdu command,
                   card::PutKey({std::nullopt, 1, 1, {key}}));
  // After the version.
  return ExpectBytes("key data field", ByteSpan(command.data()).subspan(1),
                     field);
}

absl::Status CheckHostPutKeyApdu(HostCrypto& crypto, const Vector& vector) {
  ASSIGN_OR_RETURN(const Bytes bytes, vector.Hex("plain_apdu"));
  ASSIGN_OR_RETURN(const card::CommandApdu recorded,
                   card::CommandApdu::Parse(bytes));
  KeysToPut keys;
  ASSIGN_OR_RETURN(keys.version, vector.HexByte("new_kvn"));
  // What is replaced is the sender's choice, and only the command says it.
  if (recorded.header().p1 != 0) keys.replaces = recorded.header().p1;
  for (size_t i = 0; vector.Has(absl::StrCat("keys.", i, ".key")); ++i) {
    ASSIGN_OR_RETURN(keys.keys.emplace_back(),
                     Wrap(crypto, vector, absl::StrCat("keys.", i, ".")));
  }
  ASSIGN_OR_RETURN(const card::CommandApdu command, card::PutKey(keys));
  ASSIGN_OR_RETURN(const Bytes ours, WithoutLe(command));
  ASSIGN_OR_RETURN(const Bytes theirs, WithoutLe(recorded));
  RETURN_IF_ERROR(ExpectBytes("PUT KEY", ours, theirs));
  if (vector.Text("response").empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Bytes answer, vector.Hex("response"));
  constexpr size_t kStatusWord = 2;
  return card::CheckPutKeyAnswer(
      keys, ByteSpan(answer).first(answer.size() - kStatusWord));
}

}  // namespace cardferry::conformance
