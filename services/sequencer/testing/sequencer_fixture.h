#ifndef CARDFERRY_SERVICES_SEQUENCER_TESTING_SEQUENCER_FIXTURE_H_
#define CARDFERRY_SERVICES_SEQUENCER_TESTING_SEQUENCER_FIXTURE_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/status_matchers.h"
#include "services/sequencer/conclusion.h"
#include "services/sequencer/sequencer.h"
#include "services/sequencer/testing/applets.h"
#include "services/sequencer/testing/fake_card.h"
#include "services/sequencer/testing/fake_keyvault.h"
#include "services/sequencer/testing/test_profiles.h"

namespace cardferry::sequencer {

inline card::Aid A(const std::string& hex) { return *card::Aid::FromHex(hex); }

inline const card::Aid kBrokerage = A("F043464552525901");
inline const card::Aid kBrokerageApplet = A("F04346455252590101");
inline constexpr char kCardId[] = "demo-keys/11111111111111111111";

// A sequencer with a keyvault that has no keys, and a card to be loaded with
// the brokerage package and its applet.
class SequencerTest : public testing::Test {
 protected:
  SequencerTest() {
    Serve({TestProfile("demo", 0x30), TestProfile("other", 0x31)});
  }

  // A new sequencer and a new keyvault for these types of cards.
  void Serve(std::vector<CardProfile> profiles) {
    auto vault = std::make_unique<FakeKeyvault>();
    vault_ = vault.get();
    sequencer_ = std::make_unique<Sequencer>(
        *ProfileCatalog::Create(std::move(profiles)), std::move(vault),
        1 << 20);
  }

  // A request with the answers of card_ to a fresh opening.
  Sequencer::Request Request() {
    card_.dies_after.reset();
    const auto openings = sequencer_->Open("agent", "reader", 1);
    EXPECT_OK(openings);
    const Sequencer::Opening& opening = openings->front();
    card::Transcript identify = card_.Run(opening.identify);
    card::Transcript challenge = card_.Run(opening.challenge);
    return {opening.ticket, "agent", "reader", {identify, challenge},
            desired_,       kCardId, record_};
  }

  // One insertion of the card: what came of it. Keeps the record.
  Conclusion Insert(std::optional<size_t> dies_after = std::nullopt) {
    const auto prepared = sequencer_->Prepare(Request());
    EXPECT_OK(prepared);
    card_.commands = 0;
    card_.dies_after = dies_after;
    const card::Transcript transcript = card_.Run(prepared->script);
    const auto conclusion = sequencer_->Conclude(prepared->state, transcript);
    EXPECT_OK(conclusion);
    record_ = conclusion->record;
    return *conclusion;
  }

  FakeKeyvault* vault_;
  std::unique_ptr<Sequencer> sequencer_;
  FakeCard card_;
  DesiredState desired_ = {
      {{LoadApplet("brokerage.cap"),
        {{kBrokerageApplet, kBrokerageApplet, {0x00}, FromHexOrDie("4142")}}}},
      {},
      {}};
  std::optional<CardRecord> record_;
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_TESTING_SEQUENCER_FIXTURE_H_
