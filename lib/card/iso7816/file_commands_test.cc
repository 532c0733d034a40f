#include "lib/card/iso7816/file_commands.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::card {
namespace {

std::string Hex(const CommandApdu& command) { return ToHex(command.Encode()); }

FileControl Transparent(uint32_t size) {
  FileControl control;
  control.descriptor = FileDescriptor();
  control.id = FileId(0x0101);
  control.size = size;
  return control;
}

TEST(FileCommandsTest, SelectsInEveryWay) {
  constexpr auto kFcp = SelectAnswer::kFileControl;
  constexpr auto kNothing = SelectAnswer::kNothing;
  EXPECT_EQ(Hex(SelectFile(kMasterFile, kFcp)), "00A40004023F0000");
  EXPECT_EQ(Hex(SelectFile(kMasterFile, kNothing)), "00A4000C023F00");
  EXPECT_EQ(Hex(SelectChildDf(FileId(0x5015), kFcp)), "00A4010402501500");
  // As in ICAO Doc 9303-11, appendix D.4.
  EXPECT_EQ(Hex(SelectChildEf(FileId(0x011E), kNothing)), "00A4020C02011E");
  EXPECT_EQ(Hex(SelectParent(kFcp)), "00A4030400");
  EXPECT_EQ(Hex(SelectDfName(*Aid::FromHex("A0000002471001"), kNothing)),
            "00A4040C07A0000002471001");
  ASSERT_OK_AND_ASSIGN(const CommandApdu path,
                       SelectPath({FileId(0x5015), FileId(0x4401)}, kFcp));
  EXPECT_EQ(Hex(path), "00A40804045015440100");
}

TEST(FileCommandsTest, APathHasOneTo127Files) {
  const auto select = [](size_t files) {
    return SelectPath(std::vector<FileId>(files), SelectAnswer::kNothing);
  };
  EXPECT_OK(select(127));
  EXPECT_THAT(select(0), StatusIs(absl::StatusCode::kInvalidArgument,
                                  "a path of 0 files; 1 to 127 fit"));
  EXPECT_THAT(select(128), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(FileCommandsTest, CreatesAFileFromItsParameters) {
  ASSERT_OK_AND_ASSIGN(const CommandApdu command, CreateFile(Transparent(32)));
  EXPECT_EQ(Hex(command),
            "00E000000D620B82010183020101"
            "80020020");
}

TEST(FileCommandsTest, ANewFileNeedsAKindAnIdentifierAndASize) {
  FileControl nameless = Transparent(1);
  nameless.id.reset();
  EXPECT_THAT(CreateFile(nameless),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "a new file needs a descriptor and an identifier"));
  FileControl sizeless = Transparent(1);
  sizeless.size.reset();
  EXPECT_THAT(CreateFile(sizeless),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "a new file that is transparent needs a size"));
  FileControl records = Transparent(1);
  records.descriptor = FileDescriptor{FileKind::kCyclic, false, false, 4, 0};
  EXPECT_THAT(CreateFile(records),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "a new file that is cyclic needs a size"));
  FileControl df;
  df.id = FileId(0x5015);
  df.descriptor = FileDescriptor{FileKind::kDf};
  EXPECT_OK(CreateFile(df));
}

TEST(FileCommandsTest, ManagesTheLifeOfAFile) {
  EXPECT_EQ(Hex(DeleteFile(FileId(0x0101))), "00E40000020101");
  EXPECT_EQ(Hex(ActivateFile()), "00440000");
  EXPECT_EQ(Hex(DeactivateFile()), "00040000");
  EXPECT_EQ(Hex(TerminateEf()), "00E80000");
  EXPECT_EQ(Hex(TerminateDf()), "00E60000");
}

}  // namespace
}  // namespace cardferry::card
