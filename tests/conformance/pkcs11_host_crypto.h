#ifndef CARDFERRY_TESTS_CONFORMANCE_PKCS11_HOST_CRYPTO_H_
#define CARDFERRY_TESTS_CONFORMANCE_PKCS11_HOST_CRYPTO_H_

#include <memory>
#include <optional>
#include <string>

#include "lib/pkcs11/cmac_kdf.h"
#include "lib/pkcs11/key_template.h"
#include "lib/pkcs11/mechanism.h"
#include "lib/pkcs11/testing/test_token.h"
#include "lib/pkcs11/token.h"
#include "services/keyvault/hsm/testing/known_key_cipher.h"
#include "tests/conformance/host_crypto.h"

namespace cardferry::conformance {

// An HSM: a token of its own, gone afterwards, into which the vectors' keys are
// imported. Primitives by //lib/pkcs11, sessions by the keyvault's own cipher.
class Pkcs11HostCrypto : public HostCrypto {
 public:
  // One at a time in a process. `ways`: how the vault would use the module.
  // NOT_FOUND when the module is not installed.
  static absl::StatusOr<std::unique_ptr<Pkcs11HostCrypto>> Create(
      pkcs11::TestModule module = pkcs11::TestModule::kSoftHsm,
      const keyvault::KnownKeyWays& ways = {});

  std::string name() const override { return "pkcs11"; }
  absl::StatusOr<std::unique_ptr<scp::SessionCipher>> OpenSession(
      const StaticKeys& keys, const scp::SessionSeed& seed) override;
  // What the keyvault's ciphers do not have.
  absl::Status CheckCmac(ByteSpan key, ByteSpan message,
                         ByteSpan expected) override;
  absl::StatusOr<Bytes> RetailMac(ByteSpan key, ByteSpan chaining_value,
                                  Icv icv, ByteSpan message) override;
  absl::StatusOr<Bytes> TdesMac(ByteSpan key, ByteSpan icv,
                                ByteSpan message) override;
  absl::Status CheckCounterKdf(ByteSpan key, ByteSpan before, ByteSpan after,
                               ByteSpan expected) override;
  absl::Status CheckScp03Kdf(ByteSpan key, uint8_t constant, ByteSpan context,
                             ByteSpan expected) override;
  absl::Status CheckScp02Key(ByteSpan key, scp::Scp02Constant constant,
                             ByteSpan sequence_counter,
                             ByteSpan expected) override;
  absl::Status CheckTdesEcbKey(ByteSpan key, ByteSpan input,
                               ByteSpan expected) override;
  absl::Status CheckDiversified(scp::Diversification scheme, ByteSpan master,
                                uint8_t key_number,
                                ByteSpan key_diversification_data,
                                ByteSpan expected) override;
  absl::Status CheckByTemplate(const scp::IssuerTemplate& form,
                               scp::KeyKind kind, ByteSpan master,
                               uint8_t key_number,
                               ByteSpan key_diversification_data,
                               ByteSpan expected) override;
  absl::StatusOr<Bytes> WrapKey(KeyWrapping how, ByteSpan dek,
                                ByteSpan key) override;
  absl::StatusOr<Bytes> KeyCheckValue(KeyKind kind, ByteSpan key) override;
  absl::Status CheckAn10922(scp::KeyKind kind, ByteSpan master, ByteSpan input,
                            ByteSpan expected) override;

 private:
  Pkcs11HostCrypto(std::unique_ptr<pkcs11::TestToken> files,
                   std::unique_ptr<pkcs11::Token> token,
                   const keyvault::KnownKeyWays& ways);

  pkcs11::Session& session() { return token_->keep_alive(); }
  absl::StatusOr<pkcs11::Object> Import(ByteSpan key);
  absl::Status CheckKdf(ByteSpan key, const pkcs11::KdfInput& input,
                        ByteSpan expected);
  absl::Status CheckDerivedKey(const pkcs11::Object& base,
                               const pkcs11::KdfInput& input,
                               ByteSpan expected);
  absl::StatusOr<pkcs11::Object> ImportTdes(ByteSpan key);
  absl::Status CheckDerivedTdesKey(pkcs11::Mechanism mechanism, ByteSpan base,
                                   ByteSpan expected);
  absl::Status CheckDerivedFrom(const pkcs11::Object& base,
                                pkcs11::Mechanism mechanism, ByteSpan expected);
  absl::StatusOr<Bytes> CmacByCbc(const pkcs11::Object& key, ByteSpan message);

  std::unique_ptr<pkcs11::TestToken> files_;  // outlives the open token
  std::unique_ptr<pkcs11::Token> token_;
  pkcs11::TemplateBuilder builder_;
  const keyvault::KnownKeyWays ways_;
};

}  // namespace cardferry::conformance

#endif  // CARDFERRY_TESTS_CONFORMANCE_PKCS11_HOST_CRYPTO_H_
