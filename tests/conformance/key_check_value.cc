#include "tests/conformance/key_check_value.h"

#include "absl/strings/str_cat.h"
#include "lib/base/secret_bytes.h"
#include "lib/base/status_macros.h"
#include "lib/crypto/aes.h"
#include "lib/crypto/tdes.h"
#include "tests/conformance/session_record.h"

namespace cardferry::conformance {

absl::StatusOr<Bytes> OpensslKeyCheckValue(KeyKind kind, ByteSpan key) {
  const SecretBytes secret = SecretBytes::CopyOf(key);
  ASSIGN_OR_RETURN(
      Bytes block,
      kind == KeyKind::kAes
          ? crypto::AesEcbEncrypt(secret, Bytes(crypto::kAesBlockSize, 0x01))
          : crypto::TdesEcbEncrypt(secret, Bytes(crypto::kDesBlockSize)));
  block.resize(kKeyCheckValueLength);
  return block;
}

absl::Status CheckKeyCheckValue(const std::string& name, KeyKind kind,
                                ByteSpan key, ByteSpan kcv) {
  ASSIGN_OR_RETURN(const Bytes got, OpensslKeyCheckValue(kind, key));
  return ExpectBytes(absl::StrCat("KCV of ", name), got, kcv);
}

absl::Status CheckKeyCheckValues(const Vector& vector, KeyKind kind,
                                 const std::string& keys,
                                 const std::string& kcvs) {
  for (const char* name : {".enc", ".mac", ".rmac", ".dek"}) {
    if (!vector.Has(keys + name) || !vector.Has(kcvs + name)) continue;
    ASSIGN_OR_RETURN(const Bytes key, vector.Hex(keys + name));
    ASSIGN_OR_RETURN(const Bytes kcv, vector.Hex(kcvs + name));
    RETURN_IF_ERROR(CheckKeyCheckValue(keys + name, kind, key, kcv));
  }
  return absl::OkStatus();
}

}  // namespace cardferry::conformance
