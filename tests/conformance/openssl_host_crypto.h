#ifndef CARDFERRY_TESTS_CONFORMANCE_OPENSSL_HOST_CRYPTO_H_
#define CARDFERRY_TESTS_CONFORMANCE_OPENSSL_HOST_CRYPTO_H_

#include <memory>
#include <string>

#include "tests/conformance/host_crypto.h"

namespace cardferry::conformance {

// //lib/card/scp/openssl.
class OpensslHostCrypto : public HostCrypto {
 public:
  std::string name() const override { return "openssl"; }
  absl::StatusOr<std::unique_ptr<scp::SessionCipher>> OpenSession(
      const StaticKeys& keys, const scp::SessionSeed& seed) override;
  bool has_scp11() const override { return true; }
  absl::StatusOr<std::unique_ptr<scp::KeyAgreement>> OpenScp11(
      const Scp11Record& record) override;
  absl::Status CheckScp11Keys(const Scp11Record& record) override;
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
};

}  // namespace cardferry::conformance

#endif  // CARDFERRY_TESTS_CONFORMANCE_OPENSSL_HOST_CRYPTO_H_
