#ifndef CARDFERRY_CARDSIM_CHANNEL_SCP11_OPENING_H_
#define CARDFERRY_CARDSIM_CHANNEL_SCP11_OPENING_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cardsim/channel/scp11_certificate.h"
#include "cardsim/channel/session.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/crypto/ec_private_key.h"
#include "lib/crypto/x963_kdf.h"

namespace cardferry::cardsim {

// How commands name a key: its identifier is their P2, its version their P1.
struct Scp11KeyName {
  uint8_t identifier = 0;
  uint8_t version = 0;
};

// A security domain's keys for SCP11 (GPC Amendment F, 5.1).
struct Scp11Keys {
  Scp11KeyName name;
  crypto::EcPrivateKey static_key;  // SK.SD.ECKA
  // PK.CA-KLOC.ECDSA, who vouches for hosts. Without it nobody does.
  Scp11KeyName authority_name = {};
  std::optional<CertifiedKey> authority = std::nullopt;
  crypto::KdfHash hash = crypto::KdfHash::kSha256;
  size_t mac_size = 8;  // S8 mode; 16: S16
  // Replays of recorded sessions only: the ephemeral key to use instead of a
  // new one, and the host's key as if its certificate had been verified.
  std::optional<crypto::EcPrivateKey> fixed_ephemeral = std::nullopt;
  std::optional<Bytes> fixed_host_key = std::nullopt;
};

// What the card says when it has agreed with a host.
struct Scp11Agreement {
  // 5F49 ePK.SD.ECKA (variant c: PK.SD.ECKA) | 86 receipt (16)
  Bytes answer;
  std::unique_ptr<Session> session;
  // Variants a and c: the host has the key of a verified certificate. With
  // variant b anybody may be there.
  bool host_is_authenticated = false;
};

// The card's side of opening SCP11 sessions of variants a, b and c with one
// key. Written from the specification alone, without the host's side of this
// project. Every error is a CardError.
class Scp11Opening {
 public:
  explicit Scp11Opening(Scp11Keys keys) : keys_(std::move(keys)) {}

  // PERFORM SECURITY OPERATION (7.5): 80 2A KVN KID, certificates of a chain in
  // blocks. CLA bit 10 says that more of a certificate follows, P1 bit 80 may;
  // P2 bit 80 says that another certificate does. Errors: 6A88 (another key),
  // 6A80 and 6300 as VerifyCertificate; an error forgets the chain.
  absl::Status PerformSecurityOperation(const card::CommandApdu& command);

  // MUTUAL AUTHENTICATE (80 82) and INTERNAL AUTHENTICATE (80 88), 7.6 and 7.7.
  // Errors: 6A88 (another key), 6A80 (parameters or point that are not there),
  // 6985 without a host's key where there must be one. The host's key is good
  // for one session.
  absl::StatusOr<Scp11Agreement> Authenticate(const card::CommandApdu& command);

 private:
  absl::Status Refuse(absl::Status error);
  absl::Status TakeCertificate(bool last);

  Scp11Keys keys_;
  Bytes blocks_;                        // of the certificate that comes in
  std::optional<CertifiedKey> issuer_;  // of the next certificate
  std::optional<CertifiedKey> host_;    // PK.OCE.ECKA, once it is verified
};

// The session that both sides derive from the joined shared secrets, and the
// receipt over `receipt_message` (3.1.2). `shared_info` is key usage (3C: level
// 33, 34: level 11) | 88 | key length.
struct Scp11Derived {
  Bytes receipt;
  std::unique_ptr<Session> session;
};
absl::StatusOr<Scp11Derived> DeriveScp11Session(crypto::KdfHash hash,
                                                size_t mac_size,
                                                const SecretBytes& secrets,
                                                ByteSpan shared_info,
                                                ByteSpan receipt_message);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CHANNEL_SCP11_OPENING_H_
