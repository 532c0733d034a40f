#include "cardsim/files/file_messaging.h"

#include "cardsim/card_error.h"
#include "cardsim/files/file_keys.h"
#include "cardsim/files/file_status_words.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

SecretBytes Secret(absl::string_view hex) {
  return SecretBytes::CopyOf(FromHexOrDie(hex));
}

card::CommandApdu Command(absl::string_view hex) {
  return *card::CommandApdu::Parse(FromHexOrDie(hex));
}

// The chip of ICAO Doc 9303-11, appendix D.4.
FileMessaging IcaoChip() {
  return FileMessaging(KeyType::kDes,
                       Secret("979EC13B1CBFE9DCD01AB0FED307EAE5"),
                       Secret("F1CB1F1FB5ADF208806B89DC579DC1F8"),
                       FromHexOrDie("887022120C06C226"));
}

// The chip of a session published in the tests of gmrtd/gmrtd
// (iso7816/nfc_session_test.go).
FileMessaging AesChip() {
  return FileMessaging(
      KeyType::kAes,
      Secret("74B94F408BBB2CD92571FD5B6370A94CCE7A2FA42AE3EB4DA47B97CE6EAA24"
             "C6"),
      Secret("9E28D5D9FF1D979BE752E8926BF0E1D35A440FC0AEFC4AA3BC5610055AC8B1"
             "13"),
      FromHexOrDie("00000000000000000000000000000020"));
}

struct Exchange {
  const char* wire_command;
  const char* command;
  const char* response;
  const char* wire_response;
};

void Expect(FileMessaging chip, const std::vector<Exchange>& exchanges) {
  for (const Exchange& exchange : exchanges) {
    ASSERT_OK_AND_ASSIGN(const auto command,
                         chip.Unwrap(Command(exchange.wire_command)));
    EXPECT_EQ(ToHex(command.Encode()), exchange.command);
    ASSERT_OK_AND_ASSIGN(
        const auto response,
        chip.Wrap(*card::ResponseApdu::Parse(FromHexOrDie(exchange.response))));
    EXPECT_EQ(ToHex(response.Encode()), exchange.wire_response);
  }
}

TEST(FileMessagingTest, IsTheChipOfThePublishedTripleDesSession) {
  Expect(
      IcaoChip(),
      {{"0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800",
        "00A4020C02011E", "9000", "990290008E08FA855A5D4C50A8ED9000"},
       {"0CB000000D9701048E08ED6705417E96BA5500", "00B0000004", "60145F019000",
        "8709019FF0EC34F9922651990290008E08AD55CC17140B2DED9000"},
       {"0CB000040D9701128E082EA28A70F3C7B53500", "00B0000412",
        "04303130365F36063034303030305C0261759000",
        "871901FB9235F4E4037F2327DCC8964F1F9B8C30F42C8E2FFF224A990290008E08"
        "C8B2787EAEA07D749000"}});
}

TEST(FileMessagingTest, IsTheChipOfThePublishedAesSession) {
  Expect(
      AesChip(),
      {{"0CA4020C1D8711011D35E7EB510E21A0DD12380D9AD2B92D8E0828CB68B81D3FAF"
        "C000",
        "00A4020C02011E", "9000", "990290008E08E083EAA61ADABFCE9000"},
       {"0CB000000D9701048E084AFC933E0CDBE5F000", "00B0000004", "60185F019000",
        "871101D8059A9CF835105082CA2B1837E4AEC0990290008E08B36DB56761D706BB"
        "9000"}});
}

TEST(FileMessagingTest, RefusesEveryFlippedBitOfACommand) {
  const Bytes wire =
      FromHexOrDie("0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800");
  // The last byte is Le, which no MAC covers; Lc decides whether it is a
  // command at all.
  for (size_t bit = 0; bit < 8 * (wire.size() - 1); ++bit) {
    Bytes flipped = wire;
    flipped[bit / 8] = static_cast<uint8_t>(flipped[bit / 8] ^ 1 << bit % 8);
    const auto command = card::CommandApdu::Parse(flipped);
    if (!command.ok()) continue;
    const auto plain = IcaoChip().Unwrap(*command);
    EXPECT_TRUE(!plain.ok() &&
                (StatusWordOf(plain.status()) == kMessagingObjectWrong ||
                 StatusWordOf(plain.status()) == kMessagingObjectMissing))
        << bit;
  }
}

TEST(FileMessagingTest, RefusesARepeatedCommand) {
  FileMessaging chip = IcaoChip();
  const auto command =
      Command("0CA4020C158709016375432908C044F68E08BF8B92D635FF24F800");
  ASSERT_OK(chip.Unwrap(command).status());
  ASSERT_OK(chip.Wrap({{}, card::kSuccess}).status());
  EXPECT_EQ(StatusWordOf(chip.Unwrap(command).status()), kMessagingObjectWrong);
}

TEST(FileMessagingTest, TellsMissingFromWrongDataObjects) {
  const auto status_word = [](absl::string_view hex) {
    return StatusWordOf(IcaoChip().Unwrap(Command(hex)).status()).value();
  };
  EXPECT_EQ(status_word("0CB00000"), 0x6987);
  EXPECT_EQ(status_word("0CB000000397010400"), 0x6987);
  EXPECT_EQ(status_word("0CB0000002AABB00"), 0x6988);
  EXPECT_EQ(status_word("0CB00000038E010400"), 0x6988);
  EXPECT_EQ(status_word("0CB000000397030400"), 0x6988);
}

// Gives the keying material of appendix D.3.
class IcaoRandom final : public RandomSource {
 public:
  void Fill(absl::Span<uint8_t> out) override {
    const Bytes key = FromHexOrDie("0B4F80323EB3191CB04970CB4052790B");
    std::copy(key.begin(), key.end(), out.begin());
  }
};

TEST(FileKeysTest, IsTheChipOfThePublishedAuthentication) {
  KeySet keys;
  keys.type = KeyType::kDes;
  keys.enc = Secret("AB94FDECF2674FDFB9B391F85D7F76F2");
  keys.mac = Secret("7962D9ECE03D1ACD4C76089DCE131543");
  const Bytes challenge = FromHexOrDie("4608F91988702212");
  const Bytes token = FromHexOrDie(
      "72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F2"
      "5F1448EEA8AD90A7");
  IcaoRandom random;
  ASSERT_OK_AND_ASSIGN(Authentication done,
                       AnswerAuthentication(keys, challenge, token, random));
  EXPECT_EQ(ToHex(done.answer),
            "46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F"
            "2F2D235D074D7449");
  // The first command of appendix D.4 is for this session.
  EXPECT_OK(done.session
                .Unwrap(Command("0CA4020C158709016375432908C044F68E08BF8B92D6"
                                "35FF24F800"))
                .status());
  for (size_t bit = 0; bit < 8 * token.size(); ++bit) {
    Bytes flipped = token;
    flipped[bit / 8] = static_cast<uint8_t>(flipped[bit / 8] ^ 1 << bit % 8);
    EXPECT_EQ(
        StatusWordOf(
            AnswerAuthentication(keys, challenge, flipped, random).status()),
        kAuthenticationFailed)
        << bit;
  }
  Bytes other = challenge;
  other[0] ^= 0x01;
  EXPECT_EQ(
      StatusWordOf(AnswerAuthentication(keys, other, token, random).status()),
      kAuthenticationFailed);
}

TEST(FileKeysTest, TakesKeysOf16BytesAndAesOf32) {
  for (const auto& [type, size, fits] :
       {std::tuple<KeyType, size_t, bool>{KeyType::kDes, 16, true},
        {KeyType::kDes, 32, false},
        {KeyType::kAes, 16, true},
        {KeyType::kAes, 24, false},
        {KeyType::kAes, 32, true}}) {
    KeySet keys;
    keys.type = type;
    keys.enc = SecretBytes(size);
    keys.mac = SecretBytes(size);
    EXPECT_EQ(CheckFileKeys(keys).ok(), fits) << size;
  }
}

}  // namespace
}  // namespace cardferry::cardsim
