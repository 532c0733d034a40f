#include "services/keyvault/testing/openssl_file_keys.h"

#include "absl/status/status.h"
#include "lib/base/status_macros.h"
#include "lib/crypto/aes.h"
#include "lib/crypto/tdes.h"
#include "services/keyvault/hsm/card_password.h"

namespace cardferry::keyvault {

absl::StatusOr<sm::StaticKeys> OpensslFileKeys::KeysOf(
    const CardKeySelection& card) const {
  const KeySetDescription& described = key_set_.description;
  if (card.key_set != described.name ||
      card.master_version != described.master_version) {
    return absl::NotFoundError("no such key set");
  }
  sm::StaticKeys keys;
  keys.algorithm = described.key_bits == 112 ? sm::Algorithm::kTripleDes
                                             : sm::Algorithm::kAes;
  ASSIGN_OR_RETURN(keys.enc,
                   DeriveCardKey(key_set_, 1, card.key_diversification_data));
  ASSIGN_OR_RETURN(keys.mac,
                   DeriveCardKey(key_set_, 2, card.key_diversification_data));
  return keys;
}

absl::StatusOr<Bytes> OpensslFileKeys::AuthenticationToken(
    const FileHandshake& handshake) {
  ASSIGN_OR_RETURN(const sm::StaticKeys keys, KeysOf(handshake.card));
  return sm::MutualAuthenticationToken(
      keys, {handshake.host_challenge, handshake.host_key.Clone()},
      handshake.card_challenge);
}

absl::StatusOr<std::unique_ptr<sm::SmCipher>> OpensslFileKeys::OpenFileSession(
    FileHandshake handshake, ByteSpan answer) {
  ASSIGN_OR_RETURN(const sm::StaticKeys keys, KeysOf(handshake.card));
  ASSIGN_OR_RETURN(
      sm::SmSession session,
      sm::FinishMutualAuthentication(
          keys, {handshake.host_challenge, std::move(handshake.host_key)},
          handshake.card_challenge, answer));
  return std::move(session.cipher);
}

absl::StatusOr<SecretBytes> OpensslFileKeys::CardPassword(
    const CardKeySelection& card, uint8_t number, size_t digits) {
  RETURN_IF_ERROR(CheckPasswordDigits(digits));
  ASSIGN_OR_RETURN(const SecretBytes key,
                   DeriveCardKey(key_set_, 3, card.key_diversification_data));
  const bool is_des = key_set_.description.key_bits == 112;
  PasswordDigits password(digits);
  for (uint8_t round = 0; !password.complete(); ++round) {
    const Bytes input =
        PasswordInput(card.key_diversification_data, number, round);
    ASSIGN_OR_RETURN(const Bytes random,
                     is_des ? crypto::TdesCbcEncrypt(key, Bytes(8), input)
                            : crypto::AesCbcEncrypt(key, Bytes(16), input));
    password.Add(is_des ? ByteSpan(random).last(8) : random);
  }
  return password.Take();
}

}  // namespace cardferry::keyvault
