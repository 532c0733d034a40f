// Random file trees, one after the other on one card, each of which may replace
// what is in its way.
#include <random>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "services/sequencer/files/file_plan.h"
#include "tests/files/file_session.h"

namespace cardferry {
namespace {

using card::FileKind;
using sequencer::DesiredFile;
using sequencer::DesiredFileTree;
using sequencer::FileComparison;
using sequencer::FilePlan;
using sequencer::FileSurvey;

// Seeded: the same trees in every run.
class Trees {
 public:
  explicit Trees(unsigned seed) : engine_(seed) {}

  DesiredFileTree Draw() {
    DesiredFileTree tree;
    tree.create_activated = Below(4) == 0;
    tree.files = DrawFiles(0);
    return tree;
  }

 private:
  unsigned Below(unsigned end) {
    return std::uniform_int_distribution<unsigned>(0, end - 1)(engine_);
  }

  Bytes DrawBytes(size_t size) {
    Bytes bytes(size);
    for (uint8_t& byte : bytes) byte = static_cast<uint8_t>(Below(3));
    return bytes;
  }

  std::vector<DesiredFile> DrawFiles(int depth) {
    std::vector<DesiredFile> files;
    // Few identifiers, so that trees meet.
    for (uint16_t id = 1; id <= 4; ++id) {
      if (Below(3) == 0) continue;
      DesiredFile file;
      file.id = card::FileId(id);
      file.replace = true;
      file.absent = Below(6) == 0;
      if (!file.absent) DrawFile(depth, file);
      files.push_back(std::move(file));
    }
    return files;
  }

  void DrawFile(int depth, DesiredFile& file) {
    constexpr FileKind kKinds[] = {
        FileKind::kTransparent, FileKind::kLinearFixed,
        FileKind::kLinearVariable, FileKind::kCyclic, FileKind::kDf};
    file.kind = kKinds[Below(depth < 3 ? 5 : 4)];
    file.deactivated = Below(5) == 0;
    if (Below(3) == 0) file.rules.Set(card::FileAccess::kDeactivate, 0xE0);
    file.expanded_rules = !file.rules.empty() && Below(2) == 0;
    if (file.kind == FileKind::kDf) {
      file.children = DrawFiles(depth + 1);
      return;
    }
    if (Below(3) == 0) {
      file.short_id = static_cast<uint8_t>(static_cast<uint16_t>(file.id));
    }
    if (file.kind == FileKind::kTransparent) {
      file.size = 1 + Below(600);
      file.content = DrawBytes(Below(file.size + 1));
      return;
    }
    file.record_size = static_cast<uint16_t>(1 + Below(3));
    file.record_count = static_cast<uint16_t>(1 + Below(4));
    for (unsigned i = Below(file.record_count + 1u); i > 0; --i) {
      file.records.push_back(DrawBytes(file.record_size));
    }
  }

  std::mt19937 engine_;
};

class Host {
 public:
  Host() { EXPECT_OK(session_.Open()); }

  std::vector<card::ResponseApdu> Run(const card::Script& script) {
    std::vector<card::CommandApdu> commands;
    for (const auto& step : script) commands.push_back(step.command);
    const auto verified = session_.Run(commands);
    EXPECT_OK(verified.status());
    std::vector<card::ResponseApdu> answers;
    for (size_t i = 0; i < verified->size(); ++i) {
      EXPECT_TRUE(card::IsExpected(script[i], (*verified)[i].response))
          << script[i].label << " " << (*verified)[i].response.sw.value();
      answers.push_back((*verified)[i].response);
    }
    return answers;
  }

  std::vector<FileComparison> Survey(const DesiredFileTree& tree) {
    const auto survey = FileSurvey::Create(tree, limits_);
    EXPECT_OK(survey.status());
    const auto files = survey->Conclude(Run(survey->script()));
    EXPECT_OK(files.status());
    return *files;
  }

  FilePlan Plan(const DesiredFileTree& tree) {
    const auto plan = sequencer::PlanFiles(tree, Survey(tree), limits_);
    EXPECT_OK(plan.status());
    return *plan;
  }

  // Packets with changes; 20 when it never ends.
  int Converge(const DesiredFileTree& tree) {
    int packets = 0;
    for (; packets < 20; ++packets) {
      const FilePlan plan = Plan(tree);
      if (plan.converged()) break;
      EXPECT_FALSE(plan.script.empty());
      Run(plan.script);
    }
    return packets;
  }

  cardsim::FileCard& card() { return card_.card(); }

 private:
  const card::TransferLimits limits_ = card::SecureMessagingLimits(16);
  cardsim::FileTestCard card_{cardsim::FileTestKeys(cardsim::KeyType::kAes),
                              {}};
  FileSession session_{card_.card(), cardsim::KeyType::kAes, 16};
};

// On an empty card, and on what other trees have left.
TEST(RandomTreesTest, EveryTreeConvergesAndASecondRunOnlyReads) {
  for (unsigned seed = 1; seed <= 25; ++seed) {
    Trees trees(seed);
    Host host;
    for (int round = 0; round < 4; ++round) {
      const DesiredFileTree tree = trees.Draw();
      ASSERT_LT(host.Converge(tree), 20) << seed << " " << round;
      const cardsim::CardState state = host.card().ToState();
      ASSERT_EQ(host.Converge(tree), 0) << seed << " " << round;
      EXPECT_TRUE(host.card().ToState().Equals(state));
    }
  }
}

// What the card then says is the tree: nothing is missing, in the way or
// different, but below what is deactivated.
TEST(RandomTreesTest, AConvergedCardHoldsTheTree) {
  for (unsigned seed = 100; seed < 120; ++seed) {
    Host host;
    const DesiredFileTree tree = Trees(seed).Draw();
    ASSERT_LT(host.Converge(tree), 20) << seed;
    for (const FileComparison& file : host.Survey(tree)) {
      ASSERT_EQ(file.actual.has_value(), !file.desired->absent)
          << seed << " " << sequencer::PathText(file.path);
      if (file.desired->absent) continue;
      EXPECT_EQ(card::FileLifeCycleOf(file.actual->control.life_cycle),
                file.desired->deactivated ? card::FileLifeCycle::kDeactivated
                                          : card::FileLifeCycle::kActivated)
          << seed << " " << sequencer::PathText(file.path);
      if (!file.actual->readable) continue;
      EXPECT_EQ(file.actual->content, file.desired->content);
      EXPECT_EQ(file.actual->records, file.desired->records);
    }
  }
}

}  // namespace
}  // namespace cardferry
