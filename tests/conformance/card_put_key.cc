#include "tests/conformance/card_put_key.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cardsim/card/put_key_command.h"
#include "cardsim/channel/key_check_value.h"
#include "cardsim/channel/scp01_session.h"
#include "cardsim/channel/scp02_session.h"
#include "cardsim/channel/scp03_session.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/secret_bytes.h"
#include "lib/base/status_macros.h"
#include "tests/conformance/session_record.h"

namespace cardferry::conformance {
namespace {

using cardsim::KeyType;
using cardsim::Session;

// A parameter `i` of SCP02 with keys of the vector's mode.
uint8_t Scp02Parameter(const Vector& vector) {
  const bool implicit = vector.name().find("implicit") != std::string::npos;
  return implicit ? 0x1B : 0x55;
}

// A session with the vector's data encryption key and no other.
absl::StatusOr<std::unique_ptr<Session>> SessionOf(const Vector& vector) {
  ASSIGN_OR_RETURN(const Bytes bytes, vector.Hex("dek"));
  SecretBytes dek = SecretBytes::CopyOf(bytes);
  std::unique_ptr<Session> session;
  if (vector.Text("protocol") == "SCP03") {
    session = std::make_unique<cardsim::Scp03Session>(
        cardsim::Scp03SessionKeys(), std::move(dek), 8);
  } else if (vector.Text("protocol") == "SCP01") {
    session = std::make_unique<cardsim::Scp01Session>(
        cardsim::Scp01SessionKeys(), std::move(dek), false);
  } else {
    cardsim::Scp02SessionKeys keys;
    keys.mac = SecretBytes(16);
    keys.dek = std::move(dek);
    ASSIGN_OR_RETURN(session,
                     cardsim::Scp02Session::Create(
                         std::move(keys), Scp02Parameter(vector), Bytes(5)));
  }
  return session;
}

KeyType TypeOf(const std::string& name) {
  return name == "DES" ? KeyType::kDes : KeyType::kAes;
}

// The key that `wrapped` is, without padding, and its check value.
absl::Status CheckKey(const Session& session, KeyType type, ByteSpan wrapped,
                      ByteSpan key, ByteSpan check_value) {
  ASSIGN_OR_RETURN(const SecretBytes held, session.UnwrapKey(wrapped));
  const ByteSpan bytes = held.Read(GrantSecretAccess());
  if (bytes.size() < key.size()) return absl::DataLossError("key is shorter");
  RETURN_IF_ERROR(ExpectBytes("key", bytes.first(key.size()), key));
  ASSIGN_OR_RETURN(const Bytes value,
                   cardsim::KeyCheckValue(type, SecretBytes::CopyOf(key)));
  return ExpectBytes("key check value", value, check_value);
}

// Three times the same key makes a set.
absl::Status CheckField(const Vector& vector, ByteSpan wrapped) {
  ASSIGN_OR_RETURN(const Bytes field, vector.Hex("expected_field"));
  ASSIGN_OR_RETURN(
      const card::CommandApdu apdu,
      card::CommandApdu::Create({0x80, 0xD8, 0x00, 0x81},
                                Concat({Bytes{0x31}, field, field, field})));
  ASSIGN_OR_RETURN(const cardsim::PutKeyCommand command,
                   cardsim::PutKeyCommand::Parse(apdu));
  return ExpectBytes("key in its field", command.keys[1].wrapped, wrapped);
}

}  // namespace

absl::Status CheckCardPutKeyBlock(const Vector& vector) {
  ASSIGN_OR_RETURN(const auto session, SessionOf(vector));
  ASSIGN_OR_RETURN(const Bytes wrapped, vector.Hex("expected_ciphertext"));
  ASSIGN_OR_RETURN(const Bytes key, vector.Hex("key"));
  ASSIGN_OR_RETURN(const Bytes check_value, vector.Hex("kcv"));
  RETURN_IF_ERROR(CheckKey(*session, TypeOf(vector.Text("key_type")), wrapped,
                           key, check_value));
  // Key type 81 is of Open Platform 2.0.1' alone; the card has 80.
  if (!vector.Has("expected_field") || vector.Text("tag") == "81") {
    return absl::OkStatus();
  }
  return CheckField(vector, wrapped);
}

absl::Status CheckCardPutKeyApdu(const Vector& vector) {
  ASSIGN_OR_RETURN(const auto session, SessionOf(vector));
  ASSIGN_OR_RETURN(const Bytes bytes, vector.Hex("plain_apdu"));
  ASSIGN_OR_RETURN(const card::CommandApdu apdu,
                   card::CommandApdu::Parse(bytes));
  ASSIGN_OR_RETURN(const cardsim::PutKeyCommand command,
                   cardsim::PutKeyCommand::Parse(apdu));
  ASSIGN_OR_RETURN(const uint8_t version, vector.HexByte("new_kvn"));
  RETURN_IF_ERROR(ExpectBytes("new version", {command.new_version}, {version}));
  for (size_t i = 0; i < command.keys.size(); ++i) {
    const std::string path = absl::StrCat("keys.", i);
    const cardsim::WrappedKey& wrapped = command.keys[i];
    ASSIGN_OR_RETURN(const Bytes key, vector.Hex(path + ".key", wrapped.size));
    ASSIGN_OR_RETURN(const Bytes check_value, vector.Hex(path + ".kcv"));
    RETURN_IF_ERROR(Annotate(CheckKey(*session, wrapped.type, wrapped.wrapped,
                                      key, wrapped.check_value),
                             path));
    RETURN_IF_ERROR(
        ExpectBytes(path + ".kcv", wrapped.check_value, check_value));
  }
  return absl::OkStatus();
}

}  // namespace cardferry::conformance
