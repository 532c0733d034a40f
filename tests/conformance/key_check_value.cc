#include "tests/conformance/key_check_value.h"

#include "absl/strings/str_cat.h"
#include "lib/base/secret_bytes.h"
#include "lib/base/status_macros.h"
#include "lib/card/scp/openssl/aes.h"
#include "tests/conformance/session_record.h"

namespace cardferry::conformance {

absl::Status CheckKeyCheckValue(const std::string& name, ByteSpan key,
                                ByteSpan kcv) {
  ASSIGN_OR_RETURN(scp::AesCbc aes,
                   scp::AesCbc::Create(SecretBytes::CopyOf(key)));
  ASSIGN_OR_RETURN(const Bytes block, aes.Encrypt(Bytes(scp::kAesBlock),
                                                  Bytes(scp::kAesBlock, 0x01)));
  return ExpectBytes(absl::StrCat("KCV of ", name), ByteSpan(block).first(3),
                     kcv);
}

absl::Status CheckKeyCheckValues(const Vector& vector, const std::string& keys,
                                 const std::string& kcvs) {
  for (const char* name : {".enc", ".mac", ".rmac", ".dek"}) {
    if (!vector.Has(keys + name) || !vector.Has(kcvs + name)) continue;
    ASSIGN_OR_RETURN(const Bytes key, vector.Hex(keys + name));
    ASSIGN_OR_RETURN(const Bytes kcv, vector.Hex(kcvs + name));
    RETURN_IF_ERROR(CheckKeyCheckValue(keys + name, key, kcv));
  }
  return absl::OkStatus();
}

}  // namespace cardferry::conformance
