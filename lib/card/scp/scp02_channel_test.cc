#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/card/scp/secure_channel.h"
#include "lib/card/scp/testing/recording_cipher.h"

namespace cardferry::scp {
namespace {

using absl::StatusCode;
using card::CommandApdu;
using testing::ElementsAre;
using testing::IsEmpty;

CommandApdu Command(absl::string_view hex) {
  return *CommandApdu::Parse(FromHexOrDie(hex));
}

CommandApdu WithData(size_t length) {
  return *CommandApdu::Create({0x80, 0xE8, 0x00, 0x00}, Bytes(length, 0xDD));
}

class Scp02ChannelTest : public ::testing::Test {
 protected:
  Scp02ChannelTest() {
    cipher_.channel = {kScp02, 0x55};
    cipher_.block = 8;
    cipher_.mac_length = 8;
  }

  RecordingCipher cipher_;
  ChannelState state_ = {SecurityLevel::kCDecCMac, Bytes(8, 0xEE), 0};
};

TEST_F(Scp02ChannelTest, BeginsTheChainWithNothingBeforeIt) {
  ASSERT_OK_AND_ASSIGN(const Authentication authentication,
                       AuthenticateHost(cipher_, SecurityLevel::kCDecCMac));
  EXPECT_EQ(ToHex(authentication.external_authenticate.Encode()),
            "8482030010A0A1A2A3A4A5A6A70101010101010101");
  EXPECT_THAT(cipher_.mac_inputs,
              ElementsAre("", "8482030010A0A1A2A3A4A5A6A7"));
  EXPECT_EQ(ToHex(authentication.state.chaining_value), "0101010101010101");
}

TEST_F(Scp02ChannelTest, MacsThePlainDataAndSendsItEncrypted) {
  ASSERT_OK_AND_ASSIGN(const std::vector<CommandApdu> commands,
                       ProtectCommands(cipher_, state_,
                                       {Command("80E60C0002D1D2"),
                                        Command("80F28002024F0000")}));
  // Lc 0A: two bytes and the MAC. What is sent has a block and the MAC.
  EXPECT_THAT(
      cipher_.mac_inputs,
      ElementsAre("EEEEEEEEEEEEEEEE", "84E60C000AD1D2", "84F280020A4F00"));
  EXPECT_EQ(ToHex(commands[0].Encode()),
            "84E60C001001010101010101010101010101010101");
  EXPECT_EQ(ToHex(commands[1].Encode()),
            "84F28002100202020202020202020202020202020200");
  EXPECT_EQ(ToHex(state_.chaining_value), "0202020202020202");
}

TEST_F(Scp02ChannelTest, DoesNotEncryptWhatHasNoData) {
  ASSERT_OK_AND_ASSIGN(
      const std::vector<CommandApdu> commands,
      ProtectCommands(cipher_, state_, {Command("80CA00E000")}));
  EXPECT_EQ(ToHex(commands[0].Encode()), "84CA00E008010101010101010100");
  EXPECT_THAT(cipher_.encrypted, IsEmpty());
}

TEST_F(Scp02ChannelTest, ProtectsAsMuchDataAsScp03) {
  for (const SecurityLevel level :
       {SecurityLevel::kCMac, SecurityLevel::kCDecCMac}) {
    const size_t most = MaxShortDataLength(cipher_.channel, level);
    state_.level = level;
    EXPECT_OK(ProtectCommands(cipher_, state_, {WithData(most)}));
    EXPECT_THAT(ProtectCommands(cipher_, state_, {WithData(most + 1)}),
                StatusIs(StatusCode::kInvalidArgument));
  }
}

TEST_F(Scp02ChannelTest, RefusesAnScp03ChainingValue) {
  state_.chaining_value = Bytes(16);
  EXPECT_THAT(ProtectCommands(cipher_, state_, {WithData(1)}),
              StatusIs(StatusCode::kInvalidArgument,
                       "chaining value is not of 8 bytes"));
}

TEST_F(Scp02ChannelTest, AnImplicitSessionBeginsWithItsFirstCommand) {
  cipher_.channel = {kScp02, 0x1A};
  ASSERT_OK_AND_ASSIGN(ChannelState state, BeginImplicitSession(cipher_));
  EXPECT_EQ(state.level, SecurityLevel::kCMac);
  ASSERT_OK_AND_ASSIGN(
      const std::vector<CommandApdu> commands,
      ProtectCommands(cipher_, state,
                      {Command("81F28002024F0000"), Command("80CA00E000")}));
  // Unmodified: no secure messaging in CLA, Lc as before; the channel cleared.
  EXPECT_THAT(cipher_.mac_inputs,
              ElementsAre("", "80F28002024F00", "80CA00E000"));
  EXPECT_EQ(ToHex(commands[0].Encode()), "85F280020A4F00010101010101010100");
  EXPECT_EQ(ToHex(commands[1].Encode()), "84CA00E008020202020202020200");
  EXPECT_EQ(ToHex(state.chaining_value), "0202020202020202");
}

TEST_F(Scp02ChannelTest, AnImplicitSessionHasAnExtendedLcWithoutItsMac) {
  cipher_.channel = {kScp02, 0x0B};
  ASSERT_OK_AND_ASSIGN(ChannelState state, BeginImplicitSession(cipher_));
  EXPECT_OK(ProtectCommands(cipher_, state, {WithData(256)}));
  EXPECT_EQ(cipher_.mac_inputs[1].substr(0, 16), "80E80000000100DD");
}

TEST_F(Scp02ChannelTest, EachInitiationIsRefusedTheOthersBeginning) {
  EXPECT_THAT(BeginImplicitSession(cipher_),
              StatusIs(StatusCode::kInvalidArgument));
  state_.chaining_value.clear();
  EXPECT_THAT(ProtectCommands(cipher_, state_, {WithData(1)}),
              StatusIs(StatusCode::kInvalidArgument));
  cipher_.channel = {kScp02, 0x1A};
  EXPECT_THAT(AuthenticateHost(cipher_, SecurityLevel::kCMac),
              StatusIs(StatusCode::kInvalidArgument,
                       "implicit initiation has no EXTERNAL AUTHENTICATE"));
  EXPECT_THAT(ProtectCommands(cipher_, state_, {WithData(1)}),
              StatusIs(StatusCode::kInvalidArgument,
                       "SCP02 with i 1A has no security level 03"));
}

TEST_F(Scp02ChannelTest, ExtendedCommandsAreMacedWithTheirPlainLc) {
  EXPECT_OK(ProtectCommands(cipher_, state_, {WithData(300)}));
  // 300 bytes and the MAC; what is sent has 304 and the MAC.
  EXPECT_EQ(cipher_.mac_inputs[1].substr(0, 16), "84E80000000134DD");
}

TEST_F(Scp02ChannelTest, Scp01IsFramedTheSameWay) {
  cipher_.channel = {kScp01, 0x15};
  ASSERT_OK_AND_ASSIGN(
      const std::vector<CommandApdu> commands,
      ProtectCommands(cipher_, state_, {Command("83E60C0002D1D2")}));
  EXPECT_THAT(cipher_.mac_inputs,
              ElementsAre("EEEEEEEEEEEEEEEE", "84E60C000AD1D2"));
  EXPECT_EQ(ToHex(commands[0].Encode()),
            "87E60C001001010101010101010101010101010101");
}

TEST_F(Scp02ChannelTest, Scp01EncryptsAtMost255Bytes) {
  cipher_.channel = {kScp01, 0x15};
  EXPECT_THAT(ProtectCommands(cipher_, state_, {WithData(256)}),
              StatusIs(StatusCode::kInvalidArgument,
                       "command 0: has 256 bytes of data, SCP01 encrypts 255"));
  state_.level = SecurityLevel::kCMac;
  EXPECT_OK(ProtectCommands(cipher_, state_, {WithData(256)}));
}

TEST_F(Scp02ChannelTest, RefusesOptionsThatAreNotThere) {
  cipher_.channel = {kScp02, 0x1E};
  EXPECT_THAT(AuthenticateHost(cipher_, SecurityLevel::kCMac),
              StatusIs(StatusCode::kUnimplemented,
                       "SCP02 with i 1E, which is not there"));
  EXPECT_THAT(ProtectCommands(cipher_, state_, {WithData(1)}),
              StatusIs(StatusCode::kUnimplemented,
                       "SCP02 with i 1E, which is not there"));
}

}  // namespace
}  // namespace cardferry::scp
