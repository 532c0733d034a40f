#include "cardsim/channel/scp03_session.h"

#include <vector>

#include "cardsim/card_error.h"
#include "cardsim/channel/channel.h"
#include "cardsim/testing/test_host.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/base/testing/counting_random.h"

namespace cardferry::cardsim {
namespace {

struct Step {
  const char* wrapped;
  const char* plain;
  const char* response;        // nullptr: not recorded
  const char* response_plain;  // nullptr: not recorded
};

// A session that was recorded; the first two steps are INITIALIZE UPDATE and
// EXTERNAL AUTHENTICATE.
struct Recorded {
  const char* source;
  const char* enc;
  const char* mac;
  uint8_t i;
  uint32_t sequence;
  // nullptr: pseudo-random under the AID of the issuer security domain.
  const char* challenge;
  const char* initialize_update;
  const char* initialize_update_answer;
  const char* external_authenticate;
  std::vector<Step> steps;
};

constexpr char kTestKey[] = "404142434445464748494A4B4C4D4E4F";

const Recorded kRecorded[] = {
    {"a card, level 03 (OpenPhysical/Gp4Net, gp_pro_scp03_enc.log)",
     kTestKey,
     kTestKey,
     0x70,
     0x4A,
     nullptr,
     "8050000008F5E88C6C30039A5300",
     "037000000000000000000103700D607A25D729A20F7E793686DEE77FAF00004A",
     "84820300103B50EF3764CCDD83AF26B8D11ED70340",
     {{"84F280021847D799BDC908166D61B7CEAFD6205F731A7B8648F31BC58000",
       "80F28002024F0000", nullptr, nullptr},
      {"84F2400218E3137A3BE380863FCEBCAC9DDBB448EF1CA3E86012B90E6300",
       "80F24002024F0000", nullptr, nullptr},
      {"84F21002187558FFF86F84795C7DF504AC34F5830111A083B3ED704C6800",
       "80F21002024F0000", nullptr, nullptr},
      {"84F2200218886BF3DAEA7E1C42D495224DECE03FE0840538A031B20D1000",
       "80F22002024F0000", nullptr, nullptr}}},
    {"a card, level 33 (OpenPhysical/Gp4Net, gp_pro_scp03_renc.log)",
     kTestKey,
     kTestKey,
     0x70,
     0x4F,
     nullptr,
     "8050000008A51709B085AF91C100",
     "03700000000000000000010370BE906A81C79CAF176D073D7EF2F518F300004F",
     "84823300102A233480144D41037D79C57D90E30672",
     {{"84F2800218A7EA1DB31FC2BB6B648E7D0E9C4AE73C8F5117736D54228900",
       "80F28002024F0000",
       "4E44DB0863ED9F4514FD486ADB60ABA86605A4E37F3513858891E0A87ADF2E48"
       "8471521D30C42CB372EF09B0508EC5BA25D4CA2294EA19F19000",
       "E3264F08A0000001510000009F700101C5039EFE80C407A0000001515350CC08"
       "A0000001510000009000"},
      {"84F24002183AC2124F306660FD37648FA99259A67EFB2CF95957E7F3C500",
       "80F24002024F0000", "6A88", "6A88"}}},
    {"AES-192, i 10 (kaoh/globalplatform, scp03Test.c)",
     "DE2A3629CBC24E8D8869E82C8B4C0D874D88166B6F8A1C12",
     "DE2A3629CBC24E8D8869E82C8B4C0D874D88166B6F8A1C12",
     0x10,
     0x12,
     nullptr,
     "80500000084157115CAD7D2FE700",
     "00008301A8186727A822020310726B1E22EED4F4BBAB21001BFD4B6F02000012",
     "84820300109B126D1B1557297F3C06766CA9ACBD27",
     {{"84F2200218110C222888859059700E5D42AD65F41299B0BFFC03BF79A800",
       "80F22002024F0000", nullptr, nullptr}}},
    {"a card, AES-256, level 33 (a Securo trace)",
     "404142434445464748494A4B4C4D4E4F404142434445464748494A4B4C4D4E4F",
     "404142434445464748494A4B4C4D4E4F404142434445464748494A4B4C4D4E4F",
     0x70,
     0x0E,
     nullptr,
     "8050000008AECA2F67DBAAE34000",
     "000003460206160900440103700A1D17F6856F7EFCD63933F9A779FB3700000E",
     "84823300105984A45B573C5A748BDDC72592BB41D6",
     {{"84F2200218F55B6CE501DC96B36D6CE334B973D712C7B48C9D1447105100",
       "80F22002024F0000",
       "E81D87C1D08615F9F2AFCA1914289B2BDB11AE59E99C17769000",
       "E30D4F07A00000015153509F7001019000"},
      {"84F220021837A7D0CC05361B016F41664C9E99BA0AA581EB044BE9705100",
       "80F22002024F0000",
       "6349C6A396D14331A7B1F09DBFD2F64C93CAA9D891E109F49000",
       "E30D4F07A00000015153509F7001019000"}}},
    {"AES-192, S16, level 33 (g0ddest/javacard-express)",
     "62E89445329F453B36F526F737EC98BFAE278CEE0A4B27E7",
     "73663FA97BC6986888633D33304E0EE505924E7A56DDBF72",
     0x71,
     0x07BCC0,
     "7C3281BEAE3A20D60D005E214AFAAE57",
     "805000001017D262E54754C9C328CC59915CE1D53300",
     "EA6FAB876836C24F6C3A0303717C3281BEAE3A20D60D005E214AFAAE57"
     "7A950D9A3AA1C2FB1055F3DBBF170BF407BCC0",
     "8082330010F555D8CC9F7B82B3820CE446C86A6D13",
     {}},
};

Channel Replay(const Recorded& recorded) {
  const Bytes answer = FromHexOrDie(recorded.initialize_update_answer);
  KeySet keys;
  keys.enc = SecretBytes::CopyOf(FromHexOrDie(recorded.enc));
  keys.mac = SecretBytes::CopyOf(FromHexOrDie(recorded.mac));
  keys.dek = SecretBytes(keys.enc.size());
  std::copy_n(answer.begin(), 10, keys.diversification_data.begin());
  keys.version = answer[10];
  ChannelOptions options;
  options.scp03_i = recorded.i;
  options.aid = FromHexOrDie("A000000151000000");
  if (recorded.challenge != nullptr) {
    options.fixed_challenge = FromHexOrDie(recorded.challenge);
  }
  KeyCounters counters;
  counters.sequence = recorded.sequence;
  return *Channel::Create(std::move(keys), options, counters);
}

TEST(Scp03SessionTest, ReplaysRecordedSessionsByteForByte) {
  for (const Recorded& recorded : kRecorded) {
    SCOPED_TRACE(recorded.source);
    Channel channel = Replay(recorded);
    CountingRandom random;
    EXPECT_THAT(
        channel.InitializeUpdate(Apdu(recorded.initialize_update), random),
        IsOkAndHolds(FromHexOrDie(recorded.initialize_update_answer)));
    if (recorded.steps.empty()) continue;
    EXPECT_OK(
        channel.ExternalAuthenticate(Apdu(recorded.external_authenticate)));
    for (const Step& step : recorded.steps) {
      EXPECT_THAT(channel.Unwrap(Apdu(step.wrapped)),
                  IsOkAndHolds(Apdu(step.plain)));
      if (step.response == nullptr) continue;
      ASSERT_OK_AND_ASSIGN(
          const card::ResponseApdu plain,
          card::ResponseApdu::Parse(FromHexOrDie(step.response_plain)));
      EXPECT_EQ(ToHex(channel.Wrap(plain).Encode()), step.response);
    }
  }
}

// A session at `level` with both ends ready.
class Scp03SessionLevelTest : public testing::TestWithParam<uint8_t> {
 protected:
  Scp03SessionLevelTest()
      : host_(TestKeys()), channel_(*Channel::Create(TestKeys(), {})) {
    CountingRandom random;
    const Bytes answer =
        *channel_.InitializeUpdate(host_.InitializeUpdate(), random);
    EXPECT_TRUE(host_.TakeAnswer(answer));
    EXPECT_OK(
        channel_.ExternalAuthenticate(host_.ExternalAuthenticate(GetParam())));
  }

  TestHost host_;
  Channel channel_;
};

INSTANTIATE_TEST_SUITE_P(Levels, Scp03SessionLevelTest,
                         testing::Values(0x01, 0x03, 0x11, 0x13, 0x33));

TEST_P(Scp03SessionLevelTest, UnwrapsCommandsOfAllLengthsWithAndWithoutLe) {
  for (size_t size = 0; size <= 230; ++size) {
    const Bytes data(size, 0x80);
    for (const std::optional<uint32_t> le :
         {std::optional<uint32_t>(), std::optional<uint32_t>(256)}) {
      const card::CommandApdu plain =
          *card::CommandApdu::Create({0x80, 0xE2, 0x00, 0x01}, data, le);
      ASSERT_THAT(channel_.Unwrap(host_.Protect(plain)), IsOkAndHolds(plain))
          << size;
    }
  }
}

TEST_P(Scp03SessionLevelTest, AnswersAreOpenedByTheHost) {
  for (size_t size = 0; size <= 100; ++size) {
    ASSERT_OK(channel_.Unwrap(host_.Protect(Apdu("80CA006600"))));
    const card::ResponseApdu plain{Bytes(size, 0x00), card::kSuccess};
    EXPECT_EQ(host_.Open(channel_.Wrap(plain)), plain) << size;
  }
}

TEST_P(Scp03SessionLevelTest, AnErrorStatusWordGoesOutBare) {
  ASSERT_OK(channel_.Unwrap(host_.Protect(Apdu("80CA006600"))));
  const card::ResponseApdu error{{}, kReferencedDataNotFound};
  EXPECT_EQ(channel_.Wrap(error), error);
}

TEST_P(Scp03SessionLevelTest, AnyFlippedBitKillsTheSession) {
  const card::CommandApdu plain = Apdu("80E400800B4F09A00000030800001000");
  const Bytes wrapped = host_.Protect(plain).Encode();
  for (size_t bit = 0; bit < wrapped.size() * 8; ++bit) {
    if (bit / 8 == 4) continue;  // Lc: not an APDU any more
    if (bit < 2) continue;       // logical channel: not under the MAC
    Bytes changed = wrapped;
    changed[bit / 8] =
        static_cast<uint8_t>(changed[bit / 8] ^ (1u << (bit % 8)));
    Channel channel = *Channel::Create(TestKeys(), {});
    TestHost host(TestKeys());
    CountingRandom random;
    ASSERT_TRUE(host.TakeAnswer(
        *channel.InitializeUpdate(host.InitializeUpdate(), random)));
    ASSERT_OK(
        channel.ExternalAuthenticate(host.ExternalAuthenticate(GetParam())));
    EXPECT_EQ(StatusWordOf(
                  channel.Unwrap(*card::CommandApdu::Parse(changed)).status()),
              kSecurityNotSatisfied)
        << "bit " << bit;
    EXPECT_FALSE(channel.authenticated());
    // The right one comes too late.
    EXPECT_EQ(StatusWordOf(
                  channel.Unwrap(*card::CommandApdu::Parse(wrapped)).status()),
              kConditionsNotSatisfied);
  }
}

TEST_P(Scp03SessionLevelTest, ARepeatedCommandKillsTheSession) {
  const card::CommandApdu wrapped = host_.Protect(Apdu("80F24002024F0000"));
  ASSERT_OK(channel_.Unwrap(wrapped));
  EXPECT_EQ(StatusWordOf(channel_.Unwrap(wrapped).status()),
            kSecurityNotSatisfied);
  EXPECT_FALSE(channel_.authenticated());
}

TEST_P(Scp03SessionLevelTest, SwappedCommandsKillTheSession) {
  const card::CommandApdu first = host_.Protect(Apdu("80F24002024F0000"));
  const card::CommandApdu second = host_.Protect(Apdu("80F24002024F0000"));
  EXPECT_EQ(StatusWordOf(channel_.Unwrap(second).status()),
            kSecurityNotSatisfied);
  EXPECT_EQ(StatusWordOf(channel_.Unwrap(first).status()),
            kConditionsNotSatisfied);
}

TEST_P(Scp03SessionLevelTest, ACommandWithoutSecureMessagingKillsTheSession) {
  EXPECT_EQ(StatusWordOf(channel_.Unwrap(Apdu("80CA006600")).status()),
            kSecurityNotSatisfied);
  EXPECT_FALSE(channel_.authenticated());
}

TEST_P(Scp03SessionLevelTest, ACommandShorterThanItsMacKillsTheSession) {
  for (const char* shorter : {"84CA0066", "84CA00660700112233445566"}) {
    EXPECT_FALSE(channel_.Unwrap(Apdu(shorter)).ok());
    EXPECT_FALSE(channel_.authenticated());
  }
}

TEST(Scp03SessionNoLevelTest, TakesPlainCommandsAndNoOthers) {
  Channel channel = *Channel::Create(TestKeys(), {});
  TestHost host(TestKeys());
  CountingRandom random;
  ASSERT_TRUE(host.TakeAnswer(
      *channel.InitializeUpdate(host.InitializeUpdate(), random)));
  ASSERT_OK(channel.ExternalAuthenticate(host.ExternalAuthenticate(0x00)));
  const card::CommandApdu plain = Apdu("80F24002024F0000");
  EXPECT_THAT(channel.Unwrap(plain), IsOkAndHolds(plain));
  EXPECT_EQ(StatusWordOf(channel.Unwrap(Apdu("84CA006600")).status()),
            kSecurityNotSatisfied);
  EXPECT_FALSE(channel.authenticated());
}

// A host that encrypts the absence of data all the same: the real level-03
// command above, but with padding alone, comes out without data.
TEST(Scp03SessionEmptyDataTest, AcceptsPaddingAloneAsNoData) {
  Channel channel = *Channel::Create(TestKeys(), {});
  TestHost host(TestKeys());
  CountingRandom random;
  ASSERT_TRUE(host.TakeAnswer(
      *channel.InitializeUpdate(host.InitializeUpdate(), random)));
  ASSERT_OK(channel.ExternalAuthenticate(host.ExternalAuthenticate(0x03)));
  EXPECT_THAT(channel.Unwrap(host.ProtectPaddingAlone({0x80, 0xCA, 0, 0x66})),
              IsOkAndHolds(Apdu("80CA0066")));
}

}  // namespace
}  // namespace cardferry::cardsim
