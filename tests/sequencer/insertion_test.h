#ifndef CARDFERRY_TESTS_SEQUENCER_INSERTION_TEST_H_
#define CARDFERRY_TESTS_SEQUENCER_INSERTION_TEST_H_

#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "cardsim/card/card.h"
#include "lib/base/status_matchers.h"
#include "lib/base/testing/fake_clock.h"
#include "lib/card/script/run_script.h"
#include "services/keyvault/testing/fake_ledger.h"
#include "services/keyvault/testing/known_card.h"
#include "services/sequencer/conclusion.h"
#include "services/sequencer/sequencer.h"
#include "services/sequencer/testing/applets.h"
#include "services/sequencer/testing/test_profiles.h"
#include "tests/sequencer/vault_in_process.h"

// A load from the plan to the card, without processes and network: the
// sequencer and the keyvault's domain (known keys instead of an HSM) on one
// side, the simulated card with its own channel code on the other.
namespace cardferry::sequencer {

inline const card::Aid kBrokerageApplet =
    *card::Aid::FromHex("F04346455252590101");
inline const card::Aid kGreeterApplet =
    *card::Aid::FromHex("F04346455252590301");
inline constexpr char kAccount[] = "DE00 1234";

inline DesiredPackage Package(const std::string& file) {
  return {LoadApplet(file), {}};
}

inline DesiredPackage Package(const std::string& file, const card::Aid& applet,
                              const std::string& parameters) {
  const ByteSpan bytes = AsBytes(parameters);
  return {LoadApplet(file),
          {{applet, applet, {0x00}, Bytes(bytes.begin(), bytes.end())}}};
}

// A type of cards, by its keys.
struct CardType {
  const char* name;
  int key_bits;  // 112: triple DES, SCP02; else AES, SCP03
  const char* diversification;
  uint8_t i;
  uint8_t level_floor = 0x03;

  bool IsScp02() const { return key_bits == 112; }
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
          {"Scp02RMac", 112, "visa2", 0x35, 0x13},
          {"Scp02I15", 112, "visa2", 0x15},
          {"Scp02I55", 112, "emv-cps", 0x55},
          {"Scp02CMacOnly", 112, "none", 0x55, 0x01}};
}

inline std::string NameOfCardType(
    const testing::TestParamInfo<CardType>& info) {
  return info.param.name;
}

// A card is inserted again and again, until it holds what it should: by default
// the brokerage package and its applet.
class InsertionTest : public testing::TestWithParam<CardType> {
 protected:
  InsertionTest() {
    Serve(card::DeleteRelated::kNo);
    NewCard();
  }

  // A new sequencer.
  void Serve(card::DeleteRelated delete_related) {
    CardProfile profile = TestProfile("demo", 0x30);
    profile.key_set = "test";
    profile.delete_related = delete_related;
    profile.sends_load_file_hash = sends_load_file_hash_;
    profile.level_floor = GetParam().level_floor;
    if (GetParam().IsScp02()) profile.match.scp = 2;  // its `i`: the card says
    sequencer_ = std::make_unique<Sequencer>(
        *ProfileCatalog::Create({profile}),
        std::make_unique<VaultInProcess>(vault_), 1 << 20);
  }

  static keyvault::VaultPolicy Policy() {
    keyvault::KeySetRules rules;
    rules.level_floor = GetParam().level_floor;
    rules.channel_options = {GetParam().i};
    keyvault::VaultPolicy policy;
    policy.key_sets["test"] = rules;
    return policy;
  }

  // Another card of the same key set with nothing on it. `master_bit_flip`
  // makes its keys other ones; DES does not look at bit 01.
  void NewCard(uint8_t master_bit_flip = 0) {
    keyvault::KnownKeySet keys = key_set_;
    keys.master_enc[0] ^= master_bit_flip;
    keys.master_mac[0] ^= master_bit_flip;
    const Bytes kdd = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    cardsim::KeySet card_keys{
        GetParam().IsScp02() ? cardsim::KeyType::kDes : cardsim::KeyType::kAes,
        *keyvault::DeriveCardKey(keys, 1, kdd),
        *keyvault::DeriveCardKey(keys, 2, kdd),
        *keyvault::DeriveCardKey(keys, 2, kdd),  // DEK: of no use here
        0x30,
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}};
    cardsim::CardOptions options;
    (GetParam().IsScp02() ? options.scp02_i : options.scp03_i) = GetParam().i;
    card_ = *cardsim::Card::Create(std::move(card_keys), options, random_);
    record_.reset();
  }

  card::Transcript Run(const card::Script& script) {
    return card::RunScript(
        script,
        [this](const card::CommandApdu& command)
            -> absl::StatusOr<card::ResponseApdu> {
          if (dies_after_.has_value() && (*dies_after_)-- == 0) {
            return absl::UnavailableError("pulled");
          }
          return card_->Process(command);
        },
        [](size_t) {});
  }

  absl::StatusOr<Sequencer::Prepared> Prepare() {
    dies_after_.reset();
    card_->Reset();
    const auto opening = sequencer_->Open("kiosk", "slot", 1);
    if (!opening.ok()) return opening.status();
    Sequencer::OpeningAnswers answers;
    answers.identify = Run(opening->front().identify);
    answers.challenge = Run(opening->front().challenge);
    const auto identity = sequencer_->Identify(answers);
    if (!identity.ok()) return identity.status();
    return sequencer_->Prepare({opening->front().ticket, "kiosk", "slot",
                                answers, desired_, identity->card_id, record_});
  }

  // The card is inserted once, and pulled after so many commands.
  Conclusion Insert(std::optional<size_t> dies_after = std::nullopt) {
    const auto prepared = Prepare();
    EXPECT_OK(prepared);
    if (!prepared.ok()) return {};
    changes_ = prepared->changes;
    dies_after_ = dies_after;
    const auto conclusion =
        sequencer_->Conclude(prepared->state, Run(prepared->script));
    EXPECT_OK(conclusion);
    record_ = conclusion->record;
    return *conclusion;
  }

  // Inserts the card once more when it holds something else than recorded.
  Conclusion InsertUntilKnown() {
    const Conclusion first = Insert();
    return first.outcome == Outcome::kCardDiffers ? Insert() : first;
  }

  std::string Ask(const std::string& hex) {
    return ToHex(card_->Transmit(FromHexOrDie(hex)));
  }

  const keyvault::KnownKeySet key_set_ =
      keyvault::TestKeySet(GetParam().key_bits, GetParam().diversification);
  keyvault::OpensslHsmKeys hsm_keys_{{key_set_}};
  keyvault::FakeLedger ledger_;
  FakeClock clock_;
  SystemRandom random_;
  keyvault::Vault vault_{{hsm_keys_, ledger_, clock_, random_}, Policy()};
  std::unique_ptr<Sequencer> sequencer_;
  std::unique_ptr<cardsim::Card> card_;
  std::optional<CardRecord> record_;
  std::optional<size_t> dies_after_;
  bool sends_load_file_hash_ = false;
  size_t changes_ = 0;
  DesiredState desired_ = {
      {Package("brokerage.cap", kBrokerageApplet, kAccount)}, {}, {}};
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_TESTS_SEQUENCER_INSERTION_TEST_H_
