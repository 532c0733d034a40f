#include "lib/card/iso7816/file_descriptor.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::card {
namespace {

FileDescriptor Records(FileKind kind, uint16_t size, uint16_t count) {
  FileDescriptor descriptor;
  descriptor.kind = kind;
  descriptor.max_record_size = size;
  descriptor.record_count = count;
  return descriptor;
}

TEST(FileDescriptorTest, KnowsTheKindsOfTheStandard) {
  const std::pair<const char*, FileKind> rows[] = {
      {"38", FileKind::kDf},
      {"01", FileKind::kTransparent},
      {"02", FileKind::kLinearFixed},
      {"03", FileKind::kLinearFixed},
      {"04", FileKind::kLinearVariable},
      {"05", FileKind::kLinearVariable},
      {"06", FileKind::kCyclic},
      {"07", FileKind::kCyclic},
      {"09", FileKind::kTransparent},
      {"41", FileKind::kTransparent},
      {"39", FileKind::kOther},
      {"00", FileKind::kOther},
      {"11", FileKind::kOther},
  };
  for (const auto& [hex, kind] : rows) {
    ASSERT_OK_AND_ASSIGN(const FileDescriptor descriptor,
                         ParseFileDescriptor(FromHexOrDie(hex)));
    EXPECT_EQ(descriptor.kind, kind) << hex;
  }
}

TEST(FileDescriptorTest, ReadsRecordsInAllTheirLengths) {
  const FileDescriptor none = Records(FileKind::kLinearFixed, 0, 0);
  const FileDescriptor size = Records(FileKind::kLinearFixed, 0x20, 0);
  const FileDescriptor both = Records(FileKind::kLinearFixed, 0x20, 5);
  EXPECT_THAT(ParseFileDescriptor(FromHexOrDie("0221")), IsOkAndHolds(none));
  EXPECT_THAT(ParseFileDescriptor(FromHexOrDie("022120")), IsOkAndHolds(size));
  EXPECT_THAT(ParseFileDescriptor(FromHexOrDie("02210020")),
              IsOkAndHolds(size));
  EXPECT_THAT(ParseFileDescriptor(FromHexOrDie("0221002005")),
              IsOkAndHolds(both));
  EXPECT_THAT(ParseFileDescriptor(FromHexOrDie("022100200005")),
              IsOkAndHolds(both));
}

TEST(FileDescriptorTest, ReadsWhatItWrote) {
  FileDescriptor internal;
  internal.internal = true;
  internal.shareable = true;
  FileDescriptor df;
  df.kind = FileKind::kDf;
  const std::pair<FileDescriptor, const char*> rows[] = {
      {df, "38"},
      {FileDescriptor(), "01"},
      {internal, "49"},
      {Records(FileKind::kLinearFixed, 0x20, 5), "022100200005"},
      {Records(FileKind::kLinearVariable, 0x140, 0), "04210140"},
      {Records(FileKind::kCyclic, 3, 0x100), "062100030100"},
  };
  for (const auto& [descriptor, hex] : rows) {
    ASSERT_OK_AND_ASSIGN(const Bytes encoded, EncodeFileDescriptor(descriptor));
    EXPECT_EQ(ToHex(encoded), hex);
    EXPECT_THAT(ParseFileDescriptor(encoded), IsOkAndHolds(descriptor));
  }
}

TEST(FileDescriptorTest, RefusesWhatNoFileHas) {
  for (const char* hex : {"", "81", "02210020000500"}) {
    EXPECT_THAT(ParseFileDescriptor(FromHexOrDie(hex)),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << hex;
  }
  EXPECT_THAT(EncodeFileDescriptor(Records(FileKind::kTransparent, 4, 2)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "2 records of 4 bytes in a file that is transparent"));
  EXPECT_THAT(EncodeFileDescriptor(Records(FileKind::kCyclic, 0, 2)),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(EncodeFileDescriptor(Records(FileKind::kOther, 0, 0)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "no file of an unknown kind can be made"));
}

}  // namespace
}  // namespace cardferry::card
