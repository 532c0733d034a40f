#include "lib/card/scp/openssl/scp03_openssl_cipher.h"

#include <set>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/card/scp/secure_channel.h"

namespace cardferry::scp {
namespace {

using absl::StatusCode;
using card::CommandApdu;

// A recorded session of a real card at level 03, from OpenPhysical/Gp4Net,
// gp_pro_scp03_enc.log.
constexpr char kKey[] = "404142434445464748494A4B4C4D4E4F";
constexpr char kHostChallenge[] = "F5E88C6C30039A53";
constexpr char kCardChallenge[] = "0D607A25D729A20F";

struct Inputs {
  Bytes enc = FromHexOrDie(kKey);
  Bytes mac = FromHexOrDie(kKey);
  Bytes host_challenge = FromHexOrDie(kHostChallenge);
  Bytes card_challenge = FromHexOrDie(kCardChallenge);
};

std::unique_ptr<Scp03OpensslCipher> Open(const Inputs& inputs) {
  return *Scp03OpensslCipher::Create(
      SecretBytes::CopyOf(inputs.enc), SecretBytes::CopyOf(inputs.mac),
      *SessionSeed::Create({kScp03, 0x70}, inputs.host_challenge,
                           inputs.card_challenge));
}

std::vector<CommandApdu> Parse(const std::vector<const char*>& hex) {
  std::vector<CommandApdu> commands;
  for (const char* one : hex) {
    commands.push_back(*CommandApdu::Parse(FromHexOrDie(one)));
  }
  return commands;
}

TEST(Scp03OpensslCipherTest, SpeaksARecordedSessionByteForByte) {
  const auto cipher = Open({});
  EXPECT_THAT(CardCryptogramMatches(*cipher, FromHexOrDie("7E793686DEE77FAF")),
              IsOkAndHolds(true));
  ASSERT_OK_AND_ASSIGN(Authentication authentication,
                       AuthenticateHost(*cipher, SecurityLevel::kCDecCMac));
  EXPECT_EQ(ToHex(authentication.external_authenticate.Encode()),
            "84820300103B50EF3764CCDD83AF26B8D11ED70340");
  ASSERT_OK_AND_ASSIGN(
      const std::vector<CommandApdu> commands,
      ProtectCommands(*cipher, authentication.state,
                      Parse({"80F28002024F0000", "80F24002024F0000",
                             "80F21002024F0000", "80F22002024F0000"})));
  EXPECT_EQ(commands, Parse({"84F280021847D799BDC908166D61B7CEAFD6205F"
                             "731A7B8648F31BC58000",
                             "84F2400218E3137A3BE380863FCEBCAC9DDBB448"
                             "EF1CA3E86012B90E6300",
                             "84F21002187558FFF86F84795C7DF504AC34F583"
                             "0111A083B3ED704C6800",
                             "84F2200218886BF3DAEA7E1C42D495224DECE03F"
                             "E0840538A031B20D1000"}));
}

TEST(Scp03OpensslCipherTest, BatchesOfAnySizeGiveTheSameCommands) {
  const auto plain = Parse(
      {"80F28002024F0000", "80CA006600", "81CA006600", "80F22002024F0000"});
  const auto cipher = Open({});
  const ChannelState start{SecurityLevel::kCDecCMac, Bytes(16, 0x11), 0};
  ChannelState state = start;
  ASSERT_OK_AND_ASSIGN(const auto together,
                       ProtectCommands(*cipher, state, plain));
  state = start;
  for (size_t i = 0; i < plain.size(); ++i) {
    ASSERT_OK_AND_ASSIGN(const auto one,
                         ProtectCommands(*cipher, state, {plain[i]}));
    EXPECT_TRUE(one[0] == together[i]) << i;
  }
}

// Everything that the cipher answers for these inputs, joined.
std::string Answers(const Inputs& inputs) {
  const auto cipher = Open(inputs);
  const Bytes message = FromHexOrDie("84F280020A4F00");
  const Bytes mac = cipher->MacChain(Bytes(16), {message})->at(0);
  const Bytes ciphertext = cipher->EncryptCommands({{1, message}})->at(0);
  return ToHex(Concat(
      {*cipher->CardCryptogram(), *cipher->HostCryptogram(), mac, ciphertext}));
}

TEST(Scp03OpensslCipherTest, EveryBitOfKeysAndChallengesMatters) {
  std::set<std::string> seen = {Answers({})};
  size_t expected = 1;
  for (Bytes Inputs::*field :
       {&Inputs::enc, &Inputs::mac, &Inputs::host_challenge,
        &Inputs::card_challenge}) {
    for (size_t bit = 0; bit < (Inputs().*field).size() * 8; ++bit) {
      Inputs inputs;
      uint8_t& byte = (inputs.*field)[bit / 8];
      byte = static_cast<uint8_t>(byte ^ 1u << bit % 8);
      seen.insert(Answers(inputs));
      EXPECT_EQ(seen.size(), ++expected) << bit;
    }
  }
}

TEST(Scp03OpensslCipherTest, EveryBitOfChainAndMessageChangesTheMac) {
  const auto cipher = Open({});
  const Bytes input(16 + 40, 0x5A);  // chaining value, then message
  const auto mac = [&cipher](const Bytes& bytes) {
    const Bytes message(bytes.begin() + 16, bytes.end());
    return ToHex(cipher->MacChain(ByteSpan(bytes).first(16), {message})->at(0));
  };
  std::set<std::string> seen = {mac(input)};
  for (size_t bit = 0; bit < input.size() * 8; ++bit) {
    Bytes flipped = input;
    flipped[bit / 8] = static_cast<uint8_t>(flipped[bit / 8] ^ 1u << bit % 8);
    seen.insert(mac(flipped));
  }
  EXPECT_EQ(seen.size(), input.size() * 8 + 1);
}

TEST(Scp03OpensslCipherTest, EveryBitOfDataAndCounterChangesTheCiphertext) {
  const auto cipher = Open({});
  const auto encrypt = [&cipher](uint32_t counter, const Bytes& data) {
    return ToHex(cipher->EncryptCommands({{counter, data}})->at(0));
  };
  const Bytes data(40, 0x5A);
  std::set<std::string> seen = {encrypt(1, data)};
  for (size_t bit = 0; bit < data.size() * 8; ++bit) {
    Bytes flipped = data;
    flipped[bit / 8] = static_cast<uint8_t>(flipped[bit / 8] ^ 1u << bit % 8);
    seen.insert(encrypt(1, flipped));
  }
  for (size_t bit = 0; bit < 32; ++bit) {
    seen.insert(encrypt(1 ^ 1u << bit, data));
  }
  EXPECT_EQ(seen.size(), data.size() * 8 + 1 + 32);
}

TEST(Scp03OpensslCipherTest, PaddingAddsOneToSixteenBytes) {
  const auto cipher = Open({});
  for (size_t length = 1; length <= 48; ++length) {
    ASSERT_OK_AND_ASSIGN(const std::vector<Bytes> out,
                         cipher->EncryptCommands({{1, Bytes(length)}}));
    EXPECT_EQ(out[0].size(), (length / 16 + 1) * 16);
  }
}

TEST(Scp03OpensslCipherTest, RefusesInputsOfWrongLengths) {
  EXPECT_THAT(
      Scp03OpensslCipher::Create(SecretBytes(8), SecretBytes(8), SessionSeed()),
      StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(Scp03OpensslCipher::Create(SecretBytes(16), SecretBytes(24),
                                         SessionSeed()),
              StatusIs(StatusCode::kInvalidArgument));
  const auto cipher = Open({});
  EXPECT_THAT(cipher->MacChain(Bytes(8), {Bytes(1)}),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(cipher->EncryptCommands({{1, Bytes()}}),
              StatusIs(StatusCode::kInvalidArgument, "nothing to encrypt"));
}

TEST(Scp03OpensslCipherTest, RefusesAnotherProtocol) {
  SessionSeed seed{{kScp02, 0x55}, Bytes(8), Bytes(8)};
  EXPECT_THAT(
      Scp03OpensslCipher::Create(SecretBytes(16), SecretBytes(16), seed),
      StatusIs(StatusCode::kUnimplemented, "SCP02 is not SCP03"));
  seed.protocol = {kScp03, 0x02};
  EXPECT_THAT(
      Scp03OpensslCipher::Create(SecretBytes(16), SecretBytes(16), seed),
      StatusIs(StatusCode::kUnimplemented,
               "SCP03 with i 02, which is not there"));
}

}  // namespace
}  // namespace cardferry::scp
