#ifndef CARDFERRY_TESTS_SEQUENCER_KIOSK_H_
#define CARDFERRY_TESTS_SEQUENCER_KIOSK_H_

#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "cardsim/card/card.h"
#include "cardsim/card/content_security.h"
#include "cardsim/channel/key_set.h"
#include "lib/base/random.h"
#include "lib/base/testing/fake_clock.h"
#include "lib/card/script/run_script.h"
#include "services/keyvault/approval_desk.h"
#include "services/keyvault/testing/fake_ledger.h"
#include "services/keyvault/testing/known_card.h"
#include "services/keyvault/vault.h"
#include "services/sequencer/content_rules.h"
#include "services/sequencer/sequencer.h"

namespace cardferry::sequencer {

// A type of cards, by its keys.
struct CardType {
  std::string name;
  int key_bits;  // 112: triple DES, SCP02 or SCP01; else AES, SCP03
  const char* diversification;
  uint8_t i;
  uint8_t level_floor = 0x03;
  bool is_scp01 = false;

  bool IsDes() const { return key_bits == 112; }
  bool IsScp02() const { return IsDes() && !is_scp01; }
  // SCP02 with one base key; then `diversification` is "none".
  bool HasOneKey() const { return IsScp02() && (i & 0x01) == 0; }
  // Of SCP03's S16 mode: MACs of 16 bytes.
  bool IsS16() const { return !IsDes() && (i & 0x01) != 0; }
};

inline std::ostream& operator<<(std::ostream& out, const CardType& type) {
  return out << type.name;
}

inline std::vector<CardType> CardTypes() {
  return {{"Scp03Aes128", 128, "kdf3", 0x70},
          {"Scp03Aes192", 192, "kdf3", 0x60},
          {"Scp03Aes256", 256, "kdf3", 0x10},
          {"Scp03CMacOnly", 128, "none", 0x00, 0x01},
          {"Scp03RMac", 256, "kdf3", 0x20, 0x13},
          {"Scp03REnc", 128, "kdf3", 0x70, 0x33},
          {"Scp03S16", 128, "kdf3", 0x71, 0x33},
          {"Scp03S16CMacOnly", 256, "kdf3", 0x01, 0x01},
          {"Scp01I15", 112, "visa2", 0x15, 0x03, true},
          {"Scp02RMac", 112, "visa2", 0x35, 0x13},
          {"Scp02I15", 112, "visa2", 0x15},
          {"Scp02I55", 112, "emv-cps", 0x55},
          {"Scp02CMacOnly", 112, "none", 0x55, 0x01}};
}

// A reader with a card, and the two services behind it, without processes and
// network: the sequencer and the keyvault's domain (known keys instead of an
// HSM) on one side, the simulated card with its own channel code on the other.
// It is no agent: what runs, and how far, is the caller's choice.
class Kiosk {
 protected:
  // With a new card, and a vault that lets INSTALL give these privileges.
  // `predictions` outlives it; without it no packet is made before its card is
  // there.
  explicit Kiosk(const CardType& type, uint32_t allowed_privileges = 0,
                 keyvault::PredictedLedger* predictions = nullptr);

  // A new sequencer.
  void Serve(card::DeleteRelated delete_related);

  // Another card of the same key set with nothing on it. `master_bit_flip`
  // makes its keys other ones; DES does not look at bit 01.
  void NewCard(uint8_t master_bit_flip = 0);
  // The keys of the card in the reader.
  cardsim::KeySet CardKeys(uint8_t master_bit_flip = 0) const;

  // As an honest agent does, until the card is pulled (`dies_after_`).
  card::Transcript Run(const card::Script& script);

  // The card is inserted: its opening, and what is prepared for it.
  absl::StatusOr<Sequencer::Prepared> Prepare();

  const CardType type_;
  const keyvault::KnownKeySet key_set_;
  keyvault::OpensslHsmKeys hsm_keys_{{key_set_}};
  keyvault::FakeLedger ledger_;
  FakeClock clock_;
  SystemRandom random_;
  keyvault::Vault vault_;
  std::unique_ptr<Sequencer> sequencer_;
  std::unique_ptr<cardsim::Card> card_;
  std::optional<CardRecord> record_;
  std::optional<size_t> dies_after_;
  // What the next sequencer's profile says, and whom it asks for signatures.
  ContentRules rules_;
  card::Aid domain_ = *card::Aid::FromHex("A000000151000000");
  keyvault::ApprovalDesk* desk_ = nullptr;  // null: nobody approves
  // What the next card has to verify content with.
  std::shared_ptr<const cardsim::ContentKeys> content_keys_;
  ChannelQuirks quirks_;
  card::StatusWord wrong_mac_ = kWrongMac;
  size_t longest_command_ = 255;
  DesiredState desired_;
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_TESTS_SEQUENCER_KIOSK_H_
