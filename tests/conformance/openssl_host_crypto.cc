#include "tests/conformance/openssl_host_crypto.h"

#include "lib/base/secret_access_grant.h"
#include "lib/base/secret_bytes.h"
#include "lib/base/status_macros.h"
#include "lib/card/scp/openssl/aes.h"
#include "lib/card/scp/openssl/cmac_kdf.h"
#include "lib/card/scp/openssl/openssl_cipher.h"

namespace cardferry::conformance {
namespace {

absl::Status Expect(const SecretBytes& got, ByteSpan wanted) {
  return ExpectBytes("derived key", got.Read(GrantSecretAccess()), wanted);
}

}  // namespace

absl::StatusOr<std::unique_ptr<scp::SessionCipher>>
OpensslHostCrypto::OpenSession(const StaticKeys& keys,
                               const scp::SessionSeed& seed) {
  return scp::CreateOpensslCipher(SecretBytes::CopyOf(keys.enc),
                                  SecretBytes::CopyOf(keys.mac), seed);
}

absl::Status OpensslHostCrypto::CheckCmac(ByteSpan key, ByteSpan message,
                                          ByteSpan expected) {
  ASSIGN_OR_RETURN(scp::AesCmac cmac,
                   scp::AesCmac::Create(SecretBytes::CopyOf(key)));
  Bytes mac(scp::kAesBlock);
  RETURN_IF_ERROR(cmac.Compute({message}, absl::MakeSpan(mac)));
  return ExpectBytes("CMAC", mac, expected);
}

absl::Status OpensslHostCrypto::CheckCounterKdf(ByteSpan key, ByteSpan before,
                                                ByteSpan after,
                                                ByteSpan expected) {
  ASSIGN_OR_RETURN(const SecretBytes derived,
                   scp::CmacCounterKdf(SecretBytes::CopyOf(key), before, after,
                                       expected.size() * 8));
  return Expect(derived, expected);
}

absl::Status OpensslHostCrypto::CheckScp03Kdf(ByteSpan key, uint8_t constant,
                                              ByteSpan context,
                                              ByteSpan expected) {
  ASSIGN_OR_RETURN(const SecretBytes derived,
                   scp::Scp03Kdf(SecretBytes::CopyOf(key), constant, context,
                                 expected.size() * 8));
  return Expect(derived, expected);
}

// CMAC(master, i || 000000 || key number || 00 || KDD (10)) for i = 1..
absl::Status OpensslHostCrypto::CheckKdf3(ByteSpan master, uint8_t key_number,
                                          ByteSpan key_diversification_data,
                                          ByteSpan expected) {
  const Bytes label = {0x00, 0x00, 0x00, key_number, 0x00};
  return CheckCounterKdf(master, {}, Concat({label, key_diversification_data}),
                         expected);
}

}  // namespace cardferry::conformance
