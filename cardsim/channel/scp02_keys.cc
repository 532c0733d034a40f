#include "cardsim/channel/scp02_keys.h"

#include "lib/base/status_macros.h"
#include "lib/crypto/des_mac.h"
#include "lib/crypto/padding.h"
#include "lib/crypto/tdes.h"

namespace cardferry::cardsim {
namespace {

using crypto::kDesBlockSize;

// What a session key is for (GPCS 2.3.1, E.4.1).
enum class Purpose : uint16_t {
  kCMac = 0x0101,
  kRMac = 0x0102,
  kDataEncryption = 0x0181,
  kEncryption = 0x0182,
};

Bytes TwoBytes(uint32_t value) {
  return {static_cast<uint8_t>(value >> 8), static_cast<uint8_t>(value)};
}

// Triple DES, CBC with IV 0, of
//   purpose (2) | sequence counter (2) | 00 x 12
absl::StatusOr<SecretBytes> Derive(const SecretBytes& key, Purpose purpose,
                                   uint32_t sequence) {
  if (key.size() != 16) {
    return absl::InvalidArgumentError("a key of SCP02 has 16 bytes");
  }
  Bytes input =
      Concat({TwoBytes(static_cast<uint16_t>(purpose)), TwoBytes(sequence)});
  input.resize(16);
  return crypto::TdesCbcDeriveKey(key, Bytes(kDesBlockSize), input);
}

absl::StatusOr<Bytes> Cryptogram(const Scp02SessionKeys& session,
                                 std::initializer_list<ByteSpan> parts) {
  return crypto::TdesMac(session.enc, Bytes(kDesBlockSize),
                         crypto::Iso9797Padded(Concat(parts), kDesBlockSize));
}

}  // namespace

absl::StatusOr<Scp02SessionKeys> DeriveScp02SessionKeys(const KeySet& keys,
                                                        uint32_t sequence) {
  Scp02SessionKeys session;
  ASSIGN_OR_RETURN(session.enc,
                   Derive(keys.enc, Purpose::kEncryption, sequence));
  ASSIGN_OR_RETURN(session.mac, Derive(keys.mac, Purpose::kCMac, sequence));
  ASSIGN_OR_RETURN(session.dek,
                   Derive(keys.dek, Purpose::kDataEncryption, sequence));
  ASSIGN_OR_RETURN(session.rmac, Derive(keys.mac, Purpose::kRMac, sequence));
  ASSIGN_OR_RETURN(session.begun_rmac,
                   Derive(keys.mac, Purpose::kRMac, sequence + 1));
  return session;
}

absl::StatusOr<Scp02SessionKeys> DeriveImplicitScp02SessionKeys(
    const KeySet& keys, uint32_t sequence) {
  ASSIGN_OR_RETURN(Scp02SessionKeys session,
                   DeriveScp02SessionKeys(keys, sequence));
  ASSIGN_OR_RETURN(session.dek,
                   Derive(keys.dek, Purpose::kDataEncryption, sequence + 1));
  session.rmac = session.begun_rmac.Clone();
  return session;
}

absl::StatusOr<Bytes> Scp02CardCryptogram(const Scp02SessionKeys& session,
                                          uint32_t sequence,
                                          ByteSpan host_challenge,
                                          ByteSpan card_challenge) {
  return Cryptogram(session,
                    {host_challenge, TwoBytes(sequence), card_challenge});
}

absl::StatusOr<Bytes> Scp02HostCryptogram(const Scp02SessionKeys& session,
                                          uint32_t sequence,
                                          ByteSpan host_challenge,
                                          ByteSpan card_challenge) {
  return Cryptogram(session,
                    {TwoBytes(sequence), card_challenge, host_challenge});
}

absl::StatusOr<Bytes> Scp02AidMac(const SecretBytes& key, ByteSpan aid) {
  return crypto::RetailMac(key, Bytes(kDesBlockSize),
                           crypto::Iso9797Padded(aid, kDesBlockSize));
}

absl::StatusOr<Bytes> Scp02PseudoRandomChallenge(
    const Scp02SessionKeys& session, ByteSpan aid) {
  ASSIGN_OR_RETURN(Bytes mac, Scp02AidMac(session.mac, aid));
  mac.resize(kScp02CardChallengeSize);
  return mac;
}

}  // namespace cardferry::cardsim
