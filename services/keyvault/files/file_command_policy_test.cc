#include "services/keyvault/files/file_command_policy.h"

#include <map>
#include <set>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::keyvault {
namespace {

using absl::StatusCode;
using card::CommandApdu;

CommandApdu Command(absl::string_view hex) {
  return CommandApdu::Parse(FromHexOrDie(hex)).value();
}

TEST(FileCommandPolicyTest, EachCommandHasItsClass) {
  const std::map<std::string, OperationClass> classes = {
      {"00A40804025000", OperationClass::kRead},
      {"00B0000010", OperationClass::kRead},
      {"00B10000045402800010", OperationClass::kRead},
      {"00B2010400", OperationClass::kRead},
      {"00CA006600", OperationClass::kRead},
      {"00200001", OperationClass::kRead},
      {"00E000000D620B820101830201018002000A", OperationClass::kContent},
      {"00E4000002"
       "0101",
       OperationClass::kContent},
      {"00440000", OperationClass::kContent},
      {"00040000", OperationClass::kContent},
      {"00D6000001FF", OperationClass::kContent},
      {"00D700000754028000530101", OperationClass::kContent},
      {"00DC010401FF", OperationClass::kContent},
      {"00E2000001FF", OperationClass::kContent},
      {"00E60000", OperationClass::kCardState},
      {"00E80000", OperationClass::kCardState},
      {"00FE0000", OperationClass::kCardState}};
  for (const auto& [hex, wanted] : classes) {
    EXPECT_THAT(ClassOfFileCommand(Command(hex)), IsOkAndHolds(wanted)) << hex;
  }
}

TEST(FileCommandPolicyTest, AnInternalFileIsForKeys) {
  // 82 09: a transparent EF for the card's own use.
  const CommandApdu create = Command("00E000000D620B820109830201018002000A");
  EXPECT_THAT(ClassOfFileCommand(create), IsOkAndHolds(OperationClass::kKeys));
  for (const OperationClass granted : kAllOperationClasses) {
    EXPECT_THAT(CheckFileCommand(granted, create),
                StatusIs(StatusCode::kPermissionDenied));
  }
}

TEST(FileCommandPolicyTest, NobodyHasAPasswordOrAnAuthenticationMade) {
  for (const char* hex :
       {"002000010431323334", "00820000081122334455667788", "0084000008",
        "0088000004AABBCCDD", "00240001081122334455667788", "002C030100",
        "0022C1A403800181", "00DA00E0021122", "80A40000", "0CA40000",
        "01A40000"}) {
    EXPECT_THAT(ClassOfFileCommand(Command(hex)),
                StatusIs(StatusCode::kPermissionDenied))
        << hex;
  }
}

TEST(FileCommandPolicyTest, NoInstructionIsLetThroughThatIsNotListed) {
  const std::set<int> listed = {0xA4, 0xB0, 0xB1, 0xB2, 0xCA, 0x20,
                                0xE0, 0xE4, 0x44, 0x04, 0xD6, 0xD7,
                                0xDC, 0xE2, 0xE6, 0xE8, 0xFE};
  for (int ins = 0; ins < 0x100; ++ins) {
    const CommandApdu command =
        CommandApdu::Create({0x00, static_cast<uint8_t>(ins), 0, 0}, {},
                            std::nullopt)
            .value();
    EXPECT_EQ(absl::IsPermissionDenied(ClassOfFileCommand(command).status()),
              listed.count(ins) == 0)
        << ins;
  }
}

TEST(FileCommandPolicyTest, ASessionMayReadAndWhatItsClassSays) {
  const CommandApdu read = Command("00B0000010");
  const CommandApdu write = Command("00D6000001FF");
  EXPECT_OK(CheckFileCommand(OperationClass::kRead, read));
  EXPECT_OK(CheckFileCommand(OperationClass::kContent, read));
  EXPECT_OK(CheckFileCommand(OperationClass::kContent, write));
  EXPECT_OK(CheckFileCommand(OperationClass::kContentAndPersonalize, write));
  EXPECT_THAT(CheckFileCommand(OperationClass::kRead, write),
              StatusIs(StatusCode::kPermissionDenied,
                       "command 00D60000: is of class content, the session's "
                       "is read"));
}

TEST(FileCommandPolicyTest, ParametersThatCannotBeReadAreRefused) {
  EXPECT_THAT(ClassOfFileCommand(Command("00E000000162")),
              StatusIs(StatusCode::kInvalidArgument));
  // An internal file that says inside to be none.
  EXPECT_THAT(
      ClassOfFileCommand(Command("00E00000126F10820109830201016207820101830201"
                                 "01")),
      StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::keyvault
