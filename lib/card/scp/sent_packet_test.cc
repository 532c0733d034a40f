// That a packet's level is what its session's opener says, not what it says of
// itself.
#include "absl/strings/str_format.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/card/scp/secure_channel.h"
#include "lib/card/scp/testing/recording_cipher.h"

namespace cardferry::scp {
namespace {

const std::vector<card::ResponseApdu> kAnswers = {
    {{}, card::kSuccess}, {{0xCA, 0xFE}, card::kSuccess}};

// A session with R-MAC: EXTERNAL AUTHENTICATE and one command.
std::vector<card::CommandApdu> MakePacket(RecordingCipher& cipher) {
  cipher.channel = {kScp03, 0x30};
  cipher.block = cipher.mac_length = 16;
  Authentication first = *AuthenticateHost(cipher, SecurityLevel::kCMacRMac);
  const auto sent =
      *ProtectCommands(cipher, first.state,
                       {*card::CommandApdu::Parse(FromHexOrDie("80CA006600"))});
  cipher.mac_number = 0;
  return {first.external_authenticate, sent[0]};
}

// Else an agent could have its forged answers taken for ones without R-MAC.
TEST(SentPacketTest, ItsLevelIsTheCallersAndNotItsOwn) {
  for (int p1 = 0; p1 < 0x100; ++p1) {
    RecordingCipher cipher;
    std::vector<card::CommandApdu> packet = MakePacket(cipher);
    card::CommandHeader header = packet[0].header();
    header.p1 = static_cast<uint8_t>(p1);
    packet[0] = *card::CommandApdu::Create(header, packet[0].data());
    const auto results =
        VerifyResponses(cipher, SecurityLevel::kCMacRMac, packet, kAnswers);
    if (p1 == 0x11) {
      ASSERT_OK(results);
      EXPECT_EQ(results->at(1).assurance, Assurance::kForged);
    } else {
      EXPECT_THAT(results, StatusIs(absl::StatusCode::kInvalidArgument,
                                    "not this session's packet: command 0 "
                                    "asks for another security level"))
          << p1;
    }
  }
}

TEST(SentPacketTest, ALevelThatTheProtocolHasNotIsRefused) {
  RecordingCipher cipher;
  const std::vector<card::CommandApdu> packet = MakePacket(cipher);
  for (int number = 0; number < 0x100; ++number) {
    const auto level = static_cast<SecurityLevel>(number);
    if (IsLegal(cipher.protocol(), level)) continue;
    EXPECT_THAT(
        VerifyResponses(cipher, level, packet, kAnswers),
        StatusIs(absl::StatusCode::kInvalidArgument,
                 absl::StrFormat("SCP03 with i 30 has no security level %02X",
                                 number)));
  }
  cipher.channel = {kScp02, 0x2A};  // begins without EXTERNAL AUTHENTICATE
  EXPECT_THAT(VerifyResponses(cipher, SecurityLevel::kCDecCMac, {}, {}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::scp
