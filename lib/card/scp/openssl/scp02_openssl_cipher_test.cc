#include "lib/card/scp/openssl/scp02_openssl_cipher.h"

#include <set>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/card/scp/secure_channel.h"

namespace cardferry::scp {
namespace {

using absl::StatusCode;
using card::CommandApdu;
using testing::ElementsAre;

// A recorded session of a real card at level 03, from OpenPhysical/Gp4Net,
// gp_pro_scp02_enc.log.
struct Inputs {
  Bytes enc = FromHexOrDie("404142434445464748494A4B4C4D4E4F");
  Bytes mac = FromHexOrDie("404142434445464748494A4B4C4D4E4F");
  Bytes host_challenge = FromHexOrDie("CE410ED7FACD71A1");
  Bytes card_challenge = FromHexOrDie("0013884AB6A84A18");
  uint8_t i = 0x55;
};

std::unique_ptr<Scp02OpensslCipher> Open(const Inputs& inputs) {
  return *Scp02OpensslCipher::Create(
      SecretBytes::CopyOf(inputs.enc), SecretBytes::CopyOf(inputs.mac),
      *SessionSeed::Create({kScp02, inputs.i}, inputs.host_challenge,
                           inputs.card_challenge));
}

std::vector<CommandApdu> Parse(const std::vector<const char*>& hex) {
  std::vector<CommandApdu> commands;
  for (const char* one : hex) {
    commands.push_back(*CommandApdu::Parse(FromHexOrDie(one)));
  }
  return commands;
}

TEST(Scp02OpensslCipherTest, SpeaksARecordedSessionByteForByte) {
  const auto cipher = Open({});
  EXPECT_THAT(CardCryptogramMatches(*cipher, FromHexOrDie("19A72830637708FB")),
              IsOkAndHolds(true));
  ASSERT_OK_AND_ASSIGN(Authentication authentication,
                       AuthenticateHost(*cipher, SecurityLevel::kCDecCMac));
  EXPECT_EQ(ToHex(authentication.external_authenticate.Encode()),
            "8482030010E214362A48999E2AD0C159C17E6D3F9A");
  ASSERT_OK_AND_ASSIGN(
      const std::vector<CommandApdu> commands,
      ProtectCommands(*cipher, authentication.state,
                      Parse({"80F28002024F0000", "80F24002024F0000",
                             "80F21002024F0000", "80F22002024F0000"})));
  EXPECT_EQ(commands, Parse({"84F280021013A84162D6CF3D3EB2037DBFF3A4A09100",
                             "84F240021013A84162D6CF3D3E08DA8AFAC225215600",
                             "84F210021013A84162D6CF3D3EF41A03C0E768795E00",
                             "84F220021013A84162D6CF3D3EAABEE0BC85749CD400"}));
}

TEST(Scp02OpensslCipherTest, BatchesOfAnySizeGiveTheSameCommands) {
  const auto plain = Parse(
      {"80F28002024F0000", "80CA006600", "81CA006600", "80F22002024F0000"});
  const auto cipher = Open({});
  const ChannelState start{SecurityLevel::kCDecCMac, Bytes(8, 0x11), 0};
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

// g0ddest/javacard-express, "i25 level11 bareErrorSW noIcvEncryption": two base
// keys, and the C-MACs of EXTERNAL AUTHENTICATE and of two commands after it.
TEST(Scp02OpensslCipherTest, ChainsTheMacAsItIsWithoutIcvEncryption) {
  Inputs inputs;
  inputs.enc = FromHexOrDie("9A4801A2B8CEEF9EFD2A52F1DA2F59A9");
  inputs.mac = FromHexOrDie("E02EF4DC2AD4FFA20D360733A2B4D6E1");
  inputs.host_challenge = FromHexOrDie("461C8D03935751FA");
  inputs.card_challenge = FromHexOrDie("ED08A40BFB16F76B");
  inputs.i = 0x25;
  const auto cipher = Open(inputs);
  EXPECT_THAT(cipher->CardCryptogram(),
              IsOkAndHolds(FromHexOrDie("15E65DE1AD68C42D")));
  EXPECT_THAT(cipher->HostCryptogram(),
              IsOkAndHolds(FromHexOrDie("7E59E087E4FF6BD4")));
  EXPECT_THAT(
      cipher->MacChain({}, {FromHexOrDie("84821100107E59E087E4FF6BD4"),
                            FromHexOrDie("84F240020A4F00"),
                            FromHexOrDie("84E40000124F08A000000062030101")}),
      IsOkAndHolds(ElementsAre(FromHexOrDie("63D9A2243544DC65"),
                               FromHexOrDie("CA93944C0C917B46"),
                               FromHexOrDie("1F444CAA986272ED"))));
}

TEST(Scp02OpensslCipherTest, OnlyIcvEncryptionTellsTheOptionsApart) {
  const Bytes first = {0x01};
  const Bytes second = {0x02};
  const std::vector<Bytes> with =
      *Open({})->MacChain({}, std::vector<Bytes>{first, second});
  for (const unsigned i : {0x04u, 0x05u, 0x14u, 0x15u, 0x44u, 0x45u, 0x54u,
                           0x55u, 0x24u, 0x35u, 0x65u, 0x74u}) {
    Inputs inputs;
    inputs.i = static_cast<uint8_t>(i);
    const std::vector<Bytes> macs =
        *Open(inputs)->MacChain({}, std::vector<Bytes>{first, second});
    EXPECT_EQ(macs[0], with[0]) << i;
    EXPECT_EQ(macs[1] == with[1], (i & 0x10) != 0) << i;
  }
}

// Everything that the cipher answers for these inputs, joined.
std::string Answers(const Inputs& inputs) {
  const auto cipher = Open(inputs);
  const Bytes message = FromHexOrDie("84F280020A4F00");
  const Bytes mac = cipher->MacChain({}, {message})->at(0);
  const Bytes ciphertext = cipher->EncryptCommands({{1, message}})->at(0);
  return ToHex(Concat(
      {*cipher->CardCryptogram(), *cipher->HostCryptogram(), mac, ciphertext}));
}

TEST(Scp02OpensslCipherTest, EveryBitOfKeysAndChallengesMattersButParity) {
  std::set<std::string> seen = {Answers({})};
  size_t expected = 1;
  for (Bytes Inputs::*field :
       {&Inputs::enc, &Inputs::mac, &Inputs::host_challenge,
        &Inputs::card_challenge}) {
    const bool is_key = field == &Inputs::enc || field == &Inputs::mac;
    for (size_t bit = 0; bit < (Inputs().*field).size() * 8; ++bit) {
      Inputs inputs;
      uint8_t& byte = (inputs.*field)[bit / 8];
      byte = static_cast<uint8_t>(byte ^ 1u << bit % 8);
      seen.insert(Answers(inputs));
      if (!is_key || bit % 8 != 0) ++expected;
      EXPECT_EQ(seen.size(), expected) << bit;
    }
  }
}

TEST(Scp02OpensslCipherTest, EveryBitOfChainAndMessageChangesTheMac) {
  const auto cipher = Open({});
  const Bytes input(8 + 40, 0x5A);  // chaining value, then message
  const auto mac = [&cipher](const Bytes& bytes) {
    const Bytes message(bytes.begin() + 8, bytes.end());
    return ToHex(cipher->MacChain(ByteSpan(bytes).first(8), {message})->at(0));
  };
  std::set<std::string> seen = {mac(input)};
  for (size_t bit = 0; bit < input.size() * 8; ++bit) {
    Bytes flipped = input;
    flipped[bit / 8] = static_cast<uint8_t>(flipped[bit / 8] ^ 1u << bit % 8);
    seen.insert(mac(flipped));
  }
  EXPECT_EQ(seen.size(), input.size() * 8 + 1);
}

TEST(Scp02OpensslCipherTest, EveryBitOfDataChangesTheCiphertext) {
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
  EXPECT_EQ(seen.size(), data.size() * 8 + 1);
  EXPECT_EQ(encrypt(2, data), encrypt(1, data));  // there is no counter in it
}

TEST(Scp02OpensslCipherTest, PaddingAddsOneToEightBytes) {
  const auto cipher = Open({});
  for (size_t length = 1; length <= 24; ++length) {
    ASSERT_OK_AND_ASSIGN(const std::vector<Bytes> out,
                         cipher->EncryptCommands({{1, Bytes(length)}}));
    EXPECT_EQ(out[0].size(), (length / 8 + 1) * 8);
  }
}

TEST(Scp02OpensslCipherTest, RefusesInputsOfWrongLengths) {
  SessionSeed seed;
  seed.protocol = {kScp02, 0x55};
  for (const size_t length : {8u, 24u, 32u}) {
    EXPECT_THAT(
        Scp02OpensslCipher::Create(SecretBytes(length), SecretBytes(16), seed),
        StatusIs(StatusCode::kInvalidArgument));
    EXPECT_THAT(
        Scp02OpensslCipher::Create(SecretBytes(16), SecretBytes(length), seed),
        StatusIs(StatusCode::kInvalidArgument));
  }
  const auto cipher = Open({});
  EXPECT_THAT(cipher->MacChain(Bytes(16), {Bytes(1)}),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(cipher->EncryptCommands({{1, Bytes()}}),
              StatusIs(StatusCode::kInvalidArgument, "nothing to encrypt"));
}

TEST(Scp02OpensslCipherTest, RefusesAnotherProtocol) {
  const SecretBytes key(16);
  SessionSeed seed{{kScp03, 0x70}, Bytes(8), Bytes(8)};
  EXPECT_THAT(Scp02OpensslCipher::Create(key, key, seed),
              StatusIs(StatusCode::kUnimplemented, "SCP03 is not SCP02"));
  seed.protocol = {kScp02, 0x0E};
  EXPECT_THAT(Scp02OpensslCipher::Create(key, key, seed),
              StatusIs(StatusCode::kUnimplemented,
                       "SCP02 with i 0E, which is not there"));
}

}  // namespace
}  // namespace cardferry::scp
