#include "services/keyvault/testing/known_card.h"

#include <algorithm>
#include <utility>

#include "hsm-config/testing/test_profile.h"
#include "lib/card/scp/openssl/openssl_cipher.h"

namespace cardferry::keyvault {

KnownKeySet TestKeySet(int key_bits, const std::string& diversification) {
  hsm::TestKeySet in_profile;
  in_profile.key_bits = static_cast<size_t>(key_bits);
  in_profile.diversification = hsm::DiversificationNamed(diversification);
  if (in_profile.diversification == hsm::Diversification::kTemplate) {
    in_profile.form = diversification;
  }
  const hsm::CardKeyScheme scheme =
      hsm::TestProfile({in_profile}).key_sets[0].scheme;
  KnownKeySet key_set;
  key_set.form = scheme.form;
  key_set.description.bytes_that_count = hsm::BytesThatCount(scheme);
  key_set.description.made_in_memory = hsm::IsMadeInMemory(scheme);
  key_set.description.name = "test";
  key_set.description.master_version = 1;
  key_set.description.key_version_number = 0x30;
  key_set.description.diversification = diversification;
  key_set.description.key_bits = key_bits;
  const bool is_des = key_set.description.scp() != scp::kScp03;
  const int size = is_des ? key_bits / 7 : key_bits / 8;  // of 8 bits of DES, 7
  for (int i = 0; i < size; ++i) {
    key_set.master_enc.push_back(static_cast<uint8_t>(0x60 + i));
    key_set.master_mac.push_back(static_cast<uint8_t>(0x80 + i));
  }
  return key_set;
}

std::unique_ptr<scp::SessionCipher> KnownCard::Cipher(
    ByteSpan host_challenge) const {
  const SecretBytes enc =
      DeriveCardKey(key_set, 1, key_diversification_data).value();
  const SecretBytes mac =
      DeriveCardKey(key_set, 2, key_diversification_data).value();
  // Some values here are not there.
  scp::ChannelProtocol protocol = {key_set.description.scp(), i};
  if (!scp::CheckProtocol(protocol).ok()) protocol.i = 0x00;
  const ByteSpan host = host_challenge.first(
      std::min(host_challenge.size(), scp::ChallengeLength(protocol)));
  const scp::SessionSeed seed =
      scp::SessionSeed::Create(protocol, host, challenge).value();
  return scp::CreateOpensslCipher(enc, mac, seed).value();
}

Bytes KnownCard::Answer(ByteSpan host_challenge) const {
  const Bytes cryptogram = Cipher(host_challenge)->CardCryptogram().value();
  if (!IsScp03()) {
    return Concat({key_diversification_data,
                   Bytes{key_version_number, key_set.description.scp()},
                   challenge, cryptogram});
  }
  return Concat({key_diversification_data, Bytes{key_version_number, 0x03, i},
                 challenge, cryptogram, (i & 0x10) != 0 ? counter : Bytes()});
}

}  // namespace cardferry::keyvault
