#include "cardsim/channel/scp01_session.h"

#include <utility>

#include "cardsim/card_error.h"
#include "cardsim/channel/channel.h"
#include "cardsim/testing/test_host.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/base/testing/counting_random.h"
#include "lib/crypto/tdes.h"

namespace cardferry::cardsim {
namespace {

constexpr char kKey[] = "404142434445464748494A4B4C4D4E4F";

SecretBytes TestKey() { return SecretBytes::CopyOf(FromHexOrDie(kKey)); }

// kaoh/globalplatform, scp01Test.c, get_status_mac_enc.
Channel Replay(uint8_t i = 0x05) {
  KeySet keys = TestDesKeys();
  keys.enc = TestKey();
  keys.mac = TestKey();
  keys.dek = TestKey();
  keys.version = 0xFF;
  const Bytes data = FromHexOrDie("00005237000000470000");
  std::copy(data.begin(), data.end(), keys.diversification_data.begin());
  ChannelOptions options;
  options.scp01_i = i;
  options.fixed_challenge = FromHexOrDie("691FF128720F01AE");
  return *Channel::Create(std::move(keys), options);
}

void Authenticate(Channel& channel) {
  CountingRandom random;
  ASSERT_THAT(
      channel.InitializeUpdate(Apdu("8050000008C504EDBB64DD582900"), random),
      IsOkAndHolds(FromHexOrDie(
          "00005237000000470000FF01691FF128720F01AEB82C85804AB77640")));
  ASSERT_OK(channel.ExternalAuthenticate(
      Apdu("8482030010D3C21BB2478977BDA01145D1C12BEDC5")));
}

constexpr char kFirst[] = "84F2100210EF482121446322C0CD9A3CC2C8E89D8400";
constexpr char kSecond[] = "84F2200210EF482121446322C0A8C7D22E1EB71EBA00";

TEST(Scp01SessionTest, ReplaysARecordedSession) {
  Channel channel = Replay();
  Authenticate(channel);
  EXPECT_THAT(channel.Unwrap(Apdu(kFirst)),
              IsOkAndHolds(Apdu("80F21002024F0000")));
  EXPECT_THAT(channel.Unwrap(Apdu(kSecond)),
              IsOkAndHolds(Apdu("80F22002024F0000")));
  const card::ResponseApdu answer{Bytes(40, 0x55), card::kSuccess};
  EXPECT_EQ(channel.Wrap(answer), answer);
}

TEST(Scp01SessionTest, TheIcvIsEncryptedFromTheSecondMacOnWhereISaysSo) {
  Channel channel = Replay(0x15);
  Authenticate(channel);
  EXPECT_EQ(StatusWordOf(channel.Unwrap(Apdu(kFirst)).status()),
            kSecurityNotSatisfied);
}

TEST(Scp01SessionTest, AnyFlippedBitKillsTheSession) {
  const Bytes wrapped = Apdu(kFirst).Encode();
  for (size_t bit = 2; bit < (wrapped.size() - 1) * 8; ++bit) {
    if (bit / 8 == 4) continue;  // Lc: not an APDU any more
    Bytes changed = wrapped;
    changed[bit / 8] =
        static_cast<uint8_t>(changed[bit / 8] ^ (1u << (bit % 8)));
    Channel channel = Replay();
    Authenticate(channel);
    EXPECT_EQ(StatusWordOf(
                  channel.Unwrap(*card::CommandApdu::Parse(changed)).status()),
              kSecurityNotSatisfied)
        << "bit " << bit;
    EXPECT_FALSE(channel.authenticated());
  }
}

TEST(Scp01SessionTest, CommandsOutOfOrderAndWithoutMacKillTheSession) {
  for (const char* command : {kSecond, "80F21002024F0000", "84F210020100"}) {
    Channel channel = Replay();
    Authenticate(channel);
    EXPECT_EQ(StatusWordOf(channel.Unwrap(Apdu(command)).status()),
              kSecurityNotSatisfied)
        << command;
  }
}

// A session at level 03 under known session keys, for what no log shows.
class Scp01DecryptionTest : public testing::Test {
 protected:
  // The status word of a command whose data was `inner` before encryption, and
  // should have been `plain`.
  card::StatusWord Try(absl::string_view inner, absl::string_view plain) {
    Scp01SessionKeys keys;
    keys.enc = TestKey();
    keys.mac = TestKey();
    Scp01Session session(std::move(keys), TestKey(), false);
    session.set_level(0x03);
    const Bytes data = FromHexOrDie(plain);
    const Bytes encrypted =
        *crypto::TdesCbcEncrypt(TestKey(), Bytes(8), FromHexOrDie(inner));
    DesMacChain chain(TestKey(),
                      {DesMacRules::Mac::kTripleDes, DesMacRules::Icv::kClear},
                      Bytes(8));
    const Bytes header = {0x84, 0xE2, 0x80, 0x00,
                          static_cast<uint8_t>(data.size() + 8)};
    const Bytes mac = *chain.Next(Concat({header, data}));
    const auto unwrapped = session.Unwrap(*card::CommandApdu::Create(
        {0x84, 0xE2, 0x80, 0x00}, Concat({encrypted, mac})));
    if (unwrapped.ok()) {
      EXPECT_EQ(ToHex(unwrapped->data()), plain);
    }
    return StatusWordOf(unwrapped.status());
  }
};

TEST_F(Scp01DecryptionTest, TakesLengthDataAndPaddingWhereItIsNeeded) {
  EXPECT_EQ(Try("0711223344556677", "11223344556677"), card::kSuccess);
  EXPECT_EQ(Try("0611223344556680", "112233445566"), card::kSuccess);
  EXPECT_EQ(Try("08112233445566778880000000000000", "1122334455667788"),
            card::kSuccess);
  EXPECT_EQ(Try("0111800000000000", "11"), card::kSuccess);
}

TEST_F(Scp01DecryptionTest, RefusesALengthThatIsNotThatOfTheData) {
  EXPECT_EQ(Try("0511223344556680", "112233445566"), kSecurityNotSatisfied);
  EXPECT_EQ(Try("0811223344556677", "11223344556677"), kSecurityNotSatisfied);
  EXPECT_EQ(Try("FF11223344556677", "11223344556677"), kSecurityNotSatisfied);
  EXPECT_EQ(Try("01118000000000000000000000000000", "11"),
            kSecurityNotSatisfied);
}

TEST_F(Scp01DecryptionTest, RefusesOtherPadding) {
  EXPECT_EQ(Try("0611223344556600", "112233445566"), kSecurityNotSatisfied);
  EXPECT_EQ(Try("0511223344558001", "1122334455"), kSecurityNotSatisfied);
}

}  // namespace
}  // namespace cardferry::cardsim
