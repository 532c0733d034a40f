#include "services/keyvault/command_policy.h"

#include <map>
#include <set>
#include <vector>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::keyvault {
namespace {

using card::CommandApdu;

constexpr absl::StatusCode kDenied = absl::StatusCode::kPermissionDenied;

absl::Status Check(OperationClass granted, const CommandApdu& command,
                   const PrivilegePolicy& privileges = {}) {
  return CheckCommand(granted, command, privileges);
}
absl::StatusOr<OperationClass> ClassOf(const CommandApdu& command) {
  return ClassOfCommand(command, PrivilegePolicy());
}

CommandApdu Command(absl::string_view hex) {
  return CommandApdu::Parse(FromHexOrDie(hex)).value();
}

// Without privileges.
constexpr char kInstallData[] =
    "05A00000000106A0000000010105A000000002010002C90000";

// INSTALL of what is there: of a security domain and an application.
constexpr char kRegistryData[] =
    "05A0000000010005A000000002"
    "0000"
    "00";

// Data with which each instruction is at its most harmless, so that only the
// header decides.
CommandApdu HarmlessCommand(uint8_t cla, uint8_t ins, uint8_t p1) {
  std::string data = "0102030405";
  if (ins == 0xE4) data = "4F05A000000001";
  if (ins == 0xE6) data = kInstallData;
  if (ins == 0xE6 && (p1 == 0x10 || p1 == 0x40)) data = kRegistryData;
  return CommandApdu::Create({cla, ins, p1, 0x00}, FromHexOrDie(data)).value();
}

// What a session of a class may send: CLA || INS -> the P1 that are allowed;
// an empty set stands for all of them.
using Allowed = std::map<uint16_t, std::set<uint8_t>>;

const Allowed kReads = {{0x80CA, {}}, {0x00CA, {}}, {0x80F2, {}}};

Allowed AllowedFor(OperationClass granted) {
  Allowed allowed = kReads;
  switch (granted) {
    case OperationClass::kRead:
      return allowed;
    case OperationClass::kContent:
      allowed[0x80E6] = {0x02, 0x04, 0x08, 0x0C, 0x10, 0x40};
      allowed[0x80F0] = {0x40};
      allowed[0x80E8] = {};
      allowed[0x80E4] = {};
      return allowed;
    case OperationClass::kContentAndPersonalize: {
      Allowed both = AllowedFor(OperationClass::kContent);
      for (const auto& [command, p1s] :
           AllowedFor(OperationClass::kPersonalize)) {
        both[command].insert(p1s.begin(), p1s.end());
      }
      return both;
    }
    case OperationClass::kPersonalize:
      allowed[0x80E6] = {0x20};
      // Bits 60 (encrypted) and 18 (structure) must be clear for this data.
      for (int p1 = 0; p1 < 0x100; ++p1) {
        if ((p1 & 0x78) == 0) allowed[0x80E2].insert(static_cast<uint8_t>(p1));
      }
      return allowed;
    case OperationClass::kKeys:
    case OperationClass::kCardState:
      return {};
  }
  return {};
}

class CommandPolicyTest : public testing::TestWithParam<OperationClass> {};

TEST_P(CommandPolicyTest, AllowsItsOwnCommandsAndNoOtherOfAllHeaders) {
  const Allowed allowed = AllowedFor(GetParam());
  for (int cla = 0; cla < 0x100; ++cla) {
    for (int ins = 0; ins < 0x100; ++ins) {
      const auto entry = allowed.find(static_cast<uint16_t>(cla << 8 | ins));
      for (int p1 = 0; p1 < 0x100; ++p1) {
        const CommandApdu command = HarmlessCommand(static_cast<uint8_t>(cla),
                                                    static_cast<uint8_t>(ins),
                                                    static_cast<uint8_t>(p1));
        const bool expected =
            entry != allowed.end() &&
            (entry->second.empty() ||
             entry->second.count(static_cast<uint8_t>(p1)) != 0);
        // No assertion for each of the 16 million: they are slow.
        if (Check(GetParam(), command).ok() != expected) {
          FAIL() << "wrongly " << (expected ? "refused " : "allowed ")
                 << ToHex(command.Encode());
        }
        if (entry == allowed.end() && p1 == 3) break;  // P1 plays no part
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(AllClasses, CommandPolicyTest,
                         testing::ValuesIn(kAllOperationClasses),
                         [](const auto& test) {
                           std::string name(OperationClassName(test.param));
                           for (char& c : name) {
                             if (c == '-' || c == ' ') c = '_';
                           }
                           return name;
                         });

TEST(CommandPolicyTest, RefusesTheChannelsOwnCommandsForEveryClass) {
  for (const OperationClass granted : kAllOperationClasses) {
    for (const char* hex : {
             "8050300008A0A1A2A3A4A5A6A700",  // INITIALIZE UPDATE
             "8082030008A0A1A2A3A4A5A6A7",    // EXTERNAL AUTHENTICATE
             "80D8300103010203",
             // PUT KEY; SET STATUS of the card, of a security domain with all
             // that is its, of an application to a state of its own
             "80F080FF",
             "80F0807F",
             "80F0800F08A000000151000000",
             "80F0608005A000000002",
             "80F0600005A000000002",
             "80F0400F05A000000002",
             "80F0408305A000000002",
             "807A000000",
             "8078000000",  // R-MAC sessions
             "00A4040005A000000001",
             "0070000001",  // SELECT, MANAGE CHANNEL
             "80E0000001AA",
             "0020000001AA",
             "00AA"  // others
             "0000",
         }) {
      EXPECT_THAT(Check(granted, Command(hex)), StatusIs(kDenied))
          << hex << " for " << OperationClassName(granted);
    }
  }
}

TEST(CommandPolicyTest, RefusesWhatHasSecureMessagingOrAChannelInItsClass) {
  for (const char* cla : {"84", "04", "0C", "8C", "81", "83", "C0", "E0", "90",
                          "10", "A0", "01"}) {
    const std::string hex = std::string(cla) + "CA006600";
    EXPECT_THAT(Check(OperationClass::kRead, Command(hex)), StatusIs(kDenied))
        << hex;
  }
}

TEST(CommandPolicyTest, TellsTheDeletionOfContentFromThatOfKeys) {
  const CommandApdu content = Command("80E40080074F05A00000000100");
  EXPECT_OK(Check(OperationClass::kContent, content));
  for (const char* keys :
       {"80E4000003D00101", "80E4000003D20130", "80E4000006D00101D20130",
        "80E400000A4F05A000000001D20130"}) {
    EXPECT_THAT(ClassOf(Command(keys)), IsOkAndHolds(OperationClass::kKeys));
    for (const OperationClass granted : kAllOperationClasses) {
      EXPECT_THAT(Check(granted, Command(keys)), StatusIs(kDenied)) << keys;
    }
  }
}

// INSTALL [for install and make selectable] that gives these privileges.
CommandApdu InstallWith(const std::string& privileges) {
  return CommandApdu::Create(
             {0x80, 0xE6, 0x0C, 0x00},
             FromHexOrDie("05A00000000106A0000000010105A000000002" +
                          privileges + "02C90000"))
      .value();
}

TEST(CommandPolicyTest, CallsAnInstallationThatGivesAnyPrivilegeNoContent) {
  EXPECT_THAT(ClassOf(InstallWith("0100")),
              IsOkAndHolds(OperationClass::kContent));
  EXPECT_THAT(ClassOf(InstallWith("03000000")),
              IsOkAndHolds(OperationClass::kContent));
  for (int bit = 0; bit < 24; ++bit) {
    Bytes privileges = {3, 0, 0, 0};
    privileges[static_cast<size_t>(1 + bit / 8)] =
        static_cast<uint8_t>(0x80 >> bit % 8);
    const CommandApdu install = InstallWith(ToHex(privileges));
    EXPECT_THAT(ClassOf(install), IsOkAndHolds(OperationClass::kCardState))
        << bit;
    for (const OperationClass granted : kAllOperationClasses) {
      EXPECT_THAT(Check(granted, install), StatusIs(kDenied)) << bit;
    }
  }
}

TEST(CommandPolicyTest, LetsThroughThePrivilegesThatThePolicyAllows) {
  const PrivilegePolicy kCardReset = {0x040000};
  constexpr OperationClass kContent = OperationClass::kContent;
  EXPECT_OK(Check(kContent, InstallWith("0104"), kCardReset));
  EXPECT_OK(Check(kContent, InstallWith("0100"), kCardReset));
  for (const char* other : {"0184", "0106", "03040001", "03000400"}) {
    EXPECT_THAT(Check(kContent, InstallWith(other), kCardReset),
                StatusIs(kDenied))
        << other;
  }
  EXPECT_THAT(Check(OperationClass::kRead, InstallWith("0104"), kCardReset),
              StatusIs(kDenied));
}

TEST(CommandPolicyTest, LetsContentSessionsLockAndUnlockOneApplication) {
  for (const char* hex : {"80F0408005A000000002", "80F0400005A000000002"}) {
    EXPECT_OK(Check(OperationClass::kContent, Command(hex))) << hex;
    EXPECT_THAT(Check(OperationClass::kRead, Command(hex)), StatusIs(kDenied));
    EXPECT_THAT(Check(OperationClass::kPersonalize, Command(hex)),
                StatusIs(kDenied));
  }
  EXPECT_THAT(ClassOf(Command("80F0408004A0000000")),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

// INSTALL of what is there, by P1, with this field of privileges.
CommandApdu ChangeWith(uint8_t p1, const std::string& privileges) {
  return CommandApdu::Create({0x80, 0xE6, p1, 0x00},
                             FromHexOrDie("05A00000000100"
                                          "05A000000002" +
                                          privileges + "0000"))
      .value();
}

// They replace what the application had, and only the card knows what that was:
// Card Reset, or the DAP verification of a security domain.
TEST(CommandPolicyTest, CallsAnUpdateOfPrivilegesNoContentWhateverItGives) {
  EXPECT_OK(Check(OperationClass::kContent, ChangeWith(0x40, "00")));
  for (const char* given :
       {"0100", "03000000", "0104", "0180", "03800000", "03000001"}) {
    EXPECT_THAT(ClassOf(ChangeWith(0x40, given)),
                IsOkAndHolds(OperationClass::kCardState))
        << given;
    // That they may be given to a new one makes no difference.
    EXPECT_THAT(Check(OperationClass::kContent, ChangeWith(0x40, given),
                      {0xFFFFFF, false}),
                StatusIs(kDenied))
        << given;
  }
}

TEST(CommandPolicyTest, LetsThroughTheUpdatesThatThePolicyAllows) {
  const PrivilegePolicy policy = {0x840000, true};
  for (const char* given : {"00", "0100", "0104", "0180", "03840000"}) {
    EXPECT_OK(Check(OperationClass::kContent, ChangeWith(0x40, given), policy))
        << given;
    EXPECT_THAT(Check(OperationClass::kRead, ChangeWith(0x40, given), policy),
                StatusIs(kDenied))
        << given;
  }
  for (const char* given : {"0120", "0185", "03040001"}) {
    EXPECT_THAT(
        Check(OperationClass::kContent, ChangeWith(0x40, given), policy),
        StatusIs(kDenied))
        << given;
  }
}

TEST(CommandPolicyTest, ExtraditionHasNoPrivilegesAtAll) {
  EXPECT_OK(Check(OperationClass::kContent, ChangeWith(0x10, "00")));
  for (const char* given : {"0100", "0104", "03000000"}) {
    EXPECT_THAT(ClassOf(ChangeWith(0x10, given)),
                IsOkAndHolds(OperationClass::kCardState))
        << given;
    EXPECT_THAT(Check(OperationClass::kContent, ChangeWith(0x10, given),
                      {0xFFFFFF, true}),
                StatusIs(kDenied))
        << given;
  }
}

// As the sequencer sends it: without the field it is no such command.
TEST(CommandPolicyTest, LetsApplicationsBeMadeSelectable) {
  const auto make_selectable = [](const std::string& privileges) {
    return CommandApdu::Create(
               {0x80, 0xE6, 0x08, 0x00},
               FromHexOrDie("000005A000000002" + privileges + "0000"))
        .value();
  };
  EXPECT_OK(Check(OperationClass::kContent, make_selectable("0100")));
  EXPECT_THAT(ClassOf(make_selectable("0104")),
              IsOkAndHolds(OperationClass::kCardState));
  EXPECT_THAT(ClassOf(make_selectable("00")),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(CommandPolicyTest, TellsPersonalizationFromTheKeysOfASecurityDomain) {
  EXPECT_OK(
      Check(OperationClass::kPersonalize, Command("80E288000700010401020304")));
  EXPECT_THAT(
      Check(OperationClass::kPersonalize, Command("80E288000700B90401020304")),
      StatusIs(kDenied));
}

TEST(CommandPolicyTest, SaysWhichCommandItRefusesAndWhy) {
  EXPECT_THAT(
      Check(OperationClass::kRead, Command("80E6020000")),
      StatusIs(kDenied,
               "command 80E60200: is of class content, the session's is read"));
  EXPECT_THAT(
      Check(OperationClass::kContent, Command("84CA006600")),
      StatusIs(kDenied, "command 84CA0066: only CLA 80, or 00 for GET DATA"));
  EXPECT_THAT(
      Check(OperationClass::kKeys, Command("80CA006600")),
      StatusIs(kDenied,
               "command 80CA0066: this class needs two people's approval"));
}

TEST(CommandPolicyTest, CallsDataThatItCannotReadInvalid) {
  EXPECT_THAT(Check(OperationClass::kContent, Command("80E40000034F05A0")),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Check(OperationClass::kContent, Command("80E60C00020102")),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

absl::Status CheckRow(const std::vector<std::string>& commands) {
  std::vector<CommandApdu> row;
  for (const std::string& hex : commands) row.push_back(Command(hex));
  return CheckCommands(OperationClass::kPersonalize, row, PrivilegePolicy());
}

TEST(CommandPolicyTest, ReadsARowOfStoreDataAsTheCardDoes) {
  EXPECT_OK(CheckRow({"80E208000401010501", "80E288010402030405"}));
  EXPECT_OK(CheckRow({"80E20800040101010A", "80E28801040102010B"}));
  // Keys whose group goes over the command's end, or begins in the second one.
  EXPECT_THAT(CheckRow({"80E208000300B905", "80E28801050102030405"}),
              StatusIs(kDenied));
  EXPECT_THAT(CheckRow({"80E200000181", "80E2800103130101"}),
              StatusIs(kDenied));
  EXPECT_THAT(CheckRow({"80E2080004010101FF", "80E288010400A601FF"}),
              StatusIs(kDenied));
  // A card that reads each command by itself.
  EXPECT_THAT(CheckRow({"80E2080003010104", "80E288010400B901FF"}),
              StatusIs(kDenied));
}

TEST(CommandPolicyTest, RefusesARowOfStoreDataThatIsNotWhole) {
  EXPECT_THAT(CheckRow({"80E208000401010501"}), StatusIs(kDenied));
  EXPECT_THAT(CheckRow({"80E28801040101010A"}), StatusIs(kDenied));
  EXPECT_THAT(CheckRow({"80E208000401010501", "80CA006600"}),
              StatusIs(kDenied));
  const auto invalid = StatusIs(absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(CheckRow({"80E208000401010501", "80E288020402030405"}), invalid);
  EXPECT_THAT(CheckRow({"80E208000401010501", "80E290010402030405"}), invalid);
  EXPECT_THAT(CheckRow({"80E208000401010501", "80E2880103020304"}), invalid);
}

TEST(CommandPolicyTest, SaysWhichOfSeveralCommandsItRefuses) {
  EXPECT_THAT(CheckRow({"80CA006600", "80E8800001AA"}),
              StatusIs(kDenied,
                       "command 1: command 80E88000: is of class content, "
                       "the session's is personalize"));
}

}  // namespace
}  // namespace cardferry::keyvault
