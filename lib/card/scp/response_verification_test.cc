#include <algorithm>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/card/scp/secure_channel.h"
#include "lib/card/scp/testing/recording_cipher.h"

namespace cardferry::scp {
namespace {

using absl::StatusCode;
using card::CommandApdu;
using card::ResponseApdu;
using testing::ElementsAre;
using testing::IsEmpty;

CommandApdu Command(absl::string_view hex) {
  return *CommandApdu::Parse(FromHexOrDie(hex));
}

std::vector<ResponseApdu> Answers(const std::vector<std::string>& hex) {
  std::vector<ResponseApdu> answers;
  for (const std::string& one : hex) {
    answers.push_back(*ResponseApdu::Parse(FromHexOrDie(one)));
  }
  return answers;
}

// "proven CAFE 9000", one line for each result.
std::vector<std::string> Told(const std::vector<VerifiedResponse>& results) {
  std::vector<std::string> told;
  for (const VerifiedResponse& result : results) {
    const char* const assurance =
        result.assurance == Assurance::kProven     ? "proven "
        : result.assurance == Assurance::kReported ? "reported "
                                                   : "forged ";
    told.push_back(assurance + ToHex(result.data) + " " +
                   ToHex({result.sw.sw1(), result.sw.sw2()}));
  }
  return told;
}

// A session whose packet the recording cipher protects, and then reads again.
class ResponseVerificationTest : public ::testing::Test {
 protected:
  void Open(const ChannelProtocol& protocol, SecurityLevel level,
            const std::vector<const char*>& plain) {
    level_ = level;
    cipher_.channel = protocol;
    cipher_.block = cipher_.mac_length = BlockLength(protocol);
    Authentication authentication = *AuthenticateHost(cipher_, level);
    packet_ = {authentication.external_authenticate};
    Protect(authentication.state, plain);
  }

  void OpenImplicitly(uint8_t i, const std::vector<const char*>& plain) {
    level_ = SecurityLevel::kCMac;
    cipher_.channel = {kScp02, i};
    cipher_.block = cipher_.mac_length = 8;
    Protect(*BeginImplicitSession(cipher_), plain);
  }

  void OpenBegun(const SessionCipher::Start& start,
                 const std::vector<const char*>& plain) {
    cipher_.channel = {kScp03, 0x60};
    cipher_.begun = start;
    level_ = start.level;
    Protect({start.level, start.chaining_value, 0}, plain);
  }

  absl::StatusOr<std::vector<std::string>> Verify(
      const std::vector<std::string>& answers) {
    cipher_.mac_number = 0;
    cipher_.rmac_number = 0;
    cipher_.mac_calls = 0;
    cipher_.rmac_inputs.clear();
    cipher_.decrypted.clear();
    const auto results =
        VerifyResponses(cipher_, level_, packet_, Answers(answers));
    if (!results.ok()) return results.status();
    return Told(*results);
  }

  RecordingCipher cipher_;
  SecurityLevel level_ = SecurityLevel::kNone;
  std::vector<CommandApdu> packet_;

 private:
  void Protect(ChannelState state, const std::vector<const char*>& plain) {
    std::vector<CommandApdu> commands;
    for (const char* one : plain) commands.push_back(Command(one));
    const auto sent = ProtectCommands(cipher_, state, commands);
    ASSERT_OK(sent);
    packet_.insert(packet_.end(), sent->begin(), sent->end());
  }
};

constexpr char kRMac1[] = "A1A1A1A1A1A1A1A1";
constexpr char kRMac2[] = "A2A2A2A2A2A2A2A2";
constexpr char kRMac3[] = "A3A3A3A3A3A3A3A3";

std::string Join(std::initializer_list<std::string> parts) {
  std::string whole;
  for (const std::string& part : parts) whole += part;
  return whole;
}

TEST_F(ResponseVerificationTest, Scp03MacsTheCommandsMacTheDataAndTheSw) {
  Open({kScp03, 0x30}, SecurityLevel::kCMacRMac,
       {"80CA006600", "80F28002024F0000"});
  EXPECT_THAT(
      Verify({"9000", Join({"CAFE", kRMac1, "9000"}), Join({kRMac2, "6310"})}),
      IsOkAndHolds(
          ElementsAre("reported  9000", "proven CAFE 9000", "proven  6310")));
  EXPECT_THAT(cipher_.rmac_inputs,
              ElementsAre("", "02020202020202020202020202020202CAFE9000",
                          "030303030303030303030303030303036310"));
  EXPECT_EQ(cipher_.mac_calls, 1);
}

TEST_F(ResponseVerificationTest, Scp03ErrorsAreReportedAndBreakNothing) {
  Open({kScp03, 0x30}, SecurityLevel::kCMacRMac,
       {"80CA006600", "80CA006700", "80CA006800"});
  EXPECT_THAT(Verify({"9000", "6A88", Join({"D1", kRMac1, "9000"})}),
              IsOkAndHolds(ElementsAre("reported  9000", "reported  6A88",
                                       "proven D1 9000")));
  // An error with data, an answer without R-MAC, one with half of it.
  EXPECT_THAT(Verify({"9000", Join({kRMac1, "6A88"}), "9000", "A1A1A1A19000"}),
              IsOkAndHolds(ElementsAre("reported  9000", "forged  6A88",
                                       "forged  9000", "forged  9000")));
}

TEST_F(ResponseVerificationTest, Scp03JudgesEachAnswerByItself) {
  Open({kScp03, 0x30}, SecurityLevel::kCMacRMac, {"80CA006600", "80CA006700"});
  EXPECT_THAT(Verify({"9000", Join({"CAFE", kRMac2, "9000"}),
                      Join({"CAFE", kRMac2, "9000"})}),
              IsOkAndHolds(ElementsAre("reported  9000", "forged  9000",
                                       "proven CAFE 9000")));
}

TEST_F(ResponseVerificationTest, S16RMacsAreWhole) {
  cipher_.host_cryptogram = Bytes(16);
  Open({kScp03, 0x31}, SecurityLevel::kCMacRMac, {"80CA006600", "80CA006700"});
  EXPECT_THAT(Verify({"9000", Join({"CAFE", kRMac1, kRMac1, "9000"}),
                      Join({"CAFE", kRMac2, "9000"})}),
              IsOkAndHolds(ElementsAre("reported  9000", "proven CAFE 9000",
                                       "forged  9000")));
}

TEST_F(ResponseVerificationTest, EncryptedAnswersHaveTheirCommandsNumber) {
  Open({kScp03, 0x70}, SecurityLevel::kCDecCMacRMacREnc,
       {"80CA006600", "80F28002024F0000", "80CA006600"});
  const std::string block(32, 'B');
  EXPECT_THAT(Verify({"9000", Join({block, kRMac1, "9000"}),
                      Join({kRMac2, "9000"}), Join({block, kRMac3, "6310"})}),
              IsOkAndHolds(ElementsAre("reported  9000", "proven 01 9000",
                                       "proven  9000", "proven 03 6310")));
  EXPECT_THAT(cipher_.decrypted, ElementsAre(1, 3));
  EXPECT_EQ(cipher_.rmac_inputs[1],
            Join({"02020202020202020202020202020202", block, "9000"}));
}

TEST_F(ResponseVerificationTest, ByAQuirkEncryptedAnswersCountOnlyData) {
  cipher_.card.counts_only_data = true;
  Open({kScp03, 0x70}, SecurityLevel::kCDecCMacRMacREnc,
       {"80F28002024F0000", "80CA006600", "80F28002024F0000"});
  const std::string block(32, 'B');
  EXPECT_OK(
      Verify({"9000", Join({block, kRMac1, "9000"}),
              Join({block, kRMac2, "9000"}), Join({block, kRMac3, "9000"})}));
  EXPECT_THAT(cipher_.decrypted, ElementsAre(1, 1, 2));
}

TEST_F(ResponseVerificationTest, NothingIsDecryptedBeforeItIsProven) {
  Open({kScp03, 0x70}, SecurityLevel::kCDecCMacRMacREnc, {"80CA006600"});
  const std::string block(32, 'B');
  EXPECT_THAT(Verify({"9000", Join({block, kRMac2, "9000"})}),
              IsOkAndHolds(ElementsAre("reported  9000", "forged  9000")));
  EXPECT_THAT(cipher_.decrypted, IsEmpty());
  cipher_.padding = absl::InvalidArgumentError("padding is wrong");
  EXPECT_THAT(
      Verify({"9000", Join({block, kRMac1, "9000"})}),
      StatusIs(StatusCode::kDataLoss,
               "the card's answer has its R-MAC, and does not decrypt"));
}

TEST_F(ResponseVerificationTest, AListThatIsCutHasResultsForWhatIsThere) {
  Open({kScp03, 0x30}, SecurityLevel::kCMacRMac, {"80CA006600", "80CA006700"});
  EXPECT_THAT(Verify({}), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(Verify({"9000"}), IsOkAndHolds(ElementsAre("reported  9000")));
  EXPECT_THAT(
      Verify({"9000", "9000", "9000", "9000"}),
      StatusIs(StatusCode::kInvalidArgument, "4 answers to 3 commands"));
}

TEST_F(ResponseVerificationTest, RefusesAPacketWithAnyOtherCommandInIt) {
  Open({kScp03, 0x30}, SecurityLevel::kCMacRMac, {"80CA006600", "80CA006700"});
  const std::vector<CommandApdu> whole = packet_;
  std::swap(packet_[1], packet_[2]);
  EXPECT_THAT(Verify({"9000"}),
              StatusIs(StatusCode::kInvalidArgument,
                       "not this session's packet: a command does not match "
                       "its C-MAC"));
  packet_ = {whole[0], Command("80CA006600")};
  EXPECT_THAT(Verify({"9000"}),
              StatusIs(StatusCode::kInvalidArgument,
                       "not this session's packet: command 1 has no C-MAC"));
  packet_ = {whole[0], Command("84CA006604A1A1A1A1")};
  EXPECT_THAT(Verify({"9000"}), StatusIs(StatusCode::kInvalidArgument));
  packet_ = {whole[1]};
  EXPECT_THAT(Verify({"9000"}),
              StatusIs(StatusCode::kInvalidArgument,
                       "not this session's packet: command 0 is not EXTERNAL "
                       "AUTHENTICATE"));
  packet_ = {};
  EXPECT_THAT(Verify({}), StatusIs(StatusCode::kInvalidArgument));
}

TEST_F(ResponseVerificationTest, WithoutRMacEverythingIsReportedAtNoCost) {
  for (const ChannelProtocol& protocol :
       {ChannelProtocol{kScp01, 0x15}, ChannelProtocol{kScp02, 0x35},
        ChannelProtocol{kScp03, 0x70}}) {
    Open(protocol, SecurityLevel::kCDecCMac, {"80CA006600"});
    EXPECT_THAT(
        Verify({"9000", "CAFE9000"}),
        IsOkAndHolds(ElementsAre("reported  9000", "reported CAFE 9000")));
    EXPECT_EQ(cipher_.mac_calls, 0);
  }
}

TEST_F(ResponseVerificationTest, TrustsNoCipherWithRMacs) {
  Open({kScp03, 0x30}, SecurityLevel::kCMacRMac, {"80CA006600"});
  cipher_.lost = 1;
  EXPECT_THAT(Verify({"9000", Join({kRMac1, "9000"})}),
              StatusIs(StatusCode::kInternal));
}

TEST_F(ResponseVerificationTest, Scp02ChainsFromExternalAuthenticate) {
  Open({kScp02, 0x35}, SecurityLevel::kCMacRMac,
       {"81CA006600", "80E28000021234", "80F28002024F0000"});
  EXPECT_THAT(Verify({"9000", Join({"CAFE", kRMac1, "9000"}),
                      Join({kRMac2, "9000"}), Join({"D1", kRMac3, "6310"})}),
              IsOkAndHolds(ElementsAre("reported  9000", "proven CAFE 9000",
                                       "proven  9000", "proven D1 6310")));
  // The C-MAC of EXTERNAL AUTHENTICATE; CLA, INS, P1, P2, Lc, data, Li, data.
  EXPECT_THAT(cipher_.rmac_inputs,
              ElementsAre("0101010101010101", "80CA00660002CAFE9000",
                          "80E28000021234009000", "80F28002024F0001D16310"));
}

TEST_F(ResponseVerificationTest, Scp02ChainsErrorsWithAndWithoutRMac) {
  Open({kScp02, 0x35}, SecurityLevel::kCMacRMac,
       {"80CA006600", "80CA006700", "80CA006800"});
  EXPECT_THAT(Verify({"9000", "6A88", Join({kRMac2, "6A88"}),
                      Join({"D1", kRMac3, "9000"})}),
              IsOkAndHolds(ElementsAre("reported  9000", "reported  6A88",
                                       "proven  6A88", "proven D1 9000")));
  EXPECT_THAT(cipher_.rmac_inputs,
              ElementsAre("0101010101010101", "80CA006600006A88",
                          "80CA006700006A88", "80CA00680001D19000"));
}

TEST_F(ResponseVerificationTest, Scp02ForgesAllThatComesAfterAForgery) {
  Open({kScp02, 0x35}, SecurityLevel::kCMacRMac,
       {"80CA006600", "80CA006700", "80CA006800"});
  EXPECT_THAT(Verify({"9000", Join({"CA", kRMac3, "9000"}),
                      Join({"CA", kRMac2, "9000"}), "6A88"}),
              IsOkAndHolds(ElementsAre("reported  9000", "forged  9000",
                                       "forged  9000", "forged  6A88")));
  // An R-MAC that is cut off; an error with data of its own.
  for (const std::string cut : {"9000", "A1A19000"}) {
    EXPECT_THAT(Verify({"9000", cut, Join({kRMac2, "9000"})}),
                IsOkAndHolds(ElementsAre("reported  9000", "forged  9000",
                                         "forged  9000")));
  }
  EXPECT_THAT(Verify({"9000", Join({"CA", kRMac1, "6A88"})}),
              IsOkAndHolds(ElementsAre("reported  9000", "forged  6A88")));
}

TEST_F(ResponseVerificationTest, Scp02ReadsItsCommandsAsTheyWere) {
  cipher_.host_cryptogram = Bytes(8);
  Open({kScp02, 0x35}, SecurityLevel::kCDecCMacRMac,
       {"80CA006600", "80E2800001AA"});
  EXPECT_THAT(Verify({"9000", Join({kRMac1, "9000"}), Join({kRMac2, "9000"})}),
              IsOkAndHolds(ElementsAre("reported  9000", "proven  9000",
                                       "proven  9000")));
  EXPECT_THAT(cipher_.decrypted, ElementsAre(2));
  // The cipher's plaintext, one byte of the command's number.
  EXPECT_EQ(cipher_.rmac_inputs[2], "80E280000102009000");
}

// Else whoever may ask could decrypt what the card was sent, byte by byte.
TEST_F(ResponseVerificationTest, DoesNotTellWrongPaddingFromAWrongMac) {
  const auto ask = [this](const absl::Status& padding, const char* command) {
    Open({kScp02, 0x35}, SecurityLevel::kCDecCMacRMac, {"80E2800001AA"});
    cipher_.padding = padding;
    packet_[1] = Command(command);
    EXPECT_THAT(Verify({"9000"}),
                StatusIs(StatusCode::kInvalidArgument,
                         "not this session's packet: a command does not match "
                         "its C-MAC"));
    return cipher_.mac_calls;
  };
  constexpr char kOneBlock[] = "84E2800010AAAAAAAAAAAAAAAA0101010101010101";
  EXPECT_EQ(ask(absl::OkStatus(), kOneBlock), 1);
  EXPECT_EQ(ask(absl::InvalidArgumentError("padding is wrong"), kOneBlock), 1);
  EXPECT_EQ(ask(absl::OkStatus(), "84E2800009AA0101010101010101"), 1);
}

TEST_F(ResponseVerificationTest, ByAQuirkScp02BeginsWithZeros) {
  cipher_.card.rmac_starts_with_zeros = true;
  Open({kScp02, 0x35}, SecurityLevel::kCMacRMac, {"80CA006600"});
  EXPECT_OK(Verify({"9000", Join({kRMac1, "9000"})}));
  EXPECT_EQ(cipher_.rmac_inputs[0], "0000000000000000");
}

TEST_F(ResponseVerificationTest, ExtendedCommandsHaveTheirLcInTheRMac) {
  const std::string load = Join({"80E80000000101", std::string(514, 'D')});
  Open({kScp02, 0x35}, SecurityLevel::kCMacRMac, {load.c_str()});
  EXPECT_OK(Verify({"9000", Join({"00", kRMac1, "9000"})}));
  EXPECT_EQ(cipher_.rmac_inputs[1],
            Join({"80E80000000101", std::string(514, 'D'), "01009000"}));
}

constexpr char kBegin[] = "807A10010908B4D4E0BCD6EBDA04";
constexpr char kEnd[] = "8078000300";
constexpr char kAsk[] = "8078000100";

TEST_F(ResponseVerificationTest, AnRMacSessionLastsFromBeginToEnd) {
  OpenImplicitly(0x2A,
                 {"80CA006600", kBegin, "80CA006700", kEnd, "80CA006800"});
  EXPECT_THAT(Verify({"CAFE9000", "9000", Join({"D1", kRMac2, "9000"}),
                      Join({kRMac2, "9000"}), "D29000"}),
              IsOkAndHolds(ElementsAre(
                  "reported CAFE 9000", "reported  9000", "proven D1 9000",
                  Join({"proven ", kRMac2, " 9000"}), "reported D2 9000")));
  EXPECT_THAT(cipher_.rmac_inputs,
              ElementsAre("", "807A10010908B4D4E0BCD6EBDA04009000",
                          "80CA00670001D19000"));
}

TEST_F(ResponseVerificationTest, TheLastRMacCanBeAskedForInBetween) {
  OpenImplicitly(0x2A, {kBegin, kAsk, "80CA006700", kEnd});
  EXPECT_THAT(Verify({"9000", Join({kRMac1, "9000"}),
                      Join({"D1", kRMac2, "9000"}), Join({kRMac1, "9000"})}),
              IsOkAndHolds(ElementsAre("reported  9000",
                                       Join({"proven ", kRMac1, " 9000"}),
                                       "proven D1 9000", "forged  9000")));
}

TEST_F(ResponseVerificationTest, AnRMacSessionThatWasRefusedIsNone) {
  OpenImplicitly(0x2A, {kBegin, "80CA006700"});
  EXPECT_THAT(Verify({"6985", "D19000"}),
              IsOkAndHolds(ElementsAre("reported  6985", "reported D1 9000")));
}

TEST_F(ResponseVerificationTest, AnExplicitSessionCanBeginOneToo) {
  Open({kScp02, 0x35}, SecurityLevel::kCMac, {kBegin, "80CA006700"});
  EXPECT_THAT(Verify({"9000", "9000", Join({"D1", kRMac2, "9000"})}),
              IsOkAndHolds(ElementsAre("reported  9000", "reported  9000",
                                       "proven D1 9000")));
  EXPECT_EQ(cipher_.rmac_inputs[0], "");
}

// SCP11: the receipt is the first chaining value, and every command counts.
TEST_F(ResponseVerificationTest, ASessionThatHadBegunHasNoOpeningInItsPacket) {
  const Bytes receipt = FromHexOrDie("0B63C42C2D5138936FF5894F10C1234F");
  OpenBegun({SecurityLevel::kCDecCMacRMacREnc, receipt},
            {"80CA006600", "80E2880001AA"});
  cipher_.mac_inputs.clear();
  ASSERT_OK_AND_ASSIGN(
      const std::vector<std::string> told,
      Verify({"11111111111111111111111111111111A1A1A1A1A1A1A1A19000",
              "A2A2A2A2A2A2A2A29000"}));
  EXPECT_THAT(told, ElementsAre("proven 01 9000", "proven  9000"));
  EXPECT_EQ(cipher_.mac_inputs[0], ToHex(receipt));
  EXPECT_THAT(cipher_.decrypted, ElementsAre(1));
}

}  // namespace
}  // namespace cardferry::scp
