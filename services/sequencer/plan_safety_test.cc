// Plans are safe under any prefix and under continuation past any error: every
// kind of plan is run against a model of a card in every way that an agent
// could run it, and whatever is left, a new plan converges, and nothing was
// touched that the desired state does not name.
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_matchers.h"
#include "services/sequencer/conclusion.h"
#include "services/sequencer/sequencer.h"
#include "services/sequencer/testing/applets.h"
#include "services/sequencer/testing/fake_card.h"
#include "services/sequencer/testing/fake_keyvault.h"
#include "services/sequencer/testing/test_profiles.h"

namespace cardferry::sequencer {
namespace {

card::Aid A(const std::string& hex) { return *card::Aid::FromHex(hex); }

const card::Aid kBrokerage = A("F043464552525901");
const card::Aid kApplet1 = A("F04346455252590101");
const card::Aid kApplet2 = A("F04346455252590102");
const card::Aid kApplet9 = A("F04346455252590109");
const card::Aid kLibrary = A("F043464552525902");
const card::Aid kGreeter = A("F043464552525903");
const card::Aid kStranger = A("F0FFFFFFFF");
const card::Aid kStrangersApplet = A("F0FFFFFFFF01");
const char kCardId[] = "demo-keys/11111111111111111111";

// A card, what is recorded of it, and what it should hold.
struct Scenario {
  std::string name;
  FakeCard card;
  Origins origins;
  DesiredState desired;
  card::DeleteRelated delete_related = card::DeleteRelated::kNo;
};

DesiredPackage Brokerage(const std::vector<card::Aid>& instances,
                         bool replace) {
  DesiredPackage package{LoadApplet("brokerage.cap"), {}, replace};
  for (const card::Aid& instance : instances) {
    package.applets.push_back({kApplet1, instance, {0x00}, {0x41}});
  }
  return package;
}

// A card with something of somebody else's.
FakeCard Card() {
  FakeCard card;
  card.packages[kStranger] = 0x0101;
  card.applications.emplace(kStrangersApplet, kStranger);
  return card;
}

// The same with the brokerage package and two instances of its applet.
FakeCard CardWithBrokerage(uint16_t version) {
  FakeCard card = Card();
  card.packages[kBrokerage] = version;
  card.applications.emplace(kApplet1, kBrokerage);
  card.applications.emplace(kApplet9, kBrokerage);
  return card;
}

Origin OtherOrigin() { return {Bytes(32, 0xAB)}; }

std::vector<Scenario> Scenarios() {
  std::vector<Scenario> all;
  const DesiredState upgrade{{Brokerage({kApplet1}, true)}, {}, {}};
  all.push_back({"load", Card(), {}, {{Brokerage({kApplet1}, false)}, {}, {}}});
  // Without replace, what was loaded by a bundle whose report is lost would be
  // in the way: nobody knows that it is the desired one.
  Scenario mute{"load, versions are not told", Card(), {}, upgrade};
  mute.card.says_versions = false;
  all.push_back(mute);
  all.push_back({"upgrade from another version",
                 CardWithBrokerage(0x0009),
                 {{kBrokerage, OtherOrigin()}},
                 upgrade});
  all.push_back(
      {"upgrade of unknown origin", CardWithBrokerage(0x0009), {}, upgrade});
  all.push_back({"upgrade by one command",
                 CardWithBrokerage(0x0009),
                 {},
                 upgrade,
                 card::DeleteRelated::kYes});
  all.push_back({"other content of the same version",
                 CardWithBrokerage(0x0100),
                 {{kBrokerage, OtherOrigin()}},
                 upgrade});
  Scenario silent{"other content, versions are not told",
                  CardWithBrokerage(0x0100),
                  {{kBrokerage, OtherOrigin()}},
                  upgrade};
  silent.card.says_versions = false;
  all.push_back(silent);
  all.push_back({"delete a package",
                 CardWithBrokerage(0x0100),
                 {},
                 {{}, {kBrokerage}, {}}});
  all.push_back({"delete a package by one command",
                 CardWithBrokerage(0x0100),
                 {},
                 {{}, {kBrokerage}, {}},
                 card::DeleteRelated::kYes});
  all.push_back({"delete an application",
                 CardWithBrokerage(0x0100),
                 {},
                 {{}, {}, {kApplet9}}});
  all.push_back({"install a second instance",
                 CardWithBrokerage(0x0100),
                 {},
                 {{Brokerage({kApplet1, kApplet2}, false)}, {}, {}}});
  Scenario both{"replace a library and what needs it",
                Card(),
                {{kGreeter, {Bytes(32, 0xAB), {kLibrary}}}},
                {{{LoadApplet("greeter.cap"), {}, true},
                  {LoadApplet("greetinglib.cap"), {}, true}},
                 {},
                 {}}};
  both.card.packages[kLibrary] = 0x0009;
  both.card.packages[kGreeter] = 0x0009;
  both.card.imports[kGreeter] = {kLibrary};
  all.push_back(both);
  both.name = "replace a library and what needs it, of unknown origin";
  both.origins.clear();
  all.push_back(both);
  both.name = "replace a library and what needs it, imports were not noted";
  both.origins[kGreeter] = OtherOrigin();
  all.push_back(both);
  return all;
}

// Without R-MAC, and where the agent cannot read the answers.
constexpr uint8_t kLevels[] = {0x03, 0x33};

// A scenario at a level.
class PlanSafetyTest : public testing::TestWithParam<int> {
 protected:
  PlanSafetyTest() {
    CardProfile profile = TestProfile("demo", 0x30);
    profile.level_floor = kLevels[GetParam() % 2];
    profile.delete_related = scenario_.delete_related;
    sequencer_ =
        std::make_unique<Sequencer>(*ProfileCatalog::Create({profile}),
                                    std::make_unique<FakeKeyvault>(), 1 << 20);
    Restart();
  }

  // As a card would list itself on one page.
  static StatusSnapshot Snapshot(FakeCard card) {
    const auto list = [&card](card::StatusScope scope) {
      return *card.Transmit(
          card::GetStatusCommand(scope, card::StatusPage::kFirst));
    };
    return {{list(card::StatusScope::kLoadFiles)},
            {list(card::StatusScope::kApplications)}};
  }

  absl::StatusOr<Sequencer::Prepared> Prepare() {
    card_.dies_after.reset();
    card_.refused.clear();
    const auto opening = sequencer_->Open("agent", "reader", 1)->front();
    const card::Transcript identify = card_.Run(opening.identify);
    const card::Transcript challenge = card_.Run(opening.challenge);
    return sequencer_->Prepare({opening.ticket,
                                "agent",
                                "reader",
                                {identify, challenge},
                                scenario_.desired,
                                kCardId,
                                record_});
  }

  // What an honest agent and card make of it, as often as it takes.
  void Converge(const std::string& after) {
    Outcome outcome = Outcome::kUnknown;
    for (int i = 0; i < 4 && outcome != Outcome::kDone; ++i) {
      const auto prepared = Prepare();
      ASSERT_OK(prepared) << after;
      const auto conclusion =
          sequencer_->Conclude(prepared->state, card_.Run(prepared->script));
      ASSERT_OK(conclusion);
      outcome = conclusion->outcome;
      record_ = conclusion->record;
    }
    EXPECT_EQ(outcome, Outcome::kDone) << after;
    CheckIsAsDesired(after);
  }

  void CheckIsAsDesired(const std::string& after) {
    for (const DesiredPackage& package : scenario_.desired.packages) {
      const card::Aid& aid = package.package().aid;
      ASSERT_EQ(card_.packages.count(aid), 1u) << after;
      if (card_.blocks.count(aid) > 0) {
        EXPECT_EQ(card_.blocks[aid], *package.file->cap.LoadFileDataBlock(
                                         card::Descriptor::kLeaveOut))
            << after;
      } else {
        EXPECT_TRUE(CountedAsDesired(aid)) << after;
      }
      for (const DesiredApplet& applet : package.applets) {
        ASSERT_EQ(card_.applications.count(applet.instance), 1u) << after;
        EXPECT_EQ(card_.applications.at(applet.instance), aid) << after;
      }
    }
    for (const card::Aid& aid : scenario_.desired.absent_packages) {
      EXPECT_EQ(card_.packages.count(aid), 0u) << after;
    }
    for (const card::Aid& aid : scenario_.desired.absent_applications) {
      EXPECT_EQ(card_.applications.count(aid), 0u) << after;
    }
  }

  // Nothing told the package that was there from the desired one.
  bool CountedAsDesired(const card::Aid& aid) const {
    const auto there = before_.packages.find(aid);
    return there != before_.packages.end() && there->second == 0x0100 &&
           before_.says_versions && scenario_.origins.count(aid) == 0;
  }

  // At any time, whoever runs it.
  void CheckStrangerIsThere(const std::string& after) {
    EXPECT_EQ(card_.packages.count(kStranger), 1u) << after;
    EXPECT_EQ(card_.applications.count(kStrangersApplet), 1u) << after;
  }

  // Runs the plan for `record_` on the card as `change` has made it, and goes
  // on past every answer; `refused`: which commands the card refuses. Then,
  // with or without the agent's report, converges.
  void RunPastErrors(const std::set<size_t>& refused, bool reported,
                     const std::string& after) {
    const auto prepared = Prepare();
    ASSERT_OK(prepared);
    card::Script script = prepared->script;
    for (card::ScriptCommand& command : script) {
      command.on_mismatch = card::OnMismatch::kContinue;
    }
    card_.commands = 0;
    card_.refused = refused;
    const card::Transcript transcript = card_.Run(script);
    CheckStrangerIsThere(after);
    if (reported) {
      record_ = sequencer_->Conclude(prepared->state, transcript)->record;
    }
    Converge(after);
  }

  void Restart() { RestartWith(scenario_.card); }

  // With a card that may be another than the recorded one.
  void RestartWith(const FakeCard& card) {
    before_ = card;
    card_ = card;
    record_ = CardRecord{kCardId, Snapshot(scenario_.card), scenario_.origins};
    record_->read_at = absl::Now();
  }

  // Positions of the commands that change the card; of a package's LOADs, which
  // are alike, the first and the last.
  std::vector<size_t> Changes(const BundleState& state) {
    std::vector<size_t> changes;
    size_t index = 0;
    for (const CommandRun& run : state.runs) {
      if (IsChange(run.kind)) changes.push_back(index);
      index += run.count;
      if (IsChange(run.kind) && run.count > 1) changes.push_back(index - 1);
    }
    return changes;
  }

  // A package of another version that nobody said may be replaced is in the
  // way: there is no plan then.
  bool IsInTheWay(const FakeCard& card) {
    for (const DesiredPackage& package : scenario_.desired.packages) {
      const auto there = card.packages.find(package.package().aid);
      if (!package.replace && there != card.packages.end() &&
          there->second != 0x0100) {
        return true;
      }
    }
    return false;
  }

  const Scenario scenario_ = Scenarios()[static_cast<size_t>(GetParam() / 2)];
  FakeCard before_;  // any run
  FakeCard card_;
  std::unique_ptr<Sequencer> sequencer_;
  std::optional<CardRecord> record_;
};

INSTANTIATE_TEST_SUITE_P(
    Scenarios, PlanSafetyTest,
    testing::Range(0, 2 * static_cast<int>(Scenarios().size())),
    [](const auto& param) {
      std::string name = Scenarios()[static_cast<size_t>(param.param / 2)].name;
      if (param.param % 2 != 0) name += " unseen by the agent";
      for (char& c : name) {
        if (!absl::ascii_isalnum(static_cast<unsigned char>(c))) {
          c = '_';
        }
      }
      return name;
    });

TEST_P(PlanSafetyTest, TakesOneRoundTripWhenTheRecordIsRight) {
  ASSERT_OK_AND_ASSIGN(const auto prepared, Prepare());
  EXPECT_GT(prepared.changes, 0u);
  ASSERT_OK_AND_ASSIGN(
      const Conclusion conclusion,
      sequencer_->Conclude(prepared.state, card_.Run(prepared.script)));
  EXPECT_EQ(conclusion.outcome, Outcome::kDone) << conclusion.reason;
  CheckIsAsDesired("one run");
  CheckStrangerIsThere("one run");
}

TEST_P(PlanSafetyTest, ConvergesAfterEveryPrefix) {
  const size_t commands = Prepare()->script.size();
  for (size_t answered = 0; answered <= commands; ++answered) {
    for (const bool reported : {true, false}) {
      Restart();
      ASSERT_OK_AND_ASSIGN(const auto prepared, Prepare());
      card_.commands = 0;
      card_.dies_after = answered;
      const card::Transcript transcript = card_.Run(prepared.script);
      CheckStrangerIsThere(absl::StrCat("prefix ", answered));
      if (reported) {
        ASSERT_OK_AND_ASSIGN(const Conclusion conclusion,
                             sequencer_->Conclude(prepared.state, transcript));
        EXPECT_EQ(conclusion.outcome == Outcome::kDone, answered == commands);
        record_ = conclusion.record;
      }
      Converge(absl::StrCat("prefix ", answered, " reported ", reported));
    }
  }
}

// Every set of changes that the card could refuse, while the agent goes on.
TEST_P(PlanSafetyTest, ConvergesWhateverIsRefusedAndIgnored) {
  const std::vector<size_t> changes = Changes(Prepare()->state);
  ASSERT_LT(changes.size(), 10u);
  for (uint32_t subset = 0; subset < 1u << changes.size(); ++subset) {
    std::set<size_t> refused;
    for (size_t i = 0; i < changes.size(); ++i) {
      if ((subset >> i & 1) != 0) refused.insert(changes[i]);
    }
    for (const bool reported : {true, false}) {
      Restart();
      RunPastErrors(refused, reported,
                    absl::StrCat("refused ", subset, " reported ", reported));
      if (HasFailure()) return;  // the first one says it all
    }
  }
}

// The record is wrong, and the agent goes on past the comparison.
TEST_P(PlanSafetyTest, ConvergesWhenTheComparisonIsIgnored) {
  std::vector<FakeCard> others = {Card(), CardWithBrokerage(0x0009),
                                  CardWithBrokerage(0x0100)};
  FakeCard without_applets = CardWithBrokerage(0x0009);
  without_applets.applications.erase(kApplet1);
  without_applets.applications.erase(kApplet9);
  others.push_back(without_applets);
  FakeCard with_another = CardWithBrokerage(0x0009);
  with_another.applications.emplace(A("F04346455252590108"), kBrokerage);
  others.push_back(with_another);
  for (size_t i = 0; i < others.size(); ++i) {
    const std::string after = absl::StrCat("other card ", i);
    if (IsInTheWay(others[i])) continue;
    RestartWith(others[i]);
    const auto prepared = Prepare();
    ASSERT_OK(prepared);
    card_.commands = 0;
    const card::Transcript stopped = card_.Run(prepared->script);
    EXPECT_EQ(card_.changes > 0, stopped.end == card::RunEnd::kDone) << after;
    RestartWith(others[i]);
    RunPastErrors({}, false, after);
  }
}

}  // namespace
}  // namespace cardferry::sequencer
