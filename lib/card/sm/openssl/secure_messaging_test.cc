#include "lib/card/sm/secure_messaging.h"

#include <memory>
#include <tuple>
#include <utility>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/card/sm/openssl/openssl_sm_cipher.h"
#include "lib/card/sm/padding.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::sm {
namespace {

using card::CommandApdu;
using card::ResponseApdu;

// One session: what goes down and comes up, plain and on the wire.
struct Session {
  Algorithm algorithm;
  const char* enc;
  const char* mac;
  const char* counter;
  struct Exchange {
    const char* command;
    const char* wire_command;
    const char* wire_response;
    const char* response;
  };
  std::vector<Exchange> exchanges;
};

// ICAO Doc 9303-11, appendix D.4.
Session Icao() {
  return {Algorithm::kTripleDes,
          "979EC13B1CBFE9DCD01AB0FED307EAE5",
          "F1CB1F1FB5ADF208806B89DC579DC1F8",
          "887022120C06C226",
          {{"00A4020C02011E",
            "0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800",
            "990290008E08FA855A5D4C50A8ED9000", "9000"},
           {"00B0000004", "0CB000000D9701048E08ED6705417E96BA5500",
            "8709019FF0EC34F9922651990290008E08AD55CC17140B2DED9000",
            "60145F019000"},
           {"00B0000412", "0CB000040D9701128E082EA28A70F3C7B53500",
            "871901FB9235F4E4037F2327DCC8964F1F9B8C30F42C8E2FFF224A990290008E08"
            "C8B2787EAEA07D749000",
            "04303130365F36063034303030305C0261759000"}}};
}

// A session with AES-256, published in the tests of gmrtd/gmrtd
// (iso7816/nfc_session_test.go).
Session Aes() {
  return {Algorithm::kAes,
          "74B94F408BBB2CD92571FD5B6370A94CCE7A2FA42AE3EB4DA47B97CE6EAA24C6",
          "9E28D5D9FF1D979BE752E8926BF0E1D35A440FC0AEFC4AA3BC5610055AC8B113",
          "00000000000000000000000000000020",
          {{"00A4020C02011E",
            "0CA4020C1D8711011D35E7EB510E21A0DD12380D9AD2B92D8E0828CB68B81D3FAF"
            "C000",
            "990290008E08E083EAA61ADABFCE9000", "9000"},
           {"00B0000004", "0CB000000D9701048E084AFC933E0CDBE5F000",
            "871101D8059A9CF835105082CA2B1837E4AEC0990290008E08B36DB56761D706BB"
            "9000",
            "60185F019000"},
           {"00B0000416", "0CB000040D9701168E0811F7EFC907D1F27400",
            "87210142E919C115FAF69350B01813D77A9E8D91912A7F717AFD073F199070E61B"
            "79C6990290008E083382E3D983F441369000",
            "04303130385F36063034303030305C06617563766D6E9000"}}};
}

CommandApdu Command(absl::string_view hex) {
  return *CommandApdu::Parse(FromHexOrDie(hex));
}

ResponseApdu Response(absl::string_view hex) {
  return *ResponseApdu::Parse(FromHexOrDie(hex));
}

SendSequenceCounter Counter(const Session& session) {
  return *SendSequenceCounter::Create(FromHexOrDie(session.counter));
}

std::unique_ptr<SmCipher> Cipher(const Session& session) {
  return *OpensslSmCipher::Create(
      session.algorithm, SecretBytes::CopyOf(FromHexOrDie(session.enc)),
      SecretBytes::CopyOf(FromHexOrDie(session.mac)));
}

std::vector<ResponseApdu> WireResponses(const Session& session) {
  std::vector<ResponseApdu> responses;
  for (const auto& exchange : session.exchanges) {
    responses.push_back(Response(exchange.wire_response));
  }
  return responses;
}

class SecureMessagingTest : public testing::TestWithParam<Session> {
 protected:
  absl::StatusOr<std::vector<VerifiedResponse>> Verify(
      absl::Span<const ResponseApdu> responses) {
    return VerifyResponses(*cipher_, Counter(GetParam()), responses);
  }
  absl::StatusOr<std::vector<CommandApdu>> Protect(
      absl::Span<const CommandApdu> commands,
      Confidentiality confidentiality = Confidentiality::kEncrypted) {
    SendSequenceCounter counter = Counter(GetParam());
    return ProtectCommands(*cipher_, confidentiality, counter, commands);
  }
  // A card's answer to the first command, sealed as the card does it.
  ResponseApdu Seal(Bytes objects, absl::string_view sw) {
    card::AppendTlv(objects, 0x99, FromHexOrDie(sw));
    Bytes input = Counter(GetParam()).After(2).bytes();
    Append(input, Padded(objects, cipher_->block_size()));
    card::AppendTlv(objects, 0x8E, (*cipher_->Macs({input}))[0]);
    return {objects, Response(sw).sw};
  }

  std::unique_ptr<SmCipher> cipher_ = Cipher(GetParam());
};

INSTANTIATE_TEST_SUITE_P(Published, SecureMessagingTest,
                         testing::Values(Icao(), Aes()), [](const auto& row) {
                           return row.param.algorithm == Algorithm::kAes
                                      ? "Aes"
                                      : "TripleDes";
                         });

TEST_P(SecureMessagingTest, ProtectsThePublishedSessionAtOnce) {
  SendSequenceCounter counter = Counter(GetParam());
  std::vector<CommandApdu> plain;
  for (const auto& exchange : GetParam().exchanges) {
    plain.push_back(Command(exchange.command));
  }
  ASSERT_OK_AND_ASSIGN(
      const auto wire,
      ProtectCommands(*cipher_, Confidentiality::kEncrypted, counter, plain));
  ASSERT_EQ(wire.size(), plain.size());
  for (size_t i = 0; i < wire.size(); ++i) {
    EXPECT_EQ(ToHex(wire[i].Encode()), GetParam().exchanges[i].wire_command);
  }
  EXPECT_EQ(counter, Counter(GetParam()).After(2 * plain.size()));
}

TEST_P(SecureMessagingTest, ReadsThePublishedAnswers) {
  ASSERT_OK_AND_ASSIGN(const auto answers, Verify(WireResponses(GetParam())));
  ASSERT_EQ(answers.size(), GetParam().exchanges.size());
  for (size_t i = 0; i < answers.size(); ++i) {
    EXPECT_TRUE(answers[i].proven);
    EXPECT_EQ(ToHex(answers[i].response.Encode()),
              GetParam().exchanges[i].response);
  }
}

TEST_P(SecureMessagingTest, ACutListOfAnswersIsReadAsFarAsItGoes) {
  std::vector<ResponseApdu> responses = WireResponses(GetParam());
  responses.resize(2);
  ASSERT_OK_AND_ASSIGN(const auto answers, Verify(responses));
  EXPECT_EQ(answers.size(), 2u);
  EXPECT_THAT(Verify({}), IsOk());
}

TEST_P(SecureMessagingTest, RefusesEveryFlippedBitOfAnAnswer) {
  std::vector<ResponseApdu> responses = WireResponses(GetParam());
  const Bytes whole = responses[1].Encode();
  for (size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    Bytes flipped = whole;
    flipped[bit / 8] = static_cast<uint8_t>(flipped[bit / 8] ^ 1 << bit % 8);
    responses[1] = *ResponseApdu::Parse(flipped);
    EXPECT_THAT(Verify(responses), StatusIs(absl::StatusCode::kDataLoss))
        << bit;
  }
}

TEST_P(SecureMessagingTest, RefusesEveryTruncationOfAnAnswer) {
  std::vector<ResponseApdu> responses = WireResponses(GetParam());
  const Bytes data = responses[1].data;
  for (size_t size = 1; size < data.size(); ++size) {
    responses[1].data.assign(data.begin(),
                             data.begin() + static_cast<ptrdiff_t>(size));
    EXPECT_THAT(Verify(responses), StatusIs(absl::StatusCode::kDataLoss))
        << size;
  }
}

TEST_P(SecureMessagingTest, RefusesAnswersOutOfTheirOrder) {
  std::vector<ResponseApdu> responses = WireResponses(GetParam());
  std::swap(responses[1], responses[2]);
  EXPECT_THAT(Verify(responses),
              StatusIs(absl::StatusCode::kDataLoss,
                       "the answer to command 2: its MAC does not fit"));
  responses.erase(responses.begin());
  EXPECT_THAT(Verify(responses), StatusIs(absl::StatusCode::kDataLoss));
}

TEST_P(SecureMessagingTest, ABareStatusWordIsReportedAndEndsTheSession) {
  std::vector<ResponseApdu> responses = WireResponses(GetParam());
  responses[1] = Response("6988");
  responses[2] = Response("9000");
  ASSERT_OK_AND_ASSIGN(const auto answers, Verify(responses));
  EXPECT_TRUE(answers[0].proven);
  EXPECT_FALSE(answers[1].proven);
  EXPECT_EQ(answers[1].response, Response("6988"));
  EXPECT_FALSE(answers[2].proven);
  responses[2] = WireResponses(GetParam())[2];
  EXPECT_THAT(Verify(responses),
              StatusIs(absl::StatusCode::kDataLoss,
                       "the answer to command 3: it has data after the card "
                       "has ended the session"));
}

TEST_P(SecureMessagingTest, AnErrorUnderSecureMessagingIsProven) {
  ASSERT_OK_AND_ASSIGN(const auto answers, Verify({Seal({}, "6A82")}));
  EXPECT_TRUE(answers[0].proven);
  EXPECT_EQ(answers[0].response, Response("6A82"));
}

TEST_P(SecureMessagingTest, ReadsPlainAndOddAnswers) {
  const Bytes plain = card::EncodeTlv(0x81, FromHexOrDie("0102"));
  ASSERT_OK_AND_ASSIGN(auto answers, Verify({Seal(plain, "9000")}));
  EXPECT_EQ(answers[0].response, Response("01029000"));
  ASSERT_OK_AND_ASSIGN(const auto blocks,
                       cipher_->Encrypt({{Counter(GetParam()).After(2).bytes(),
                                          Padded(FromHexOrDie("5301AA"),
                                                 cipher_->block_size())}}));
  ASSERT_OK_AND_ASSIGN(
      answers, Verify({Seal(card::EncodeTlv(0x85, blocks[0]), "9000")}));
  EXPECT_EQ(answers[0].response, Response("5301AA9000"));
}

TEST_P(SecureMessagingTest, RefusesSealedAnswersThatMakeNoSense) {
  const size_t block = cipher_->block_size();
  const Bytes zeros(block + 1);
  for (const Bytes& objects : {
           card::EncodeTlv(0x87, zeros),                 // indicator 00
           card::EncodeTlv(0x87, {}),                    // no indicator
           card::EncodeTlv(0x87, {0x01}),                // no cryptogram
           card::EncodeTlv(0x85, zeros),                 // half a block
           card::EncodeTlv(0x99, FromHexOrDie("9000")),  // 99 twice
           Concat(
               {card::EncodeTlv(0x81, {0x01}), card::EncodeTlv(0x81, {0x02})}),
       }) {
    EXPECT_THAT(Verify({Seal(objects, "9000")}),
                StatusIs(absl::StatusCode::kDataLoss))
        << ToHex(objects);
  }
  ResponseApdu other_status = Seal({}, "9000");
  other_status.sw = card::StatusWord(0x6300);
  EXPECT_THAT(Verify({other_status}),
              StatusIs(absl::StatusCode::kDataLoss,
                       "the answer to command 1: it has another status word "
                       "than its 99"));
}

TEST_P(SecureMessagingTest, OddInstructionsHaveTheirCryptogramIn85) {
  ASSERT_OK_AND_ASSIGN(const auto odd,
                       Protect({Command("00D700000754010053022A2B")}));
  EXPECT_EQ(odd[0].data()[0], 0x85);
  EXPECT_EQ(odd[0].data()[1], cipher_->block_size());
}

TEST_P(SecureMessagingTest, AuthenticatesWithoutEncryptionIn81) {
  ASSERT_OK_AND_ASSIGN(const auto plain, Protect({Command("00D60000022A2B")},
                                                 Confidentiality::kPlain));
  EXPECT_EQ(ToHex(ByteSpan(plain[0].data()).first(6)), "81022A2B8E08");
}

TEST_P(SecureMessagingTest, ExtendedCommandsStayExtended) {
  ASSERT_OK_AND_ASSIGN(
      const CommandApdu large,
      CommandApdu::Create({0x00, 0xD6, 0, 0}, Bytes(1000), 65536));
  ASSERT_OK_AND_ASSIGN(const auto wire, Protect({large}));
  EXPECT_EQ(wire[0].le(), 65536u);
  const auto tlvs = card::ParseTlvs(wire[0].data());
  ASSERT_OK(tlvs.status());
  EXPECT_EQ(ToHex(*card::FindTag(*tlvs, 0x97)), "0000");
}

TEST_P(SecureMessagingTest, AShortCommandThatGrowsTooLongIsRefused) {
  const size_t most = GetParam().algorithm == Algorithm::kAes ? 223 : 231;
  ASSERT_OK_AND_ASSIGN(
      const CommandApdu fits,
      CommandApdu::Create({0x00, 0xD6, 0, 0}, Bytes(most), 256));
  EXPECT_OK(Protect({fits}));
  ASSERT_OK_AND_ASSIGN(
      const CommandApdu large,
      CommandApdu::Create({0x00, 0xD6, 0, 0}, Bytes(most + 9), 256));
  EXPECT_THAT(Protect({fits, large}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_P(SecureMessagingTest, OnAnErrorTheCounterStays) {
  SendSequenceCounter counter = Counter(GetParam());
  EXPECT_THAT(ProtectCommands(*cipher_, Confidentiality::kEncrypted, counter,
                              {Command("0CA4000C")}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "command 1: class 0C; secure messaging is for plain "
                       "commands of class 00"));
  EXPECT_EQ(counter, Counter(GetParam()));
}

TEST_P(SecureMessagingTest, RefusesTheCounterOfAnotherCipher) {
  const bool aes = GetParam().algorithm == Algorithm::kAes;
  SendSequenceCounter counter = Counter(aes ? Icao() : Aes());
  EXPECT_THAT(
      ProtectCommands(*cipher_, Confidentiality::kEncrypted, counter, {}),
      StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(VerifyResponses(*cipher_, counter, {}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(OpensslSmCipherTest, RefusesKeysOfOtherLengths) {
  for (const auto& [algorithm, enc, mac] :
       {std::tuple<Algorithm, size_t, size_t>{Algorithm::kTripleDes, 24, 24},
        {Algorithm::kTripleDes, 8, 8},
        {Algorithm::kAes, 16, 32},
        {Algorithm::kAes, 20, 20}}) {
    EXPECT_THAT(
        OpensslSmCipher::Create(algorithm, SecretBytes(enc), SecretBytes(mac)),
        StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

}  // namespace
}  // namespace cardferry::sm
