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

CommandApdu Command(absl::string_view hex) {
  return CommandApdu::Parse(FromHexOrDie(hex)).value();
}

// Data with which each instruction is at its most harmless, so that only the
// header decides.
CommandApdu HarmlessCommand(uint8_t cla, uint8_t ins, uint8_t p1) {
  const Bytes data =
      ins == 0xE4 ? FromHexOrDie("4F05A000000001") : FromHexOrDie("0102030405");
  return CommandApdu::Create({cla, ins, p1, 0x00}, data).value();
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
      allowed[0x80E6] = {0x02, 0x04, 0x08, 0x0C};
      allowed[0x80E8] = {};
      allowed[0x80E4] = {};
      return allowed;
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
        if (CheckCommand(GetParam(), command).ok() != expected) {
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
                           if (name == "card-state") name = "card_state";
                           return name;
                         });

TEST(CommandPolicyTest, RefusesTheChannelsOwnCommandsForEveryClass) {
  for (const OperationClass granted : kAllOperationClasses) {
    for (const char* hex : {
             "8050300008A0A1A2A3A4A5A6A700",  // INITIALIZE UPDATE
             "8082030008A0A1A2A3A4A5A6A7",    // EXTERNAL AUTHENTICATE
             "80D8300103010203",
             "80F0400101AA",  // PUT KEY, SET STATUS
             "807A000000",
             "8078000000",  // R-MAC sessions
             "00A4040005A000000001",
             "0070000001",  // SELECT, MANAGE CHANNEL
             "80E0000001AA",
             "0020000001AA",
             "00AA"  // others
             "0000",
         }) {
      EXPECT_THAT(CheckCommand(granted, Command(hex)), StatusIs(kDenied))
          << hex << " for " << OperationClassName(granted);
    }
  }
}

TEST(CommandPolicyTest, RefusesWhatHasSecureMessagingOrAChannelInItsClass) {
  for (const char* cla : {"84", "04", "0C", "8C", "81", "83", "C0", "E0", "90",
                          "10", "A0", "01"}) {
    const std::string hex = std::string(cla) + "CA006600";
    EXPECT_THAT(CheckCommand(OperationClass::kRead, Command(hex)),
                StatusIs(kDenied))
        << hex;
  }
}

TEST(CommandPolicyTest, TellsTheDeletionOfContentFromThatOfKeys) {
  const CommandApdu content = Command("80E40080074F05A00000000100");
  EXPECT_OK(CheckCommand(OperationClass::kContent, content));
  for (const char* keys :
       {"80E4000003D00101", "80E4000003D20130", "80E4000006D00101D20130",
        "80E400000A4F05A000000001D20130"}) {
    EXPECT_THAT(ClassOfCommand(Command(keys)),
                IsOkAndHolds(OperationClass::kKeys));
    for (const OperationClass granted : kAllOperationClasses) {
      EXPECT_THAT(CheckCommand(granted, Command(keys)), StatusIs(kDenied))
          << keys;
    }
  }
}

TEST(CommandPolicyTest, TellsPersonalizationFromTheKeysOfASecurityDomain) {
  EXPECT_OK(CheckCommand(OperationClass::kPersonalize,
                         Command("80E288000700010401020304")));
  EXPECT_THAT(CheckCommand(OperationClass::kPersonalize,
                           Command("80E288000700B90401020304")),
              StatusIs(kDenied));
}

TEST(CommandPolicyTest, SaysWhichCommandItRefusesAndWhy) {
  EXPECT_THAT(
      CheckCommand(OperationClass::kRead, Command("80E6020000")),
      StatusIs(kDenied,
               "command 80E60200: is of class content, the session's is read"));
  EXPECT_THAT(
      CheckCommand(OperationClass::kContent, Command("84CA006600")),
      StatusIs(kDenied, "command 84CA0066: only CLA 80, or 00 for GET DATA"));
  EXPECT_THAT(
      CheckCommand(OperationClass::kKeys, Command("80CA006600")),
      StatusIs(kDenied,
               "command 80CA0066: this class needs two people's approval"));
}

TEST(CommandPolicyTest, CallsDataThatItCannotReadInvalid) {
  EXPECT_THAT(
      CheckCommand(OperationClass::kContent, Command("80E40000034F05A0")),
      StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::keyvault
