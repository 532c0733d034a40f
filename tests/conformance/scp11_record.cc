#include "tests/conformance/scp11_record.h"

#include <map>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/card/apdu/response_apdu.h"

namespace cardferry::conformance {
namespace {

absl::StatusOr<crypto::Curve> ReadCurve(const Vector& vector) {
  static const auto* const kCurves = new std::map<std::string, crypto::Curve>{
      {"P-256", crypto::Curve::kP256},
      {"secp256r1", crypto::Curve::kP256},
      {"P-384", crypto::Curve::kP384},
      {"brainpoolP256r1", crypto::Curve::kBrainpoolP256r1}};
  const auto curve = kCurves->find(vector.Text("curve"));
  if (curve != kCurves->end()) return curve->second;
  return absl::InvalidArgumentError(
      absl::StrCat("no curve ", vector.Text("curve")));
}

absl::StatusOr<crypto::KdfHash> ReadHash(const Vector& vector) {
  const std::string hash = vector.Text("kdf_hash");
  if (hash.empty() || hash == "sha256") return crypto::KdfHash::kSha256;
  if (hash == "sha384") return crypto::KdfHash::kSha384;
  return absl::InvalidArgumentError(absl::StrCat("no hash ", hash));
}

// Empty when the vector does not have it.
absl::StatusOr<Bytes> Optional(const Vector& vector, const std::string& path) {
  if (!vector.Has(path)) return Bytes();
  return vector.Hex(path);
}

absl::Status ReadKeys(const Vector& vector, Scp11Record& record) {
  ASSIGN_OR_RETURN(record.host_static, Optional(vector, "keys.SK_OCE_ECKA"));
  ASSIGN_OR_RETURN(record.host_ephemeral, vector.Hex("keys.ESK_OCE_ECKA"));
  ASSIGN_OR_RETURN(record.card_static, Optional(vector, "keys.SK_SD_ECKA"));
  ASSIGN_OR_RETURN(record.card_ephemeral, Optional(vector, "keys.ESK_SD_ECKA"));
  ASSIGN_OR_RETURN(record.card_static_point, vector.Hex("keys.PK_SD_ECKA"));
  return absl::OkStatus();
}

// In one field or in two, as each source named them.
absl::StatusOr<Bytes> ReadSecrets(const Vector& vector) {
  if (vector.Has("shared_secret")) return vector.Hex("shared_secret");
  ASSIGN_OR_RETURN(const Bytes first, vector.Hex("shared_secret_ee"));
  ASSIGN_OR_RETURN(const Bytes second, vector.Hex("shared_secret_ss"));
  return Concat({first, second});
}

absl::StatusOr<Bytes> ReadSessionKeys(const Vector& vector) {
  Bytes keys;
  for (const char* const path :
       {"receipt_key", "session_keys.enc", "session_keys.mac",
        "session_keys.rmac", "session_keys.dek"}) {
    ASSIGN_OR_RETURN(const Bytes key, vector.Hex(path));
    Append(keys, key);
  }
  return keys;
}

bool EncryptsAbsentData(const Vector& vector) {
  for (size_t i = 0; vector.Has(absl::StrCat("commands.", i, ".plain")); ++i) {
    if (vector.Text(absl::StrCat("commands.", i, ".note")) ==
        "host encrypts an empty data field as one padded block") {
      return true;
    }
  }
  return false;
}

// Field "preceding": commands and answers without secure messaging.
absl::StatusOr<std::vector<Exchange>> ReadPreceding(const Vector& vector) {
  std::vector<Exchange> exchanges;
  for (size_t i = 0;; ++i) {
    const std::string path = absl::StrCat("preceding.", i);
    if (!vector.Has(path + ".command")) return exchanges;
    ASSIGN_OR_RETURN(Bytes bytes, vector.Hex(path + ".command"));
    ASSIGN_OR_RETURN(const card::CommandApdu command,
                     card::CommandApdu::Parse(bytes));
    ASSIGN_OR_RETURN(const Bytes answer, vector.Hex(path + ".response"));
    ASSIGN_OR_RETURN(card::ResponseApdu response,
                     card::ResponseApdu::Parse(answer));
    exchanges.push_back({std::nullopt, command, std::move(bytes),
                         std::move(response), std::nullopt});
  }
}

}  // namespace

absl::StatusOr<Scp11Record> ReadScp11(const Vector& vector) {
  const std::string prefix =
      vector.Has("mutual_auth_command") ? "mutual_auth" : "authenticate";
  ASSIGN_OR_RETURN(const Bytes command, vector.Hex(prefix + "_command"));
  ASSIGN_OR_RETURN(card::CommandApdu authenticate,
                   card::CommandApdu::Parse(command));
  ASSIGN_OR_RETURN(const Bytes response, vector.Hex(prefix + "_response"));
  ASSIGN_OR_RETURN(card::ResponseApdu answer,
                   card::ResponseApdu::Parse(response));
  const std::string protocol = vector.Text("protocol");
  Scp11Record record{std::move(authenticate)};
  record.variant = protocol.empty() ? '?' : protocol.back();
  record.s16 = vector.Text("mode") == "S16";
  record.answer = std::move(answer.data);
  ASSIGN_OR_RETURN(record.curve, ReadCurve(vector));
  ASSIGN_OR_RETURN(record.hash, ReadHash(vector));
  ASSIGN_OR_RETURN(record.level, vector.HexByte("security_level"));
  ASSIGN_OR_RETURN(record.key_identifier, vector.HexByte("kid"));
  ASSIGN_OR_RETURN(record.key_version, vector.HexByte("kvn"));
  RETURN_IF_ERROR(ReadKeys(vector, record));
  ASSIGN_OR_RETURN(record.secrets, ReadSecrets(vector));
  ASSIGN_OR_RETURN(record.shared_info, vector.Hex("shared_info", 3));
  ASSIGN_OR_RETURN(record.receipt, vector.Hex("receipt", 16));
  ASSIGN_OR_RETURN(record.keys, ReadSessionKeys(vector));
  record.encrypts_absent_data = EncryptsAbsentData(vector);
  ASSIGN_OR_RETURN(record.exchanges, ReadExchanges(vector));
  ASSIGN_OR_RETURN(record.preceding, ReadPreceding(vector));
  return record;
}

}  // namespace cardferry::conformance
