#ifndef CARDFERRY_LIB_CARD_SCP_OPENSSL_SCP11_OPENSSL_KEYS_H_
#define CARDFERRY_LIB_CARD_SCP_OPENSSL_SCP11_OPENSSL_KEYS_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"
#include "lib/card/scp/openssl/cmac_kdf.h"
#include "lib/card/scp/scp11/elliptic_curve.h"
#include "lib/card/scp/scp11/key_agreement.h"
#include "lib/crypto/ec_private_key.h"
#include "lib/crypto/x963_kdf.h"

namespace cardferry::scp {

// What both sides of SCP11 derive (GPC Amendment F, 3.1.2), each of the length
// that they agreed on.
struct Scp11DerivedKeys {
  SecretBytes receipt;
  Scp03SessionKeys session;  // S-ENC, S-MAC, S-RMAC
  SecretBytes dek;           // S-DEK
};

// X9.63 over the joined shared secrets; the five keys in the order above.
// INVALID_ARGUMENT for a length that AES has not.
absl::StatusOr<Scp11DerivedKeys> DeriveScp11Keys(crypto::KdfHash hash,
                                                 const SecretBytes& secrets,
                                                 ByteSpan shared_info,
                                                 size_t key_length);

// Our keys of SCP11 in memory, over OpenSSL.
class Scp11OpensslKeys : public KeyAgreement {
 public:
  struct Options {
    EllipticCurve curve = EllipticCurve::kP256;
    // Which hash a card derives with is its profile's: SHA-256 by most, for
    // longer curves also a longer one.
    crypto::KdfHash hash = crypto::KdfHash::kSha256;
    // SK.OCE.ECKA; without it variant b alone. As long as a coordinate.
    std::optional<SecretBytes> static_key;
    // eSK.OCE.ECKA, for recorded sessions; a new one without.
    std::optional<SecretBytes> known_ephemeral;
  };

  // INVALID_ARGUMENT for values that are no private key of the curve.
  static absl::StatusOr<std::unique_ptr<Scp11OpensslKeys>> Create(
      const Options& options);

  Bytes ephemeral_point() const override { return ephemeral_point_; }
  absl::StatusOr<std::unique_ptr<SessionCipher>> Agree(
      const Agreement& agreement) override;

 private:
  Scp11OpensslKeys(crypto::KdfHash hash, crypto::EcPrivateKey ephemeral,
                   std::optional<crypto::EcPrivateKey> static_key)
      : hash_(hash),
        ephemeral_point_(ephemeral.public_point()),
        ephemeral_(std::move(ephemeral)),
        static_(std::move(static_key)) {}

  const crypto::KdfHash hash_;
  const Bytes ephemeral_point_;
  std::optional<crypto::EcPrivateKey> ephemeral_;  // until it was used
  const std::optional<crypto::EcPrivateKey> static_;
};

}  // namespace cardferry::scp

#endif  // CARDFERRY_LIB_CARD_SCP_OPENSSL_SCP11_OPENSSL_KEYS_H_
