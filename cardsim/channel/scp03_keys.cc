#include "cardsim/channel/scp03_keys.h"

#include <algorithm>

#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"
#include "lib/crypto/cmac.h"

namespace cardferry::cardsim {
namespace {

// What is derived (GPC Amendment D, table 4-1).
enum class Purpose : uint8_t {
  kCardCryptogram = 0x00,
  kHostCryptogram = 0x01,
  kCardChallenge = 0x02,
  kSEnc = 0x04,
  kSMac = 0x06,
  kSRmac = 0x07,
};

// The input of one CMAC of the key derivation (GPC Amendment D, 4.1.5, which is
// NIST SP 800-108 in counter mode):
//   00 x 11 | purpose (1) | 00 | length in bits (2) | block number (1) |
//   context
Bytes DerivationInput(Purpose purpose, size_t size, size_t block,
                      ByteSpan context) {
  const size_t bits = size * 8;
  const uint8_t label[12] = {0, 0, 0, 0, 0, 0,
                             0, 0, 0, 0, 0, static_cast<uint8_t>(purpose)};
  const uint8_t counter[4] = {0x00, static_cast<uint8_t>(bits >> 8),
                              static_cast<uint8_t>(bits),
                              static_cast<uint8_t>(block)};
  return Concat({label, counter, context});
}

absl::StatusOr<SecretBytes> DeriveKey(const SecretBytes& key, Purpose purpose,
                                      ByteSpan context) {
  SecretBytes derived(key.size());
  const absl::Span<uint8_t> out = derived.Write(GrantSecretAccess());
  size_t done = 0;
  for (size_t block = 1; done < out.size(); ++block) {
    ASSIGN_OR_RETURN(
        const SecretBytes part,
        crypto::AesCmacSecret(
            key, DerivationInput(purpose, out.size(), block, context)));
    const ByteSpan bytes = part.Read(GrantSecretAccess());
    const size_t wanted = std::min(bytes.size(), out.size() - done);
    std::copy_n(bytes.begin(), wanted, out.begin() + done);
    done += wanted;
  }
  return derived;
}

// A derived value that is shown: a cryptogram or challenge, at most one block.
absl::StatusOr<Bytes> DeriveValue(const SecretBytes& key, Purpose purpose,
                                  ByteSpan context, size_t size) {
  ASSIGN_OR_RETURN(
      Bytes value,
      crypto::AesCmac(key, DerivationInput(purpose, size, 1, context)));
  value.resize(size);
  return value;
}

}  // namespace

absl::StatusOr<Scp03SessionKeys> DeriveSessionKeys(const KeySet& keys,
                                                   ByteSpan host_challenge,
                                                   ByteSpan card_challenge) {
  const Bytes context = Concat({host_challenge, card_challenge});
  Scp03SessionKeys session;
  ASSIGN_OR_RETURN(session.enc, DeriveKey(keys.enc, Purpose::kSEnc, context));
  ASSIGN_OR_RETURN(session.mac, DeriveKey(keys.mac, Purpose::kSMac, context));
  ASSIGN_OR_RETURN(session.rmac, DeriveKey(keys.mac, Purpose::kSRmac, context));
  return session;
}

absl::StatusOr<Bytes> CardCryptogram(const Scp03SessionKeys& session,
                                     ByteSpan host_challenge,
                                     ByteSpan card_challenge) {
  return DeriveValue(session.mac, Purpose::kCardCryptogram,
                     Concat({host_challenge, card_challenge}),
                     card_challenge.size());
}

absl::StatusOr<Bytes> HostCryptogram(const Scp03SessionKeys& session,
                                     ByteSpan host_challenge,
                                     ByteSpan card_challenge) {
  return DeriveValue(session.mac, Purpose::kHostCryptogram,
                     Concat({host_challenge, card_challenge}),
                     card_challenge.size());
}

absl::StatusOr<Bytes> PseudoRandomChallenge(const KeySet& keys,
                                            uint32_t sequence_counter,
                                            ByteSpan aid, size_t size) {
  const Bytes counter = {static_cast<uint8_t>(sequence_counter >> 16),
                         static_cast<uint8_t>(sequence_counter >> 8),
                         static_cast<uint8_t>(sequence_counter)};
  return DeriveValue(keys.enc, Purpose::kCardChallenge, Concat({counter, aid}),
                     size);
}

}  // namespace cardferry::cardsim
