#include "lib/card/scp/secure_channel.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/card/scp/testing/recording_cipher.h"

namespace cardferry::scp {
namespace {

using absl::StatusCode;
using card::CommandApdu;
using testing::ElementsAre;
using testing::IsEmpty;

ChannelState State(SecurityLevel level) { return {level, Bytes(16, 0xEE), 0}; }

CommandApdu Command(absl::string_view hex) {
  return *CommandApdu::Parse(FromHexOrDie(hex));
}

CommandApdu WithData(size_t length, std::optional<uint32_t> le = std::nullopt) {
  return *CommandApdu::Create({0x80, 0xE8, 0x00, 0x00}, Bytes(length, 0xDD),
                              le);
}

class SecureChannelTest : public ::testing::Test {
 protected:
  // The protected form of one command, in hexadecimal.
  std::string Protect(absl::string_view hex, SecurityLevel level) {
    ChannelState state = State(level);
    const auto commands = ProtectCommands(cipher_, state, {Command(hex)});
    return commands.ok() ? ToHex(commands->at(0).Encode())
                         : commands.status().ToString();
  }

  absl::Status ProtectData(size_t length, SecurityLevel level,
                           std::optional<uint32_t> le = std::nullopt) {
    ChannelState state = State(level);
    return ProtectCommands(cipher_, state, {WithData(length, le)}).status();
  }

  RecordingCipher cipher_;
};

TEST_F(SecureChannelTest, ExternalAuthenticateCarriesCryptogramMacAndNoLe) {
  ASSERT_OK_AND_ASSIGN(const Authentication authentication,
                       AuthenticateHost(cipher_, SecurityLevel::kCDecCMac));
  EXPECT_EQ(ToHex(authentication.external_authenticate.Encode()),
            "8482030010A0A1A2A3A4A5A6A70101010101010101");
  EXPECT_THAT(cipher_.mac_inputs,
              ElementsAre("00000000000000000000000000000000",
                          "8482030010A0A1A2A3A4A5A6A7"));
  EXPECT_EQ(authentication.state.level, SecurityLevel::kCDecCMac);
  EXPECT_EQ(authentication.state.chaining_value, Bytes(16, 0x01));
  EXPECT_EQ(authentication.state.command_counter, 0u);
}

TEST_F(SecureChannelTest, ExternalAuthenticateIsMacedAtLevelNoneToo) {
  ASSERT_OK_AND_ASSIGN(const Authentication authentication,
                       AuthenticateHost(cipher_, SecurityLevel::kNone));
  EXPECT_EQ(ToHex(authentication.external_authenticate.Encode()),
            "8482000010A0A1A2A3A4A5A6A70101010101010101");
}

TEST_F(SecureChannelTest, RefusesALevelThatItsProtocolHasNot) {
  cipher_.channel = {kScp03, 0x10};
  for (const int level : {0x02, 0x10, 0x11, 0x13, 0x33}) {
    const auto wanted = static_cast<SecurityLevel>(level);
    EXPECT_THAT(AuthenticateHost(cipher_, wanted),
                StatusIs(StatusCode::kInvalidArgument));
    ChannelState state = State(wanted);
    EXPECT_THAT(ProtectCommands(cipher_, state, {WithData(1)}),
                StatusIs(StatusCode::kInvalidArgument));
  }
  EXPECT_THAT(AuthenticateHost(cipher_, SecurityLevel::kCMacRMac),
              StatusIs(StatusCode::kInvalidArgument,
                       "SCP03 with i 10 has no security level 11"));
  EXPECT_EQ(cipher_.mac_calls, 0);
}

TEST_F(SecureChannelTest, ALevelWithRMacProtectsCommandsLikeTheOneWithout) {
  EXPECT_EQ(Protect("80F28002024F0000", SecurityLevel::kCMacRMac),
            "84F280020A4F00010101010101010100");
  EXPECT_EQ(Protect("80F28002024F0000", SecurityLevel::kCDecCMacRMacREnc),
            "84F2800218"
            "01010101010101010101010101010101"
            "020202020202020200");
}

TEST_F(SecureChannelTest, S16SendsWholeMacsAndCryptograms) {
  cipher_.channel = {kScp03, 0x71};
  cipher_.host_cryptogram = Bytes(16, 0xA0);
  ASSERT_OK_AND_ASSIGN(const Authentication authentication,
                       AuthenticateHost(cipher_, SecurityLevel::kCDecCMac));
  EXPECT_EQ(ToHex(authentication.external_authenticate.Encode()),
            "8482030020"
            "A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0A0"
            "01010101010101010101010101010101");
  EXPECT_EQ(Protect("80CA006600", SecurityLevel::kCMac),
            "84CA0066100202020202020202020202020202020200");
  EXPECT_EQ(cipher_.mac_inputs[3], "84CA006610");
  cipher_.host_cryptogram = Bytes(8);
  EXPECT_THAT(AuthenticateHost(cipher_, SecurityLevel::kCMac),
              StatusIs(StatusCode::kInternal));
}

TEST_F(SecureChannelTest, TakesOnlyTheRightCardCryptogram) {
  const Bytes right = FromHexOrDie("C0C1C2C3C4C5C6C7");
  EXPECT_THAT(CardCryptogramMatches(cipher_, right), IsOkAndHolds(true));
  for (size_t bit = 0; bit < 64; ++bit) {
    Bytes wrong = right;
    wrong[bit / 8] = static_cast<uint8_t>(wrong[bit / 8] ^ 1u << bit % 8);
    EXPECT_THAT(CardCryptogramMatches(cipher_, wrong), IsOkAndHolds(false));
  }
  for (size_t length = 0; length < 8; ++length) {
    EXPECT_THAT(CardCryptogramMatches(cipher_, ByteSpan(right).first(length)),
                IsOkAndHolds(false));
  }
}

TEST_F(SecureChannelTest, MacsTheCommandWithItsNewLcButWithoutLe) {
  EXPECT_EQ(Protect("80F28002024F0000", SecurityLevel::kCMac),
            "84F280020A4F00010101010101010100");
  EXPECT_THAT(
      cipher_.mac_inputs,
      ElementsAre("EEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEE", "84F280020A4F00"));
  EXPECT_EQ(cipher_.encrypt_calls, 0);
}

TEST_F(SecureChannelTest, ACommandWithoutDataGetsAnLcForItsMac) {
  EXPECT_EQ(Protect("80CA006600", SecurityLevel::kCMac),
            "84CA006608010101010101010100");
  EXPECT_EQ(Protect("80F0800F", SecurityLevel::kCMac),
            "84F0800F080202020202020202");
  EXPECT_THAT(cipher_.mac_inputs,
              ElementsAre(testing::_, "84CA006608", testing::_, "84F0800F08"));
}

TEST_F(SecureChannelTest, MacsTheEncryptedData) {
  EXPECT_EQ(Protect("80F28002024F0000", SecurityLevel::kCDecCMac),
            "84F2800218"
            "01010101010101010101010101010101"
            "010101010101010100");
  EXPECT_THAT(cipher_.mac_inputs,
              ElementsAre("EEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEE",
                          "84F2800218"
                          "01010101010101010101010101010101"));
}

TEST_F(SecureChannelTest, LeavesCommandsAsTheyAreAtLevelNone) {
  EXPECT_EQ(Protect("80F28002024F0000", SecurityLevel::kNone),
            "80F28002024F0000");
  EXPECT_EQ(cipher_.mac_calls + cipher_.encrypt_calls, 0);
}

TEST_F(SecureChannelTest, CommandsWithoutDataCountButAreNotEncrypted) {
  ChannelState state = State(SecurityLevel::kCDecCMac);
  state.command_counter = 4;
  ASSERT_OK_AND_ASSIGN(
      const std::vector<CommandApdu> commands,
      ProtectCommands(cipher_, state,
                      {WithData(1), Command("80CA006600"), WithData(2)}));
  EXPECT_THAT(cipher_.encrypted, ElementsAre(5, 7));
  EXPECT_EQ(ToHex(commands[1].Encode()), "84CA006608020202020202020200");
  EXPECT_EQ(commands[2].data()[0], 7);
  EXPECT_EQ(state.command_counter, 7u);
}

TEST_F(SecureChannelTest, WithoutAnyDataNothingIsAskedToBeEncrypted) {
  ChannelState state = State(SecurityLevel::kCDecCMac);
  EXPECT_OK(ProtectCommands(cipher_, state, {Command("80CA006600")}));
  EXPECT_EQ(cipher_.encrypt_calls, 0);
}

TEST_F(SecureChannelTest, ABatchCostsOneCallOfEachKind) {
  ChannelState state = State(SecurityLevel::kCDecCMac);
  const std::vector<CommandApdu> plain(200, WithData(239));
  ASSERT_OK_AND_ASSIGN(const std::vector<CommandApdu> commands,
                       ProtectCommands(cipher_, state, plain));
  EXPECT_EQ(commands.size(), 200u);
  EXPECT_EQ(cipher_.mac_calls, 1);
  EXPECT_EQ(cipher_.encrypt_calls, 1);
}

TEST_F(SecureChannelTest, NothingToProtectCostsNothing) {
  ChannelState state = State(SecurityLevel::kCDecCMac);
  EXPECT_THAT(ProtectCommands(cipher_, state, {}), IsOkAndHolds(IsEmpty()));
  EXPECT_EQ(state.chaining_value, Bytes(16, 0xEE));
  EXPECT_EQ(state.command_counter, 0u);
  EXPECT_EQ(cipher_.mac_calls, 0);
}

TEST_F(SecureChannelTest, TheLastWholeMacGoesIntoTheNextBatch) {
  ChannelState state = State(SecurityLevel::kCMac);
  EXPECT_OK(ProtectCommands(cipher_, state, {WithData(1), WithData(1)}));
  EXPECT_EQ(state.chaining_value, Bytes(16, 0x02));
  EXPECT_EQ(state.command_counter, 2u);
  cipher_.mac_inputs.clear();
  EXPECT_OK(ProtectCommands(cipher_, state, {WithData(1)}));
  EXPECT_EQ(cipher_.mac_inputs[0], "02020202020202020202020202020202");
  EXPECT_EQ(state.command_counter, 3u);
}

TEST_F(SecureChannelTest, BasicChannelsUseBit04AndAreMacedAsChannelZero) {
  EXPECT_EQ(Protect("83CA006600", SecurityLevel::kCMac),
            "87CA006608010101010101010100");
  EXPECT_EQ(cipher_.mac_inputs[1], "84CA006608");
  EXPECT_EQ(Protect("01A40400", SecurityLevel::kCMac),
            "05A40400080202020202020202");
  EXPECT_EQ(cipher_.mac_inputs[3], "04A4040008");
}

TEST_F(SecureChannelTest, FurtherChannelsUseBit20) {
  EXPECT_EQ(Protect("C5CA006600", SecurityLevel::kCMac),
            "E5CA006608010101010101010100");
  EXPECT_EQ(cipher_.mac_inputs[1], "E0CA006608");
  EXPECT_EQ(Protect("4FA40400", SecurityLevel::kCMac),
            "6FA40400080202020202020202");
  EXPECT_EQ(cipher_.mac_inputs[3], "60A4040008");
}

TEST_F(SecureChannelTest, TheChainingBitOfClaIsMaced) {
  EXPECT_EQ(Protect("90E28800", SecurityLevel::kCMac),
            "94E28800080101010101010101");
  EXPECT_EQ(cipher_.mac_inputs[1], "94E2880008");
}

TEST_F(SecureChannelTest, RefusesCommandsThatHaveSecureMessagingAlready) {
  for (const char* hex : {"84CA006600", "88CA006600", "8CCA006600", "04A40400",
                          "0CA40400", "E0CA006600", "FFCA006600", "60A40400"}) {
    for (const SecurityLevel level :
         {SecurityLevel::kNone, SecurityLevel::kCMac,
          SecurityLevel::kCDecCMac}) {
      ChannelState state = State(level);
      EXPECT_THAT(ProtectCommands(cipher_, state, {WithData(1), Command(hex)}),
                  StatusIs(StatusCode::kInvalidArgument,
                           "command 1: already has secure messaging"))
          << hex;
      EXPECT_EQ(state.command_counter, 0u);
    }
  }
  EXPECT_EQ(cipher_.mac_calls, 0);
}

TEST_F(SecureChannelTest, AShortCommandStaysShort) {
  for (const SecurityLevel level :
       {SecurityLevel::kNone, SecurityLevel::kCMac, SecurityLevel::kCDecCMac}) {
    const size_t most = MaxShortDataLength(cipher_.channel, level);
    EXPECT_OK(ProtectData(most, level));
    if (level == SecurityLevel::kNone) continue;
    EXPECT_THAT(ProtectData(most + 1, level),
                StatusIs(StatusCode::kInvalidArgument));
    EXPECT_THAT(ProtectData(255, level),
                StatusIs(StatusCode::kInvalidArgument));
  }
  EXPECT_THAT(
      ProtectData(248, SecurityLevel::kCMac),
      StatusIs(StatusCode::kInvalidArgument,
               "command 0: needs 256 bytes of data with its protection, "
               "255 fit"));
}

TEST_F(SecureChannelTest, KnowsTheMostDataOfAShortCommand) {
  for (const ChannelProtocol& protocol :
       {ChannelProtocol{kScp01, 0x15}, ChannelProtocol{kScp02, 0x75},
        ChannelProtocol{kScp03, 0x70}}) {
    const auto most = [&](SecurityLevel level) {
      return MaxShortDataLength(protocol, level);
    };
    EXPECT_EQ(most(SecurityLevel::kNone), 255u);
    EXPECT_EQ(most(SecurityLevel::kCMac), 247u);
    EXPECT_EQ(most(SecurityLevel::kCMacRMac), 247u);
    EXPECT_EQ(most(SecurityLevel::kCDecCMac), 239u);
    EXPECT_EQ(most(SecurityLevel::kCDecCMacRMacREnc), 239u);
  }
  const ChannelProtocol s16{kScp03, 0x71};
  EXPECT_EQ(MaxShortDataLength(s16, SecurityLevel::kNone), 255u);
  EXPECT_EQ(MaxShortDataLength(s16, SecurityLevel::kCMac), 239u);
  EXPECT_EQ(MaxShortDataLength(s16, SecurityLevel::kCDecCMac), 223u);
}

TEST_F(SecureChannelTest, TheMostDataOfS16FitsAndOneByteMoreDoesNot) {
  cipher_.channel = {kScp03, 0x71};
  EXPECT_OK(ProtectData(239, SecurityLevel::kCMac));
  EXPECT_THAT(ProtectData(240, SecurityLevel::kCMac),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_OK(ProtectData(223, SecurityLevel::kCDecCMac));
  EXPECT_THAT(ProtectData(224, SecurityLevel::kCDecCMac),
              StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(SecureChannelTest, AQuirkKeepsChannelBitsInTheMac) {
  cipher_.card.macs_channel_bits = true;
  EXPECT_EQ(Protect("83CA006600", SecurityLevel::kCMac),
            "87CA006608010101010101010100");
  EXPECT_EQ(cipher_.mac_inputs[1], "87CA006608");
}

TEST_F(SecureChannelTest, AQuirkGivesExternalAuthenticateItsLe) {
  cipher_.card.external_authenticate_has_le = true;
  ASSERT_OK_AND_ASSIGN(const Authentication authentication,
                       AuthenticateHost(cipher_, SecurityLevel::kCMac));
  EXPECT_EQ(ToHex(authentication.external_authenticate.Encode()),
            "8482010010A0A1A2A3A4A5A6A7010101010101010100");
  EXPECT_EQ(cipher_.mac_inputs[1], "8482010010A0A1A2A3A4A5A6A7");
}

TEST_F(SecureChannelTest, AQuirkEncryptsDataThatIsNotThere) {
  cipher_.card.encrypts_absent_data = true;
  EXPECT_EQ(Protect("80CA006600", SecurityLevel::kCDecCMac),
            "84CA006618"
            "01010101010101010101010101010101"
            "010101010101010100");
  EXPECT_EQ(Protect("80CA006600", SecurityLevel::kCMac),
            "84CA006608020202020202020200");
}

TEST_F(SecureChannelTest, AQuirkCountsOnlyCommandsWithData) {
  cipher_.card.counts_only_data = true;
  ChannelState state = State(SecurityLevel::kCDecCMac);
  state.command_counter = 4;
  EXPECT_OK(ProtectCommands(
      cipher_, state,
      {WithData(1), Command("80CA006600"), WithData(2), WithData(3)}));
  EXPECT_THAT(cipher_.encrypted, ElementsAre(5, 6, 7));
  EXPECT_EQ(state.command_counter, 7u);
}

TEST_F(SecureChannelTest, ExtendedCommandsAreMacedWithTheirLcOfThreeBytes) {
  EXPECT_OK(ProtectData(256, SecurityLevel::kCMac));
  EXPECT_EQ(cipher_.mac_inputs[1].substr(0, 16), "84E80000000108DD");
  EXPECT_EQ(cipher_.mac_inputs[1].size(), 2 * (7u + 256));
  // Extended for its Le alone.
  EXPECT_OK(ProtectData(248, SecurityLevel::kCMac, 65536));
  EXPECT_EQ(cipher_.mac_inputs[3].substr(0, 16), "84E80000000100DD");
  EXPECT_OK(ProtectData(0, SecurityLevel::kCMac, 257));
  EXPECT_EQ(cipher_.mac_inputs[5], "84E80000000008");
}

TEST_F(SecureChannelTest, ExtendedCommandsHaveALimitToo) {
  EXPECT_OK(ProtectData(65527, SecurityLevel::kCMac));
  EXPECT_THAT(ProtectData(65528, SecurityLevel::kCMac),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_OK(ProtectData(65519, SecurityLevel::kCDecCMac));
  EXPECT_THAT(ProtectData(65520, SecurityLevel::kCDecCMac),
              StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(SecureChannelTest, StopsBeforeACounterIsUsedTwice) {
  ChannelState state = State(SecurityLevel::kCMac);
  state.command_counter = 0xFFFFFFFE;
  EXPECT_THAT(ProtectCommands(cipher_, state, {WithData(1), WithData(1)}),
              StatusIs(StatusCode::kAborted,
                       "the session's command counter is used up"));
  EXPECT_EQ(state.command_counter, 0xFFFFFFFE);
  EXPECT_OK(ProtectCommands(cipher_, state, {WithData(1)}));
  EXPECT_EQ(state.command_counter, 0xFFFFFFFF);
}

TEST_F(SecureChannelTest, RefusesAStateWithoutAWholeChainingValue) {
  ChannelState state = State(SecurityLevel::kCMac);
  state.chaining_value.pop_back();
  EXPECT_THAT(ProtectCommands(cipher_, state, {WithData(1)}),
              StatusIs(StatusCode::kInvalidArgument,
                       "chaining value is not of 16 bytes"));
}

TEST_F(SecureChannelTest, AFailureOfTheCipherLeavesTheStateAsItWas) {
  cipher_.failure = absl::UnavailableError("no HSM");
  ChannelState state = State(SecurityLevel::kCDecCMac);
  EXPECT_THAT(ProtectCommands(cipher_, state, {WithData(1)}),
              StatusIs(StatusCode::kUnavailable, "no HSM"));
  EXPECT_EQ(state.chaining_value, Bytes(16, 0xEE));
  EXPECT_EQ(state.command_counter, 0u);
  EXPECT_THAT(AuthenticateHost(cipher_, SecurityLevel::kCMac),
              StatusIs(StatusCode::kUnavailable, "no HSM"));
}

TEST_F(SecureChannelTest, TrustsNoCipherWithLengths) {
  const auto refused = [this](SecurityLevel level) {
    EXPECT_THAT(ProtectData(1, level), StatusIs(StatusCode::kInternal));
  };
  cipher_.mac_length = 8;
  refused(SecurityLevel::kCMac);
  cipher_.mac_length = 16;
  cipher_.lost = 1;
  refused(SecurityLevel::kCMac);
  refused(SecurityLevel::kCDecCMac);
  cipher_.lost = 0;
  cipher_.too_much = 16;
  refused(SecurityLevel::kCDecCMac);
  cipher_.host_cryptogram.pop_back();
  EXPECT_THAT(AuthenticateHost(cipher_, SecurityLevel::kCMac),
              StatusIs(StatusCode::kInternal));
}

}  // namespace
}  // namespace cardferry::scp
