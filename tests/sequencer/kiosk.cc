#include "tests/sequencer/kiosk.h"

#include <utility>

#include "services/sequencer/testing/test_profiles.h"
#include "tests/sequencer/vault_in_process.h"

namespace cardferry::sequencer {
namespace {

keyvault::KnownKeySet KeySetFor(const CardType& type) {
  keyvault::KnownKeySet key_set =
      keyvault::TestKeySet(type.key_bits, type.diversification);
  if (type.is_scp01) key_set.description.protocol = 1;
  if (type.HasOneKey()) key_set.master_mac = key_set.master_enc;
  return key_set;
}

keyvault::VaultPolicy PolicyFor(const CardType& type,
                                uint32_t allowed_privileges) {
  keyvault::KeySetRules rules;
  rules.level_floor = type.level_floor;
  rules.channel_options = {type.i};
  rules.allowed_privileges = allowed_privileges;
  rules.predicted.emplace();
  rules.predicted->aid = FromHexOrDie("A000000151000000");
  keyvault::VaultPolicy policy;
  policy.key_sets["test"] = rules;
  return policy;
}

}  // namespace

Kiosk::Kiosk(const CardType& type, uint32_t allowed_privileges,
             keyvault::PredictedLedger* predictions)
    : type_(type),
      key_set_(KeySetFor(type)),
      vault_({hsm_keys_, ledger_, clock_, random_, predictions},
             PolicyFor(type, allowed_privileges)) {
  Serve(card::DeleteRelated::kNo);
  NewCard();
}

void Kiosk::Serve(card::DeleteRelated delete_related) {
  CardProfile profile = TestProfile("demo", 0x30);
  profile.key_set = "test";
  profile.delete_related = delete_related;
  profile.rules = rules_;
  profile.longest_command = longest_command_;
  profile.level_floor = type_.level_floor;
  profile.quirks = quirks_;
  profile.wrong_mac = wrong_mac_;
  profile.match.i = {type_.i};
  if (type_.IsDes()) profile.match.scp = type_.is_scp01 ? 1 : 2;
  profile.match.isd_aid = domain_;
  std::unique_ptr<SignedContent> signed_content;
  if (desk_ != nullptr) {
    signed_content =
        std::make_unique<SignedContentInProcess>(*desk_, hsm_keys_);
  }
  sequencer_ =
      std::make_unique<Sequencer>(*ProfileCatalog::Create({profile}),
                                  std::make_unique<VaultInProcess>(vault_),
                                  1 << 20, std::move(signed_content));
}

cardsim::KeySet Kiosk::CardKeys(uint8_t master_bit_flip) const {
  keyvault::KnownKeySet keys = key_set_;
  keys.master_enc[0] ^= master_bit_flip;
  keys.master_mac[0] ^= master_bit_flip;
  const Bytes kdd = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  return {type_.IsDes() ? cardsim::KeyType::kDes : cardsim::KeyType::kAes,
          *keyvault::DeriveCardKey(keys, 1, kdd),
          *keyvault::DeriveCardKey(keys, 2, kdd),
          *keyvault::DeriveCardKey(keys, 2, kdd),  // DEK: of no use here
          0x30,
          {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}};
}

void Kiosk::NewCard(uint8_t master_bit_flip) {
  cardsim::CardOptions options;
  if (type_.is_scp01) options.scp01_i = type_.i;
  (type_.IsDes() ? options.scp02_i : options.scp03_i) = type_.i;
  options.content_keys = content_keys_;
  card_ = *cardsim::Card::Create(CardKeys(master_bit_flip), options, random_);
  record_.reset();
}

card::Transcript Kiosk::Run(const card::Script& script) {
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

absl::StatusOr<Sequencer::Prepared> Kiosk::Prepare() {
  dies_after_.reset();
  card_->Reset();
  const auto opening = sequencer_->Open("kiosk", "slot", 1);
  if (!opening.ok()) return opening.status();
  Sequencer::OpeningAnswers answers;
  answers.identify = Run(opening->front().identify);
  answers.challenge = Run(opening->front().challenge);
  const auto identity = sequencer_->Identify(answers);
  if (!identity.ok()) return identity.status();
  return sequencer_->Prepare({opening->front().ticket, "kiosk", "slot", answers,
                              desired_, identity->card_id, record_});
}

}  // namespace cardferry::sequencer
