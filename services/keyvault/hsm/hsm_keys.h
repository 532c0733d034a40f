#ifndef CARDFERRY_SERVICES_KEYVAULT_HSM_HSM_KEYS_H_
#define CARDFERRY_SERVICES_KEYVAULT_HSM_HSM_KEYS_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/card/scp/session_cipher.h"
#include "lib/card/scp/session_seed.h"

namespace cardferry::keyvault {

// Which card keys: the key set of the configuration, the version of its
// masters, and the key diversification data that the card showed.
struct CardKeySelection {
  std::string key_set;
  uint32_t master_version = 1;
  std::array<uint8_t, 10> key_diversification_data = {};
};

// In the place of a protocol: keys of file-oriented cards, which open no secure
// channel of GlobalPlatform's (hsm::kFileCards).
inline constexpr uint8_t kFileCards = 0x0F;

// What the vault knows of a key set besides its keys.
struct KeySetDescription {
  std::string name;
  uint32_t master_version = 1;
  uint8_t key_version_number = 0;  // KVN on the card
  std::string diversification;     // hsm::SchemeName: "kdf3", "acme/2", ...
  int key_bits = 128;              // 112, 168: triple DES; 128, 192, 256: AES
  // On which bytes of the key diversification data the cards' keys depend: bit
  // n for byte n. All ten where every card has the masters themselves.
  uint16_t bytes_that_count = 0x03FF;
  // The cards' keys are put together in this process's memory, because no
  // module does it inside: AN10922 with AES-192, and the session keys of
  // file-oriented cards.
  bool made_in_memory = false;
  // 1, 2 or 3; kFileCards; 0 stands for what the keys' type says: SCP02 or
  // SCP03.
  uint8_t protocol = 0;

  // The one protocol that its keys are for.
  uint8_t scp() const {
    if (protocol != 0) return protocol;
    return key_bits == 112 || key_bits == 168 ? scp::kScp02 : scp::kScp03;
  }
};

// What a card with pseudo-random challenges makes its challenge from, besides
// its keys (GPCS 2.3.1, E.4.2.3; Amendment D, 6.2.2.1).
struct ChallengeSource {
  scp::ChannelProtocol protocol;
  Bytes sequence_counter;  // big-endian: SCP02 2 bytes, SCP03 3
  Bytes aid;               // of the selected security domain, 5 to 16 bytes
};

// The keyvault's keys in the HSM: everything that the service does with a key
// goes through here, and no key value comes out. Safe to use from many threads.
// Errors: NOT_FOUND (no such key set or version), UNAVAILABLE (no HSM session
// within the deadline, HSM broken), INTERNAL.
class HsmKeys {
 public:
  virtual ~HsmKeys() = default;

  virtual std::vector<KeySetDescription> KeySets() const = 0;

  // The session keys of one card's session as HSM session objects, gone with
  // the cipher. INVALID_ARGUMENT when the key set's keys are for another
  // protocol.
  virtual absl::StatusOr<std::unique_ptr<scp::SessionCipher>> OpenSession(
      const CardKeySelection& card, const scp::SessionSeed& seed) = 0;

  // The challenge that this card will show with this counter, as SessionSeed
  // has it. INVALID_ARGUMENT when its protocol has random ones, or counter or
  // AID are not as long as they must be.
  virtual absl::StatusOr<Bytes> PredictChallenge(
      const CardKeySelection& card, const ChallengeSource& source) = 0;

  // Authenticated encryption under the token-seal key (AES-256-GCM). The
  // purpose is authenticated too: what was sealed for one opens for no other.
  // Unseal: DATA_LOSS when anything was changed, or sealed for another purpose.
  virtual absl::StatusOr<Bytes> Seal(absl::string_view purpose,
                                     ByteSpan plaintext) = 0;
  virtual absl::StatusOr<Bytes> Unseal(absl::string_view purpose,
                                       ByteSpan sealed) = 0;

  // HMAC-SHA-256 of an opening ticket's bytes under the ticket key: 32 bytes.
  // What else is MACed begins with another byte than a ticket.
  virtual absl::StatusOr<Bytes> TicketMac(ByteSpan ticket) = 0;

  // What a card confirms with: the CMAC of `message` under its key for
  // receipts, 16 bytes. NOT_FOUND too for a key set without such keys. Never
  // leaves the vault: to compare with.
  virtual absl::StatusOr<Bytes> ReceiptMac(const CardKeySelection& card,
                                           ByteSpan message) = 0;

  // PKCS#11 calls (C_*) made since the start by this process.
  virtual uint64_t CallCount() const = 0;

  // OK while the HSM answers.
  virtual absl::Status Health() = 0;
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_HSM_HSM_KEYS_H_
