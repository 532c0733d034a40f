#ifndef CARDFERRY_SERVICES_KEYVAULT_TESTING_VAULT_FIXTURE_H_
#define CARDFERRY_SERVICES_KEYVAULT_TESTING_VAULT_FIXTURE_H_

#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "lib/base/testing/fake_clock.h"
#include "services/keyvault/testing/fake_ledger.h"
#include "services/keyvault/testing/known_card.h"
#include "services/keyvault/testing/recording_hsm_keys.h"
#include "services/keyvault/vault.h"

namespace cardferry::keyvault {

// A vault over known keys, with a record of what it does with them, and a card
// of these keys.
class VaultFixture : public testing::Test {
 protected:
  const Place place_{"kiosk-1", "slot 0"};
  KnownCard card_;
  OpensslHsmKeys known_keys_{{TestKeySet()}};
  std::unique_ptr<OpensslHsmKeys> scp02_keys_;
  RecordingHsmKeys keys_{known_keys_};
  FakeLedger ledger_;
  FakeClock clock_;
  SystemRandom random_;
  VaultPolicy policy_ = LowFloor();
  PredictedLedger* predictions_ = nullptr;
  std::unique_ptr<Vault> vault_ = NewVault();

  // A floor that every card of these tests has: each asks for what it needs.
  static VaultPolicy LowFloor() {
    VaultPolicy policy;
    policy.key_sets["test"].level_floor = 0x03;
    return policy;
  }

  // The same with a key set and a card for SCP02.
  void UseScp02(uint8_t i = 0x15) {
    card_.key_set = TestKeySet(112, "visa2");
    card_.i = i;
    scp02_keys_ = std::make_unique<OpensslHsmKeys>(
        std::vector<KnownKeySet>{card_.key_set});
    keys_.Use(*scp02_keys_);
    vault_ = NewVault();
  }

  // Another replica: the same keys, ledger and policy, nothing else.
  std::unique_ptr<Vault> NewVault() {
    return std::make_unique<Vault>(
        VaultParts{keys_, ledger_, clock_, random_, predictions_}, policy_);
  }

  IssuedOpening Open(const Place& place) {
    return vault_->IssueOpenings(place, 1).value()[0];
  }
  IssuedOpening Open() { return Open(place_); }

  // What comes up when `card` is put where `issued` is for.
  static Handshake HandshakeOf(
      const IssuedOpening& issued, const KnownCard& card,
      OperationClass operation_class = OperationClass::kContent) {
    Handshake handshake;
    handshake.ticket = issued.ticket;
    handshake.place = issued.opening.place;
    handshake.key_set = "test";
    handshake.initialize_update_answer =
        card.Answer(issued.opening.host_challenge);
    handshake.operation_class = operation_class;
    if (!card.IsScp03()) handshake.channel_options = card.i;
    return handshake;
  }

  // The same with a card cryptogram that is wrong.
  static Handshake FalseHandshakeOf(const IssuedOpening& issued,
                                    const KnownCard& card) {
    Handshake handshake = HandshakeOf(issued, card);
    const size_t cryptogram = card.IsScp03() ? 21 : 20;
    handshake.initialize_update_answer[cryptogram] ^= 1;
    return handshake;
  }

  Session Begin(OperationClass operation_class = OperationClass::kContent) {
    return vault_->Authenticate(HandshakeOf(Open(), card_, operation_class))
        .value();
  }

  static card::CommandApdu Command(absl::string_view hex) {
    return card::CommandApdu::Parse(FromHexOrDie(hex)).value();
  }

  // `count` LOAD commands of `size` bytes each.
  static std::vector<card::CommandApdu> Loads(size_t count, size_t size) {
    std::vector<card::CommandApdu> commands;
    for (size_t i = 0; i < count; ++i) {
      commands.push_back(
          card::CommandApdu::Create({0x80, 0xE8, 0x00, static_cast<uint8_t>(i)},
                                    Bytes(size, static_cast<uint8_t>(i)))
              .value());
    }
    return commands;
  }
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_TESTING_VAULT_FIXTURE_H_
