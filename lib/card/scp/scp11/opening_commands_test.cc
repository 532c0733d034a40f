#include "lib/card/scp/scp11/opening_commands.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::scp {
namespace {

using card::CommandApdu;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
// A recorded session's (openscp_scp11a_p256_aes128_S8).
constexpr char kPoint[] =
    "0470B0BD7863E90E32DA5401188354D1F41999442FDFDCBA7472B7F1E5DBBF8A32F92D9D4F"
    "9D55C60D57D39BD6D7973306CEA55F7A86884096651A9CCAC8239C92";
constexpr char kAnswer[] =
    "5F49410492CAFD79D7E39EA433611E9AAD9742D85B3BD06F3D6055D7CDE28FC44D0AB556BC"
    "0F94D2100D87727FDFA2B49033C78F07A30AA8D5A6A505E59F99FCDFB2526686100B63C42C"
    "2D5138936FF5894F10C1234F";

Scp11Terms Terms(Scp11Variant variant, uint8_t key_identifier) {
  Scp11Terms terms;
  terms.variant = variant;
  terms.card_key = {key_identifier, 0x03};
  return terms;
}

std::string Authenticate(const Scp11Terms& terms) {
  const auto command = AuthenticateCommand(terms, FromHexOrDie(kPoint));
  return command.ok() ? ToHex(command->Encode()) : command.status().ToString();
}

TEST(OpeningCommandsTest, AsksForACertificateStoreAsARecordedHostDid) {
  EXPECT_EQ(ToHex(CertificateStoreCommand({0x11, 0x03}).Encode()),
            "00CABF2106A6048302110300");
}

TEST(OpeningCommandsTest, AuthenticatesAsARecordedHostDid) {
  EXPECT_EQ(Authenticate(Terms(Scp11Variant::kA, 0x11)),
            std::string("8082031153A60D9002110195013C8001888101105F4941") +
                kPoint + "00");
}

TEST(OpeningCommandsTest, TheVariantIsInInsAndInTheParameters) {
  EXPECT_EQ(Authenticate(Terms(Scp11Variant::kB, 0x13)),
            std::string("8088031353A60D9002110095013C8001888101105F4941") +
                kPoint + "00");
  EXPECT_EQ(Authenticate(Terms(Scp11Variant::kC, 0x15)),
            std::string("8082031553A60D9002110395013C8001888101105F4941") +
                kPoint + "00");
}

TEST(OpeningCommandsTest, LevelAndKeyLengthAreInTheControlReference) {
  Scp11Terms terms = Terms(Scp11Variant::kA, 0x11);
  terms.level = SecurityLevel::kCMacRMac;
  terms.key_length = 32;
  EXPECT_EQ(Authenticate(terms).substr(10, 30),
            "A60D90021101950134800188810120");
  EXPECT_EQ(ToHex(SharedInfo(terms)), "348820");
  EXPECT_EQ(ToHex(SharedInfo(Terms(Scp11Variant::kB, 0x13))), "3C8810");
}

TEST(OpeningCommandsTest, RefusesOtherLevelsAndLengths) {
  Scp11Terms level = Terms(Scp11Variant::kA, 0x11);
  level.level = SecurityLevel::kCDecCMac;
  EXPECT_THAT(
      AuthenticateCommand(level, FromHexOrDie(kPoint)),
      StatusIs(kInvalid, "SCP11 has no security level 03, it has 11 and 33"));
  Scp11Terms length = Terms(Scp11Variant::kA, 0x11);
  length.key_length = 20;
  EXPECT_THAT(
      AuthenticateCommand(length, FromHexOrDie(kPoint)),
      StatusIs(kInvalid, "session keys of 20 bytes, AES has 16, 24 or 32"));
  EXPECT_THAT(AuthenticateCommand(Terms(Scp11Variant::kA, 0x11), Bytes(240)),
              StatusIs(kInvalid));
}

TEST(OpeningCommandsTest, ReadsARecordedAnswer) {
  const Bytes answer = FromHexOrDie(kAnswer);
  ASSERT_OK_AND_ASSIGN(const AuthenticateAnswer parsed,
                       AuthenticateAnswer::Parse(answer));
  EXPECT_EQ(ToHex(parsed.point), std::string(kAnswer).substr(6, 130));
  EXPECT_EQ(ToHex(parsed.encoded_point), std::string(kAnswer).substr(0, 136));
  EXPECT_EQ(ToHex(parsed.receipt), "0B63C42C2D5138936FF5894F10C1234F");
  ASSERT_OK_AND_ASSIGN(
      const CommandApdu command,
      AuthenticateCommand(Terms(Scp11Variant::kA, 0x11), FromHexOrDie(kPoint)));
  EXPECT_EQ(ToHex(ReceiptMessage(command, parsed)),
            std::string("A60D9002110195013C8001888101105F4941") + kPoint +
                std::string(kAnswer).substr(0, 136));
}

TEST(OpeningCommandsTest, RefusesEveryPrefixOfAnAnswerAndWhatFollowsOne) {
  Bytes answer = FromHexOrDie(kAnswer);
  for (size_t length = 0; length < answer.size(); ++length) {
    EXPECT_FALSE(AuthenticateAnswer::Parse(ByteSpan(answer).first(length)).ok())
        << length;
  }
  answer.insert(answer.end(), {0x01, 0x00});
  EXPECT_THAT(AuthenticateAnswer::Parse(answer), StatusIs(kInvalid));
}

TEST(OpeningCommandsTest, RefusesReceiptsOfAnotherLength) {
  EXPECT_THAT(AuthenticateAnswer::Parse(FromHexOrDie("5F490104860101")),
              StatusIs(kInvalid, "a receipt of 1 bytes, must have 16"));
}

std::vector<std::string> Headers(absl::Span<const CommandApdu> commands) {
  std::vector<std::string> headers;
  for (const CommandApdu& command : commands) {
    headers.push_back(ToHex(ByteSpan(command.Encode()).first(5)));
  }
  return headers;
}

TEST(OpeningCommandsTest, PresentsACertificateInBlocksAsARecordedHostDid) {
  const std::vector<Bytes> chain = {Bytes(534, 0x55)};
  ASSERT_OK_AND_ASSIGN(
      const std::vector<CommandApdu> commands,
      PresentCertificates({0x10, 0x03}, chain, BlockMark::kClaAndP1));
  EXPECT_EQ(Headers(commands), (std::vector<std::string>{
                                   "902A8310FF", "902A8310FF", "802A031018"}));
  EXPECT_EQ(commands[2].le(), 256u);
}

TEST(OpeningCommandsTest, MarksBlocksInClaAloneWhereACardWantsThat) {
  const std::vector<Bytes> chain = {Bytes(256, 0x55), Bytes(255, 0x66)};
  ASSERT_OK_AND_ASSIGN(
      const std::vector<CommandApdu> commands,
      PresentCertificates({0x10, 0x03}, chain, BlockMark::kClaAlone));
  EXPECT_EQ(Headers(commands), (std::vector<std::string>{
                                   "902A0390FF", "802A039001", "802A0310FF"}));
}

TEST(OpeningCommandsTest, RefusesChainsBeyondTheLimits) {
  const KeyReference key{0x10, 0x03};
  const auto present = [&](const std::vector<Bytes>& chain) {
    return PresentCertificates(key, chain, BlockMark::kClaAndP1);
  };
  EXPECT_THAT(present({}), StatusIs(kInvalid));
  EXPECT_THAT(present({Bytes()}), StatusIs(kInvalid));
  EXPECT_OK(present({Bytes(2048)}));
  EXPECT_THAT(
      present({Bytes(2049)}),
      StatusIs(kInvalid, "certificate 0 has 2049 bytes, must have 1 to 2048"));
  EXPECT_THAT(present(std::vector<Bytes>(6, Bytes(1))), StatusIs(kInvalid));
}

}  // namespace
}  // namespace cardferry::scp
