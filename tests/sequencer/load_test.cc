// A load from the plan to the card, without processes and network: the
// sequencer and the keyvault's domain (known keys instead of an HSM) on one
// side, the simulated card with its own channel code on the other.
#include <memory>
#include <optional>
#include <string>

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

namespace cardferry::sequencer {
namespace {

using absl::StatusCode;
using testing::SizeIs;

const card::Aid kBrokerageApplet = *card::Aid::FromHex("F04346455252590101");
const card::Aid kGreeterApplet = *card::Aid::FromHex("F04346455252590301");
const char kAccount[] = "DE00 1234";

DesiredPackage Package(const std::string& file) {
  return {LoadApplet(file), {}};
}

DesiredPackage Package(const std::string& file, const card::Aid& applet,
                       const std::string& parameters) {
  const ByteSpan bytes = AsBytes(parameters);
  return {LoadApplet(file),
          {{applet, applet, {0x00}, Bytes(bytes.begin(), bytes.end())}}};
}

class LoadTest : public testing::TestWithParam<int> {
 protected:
  LoadTest() {
    CardProfile profile = TestProfile("demo", 0x30);
    profile.key_set = "test";
    sequencer_ = std::make_unique<Sequencer>(
        *ProfileCatalog::Create({profile}),
        std::make_unique<VaultInProcess>(vault_), 1 << 20);
    NewCard();
  }

  // Another card of the same key set with nothing on it.
  void NewCard(uint8_t master_bit_flip = 0) {
    keyvault::KnownKeySet keys = key_set_;
    keys.master_enc[0] ^= master_bit_flip;
    keys.master_mac[0] ^= master_bit_flip;
    const Bytes kdd = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    cardsim::KeySet card_keys{
        cardsim::KeyType::kAes,
        *keyvault::DeriveCardKey(keys, 1, kdd),
        *keyvault::DeriveCardKey(keys, 2, kdd),
        *keyvault::DeriveCardKey(keys, 2, kdd),  // DEK: of no use here
        0x30,
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}};
    card_ = *cardsim::Card::Create(std::move(card_keys), {}, random_);
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
    const auto conclusion = Conclude(prepared->state, Run(prepared->script));
    EXPECT_OK(conclusion);
    record_ = conclusion->record;
    return *conclusion;
  }

  std::string Ask(const std::string& hex) {
    return ToHex(card_->Transmit(FromHexOrDie(hex)));
  }

  const keyvault::KnownKeySet key_set_ = keyvault::TestKeySet(GetParam());
  keyvault::OpensslHsmKeys hsm_keys_{{key_set_}};
  keyvault::FakeLedger ledger_;
  FakeClock clock_;
  SystemRandom random_;
  keyvault::Vault vault_{{hsm_keys_, ledger_, clock_, random_}, {}};
  std::unique_ptr<Sequencer> sequencer_;
  std::unique_ptr<cardsim::Card> card_;
  std::optional<CardRecord> record_;
  std::optional<size_t> dies_after_;
  size_t changes_ = 0;
  DesiredState desired_ = {
      {Package("brokerage.cap", kBrokerageApplet, kAccount)}, {}, {}};
};

INSTANTIATE_TEST_SUITE_P(KeyBits, LoadTest, testing::Values(128, 192, 256));

TEST_P(LoadTest, AFreshCardIsLoadedInOneBundle) {
  const Conclusion conclusion = Insert();
  EXPECT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
  EXPECT_EQ(changes_, 5u);
  EXPECT_THAT(conclusion.content.load_files, SizeIs(1));
  EXPECT_THAT(conclusion.content.applications, SizeIs(1));
  EXPECT_EQ(Ask("00A4040009F0434645525259010100").substr(0, 2), "90");
  EXPECT_EQ(Ask("8010000000"), ToHex(AsBytes(kAccount)) + "9000");
}

TEST_P(LoadTest, TheSecondTimeNothingIsChanged) {
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  EXPECT_EQ(Insert().outcome, Outcome::kDone);
  EXPECT_EQ(changes_, 0u);
}

TEST_P(LoadTest, ACardOfUnknownContentTakesTwoBundles) {
  ASSERT_EQ(Insert().outcome, Outcome::kDone);
  record_.reset();
  desired_.packages.push_back(Package("greetinglib.cap"));
  EXPECT_EQ(Insert().outcome, Outcome::kCardDiffers);
  const Conclusion conclusion = Insert();
  EXPECT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
  EXPECT_THAT(conclusion.content.load_files, SizeIs(2));
}

TEST_P(LoadTest, ALibraryGoesBeforeWhatImportsIt) {
  desired_.packages = {Package("greeter.cap", kGreeterApplet, "")};
  EXPECT_THAT(Prepare(), StatusIs(StatusCode::kInvalidArgument));
  desired_.packages.push_back(Package("greetinglib.cap"));
  const Conclusion conclusion = Insert();
  EXPECT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
}

TEST_P(LoadTest, AThirtyKilobyteLoadIsOneBundle) {
  desired_.packages = {Package("tables30.cap")};
  const Conclusion conclusion = Insert();
  EXPECT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
  EXPECT_EQ(changes_, 126u);  // INSTALL [for load] and 29820 / 239 LOADs
}

TEST_P(LoadTest, ConvergesWhereverTheCardIsPulled) {
  const size_t commands = Prepare()->script.size();
  for (size_t answered = 0; answered < commands; ++answered) {
    NewCard();
    EXPECT_EQ(Insert(answered).outcome, Outcome::kUnknown) << answered;
    Conclusion conclusion = Insert();
    if (conclusion.outcome == Outcome::kCardDiffers) conclusion = Insert();
    EXPECT_EQ(conclusion.outcome, Outcome::kDone)
        << answered << ": " << conclusion.reason;
    EXPECT_THAT(card_->registry().packages(), SizeIs(1)) << answered;
    EXPECT_THAT(card_->registry().applications(), SizeIs(1)) << answered;
  }
}

TEST_P(LoadTest, ACardOfOtherKeysIsStoppedBeforeItIsAuthenticated) {
  NewCard(0x01);
  EXPECT_THAT(Prepare(), StatusIs(StatusCode::kDataLoss));
}

TEST_P(LoadTest, AnOpeningServesOneCardOnce) {
  const auto opening = sequencer_->Open("kiosk", "slot", 1);
  ASSERT_OK(opening);
  const auto prepare = [&] {
    card_->Reset();
    const Sequencer::OpeningAnswers answers{Run(opening->front().identify),
                                            Run(opening->front().challenge)};
    return sequencer_
        ->Prepare({opening->front().ticket, "kiosk", "slot", answers, desired_,
                   "test/00010203040506070809", record_})
        .status();
  };
  EXPECT_OK(prepare());
  EXPECT_THAT(prepare(), StatusIs(StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace cardferry::sequencer
