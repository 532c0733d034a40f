#include "lib/card/gp/content_commands.h"

#include "lib/base/status_matchers.h"

namespace cardferry::card {
namespace {

using absl::StatusCode;

const char kPackage[] = "F043464552525901";
const char kIsd[] = "A000000151000000";

Aid A(const std::string& hex) { return *Aid::FromHex(hex); }

std::string Hex(const absl::StatusOr<CommandApdu>& command) {
  EXPECT_OK(command);
  return ToHex(command->Encode());
}

TEST(MaxCommandDataTest, LeavesRoomForMacAndPadding) {
  EXPECT_THAT(MaxCommandData(0x00), IsOkAndHolds(255u));
  EXPECT_THAT(MaxCommandData(0x01), IsOkAndHolds(247u));
  EXPECT_THAT(MaxCommandData(0x11), IsOkAndHolds(247u));
  EXPECT_THAT(MaxCommandData(0x03), IsOkAndHolds(239u));
  EXPECT_THAT(MaxCommandData(0x13), IsOkAndHolds(239u));
  EXPECT_THAT(MaxCommandData(0x33), IsOkAndHolds(239u));
  EXPECT_THAT(MaxCommandData({0x01, 16}), IsOkAndHolds(239u));
  EXPECT_THAT(MaxCommandData({0x33, 16}), IsOkAndHolds(223u));
  EXPECT_THAT(MaxCommandData(0x02), StatusIs(StatusCode::kInvalidArgument,
                                             "02 is no security level"));
}

TEST(MaxCommandDataTest, GoesByWhatTheCardTakes) {
  EXPECT_THAT(MaxCommandData({0x00, 8, 1024}), IsOkAndHolds(1024u));
  EXPECT_THAT(MaxCommandData({0x01, 8, 1024}), IsOkAndHolds(1016u));
  EXPECT_THAT(MaxCommandData({0x33, 8, 1024}), IsOkAndHolds(1007u));
  EXPECT_THAT(MaxCommandData({0x03, 8, 128}), IsOkAndHolds(111u));
  EXPECT_THAT(MaxCommandData({0x03, 8, 24}), IsOkAndHolds(15u));
  EXPECT_THAT(MaxCommandData({0x03, 8, 23}),
              StatusIs(StatusCode::kResourceExhausted,
                       "commands of 23 bytes have no room for their MACs and "
                       "data"));
}

TEST(InstallForLoadTest, IsExact) {
  EXPECT_EQ(Hex(InstallForLoad(A(kPackage), A(kIsd))),
            "80E60200"
            "15"
            "08F043464552525901"
            "08A000000151000000"
            "000000"
            "00");
}

TEST(InstallForLoadTest, IsWhatARealCardWasSent) {
  const auto command = InstallForLoad(A("A00000030800001000"), A(kIsd));
  ASSERT_OK(command);
  EXPECT_EQ(ToHex(command->data()),
            "09A0000003080000100008A000000151000000000000");
}

TEST(SystemParametersTest, ComeAfterTheAppletsOwn) {
  const Aid aid = *Aid::FromHex("F043464552");
  Installation installation{aid, aid, aid, {0x00}, {0x41}};
  installation.system_parameters = FromHexOrDie("C80200FF");
  installation.uicc_parameters = FromHexOrDie("8000");
  ASSERT_OK_AND_ASSIGN(const CommandApdu command,
                       InstallAndMakeSelectable(installation, 0x01));
  EXPECT_EQ(ToHex(command.data()),
            "05F043464552"
            "05F043464552"
            "05F043464552"
            "0100"
            "0DC90141EF04C80200FFEA028000"
            "00");
}

TEST(LoadCommandsTest, PutTagAndLengthBeforeTheBlock) {
  ASSERT_OK_AND_ASSIGN(const auto commands,
                       LoadCommands(FromHexOrDie("010203"), 0x03));
  ASSERT_EQ(commands.size(), 1u);
  EXPECT_EQ(ToHex(commands[0].Encode()), "80E8800005C40301020300");
}

TEST(LoadCommandsTest, AreAsLargeAsTheLevelAllows) {
  const Bytes block(671, 0xAB);  // brokerage.cap
  ASSERT_OK_AND_ASSIGN(const auto maced, LoadCommands(block, 0x01));
  ASSERT_EQ(maced.size(), 3u);  // 675 = 247 + 247 + 181
  EXPECT_EQ(maced[0].data().size(), 247u);
  EXPECT_EQ(ToHex(ByteSpan(maced[0].data()).first(5)), "C482029FAB");
  EXPECT_EQ(maced[0].header(), (CommandHeader{0x80, 0xE8, 0x00, 0}));
  EXPECT_EQ(maced[1].header(), (CommandHeader{0x80, 0xE8, 0x00, 1}));
  EXPECT_EQ(maced[2].header(), (CommandHeader{0x80, 0xE8, 0x80, 2}));
  EXPECT_EQ(maced[2].data().size(), 181u);
  EXPECT_EQ(maced[2].le(), 256u);

  ASSERT_OK_AND_ASSIGN(const auto encrypted, LoadCommands(block, 0x03));
  ASSERT_EQ(encrypted.size(), 3u);  // 675 = 239 + 239 + 197
  EXPECT_EQ(encrypted[1].data().size(), 239u);
  EXPECT_EQ(encrypted[2].data().size(), 197u);
}

TEST(LoadCommandsTest, TheLastBlockMayBeFull) {
  const Bytes block(2 * 247 - 4);
  ASSERT_OK_AND_ASSIGN(const auto commands, LoadCommands(block, 0x01));
  ASSERT_EQ(commands.size(), 2u);
  EXPECT_EQ(commands[1].header().p1, 0x80);
  EXPECT_EQ(commands[1].data().size(), 247u);
}

TEST(LoadCommandsTest, ExtendedOnesCarryMoreInFewer) {
  const Bytes block(62372, 0xAB);  // tables61.cap
  ASSERT_OK_AND_ASSIGN(const auto commands,
                       LoadCommands(block, {0x33, 8, 1024}));
  ASSERT_EQ(commands.size(), 62u);  // 62376 = 61 * 1007 + 949
  EXPECT_TRUE(commands[0].IsExtended());
  EXPECT_EQ(ToHex(ByteSpan(commands[0].Encode()).first(13)),
            "80E8000000"
            "03EFC482F3A4ABAB");
  EXPECT_EQ(commands[61].header(), (CommandHeader{0x80, 0xE8, 0x80, 61}));
  EXPECT_EQ(commands[61].data().size(), 949u);
  EXPECT_THAT(LoadCapacity({0x33, 8, 1024}), IsOkAndHolds(257792u));
}

TEST(LoadCommandsTest, GoUpToTheLastBlockNumber) {
  EXPECT_THAT(LoadCapacity(0x01), IsOkAndHolds(63232u));
  EXPECT_THAT(LoadCapacity(0x03), IsOkAndHolds(61184u));
  EXPECT_THAT(LoadCapacity({0x11, 16}), IsOkAndHolds(61184u));
  EXPECT_THAT(LoadCapacity({0x33, 16}), IsOkAndHolds(57088u));
  ASSERT_OK_AND_ASSIGN(const auto commands,
                       LoadCommands(Bytes(63232 - 4), 0x01));
  ASSERT_EQ(commands.size(), 256u);
  EXPECT_EQ(commands[255].header(), (CommandHeader{0x80, 0xE8, 0x80, 0xFF}));
}

TEST(LoadCommandsTest, RefuseALoadFileThatIsTooLargeForTheChannel) {
  EXPECT_THAT(
      LoadCommands(Bytes(63232 - 3), 0x01),
      StatusIs(StatusCode::kResourceExhausted,
               "the load file has 63233 bytes with its tag and length; short "
               "commands at security level 01 carry at most 63232"));
  const Bytes tables61(62372);
  EXPECT_OK(LoadCommands(tables61, 0x01));
  EXPECT_THAT(
      LoadCommands(tables61, 0x03),
      StatusIs(StatusCode::kResourceExhausted,
               "the load file has 62376 bytes with its tag and length; short "
               "commands at security level 03 carry at most 61184"));
}

class InstallTest : public testing::Test {
 protected:
  Installation installation_{A(kPackage), A("F04346455252590101"),
                             A("F04346455252590102"), FromHexOrDie("00"),
                             FromHexOrDie("4142")};
};

TEST_F(InstallTest, IsExact) {
  EXPECT_EQ(Hex(InstallAndMakeSelectable(installation_, 0x03)),
            "80E60C00"
            "25"
            "08F043464552525901"
            "09F04346455252590101"
            "09F04346455252590102"
            "0100"
            "04C9024142"
            "00"
            "00");
}

TEST_F(InstallTest, SendsEmptyParametersTooAndLongPrivileges) {
  installation_.parameters.clear();
  installation_.privileges = FromHexOrDie("040000");
  EXPECT_EQ(Hex(InstallAndMakeSelectable(installation_, 0x03)),
            "80E60C00"
            "25"
            "08F043464552525901"
            "09F04346455252590101"
            "09F04346455252590102"
            "03040000"
            "02C900"
            "00"
            "00");
}

TEST_F(InstallTest, RefusesPrivilegesOfAnotherLength) {
  installation_.privileges = FromHexOrDie("0000");
  EXPECT_THAT(InstallAndMakeSelectable(installation_, 0x03),
              StatusIs(StatusCode::kInvalidArgument,
                       "privileges of 2 bytes: they have 1 or 3"));
}

TEST_F(InstallTest, RefusesParametersThatDoNotFitWithoutRepeatingThem) {
  installation_.parameters = Bytes(202, 0x41);  // C9 81 CA, its length 81 CD
  ASSERT_OK_AND_ASSIGN(const CommandApdu fits,
                       InstallAndMakeSelectable(installation_, 0x01));
  EXPECT_EQ(fits.data().size(), 239u);
  EXPECT_OK(InstallAndMakeSelectable(installation_, 0x03));
  installation_.parameters.push_back(0x41);
  EXPECT_OK(InstallAndMakeSelectable(installation_, 0x01));
  EXPECT_THAT(InstallAndMakeSelectable(installation_, 0x03),
              StatusIs(StatusCode::kResourceExhausted,
                       "INSTALL with 203 bytes of parameters has 240 bytes; a "
                       "short command at security level 03 carries at most "
                       "239"));
}

TEST_F(InstallTest, RefusesParametersThatNoLengthFieldCouldHold) {
  installation_.parameters = Bytes(70000);
  EXPECT_THAT(InstallAndMakeSelectable(installation_, 0x01),
              StatusIs(StatusCode::kResourceExhausted));
}

TEST(DeleteTest, IsExact) {
  EXPECT_EQ(Hex(DeleteContent(A(kPackage), DeleteRelated::kYes)),
            "80E400800A4F08F04346455252590100");
  EXPECT_EQ(Hex(DeleteContent(A(kPackage), DeleteRelated::kNo)),
            "80E400000A4F08F04346455252590100");
}

}  // namespace
}  // namespace cardferry::card
