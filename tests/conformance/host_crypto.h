#ifndef CARDFERRY_TESTS_CONFORMANCE_HOST_CRYPTO_H_
#define CARDFERRY_TESTS_CONFORMANCE_HOST_CRYPTO_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/card/scp/issuer_template.h"
#include "lib/card/scp/openssl/an10922.h"
#include "lib/card/scp/openssl/diversification.h"
#include "lib/card/scp/openssl/scp02_session_key.h"
#include "lib/card/scp/scp11/key_agreement.h"
#include "lib/card/scp/session_cipher.h"
#include "lib/card/scp/session_seed.h"
#include "tests/conformance/key_check_value.h"
#include "tests/conformance/scp11_record.h"
#include "tests/conformance/session_record.h"

namespace cardferry::conformance {

// The host's keyed operations by one means: OpenSSL, or an HSM into which the
// vectors' keys are put. What derives keys is a check, because an HSM does not
// show a key, only what the key does: DATA_LOSS when the value is another.
class HostCrypto {
 public:
  virtual ~HostCrypto() = default;

  // "openssl"
  virtual std::string name() const = 0;

  // The cipher that the framing of //lib/card/scp runs over, for a session of
  // a card with these static keys.
  virtual absl::StatusOr<std::unique_ptr<scp::SessionCipher>> OpenSession(
      const StaticKeys& keys, const scp::SessionSeed& seed) = 0;

  // Our keys in an SCP11 opening, those of the record. Only where has_scp11.
  virtual bool has_scp11() const { return false; }
  virtual absl::StatusOr<std::unique_ptr<scp::KeyAgreement>> OpenScp11(
      const Scp11Record&) {
    return absl::UnimplementedError("SCP11");
  }
  // All five keys, from the record's shared secrets on.
  virtual absl::Status CheckScp11Keys(const Scp11Record&) {
    return absl::UnimplementedError("SCP11");
  }

  // AES-CMAC.
  virtual absl::Status CheckCmac(ByteSpan key, ByteSpan message,
                                 ByteSpan expected) = 0;

  // How a chaining value enters a retail MAC: as it is, or encrypted under the
  // first half of the key.
  enum class Icv { kPlain, kEncrypted };
  // ISO/IEC 9797-1, MAC algorithm 3, of the padded message, 8 bytes.
  virtual absl::StatusOr<Bytes> RetailMac(ByteSpan key, ByteSpan chaining_value,
                                          Icv icv, ByteSpan message) = 0;

  // ISO/IEC 9797-1, MAC algorithm 1 by triple DES, of the padded message.
  virtual absl::StatusOr<Bytes> TdesMac(ByteSpan key, ByteSpan icv,
                                        ByteSpan message) = 0;

  // SP 800-108 in counter mode over AES-CMAC, counter of one byte, as many
  // bytes as `expected` has.
  virtual absl::Status CheckCounterKdf(ByteSpan key, ByteSpan before,
                                       ByteSpan after, ByteSpan expected) = 0;

  // GPC Amendment D, 4.1.5.
  virtual absl::Status CheckScp03Kdf(ByteSpan key, uint8_t constant,
                                     ByteSpan context, ByteSpan expected) = 0;

  // GPCS 2.3.1, E.4.1.
  virtual absl::Status CheckScp02Key(ByteSpan key, scp::Scp02Constant constant,
                                     ByteSpan sequence_counter,
                                     ByteSpan expected) = 0;

  // Triple DES in ECB mode over `input`: a session key of SCP01 (GPCS 2.1.1,
  // D.4.1).
  virtual absl::Status CheckTdesEcbKey(ByteSpan key, ByteSpan input,
                                       ByteSpan expected) = 0;

  // A card key from a master; `key_number` is 1 ENC, 2 MAC, 3 DEK.
  virtual absl::Status CheckDiversified(scp::Diversification scheme,
                                        ByteSpan master, uint8_t key_number,
                                        ByteSpan key_diversification_data,
                                        ByteSpan expected) = 0;

  // The same by an issuer's own template.
  virtual absl::Status CheckByTemplate(const scp::IssuerTemplate& form,
                                       scp::KeyKind kind, ByteSpan master,
                                       uint8_t key_number,
                                       ByteSpan key_diversification_data,
                                       ByteSpan expected) = 0;

  // A key under a data encryption key, as PUT KEY carries it: SCP01 and SCP02
  // with explicit initiation, SCP02 with implicit initiation, SCP03.
  enum class KeyWrapping { kTdesEcb, kTdesCbc, kAesCbc };
  // `key` is whole blocks.
  virtual absl::StatusOr<Bytes> WrapKey(KeyWrapping how, ByteSpan dek,
                                        ByteSpan key) = 0;
  // GPCS 2.3.1, B.6.
  virtual absl::StatusOr<Bytes> KeyCheckValue(KeyKind kind, ByteSpan key) = 0;

  // NXP AN10922.
  virtual absl::Status CheckAn10922(scp::KeyKind kind, ByteSpan master,
                                    ByteSpan input, ByteSpan expected) = 0;
};

}  // namespace cardferry::conformance

#endif  // CARDFERRY_TESTS_CONFORMANCE_HOST_CRYPTO_H_
