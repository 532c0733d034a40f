#include "tests/conformance/host_content.h"

#include <map>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/card/apdu/aid.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/gp/token.h"
#include "lib/crypto/digest.h"
#include "lib/crypto/signature.h"
#include "tests/conformance/session_record.h"

namespace cardferry::conformance {
namespace {

constexpr size_t kDesBlock = 8;

// A number in hexadecimal, with or without a leading zero.
absl::StatusOr<Bytes> BigEndian(const Vector& vector, const std::string& path) {
  std::string hex = vector.Text(path);
  if (hex.size() % 2 != 0) hex.insert(0, "0");
  return Vector(Vector::Fields{{path, hex}}).Hex(path);
}

absl::StatusOr<crypto::VerificationKey> ReadRsaKey(const Vector& vector) {
  ASSIGN_OR_RETURN(const Bytes modulus, BigEndian(vector, "rsa.n"));
  ASSIGN_OR_RETURN(const Bytes exponent, BigEndian(vector, "rsa.e"));
  return crypto::VerificationKey::Rsa(modulus, exponent);
}

absl::StatusOr<crypto::VerificationKey> ReadEcKey(const Vector& vector) {
  static const auto* const kCurves = new std::map<std::string, crypto::Curve>{
      {"P-256", crypto::Curve::kP256},
      {"P-384", crypto::Curve::kP384},
      {"P-521", crypto::Curve::kP521},
      {"brainpoolP256r1", crypto::Curve::kBrainpoolP256r1}};
  const auto curve = kCurves->find(vector.Text("curve"));
  if (curve == kCurves->end()) {
    return absl::InvalidArgumentError("an unknown curve");
  }
  ASSIGN_OR_RETURN(const Bytes point, vector.Hex("public"));
  return crypto::VerificationKey::Ec(curve->second, point);
}

absl::Status CheckMac(HostCrypto& crypto, const Vector& vector,
                      ByteSpan message, ByteSpan signature) {
  ASSIGN_OR_RETURN(const Bytes key, vector.Hex("key"));
  if (!absl::StartsWith(vector.Text("algorithm"), "DES")) {
    return crypto.CheckCmac(key, message, signature);
  }
  ASSIGN_OR_RETURN(const Bytes mac,
                   crypto.RetailMac(key, Bytes(kDesBlock),
                                    HostCrypto::Icv::kPlain, message));
  return ExpectBytes("signature", mac, signature);
}

absl::Status CheckPublicKeySignature(const Vector& vector, ByteSpan message,
                                     ByteSpan signature) {
  ASSIGN_OR_RETURN(const crypto::VerificationKey key, vector.Has("curve")
                                                          ? ReadEcKey(vector)
                                                          : ReadRsaKey(vector));
  ASSIGN_OR_RETURN(const bool verifies, key.Verifies(message, signature));
  return verifies ? absl::OkStatus()
                  : absl::DataLossError("the signature does not verify");
}

absl::Status CheckSignature(HostCrypto& crypto, const Vector& vector) {
  ASSIGN_OR_RETURN(const Bytes message, vector.Hex("message"));
  ASSIGN_OR_RETURN(const Bytes signature, vector.Hex("signature"));
  return vector.Has("key")
             ? CheckMac(crypto, vector, message, signature)
             : CheckPublicKeySignature(vector, message, signature);
}

// The command without its token: INS and P1, and whether the token has a field
// of its own at the end.
struct Command {
  uint8_t ins;
  uint8_t p1;
  bool token_field;
};

absl::StatusOr<card::CommandApdu> ReadCommand(const Vector& vector) {
  static const auto* const kCommands = new std::map<std::string, Command>{
      {"INSTALL [for load]", {0xE6, 0x02, true}},
      {"INSTALL [for install and make selectable]", {0xE6, 0x0C, true}},
      {"INSTALL [for make selectable]", {0xE6, 0x08, true}},
      {"INSTALL [for extradition]", {0xE6, 0x10, true}},
      {"INSTALL [for registry update]", {0xE6, 0x40, true}},
      {"DELETE", {0xE4, 0x00, false}}};
  const auto command = kCommands->find(vector.Text("command"));
  if (command == kCommands->end()) {
    return absl::InvalidArgumentError("an unknown command");
  }
  ASSIGN_OR_RETURN(Bytes data, vector.Hex("command_data_without_token"));
  if (command->second.token_field) data.push_back(0);
  return card::CommandApdu::Create(
      {0x80, command->second.ins, command->second.p1, 0x00}, data);
}

// A receipt's message after the confirmation data: AIDs with their lengths.
absl::StatusOr<std::vector<card::Aid>> ReadAids(ByteSpan fields) {
  std::vector<card::Aid> aids;
  while (!fields.empty()) {
    const size_t length = fields[0];
    if (fields.size() <= length) {
      return absl::InvalidArgumentError("an AID is cut short");
    }
    ASSIGN_OR_RETURN(card::Aid aid,
                     card::Aid::Create(fields.subspan(1, length)));
    aids.push_back(std::move(aid));
    fields = fields.subspan(1 + length);
  }
  return aids;
}

absl::StatusOr<Bytes> ReceiptMessage(const Vector& vector, ByteSpan confirmed,
                                     const std::vector<card::Aid>& aids) {
  const std::string name = vector.name();
  const auto is = [&](const char* word, size_t count) {
    return absl::StrContains(name, word) && aids.size() == count;
  };
  if (is("_load_", 2)) {
    return card::LoadReceiptMessage(confirmed, aids[0], aids[1]);
  }
  if (is("_install_", 2)) {
    return card::InstallReceiptMessage(confirmed, aids[0], aids[1]);
  }
  if (is("_extradition_", 3)) {
    return card::ExtraditionReceiptMessage(confirmed, aids[0], aids[1],
                                           aids[2]);
  }
  if (is("_delete_", 1)) return card::DeleteReceiptMessage(confirmed, aids[0]);
  return absl::InvalidArgumentError("a receipt of an unknown command");
}

}  // namespace

absl::Status CheckToken(HostCrypto& crypto, const Vector& vector) {
  ASSIGN_OR_RETURN(const card::CommandApdu command, ReadCommand(vector));
  ASSIGN_OR_RETURN(const Bytes message, card::TokenMessage(command));
  ASSIGN_OR_RETURN(const Bytes expected, vector.Hex("message"));
  RETURN_IF_ERROR(ExpectBytes("message", message, expected));
  return CheckSignature(crypto, vector);
}

absl::Status CheckDap(HostCrypto& crypto, const Vector& vector) {
  return CheckSignature(crypto, vector);
}

absl::Status CheckReceipt(HostCrypto& crypto, const Vector& vector) {
  ASSIGN_OR_RETURN(const Bytes confirmed, vector.Hex("confirmation_data"));
  ASSIGN_OR_RETURN(const Bytes expected, vector.Hex("message"));
  ASSIGN_OR_RETURN(const Bytes signature, vector.Hex("signature"));
  if (expected.size() < confirmed.size()) {
    return absl::InvalidArgumentError("the message is too short");
  }
  ASSIGN_OR_RETURN(const auto aids,
                   ReadAids(ByteSpan(expected).subspan(confirmed.size())));
  // What a card would answer, read back.
  Bytes answer = {static_cast<uint8_t>(signature.size())};
  Append(answer, signature);
  Append(answer, confirmed);
  ASSIGN_OR_RETURN(const card::Confirmation confirmation,
                   card::Confirmation::Parse(answer));
  RETURN_IF_ERROR(ExpectBytes("receipt", confirmation.receipt, signature));
  ASSIGN_OR_RETURN(
      const Bytes message,
      ReceiptMessage(vector, confirmation.confirmation_data, aids));
  RETURN_IF_ERROR(ExpectBytes("message", message, expected));
  return CheckSignature(crypto, vector);
}

absl::Status CheckLoadFileHash(HostCrypto&, const Vector& vector) {
  ASSIGN_OR_RETURN(const Bytes block, vector.Hex("load_file_data_block"));
  const std::map<std::string, Bytes (*)(ByteSpan)> hashes = {
      {"sha1", crypto::Sha1},
      {"sha256", crypto::Sha256},
      {"sha384", crypto::Sha384},
      {"sha512", crypto::Sha512}};
  for (const auto& [name, hash] : hashes) {
    ASSIGN_OR_RETURN(const Bytes expected, vector.Hex(name));
    RETURN_IF_ERROR(ExpectBytes(name, hash(block), expected));
  }
  return absl::OkStatus();
}

}  // namespace cardferry::conformance
