#ifndef CARDFERRY_SERVICES_KEYVAULT_TESTING_KNOWN_CARD_H_
#define CARDFERRY_SERVICES_KEYVAULT_TESTING_KNOWN_CARD_H_

#include <memory>

#include "lib/card/scp/session_cipher.h"
#include "services/keyvault/testing/openssl_hsm_keys.h"

namespace cardferry::keyvault {

// Keys of tests, of any length and diversification of the profile: well known,
// and used by no card. `diversification` is a name of hsm::SchemeName; of the
// templates those of hsm::TestKeySet.
KnownKeySet TestKeySet(int key_bits = 128,
                       const std::string& diversification = "kdf3");

// What a card with the keys of a known key set says to INITIALIZE UPDATE. What
// it is not: a card; it has no state and checks nothing (cardsim does).
struct KnownCard {
  KnownKeySet key_set = TestKeySet();
  Bytes key_diversification_data = FromHexOrDie("00112233445566778899");
  uint8_t key_version_number = 0x30;
  uint8_t i =
      0x70;  // an SCP01 or SCP02 card, with other values, does not say it
  Bytes challenge = FromHexOrDie("C0C1C2C3C4C5C6C7");  // S16: 16 bytes
  Bytes counter = {0, 0, 1};  // SCP03's; SCP02's is in the challenge

  // The card's own session cipher for a host challenge, or as much of one as it
  // takes.
  std::unique_ptr<scp::SessionCipher> Cipher(ByteSpan host_challenge) const;
  bool IsScp03() const { return key_set.description.scp() == scp::kScp03; }

  // The answer to INITIALIZE UPDATE, without its status word.
  Bytes Answer(ByteSpan host_challenge) const;
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_TESTING_KNOWN_CARD_H_
