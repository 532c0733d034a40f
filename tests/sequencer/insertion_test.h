#ifndef CARDFERRY_TESTS_SEQUENCER_INSERTION_TEST_H_
#define CARDFERRY_TESTS_SEQUENCER_INSERTION_TEST_H_

#include <optional>
#include <string>

#include "lib/base/status_matchers.h"
#include "services/sequencer/conclusion.h"
#include "services/sequencer/testing/applets.h"
#include "tests/sequencer/kiosk.h"

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

inline std::string NameOfCardType(
    const testing::TestParamInfo<CardType>& info) {
  return info.param.name;
}

// A card is inserted again and again, until it holds what it should: by default
// the brokerage package and its applet.
class InsertionTest : public testing::TestWithParam<CardType>, protected Kiosk {
 protected:
  explicit InsertionTest(uint32_t allowed_privileges = 0,
                         keyvault::PredictedLedger* predictions = nullptr)
      : Kiosk(GetParam(), allowed_privileges, predictions) {
    desired_ = {{Package("brokerage.cap", kBrokerageApplet, kAccount)}, {}, {}};
  }

  using Kiosk::Run;

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

  size_t changes_ = 0;
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_TESTS_SEQUENCER_INSERTION_TEST_H_
