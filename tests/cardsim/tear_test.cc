// The power goes at every command of a load, before it works and after: the
// card is either the one before the command or the one after it, and a load
// from the beginning makes it what it should have been.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cardsim/channel/key_set.h"
#include "cardsim/faults/faulty_card_port.h"
#include "cardsim/testing/memory_store.h"
#include "cardsim/testing/test_card.h"
#include "cardsim/vpcd/simulated_card_port.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::cardsim {
namespace {

constexpr char kPackage[] = "F043464552525901";  // has native code
constexpr char kModule[] = "F04346455252590101";
constexpr char kNoAnswer[] = "no answer";

TestPackage Package() {
  TestPackage package;
  package.package = kPackage;
  package.modules = {kModule};
  return package;
}

// A host at the contacts of a card.
class Terminal {
 public:
  Terminal(CardPort& port, const KeySet& keys)
      : port_(port), host_(keys.Clone()) {}

  // Data and SW in hexadecimal, or kNoAnswer.
  std::string Send(const card::CommandApdu& command) {
    const absl::StatusOr<Bytes> answer = port_.Transmit(command.Encode());
    return answer.ok() ? ToHex(*answer) : kNoAnswer;
  }
  std::string InitializeUpdate() {
    const std::string answer = Send(host_.InitializeUpdate());
    if (answer != kNoAnswer) {
      host_.TakeAnswer(FromHexOrDie(answer.substr(0, answer.size() - 4)));
    }
    return answer;
  }
  std::string Authenticate() { return Send(host_.ExternalAuthenticate(0x03)); }
  std::string Secure(absl::string_view hex) {
    return Send(host_.Protect(Apdu(hex)));
  }

 private:
  CardPort& port_;
  TestHost host_;
};

// INSTALL [for load], LOAD, INSTALL, personalization: as the host sends them.
std::vector<std::string> Script() {
  const std::string file =
      ToHex(card::EncodeTlv(0xC4, TestLoadFile(Package())));
  std::vector<std::string> script = {
      Command("80E60200", absl::StrCat("08", kPackage, "00000000"))};
  constexpr size_t kDigits = 2 * 40;
  for (size_t at = 0; at < file.size(); at += kDigits) {
    const bool last = at + kDigits >= file.size();
    script.push_back(
        Command(absl::StrFormat("80E8%s%02X", last ? "80" : "00", at / kDigits),
                file.substr(at, kDigits)));
  }
  script.push_back(
      Command("80E60C00", absl::StrCat("08", kPackage, "09", kModule, "09",
                                       kModule, "010003C9013100")));
  script.push_back(
      Command("80E62000", absl::StrCat("0000", "09", kModule, "000000")));
  script.push_back(Command("80E28000", "32333435"));
  return script;
}

// Runs the script until a command has no answer; how many had one.
int RunScript(CardPort& port, const KeySet& keys) {
  Terminal terminal(port, keys);
  if (terminal.InitializeUpdate() == kNoAnswer) return 0;
  if (terminal.Authenticate() == kNoAnswer) return 1;
  int answered = 2;
  for (const std::string& command : Script()) {
    const std::string answer = terminal.Secure(command);
    if (answer == kNoAnswer) return answered;
    EXPECT_EQ(answer.substr(answer.size() - 4), "9000") << command;
    ++answered;
  }
  return answered;
}

// The states of a card before the script and after each of its commands.
std::vector<CardState> Undisturbed(const KeySet& keys) {
  std::vector<CardState> states;
  // Watches a card from outside: its state after each command.
  class WatchingPort final : public CardPort {
   public:
    WatchingPort(Card& card, std::vector<CardState>& states)
        : card_(card), states_(states) {
      states_.push_back(card_.ToState());
    }
    Bytes Atr() const override { return {}; }
    void Reset() override {}
    absl::StatusOr<Bytes> Transmit(ByteSpan command) override {
      Bytes answer = card_.Transmit(command);
      states_.push_back(card_.ToState());
      return answer;
    }

   private:
    Card& card_;
    std::vector<CardState>& states_;
  };
  TestCard card(keys.Clone(), {});
  WatchingPort port(card.card(), states);
  RunScript(port, keys);
  return states;
}

// Deletes what is there of the package, and loads it; the account number.
std::string LoadAfresh(TestCard& card, const KeySet& keys) {
  SimulatedCardPort port(card.card(), {});
  Terminal terminal(port, keys);
  terminal.InitializeUpdate();
  if (terminal.Authenticate() != "9000") return "no session";
  const std::string deleted =
      terminal.Secure(Command("80E40080", absl::StrCat("4F08", kPackage)));
  if (deleted != "009000" && deleted != "6A88") return deleted;
  RunScript(port, keys);
  card.Send(absl::StrCat("00A4040009", kModule, "00"));
  return card.Send("8010000000");
}

struct Tear {
  const char* name;
  const char* fault;
  bool scp02;
};

class TearTest : public testing::TestWithParam<Tear> {};

TEST_P(TearTest, AtEveryCommandTheCardIsBeforeItOrAfterItAndLoadsAgain) {
  const KeySet keys = GetParam().scp02 ? TestDesKeys() : TestKeys();
  const std::vector<CardState> states = Undisturbed(keys);
  const int commands = static_cast<int>(states.size()) - 1;
  ASSERT_EQ(commands, 2 + static_cast<int>(Script().size()));
  const std::string fault = GetParam().fault;
  for (int number = 1; number <= commands; ++number) {
    SCOPED_TRACE(number);
    MemoryStore store;
    TestCard card(keys.Clone(), {});
    ASSERT_OK(card.card().KeepIn(store));
    SimulatedCardPort contacts(card.card(), {});
    FaultyCardPort port(contacts,
                        {*ParseFault(absl::StrFormat("%s@%d", fault, number))});
    EXPECT_EQ(RunScript(port, keys), number - 1);
    const auto expected =
        static_cast<size_t>(fault == "tear" ? number : number - 1);
    EXPECT_TRUE(store.last.Equals(states[expected]));

    TestCard again(store.last);
    EXPECT_EQ(LoadAfresh(again, keys), "323334359000");
  }
}

INSTANTIATE_TEST_SUITE_P(Loads, TearTest,
                         testing::Values(Tear{"BeforeInScp02", "pull", true},
                                         Tear{"AfterInScp02", "tear", true},
                                         Tear{"BeforeInScp03", "pull", false},
                                         Tear{"AfterInScp03", "tear", false}),
                         [](const auto& tear) {
                           return std::string(tear.param.name);
                         });

TEST(TornLoadTest, LeavesNothingBehindUntilItsLastBlock) {
  const std::vector<CardState> states = Undisturbed(TestKeys());
  const size_t loads = Script().size() - 4;
  ASSERT_GE(loads, 2u);
  // INITIALIZE UPDATE moves the counter; then nothing until the last LOAD.
  EXPECT_FALSE(states[0].Equals(states[1]));
  const size_t last_load = 3 + loads;
  for (size_t i = 2; i < last_load; ++i) {
    EXPECT_TRUE(states[1].Equals(states[i])) << i;
  }
  EXPECT_FALSE(states[1].Equals(states[last_load]));
  // INSTALL; INSTALL [for personalization] is forgotten without power.
  EXPECT_FALSE(states[last_load].Equals(states[last_load + 1]));
  EXPECT_TRUE(states[last_load + 1].Equals(states[last_load + 2]));
  EXPECT_FALSE(states[last_load + 2].Equals(states[last_load + 3]));
}

}  // namespace
}  // namespace cardferry::cardsim
