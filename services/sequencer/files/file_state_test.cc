#include "services/sequencer/files/file_state.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::sequencer {
namespace {

using absl::StatusCode;

FileCardRecord Record() {
  FileCardRecord record;
  record.card_id = "files/00";
  SeenFile seen;
  seen.path = {card::FileId(0x5000), card::FileId(0x0001)};
  seen.file.control.descriptor = card::FileDescriptor();
  seen.file.control.id = card::FileId(0x0001);
  seen.file.control.size = 5;
  seen.file.control.life_cycle = 5;
  seen.file.content = {1, 2, 3, 4, 5};
  record.files.push_back(seen);
  seen.path.pop_back();
  seen.file.control.descriptor->kind = card::FileKind::kLinearFixed;
  seen.file.control.descriptor->max_record_size = 3;
  seen.file.control.descriptor->record_count = 4;
  seen.file.control.size.reset();
  seen.file.content.clear();
  seen.file.records = {{9}, {8, 8}};
  seen.file.readable = false;
  record.files.push_back(seen);
  return record;
}

FileSessionState Session() {
  FileSessionState state;
  state.card_id = "files/00";
  state.profile = "demo-files";
  state.tree = "tree";
  state.is_open = true;
  state.token = {1, 2};
  state.block = 16;
  state.changes = {{*card::CommandApdu::Parse(FromHexOrDie("00440000")),
                    {card::StatusWordPattern{}},
                    card::AnyData{},
                    card::OnMismatch::kStop,
                    "activate 0001"}};
  state.verifies_password = true;
  state.surveys = true;
  state.next_command_token = {3};
  state.packets = 4;
  state.changing_packets = 2;
  return state;
}

TEST(FileStateTest, ARecordComesBackAsItWas) {
  const std::string bytes = EncodeFileRecord(Record());
  EXPECT_TRUE(IsFileState(bytes));
  ASSERT_OK_AND_ASSIGN(const FileCardRecord record, DecodeFileRecord(bytes));
  EXPECT_EQ(record.card_id, "files/00");
  ASSERT_EQ(record.files.size(), 2u);
  for (const SeenFile& seen : Record().files) {
    const SurveyedFile* found = record.Find(seen.path);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(found->control, seen.file.control);
    EXPECT_EQ(found->content, seen.file.content);
    EXPECT_EQ(found->records, seen.file.records);
    EXPECT_EQ(found->readable, seen.file.readable);
  }
  EXPECT_EQ(record.Find({card::FileId(0x0001)}), nullptr);
}

TEST(FileStateTest, ASessionComesBackAsItWas) {
  ASSERT_OK_AND_ASSIGN(const FileSessionState state,
                       DecodeFileSession(EncodeFileSession(Session())));
  EXPECT_EQ(state.card_id, "files/00");
  EXPECT_EQ(state.profile, "demo-files");
  EXPECT_EQ(state.tree, "tree");
  EXPECT_TRUE(state.is_open);
  EXPECT_EQ(state.token, (Bytes{1, 2}));
  EXPECT_EQ(state.block, 16u);
  EXPECT_EQ(state.changes, Session().changes);
  EXPECT_TRUE(state.verifies_password);
  EXPECT_TRUE(state.surveys);
  EXPECT_EQ(state.next_command_token, (Bytes{3}));
  EXPECT_EQ(state.packets, 4u);
  EXPECT_EQ(state.changing_packets, 2u);
}

TEST(FileStateTest, WhatIsCutShortIsRefusedOrMeansLess) {
  const std::string record = EncodeFileRecord(Record());
  const std::string session = EncodeFileSession(Session());
  for (size_t size = 0; size < 12; ++size) {
    EXPECT_THAT(DecodeFileSession(session.substr(0, size)),
                StatusIs(StatusCode::kInvalidArgument));
    // The mark and the version alone are an empty record.
    if (size == 3) continue;
    EXPECT_THAT(DecodeFileRecord(record.substr(0, size)),
                StatusIs(StatusCode::kInvalidArgument))
        << size;
  }
  for (size_t size = 0; size < session.size(); ++size) {
    (void)DecodeFileSession(session.substr(0, size));
  }
}

TEST(FileStateTest, OtherStatesAreNotTakenForOne) {
  EXPECT_FALSE(IsFileState(""));
  EXPECT_FALSE(IsFileState("\x08\x03"));
  EXPECT_THAT(DecodeFileRecord("\x08\x01"),
              StatusIs(StatusCode::kInvalidArgument));
  FileSessionState state = Session();
  state.block = 9;
  EXPECT_THAT(DecodeFileSession(EncodeFileSession(state)),
              StatusIs(StatusCode::kInvalidArgument));
  state = Session();
  state.token.clear();
  EXPECT_THAT(DecodeFileSession(EncodeFileSession(state)),
              StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::sequencer
