// A file tree is laid onto a simulated card, in process: survey, plan, run, and
// again, until nothing is left to do.
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "services/sequencer/files/file_plan.h"
#include "services/sequencer/files/file_tree_proto.h"
#include "tests/files/file_session.h"

namespace cardferry {
namespace {

using cardsim::KeyType;
using sequencer::DesiredFileTree;
using sequencer::FilePlan;
using sequencer::FileSurvey;

constexpr char kManifest[] = R"(
  files {
    id: '0001' short_id: 1
    transparent { size: 64 content: 'CAFE0102030405060708' }
    rules { access: READ fixed: ALWAYS }
    rules { access: [UPDATE, DELETE] all_of: [SECURE_MESSAGING, EXTERNAL] }
  }
  files {
    id: '5000'
    df {
      name: 'A000000001'
      files {
        id: '0001'
        transparent { size: 700 content: 'BEGIN' }
        rules { access: READ any_of: [USER, EXTERNAL] }
        expanded_rules: true
      }
      files {
        id: '0002'
        linear_fixed { record_size: 3 record_count: 4
                       records: '010203' records: '040506' }
      }
      files {
        id: '0003' deactivated: true
        linear_variable { record_size: 4 record_count: 4
                          records: '01' records: '020304' }
      }
      files {
        id: '0004'
        cyclic { record_size: 1 record_count: 3
                 records: '03' records: '02' records: '01' }
      }
      files {
        id: '5100'
        df { files { id: '0001' transparent { content: 'FF' } } }
      }
    }
    rules { access: [CREATE_EF, CREATE_DF, DELETE_CHILD]
            all_of: [SECURE_MESSAGING, EXTERNAL] }
  }
  files { id: '0099' absent: true }
)";

DesiredFileTree Tree(absl::string_view manifest = kManifest) {
  config::v1::FileTree proto;
  std::string text(manifest);
  const size_t content = text.find("BEGIN");
  if (content != std::string::npos) {
    text.replace(content, 5, ToHex(Bytes(700, 0x5A)));
  }
  if (!google::protobuf::TextFormat::ParseFromString(text, &proto)) abort();
  auto tree = sequencer::ToFileTree(proto);
  if (!tree.ok()) abort();
  return *std::move(tree);
}

// How commands get to the card.
class Way {
 public:
  virtual ~Way() = default;
  virtual card::TransferLimits limits() const = 0;
  // As many answers as commands, or fewer when the run stopped.
  virtual std::vector<card::ResponseApdu> Run(const card::Script& script) = 0;
};

// Plain, to a card that anybody may write to. One command may be answered with
// an error; the terminal may go on past what a script does not expect.
class PlainWay final : public Way {
 public:
  explicit PlainWay(cardsim::FileCard& card) : card_(card) {}

  card::TransferLimits limits() const override { return {}; }
  std::vector<card::ResponseApdu> Run(const card::Script& script) override {
    std::vector<card::ResponseApdu> answers;
    for (const card::ScriptCommand& step : script) {
      if (commands_ == stop_before) break;
      if (commands_++ == fail_at && step.command.header().ins != 0xA4) {
        card_.RefuseNext(card::StatusWord(0x6581));
      }
      answers.push_back(
          *card::ResponseApdu::Parse(card_.Transmit(step.command.Encode())));
      if (!card::IsExpected(step, answers.back()) &&
          step.on_mismatch == card::OnMismatch::kStop && !hostile) {
        break;
      }
    }
    return answers;
  }

  size_t fail_at = SIZE_MAX;
  size_t stop_before = SIZE_MAX;
  bool hostile = false;

 private:
  cardsim::FileCard& card_;
  size_t commands_ = 0;
};

// Under secure messaging, every packet protected before its first command.
class ProtectedWay final : public Way {
 public:
  ProtectedWay(FileSession& session, size_t block)
      : session_(session), block_(block) {}

  card::TransferLimits limits() const override {
    return card::SecureMessagingLimits(block_);
  }
  std::vector<card::ResponseApdu> Run(const card::Script& script) override {
    std::vector<card::CommandApdu> commands;
    for (const card::ScriptCommand& step : script) {
      commands.push_back(step.command);
    }
    const auto verified = session_.Run(commands);
    EXPECT_OK(verified.status());
    std::vector<card::ResponseApdu> answers;
    for (size_t i = 0; i < verified->size(); ++i) {
      EXPECT_TRUE((*verified)[i].proven);
      EXPECT_TRUE(card::IsExpected(script[i], (*verified)[i].response))
          << script[i].label;
      answers.push_back((*verified)[i].response);
    }
    return answers;
  }

 private:
  FileSession& session_;
  size_t block_;
};

absl::StatusOr<FilePlan> Plan(const DesiredFileTree& tree, Way& way) {
  ASSIGN_OR_RETURN(const FileSurvey survey,
                   FileSurvey::Create(tree, way.limits()));
  ASSIGN_OR_RETURN(const auto files, survey.Conclude(way.Run(survey.script())));
  return sequencer::PlanFiles(tree, files, way.limits());
}

// The packets with changes that it took; -1: it never came to an end.
int Converge(const DesiredFileTree& tree, Way& way) {
  for (int packets = 0; packets < 10; ++packets) {
    const auto plan = Plan(tree, way);
    EXPECT_OK(plan.status());
    if (!plan.ok()) return -1;
    if (plan->converged()) return packets;
    way.Run(plan->script);
  }
  return -1;
}

// A card whose files are for its key, and a host that has it.
struct KeyedCard {
  explicit KeyedCard(KeyType type)
      : card(cardsim::FileTestKeys(type), {}),
        session(card.card(), type, 16),
        way(session, type == KeyType::kDes ? 8 : 16) {
    EXPECT_OK(session.Open());
  }

  cardsim::FileTestCard card;
  FileSession session;
  ProtectedWay way;
};

struct OpenCard {
  cardsim::FileTestCard card;
  PlainWay way{card.card()};

  size_t Size() { return card.card().ToState().content.size(); }
};

TEST(FileConvergenceTest, AnEmptyCardComesToHoldTheTree) {
  const DesiredFileTree tree = Tree();
  for (const KeyType type : {KeyType::kDes, KeyType::kAes}) {
    KeyedCard keyed(type);
    cardsim::FileTestCard& card = keyed.card;
    // Three levels of files, then what is new comes to life.
    EXPECT_GE(Converge(tree, keyed.way), 3);
    const cardsim::CardState before = card.card().ToState();
    EXPECT_EQ(Converge(tree, keyed.way), 0);
    EXPECT_TRUE(card.card().ToState().Equals(before));
    // The card's own word, without a session.
    card.card().Reset();
    EXPECT_EQ(card.Send("00B081000A"), "CAFE01020304050607089000");
    EXPECT_EQ(card.Send("00D6810001FF"), "6982");
    EXPECT_EQ(card.Send("00A4080C0450000003"), "6283");
    EXPECT_EQ(card.Send("00A4080C0450000004"), "9000");
    EXPECT_EQ(card.Send("00B2010400"), "039000");
    EXPECT_EQ(card.Send("00A4080C0450000001"), "9000");
    EXPECT_EQ(card.Send("00B0000001"), "6982");
  }
}

TEST(FileConvergenceTest, ACardWithoutLifeCyclesInCreateFileToo) {
  DesiredFileTree tree = Tree();
  tree.create_activated = true;
  KeyedCard keyed(KeyType::kAes);
  EXPECT_GE(Converge(tree, keyed.way), 2);
  EXPECT_EQ(Converge(tree, keyed.way), 0);
}

// After every prefix of every packet it still comes to hold the tree, and
// nothing else.
TEST(FileConvergenceTest, AfterATearAnywhereItStillConverges) {
  DesiredFileTree tree = Tree(R"(
    files {
      id: '5000'
      df {
        files { id: '0001' transparent { content: '0102030405' } }
        files {
          id: '0002'
          linear_fixed { record_size: 1 record_count: 2
                         records: '01' records: '02' }
        }
        files {
          id: '0003'
          cyclic { record_size: 1 record_count: 2 records: '02' records: '01' }
        }
      }
    }
    files { id: '0001' transparent { content: 'AA' } deactivated: true }
  )");
  OpenCard clean;
  ASSERT_GT(Converge(tree, clean.way), 0);
  size_t tears = 0;
  for (size_t at = 0;; ++at, ++tears) {
    OpenCard torn;
    torn.way.stop_before = at;
    // A survey that was torn is no survey.
    for (int packets = 0; packets < 10; ++packets) {
      const auto plan = Plan(tree, torn.way);
      if (!plan.ok() || plan->converged()) break;
      torn.way.Run(plan->script);
    }
    const bool whole = torn.Size() == clean.Size();
    torn.card.card().Reset();
    PlainWay again(torn.card.card());
    EXPECT_GE(Converge(tree, again), 0) << at;
    EXPECT_EQ(Converge(tree, again), 0) << at;
    EXPECT_EQ(torn.Size(), clean.Size()) << at;
    if (whole && at > 100) break;
  }
  EXPECT_GT(tears, 30u);
}

// A terminal that goes on past an error of any command turns none of what
// follows onto another file.
TEST(FileConvergenceTest, GoingOnPastAnErrorHarmsNothing) {
  const DesiredFileTree tree = Tree();
  OpenCard clean;
  ASSERT_GT(Converge(tree, clean.way), 0);
  for (size_t at = 0; at < 150; ++at) {
    OpenCard card;
    // Other content that is nobody's business.
    ASSERT_EQ(card.card.CreateBinary("0042", "04"), "9000");
    ASSERT_EQ(card.card.Send("00D6000004CAFEBABE"), "9000");
    card.way.fail_at = at;
    card.way.hostile = true;
    EXPECT_GE(Converge(tree, card.way), 0) << at;
    EXPECT_EQ(Converge(tree, card.way), 0) << at;
    EXPECT_EQ(card.card.Send("00A4080C020042"), "9000");
    EXPECT_EQ(card.card.Send("00B0000000"), "CAFEBABE9000") << at;
    EXPECT_EQ(card.card.Send("00E40000020042"), "9000");
    EXPECT_EQ(card.Size(), clean.Size()) << at;
  }
}

TEST(FileConvergenceTest, ChangesAndReplacementsConvergeToo) {
  KeyedCard keyed(KeyType::kDes);
  ASSERT_GT(Converge(Tree(), keyed.way), 0);
  const DesiredFileTree other = Tree(R"(
    files { id: '0001' short_id: 1 replace: true
            transparent { content: '00FF' } }
    files { id: '5000' absent: true }
    files { id: '0099' transparent { content: '99' } }
  )");
  EXPECT_GT(Converge(other, keyed.way), 0);
  EXPECT_EQ(Converge(other, keyed.way), 0);
  EXPECT_THAT(Plan(Tree(), keyed.way),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "file 0001: it has 2 bytes instead of 64; delete it, or "
                       "let it be replaced with all below it"));
  EXPECT_EQ(keyed.card.Send("00B0810002"), "00FF9000");
  EXPECT_EQ(keyed.card.Send("00A4000C025000"), "6A82");
}

}  // namespace
}  // namespace cardferry
