#include "services/sequencer/files/file_plan_lines.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::sequencer {
namespace {

using Kind = PlanLine::Kind;

DesiredFile Binary(uint16_t id, Bytes content) {
  DesiredFile file;
  file.id = card::FileId(id);
  file.kind = card::FileKind::kTransparent;
  file.size = static_cast<uint32_t>(content.size());
  file.content = std::move(content);
  return file;
}

DesiredFileTree Tree() {
  DesiredFile df;
  df.id = card::FileId(0x5000);
  df.children = {Binary(0x0001, {1, 2, 3})};
  DesiredFile gone;
  gone.id = card::FileId(0x0099);
  gone.absent = true;
  return {{Binary(0x0001, {0xCA, 0xFE}), df, gone}, false};
}

SeenFile Seen(FilePath path, Bytes content) {
  SeenFile seen;
  seen.file.control.descriptor = card::FileDescriptor();
  seen.file.control.id = path.back();
  seen.file.control.size = static_cast<uint32_t>(content.size());
  seen.file.control.life_cycle = 5;
  seen.file.content = std::move(content);
  seen.path = std::move(path);
  return seen;
}

std::vector<PlanLine> Plan(const FileCardRecord& record) {
  return *FilePlanLines(Tree(), record, card::SecureMessagingLimits(16));
}

TEST(FilePlanLinesTest, ANewCardGetsAllAndTheCostIsSaid) {
  const auto lines = Plan({});
  ASSERT_EQ(lines.size(), 5u);
  EXPECT_EQ(lines[0], (PlanLine{Kind::kAdd, "file 0001: transparent", 2}));
  EXPECT_EQ(lines[1], (PlanLine{Kind::kAdd, "file 5000: DF", 1}));
  EXPECT_EQ(lines[2].kind, Kind::kAdd);
  EXPECT_EQ(lines[2].text, "file 5000/0001: transparent");
  EXPECT_EQ(lines[3], (PlanLine{Kind::kKeep, "file 0099 is not there", 0}));
  // Authentication, reading, new files, what is in the DF, activation.
  EXPECT_EQ(lines[4].text,
            "at least 5 packets in one session, each asked of the server while "
            "the card waits (authentication, reading, changes)");
}

TEST(FilePlanLinesTest, WhatIsThereStaysAndWhatDiffersIsWritten) {
  FileCardRecord record;
  record.files = {Seen({card::FileId(0x0001)}, {0xCA, 0xFF}),
                  Seen({card::FileId(0x0099)}, {1})};
  const auto lines = Plan(record);
  EXPECT_EQ(lines[0],
            (PlanLine{Kind::kAdd, "file 0001: transparent, changed", 1}));
  EXPECT_EQ(lines[3],
            (PlanLine{Kind::kRemove, "file 0099 and all below it", 1}));
}

TEST(FilePlanLinesTest, ACardThatHoldsAllTakesTwoPackets) {
  FileCardRecord record;
  record.files = {
      Seen({card::FileId(0x0001)}, {0xCA, 0xFE}),
      Seen({card::FileId(0x5000)}, {}),
      Seen({card::FileId(0x5000), card::FileId(0x0001)}, {1, 2, 3})};
  record.files[1].file.control.descriptor->kind = card::FileKind::kDf;
  record.files[1].file.control.size.reset();
  const auto lines = Plan(record);
  for (const PlanLine& line : lines) EXPECT_EQ(line.kind, Kind::kKeep);
  EXPECT_EQ(lines.back().text.substr(0, 18), "at least 2 packets");
}

}  // namespace
}  // namespace cardferry::sequencer
