#include "services/sequencer/files/file_tree_proto.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::sequencer {
namespace {

using testing::StartsWith;

absl::StatusOr<DesiredFileTree> Parse(absl::string_view text) {
  config::v1::FileTree proto;
  if (!google::protobuf::TextFormat::ParseFromString(std::string(text),
                                                     &proto)) {
    return absl::InternalError("no text format");
  }
  return ToFileTree(proto);
}

absl::StatusOr<DesiredFileTree> ParseFile(absl::string_view text) {
  return Parse(absl::StrCat("files { id: '0101' ", text, " }"));
}

TEST(FileTreeProtoTest, ReadsEveryKindOfFile) {
  ASSERT_OK_AND_ASSIGN(const DesiredFileTree tree, Parse(R"(
    create_activated: true
    files {
      id: '5000'
      df {
        name: 'A000000001'
        files { id: '0101' transparent { size: 16 content: 'AABB' } short_id: 1 }
        files { id: '0102' transparent { content: 'AABB' } }
        files {
          id: '0103'
          linear_fixed { record_size: 2 record_count: 3 records: '0102' }
        }
        files {
          id: '0104'
          linear_variable { record_size: 2 record_count: 3 records: '01' }
        }
        files { id: '0105' cyclic { record_size: 2 record_count: 3 } }
      }
    }
    files { id: '0200' absent: true })"));
  EXPECT_TRUE(tree.create_activated);
  ASSERT_EQ(tree.files.size(), 2u);
  const DesiredFile& df = tree.files[0];
  EXPECT_EQ(df.kind, card::FileKind::kDf);
  EXPECT_EQ(ToHex(df.df_name), "A000000001");
  ASSERT_EQ(df.children.size(), 5u);
  EXPECT_EQ(df.children[0].size, 16u);
  EXPECT_EQ(df.children[0].short_id, 1);
  EXPECT_EQ(ToHex(df.children[0].content), "AABB");
  EXPECT_EQ(df.children[1].size, 2u);
  EXPECT_EQ(df.children[2].kind, card::FileKind::kLinearFixed);
  EXPECT_EQ(df.children[2].record_count, 3);
  EXPECT_EQ(df.children[3].kind, card::FileKind::kLinearVariable);
  EXPECT_EQ(df.children[4].kind, card::FileKind::kCyclic);
  EXPECT_TRUE(tree.files[1].absent);
}

TEST(FileTreeProtoTest, ReadsRules) {
  ASSERT_OK_AND_ASSIGN(const DesiredFileTree tree, ParseFile(R"(
    transparent { size: 4 }
    replace: true
    deactivated: true
    rules { access: READ fixed: ALWAYS }
    rules { access: UPDATE access: ACTIVATE
            all_of: SECURE_MESSAGING all_of: EXTERNAL }
    rules { access: DEACTIVATE any_of: USER any_of: EXTERNAL }
    rules { access: [DELETE, TERMINATE] fixed: NEVER })"));
  const DesiredFile& file = tree.files[0];
  EXPECT_EQ(ToHex(file.rules.EncodeCompact()), "7BFFFFE030E000");
  EXPECT_FALSE(file.expanded_rules);
  EXPECT_TRUE(file.replace);
  EXPECT_TRUE(file.deactivated);
  ASSERT_OK_AND_ASSIGN(const DesiredFileTree df, ParseFile(R"(
    df {} expanded_rules: true
    rules { access: [CREATE_EF, CREATE_DF, DELETE_CHILD] fixed: NEVER })"));
  EXPECT_EQ(ToHex(df.files[0].rules.EncodeCompact()), "07FFFFFF");
  EXPECT_TRUE(df.files[0].expanded_rules);
}

TEST(FileTreeProtoTest, NamesTheFileAndTheFieldThatIsWrong) {
  const std::pair<const char*, const char*> rows[] = {
      {"", "file 0101: kind: it is missing"},
      {"transparent {}", "file 0101: size: 1 to 16777215 bytes"},
      {"transparent { size: 16777216 }", "file 0101: size"},
      {"transparent { size: 1 content: 'AABB' }",
       "file 0101: content: it is larger than the file"},
      {"transparent { content: 'A' }", "file 0101: content"},
      {"cyclic { record_count: 1 }", "file 0101: record_size"},
      {"cyclic { record_size: 1 }", "file 0101: record_count: 1 to 254"},
      {"cyclic { record_size: 1 record_count: 255 }",
       "file 0101: record_count"},
      {"cyclic { record_size: 1 record_count: 1 records: '01' records: '02' }",
       "file 0101: records: there are more than record_count"},
      {"linear_fixed { record_size: 2 record_count: 1 records: '01' }",
       "file 0101: records: one has another length than record_size"},
      {"linear_variable { record_size: 1 record_count: 1 records: '0102' }",
       "file 0101: records"},
      {"df { name: 'A0' }", "file 0101: name: it has 5 to 16 bytes"},
      {"df {} short_id: 1", "file 0101: short_id: 1 to 30, of an EF"},
      {"transparent { size: 1 } short_id: 31", "file 0101: short_id"},
      {"df { files { id: '3F00' } }", "file 0101: a child: id: the standard"},
      {"df { files { id: '01' } }", "file 0101: a child: id: it has 2 bytes"},
      {"df { files { id: '0102' } }", "file 0101/0102: kind: it is missing"},
      {"df { files { id: '0102' df {} } files { id: '0102' df {} } }",
       "file 0101/0102: id: another file of this DF has it"},
      {"transparent { size: 1 } rules { access: READ }",
       "file 0101: rules: one of all_of, any_of and fixed"},
      {"transparent { size: 1 } rules { access: READ fixed: NEVER any_of: USER "
       "}",
       "file 0101: rules: one of all_of, any_of and fixed"},
      {"transparent { size: 1 } rules { fixed: NEVER }",
       "file 0101: rules: access is missing"},
      {"transparent { size: 1 } rules { access: CREATE_EF fixed: NEVER }",
       "file 0101: rules: an access that this kind of file has not"},
      {"df {} rules { access: READ fixed: NEVER }",
       "file 0101: rules: an access that this kind of file has not"},
      {"df {} rules { access: [DELETE, DELETE] fixed: NEVER }",
       "file 0101: rules: an access has two"},
      {"df {} rules { access: DELETE any_of: CONDITION_UNSPECIFIED }",
       "file 0101: rules: a condition is none"},
  };
  for (const auto& [text, message] : rows) {
    const auto tree = ParseFile(text);
    EXPECT_THAT(tree, StatusIs(absl::StatusCode::kInvalidArgument)) << text;
    EXPECT_THAT(std::string(tree.status().message()), StartsWith(message))
        << text;
  }
}

TEST(FileTreeProtoTest, DfsAreAtMostEightDeep) {
  const auto nested = [](size_t depth) {
    std::string text = "files { id: '0001' transparent { size: 1 } }";
    for (size_t i = 0; i < depth; ++i) {
      text = absl::StrCat("files { id: '5000' df { ", text, " } }");
    }
    return Parse(text);
  };
  EXPECT_OK(nested(7));
  EXPECT_THAT(nested(9), StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::sequencer
