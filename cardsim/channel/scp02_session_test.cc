#include "cardsim/channel/scp02_session.h"

#include <utility>
#include <vector>

#include "cardsim/card_error.h"
#include "cardsim/channel/channel.h"
#include "cardsim/testing/test_host.h"
#include "gtest/gtest.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_matchers.h"
#include "lib/base/testing/counting_random.h"

namespace cardferry::cardsim {
namespace {

struct Step {
  const char* wrapped;
  const char* plain;
};

// A session that was recorded; all three keys are the test key.
struct Recorded {
  const char* source;
  uint8_t i;
  uint32_t sequence;
  // nullptr: pseudo-random under the AID of the issuer security domain.
  const char* challenge;
  const char* initialize_update;
  const char* initialize_update_answer;
  const char* external_authenticate;
  std::vector<Step> steps;
};

const Recorded kRecorded[] = {
    {"a card, i 55, level 03 (OpenPhysical/Gp4Net, gp_pro_scp02_enc.log)",
     0x55,
     0x0013,
     nullptr,
     "8050000008CE410ED7FACD71A100",
     "0000234555808320483901020013884AB6A84A1819A72830637708FB",
     "8482030010E214362A48999E2AD0C159C17E6D3F9A",
     {{"84F280021013A84162D6CF3D3EB2037DBFF3A4A09100", "80F28002024F0000"},
      {"84F240021013A84162D6CF3D3E08DA8AFAC225215600", "80F24002024F0000"},
      {"84F210021013A84162D6CF3D3EF41A03C0E768795E00", "80F21002024F0000"},
      {"84F220021013A84162D6CF3D3EAABEE0BC85749CD400", "80F22002024F0000"}}},
    {"a card, i 15, level 01 (g0ddest/javacard-express, a published log)",
     0x15,
     0x009B,
     "5C03BAA19DA6",
     "8050000008B39EE4A7F2A745BE00",
     "00005300000105000078FF02009B5C03BAA19DA60C6045AF4EF9B02B",
     "8482010010392B2908558A4EB00EA5E18CF36449E7",
     {{"84F280020A4F000C1FC9B337B5CF0800", "80F28002024F0000"},
      {"84F240020A4F0004C45057671539DD00", "80F24002024F0000"},
      {"84F220020A4F008FD8FB827D74147900", "80F22002024F0000"},
      {"84F210020A4F00738F492420064AC800", "80F21002024F0000"}}},
    {"i 15, level 03 (kaoh/globalplatform, scp02Test.c)",
     0x15,
     0x06A1,
     "5086BBEE58F4",
     "8050000008EBAA9E53C696281B00",
     "000074746E6E6E626262010206A15086BBEE58F467149061DA4B6EAE",
     "848203001005814C116071EB67D8BA9D9879454564",
     {{"84E4008018BC146FA0403BE4BAD3BC089E4ABD8674DA7EFEA21047B85800",
       "80E400800A4F08D0D1D2D3D4D5010100"},
      {"84E4008018C2748C1669FAFC0E20C5253680388A4A49C9A6038D77B45700",
       "80E40080094F07D0D1D2D3D4D50100"}}},
};

Channel Replay(const Recorded& recorded) {
  const Bytes answer = FromHexOrDie(recorded.initialize_update_answer);
  KeySet keys = TestDesKeys();
  keys.enc =
      SecretBytes::CopyOf(FromHexOrDie("404142434445464748494A4B4C4D4E4F"));
  keys.mac = keys.enc.Clone();
  keys.dek = keys.enc.Clone();
  std::copy_n(answer.begin(), 10, keys.diversification_data.begin());
  keys.version = answer[10];
  ChannelOptions options;
  options.scp02_i = recorded.i;
  options.aid = FromHexOrDie("A000000151000000");
  if (recorded.challenge != nullptr) {
    options.fixed_challenge = FromHexOrDie(recorded.challenge);
  }
  return *Channel::Create(std::move(keys), options,
                          KeyCounters{recorded.sequence, 0});
}

TEST(Scp02SessionTest, ReplaysRecordedSessionsByteForByte) {
  for (const Recorded& recorded : kRecorded) {
    SCOPED_TRACE(recorded.source);
    Channel channel = Replay(recorded);
    CountingRandom random;
    EXPECT_THAT(
        channel.InitializeUpdate(Apdu(recorded.initialize_update), random),
        IsOkAndHolds(FromHexOrDie(recorded.initialize_update_answer)));
    EXPECT_OK(
        channel.ExternalAuthenticate(Apdu(recorded.external_authenticate)));
    for (const Step& step : recorded.steps) {
      ASSERT_OK_AND_ASSIGN(const card::CommandApdu plain,
                           channel.Unwrap(Apdu(step.wrapped)));
      // This tool sends Le where its plain commands have none.
      EXPECT_EQ(plain.header(), Apdu(step.plain).header());
      EXPECT_EQ(plain.data(), Apdu(step.plain).data());
    }
  }
}

// The first session under another `i`: the first C-MAC, that of EXTERNAL
// AUTHENTICATE, has no ICV; the second has.
TEST(Scp02SessionTest, WhetherTheIcvIsEncryptedMattersFromTheSecondMacOn) {
  Recorded recorded = kRecorded[0];
  recorded.i = 0x45;
  Channel channel = Replay(recorded);
  CountingRandom random;
  ASSERT_OK(channel.InitializeUpdate(Apdu(recorded.initialize_update), random));
  EXPECT_OK(channel.ExternalAuthenticate(Apdu(recorded.external_authenticate)));
  EXPECT_EQ(
      StatusWordOf(channel.Unwrap(Apdu(recorded.steps[0].wrapped)).status()),
      kSecurityNotSatisfied);
}

struct BothEnds {
  explicit BothEnds(uint8_t level)
      : host(TestDesKeys()), channel(*Channel::Create(TestDesKeys(), {})) {
    CountingRandom random;
    const Bytes answer =
        *channel.InitializeUpdate(host.InitializeUpdate(), random);
    EXPECT_TRUE(host.TakeAnswer(answer));
    EXPECT_OK(channel.ExternalAuthenticate(host.ExternalAuthenticate(level)));
  }

  TestHost host;
  Channel channel;
};

class Scp02SessionLevelTest : public testing::TestWithParam<uint8_t> {
 protected:
  card::StatusWord Try(const card::CommandApdu& command) {
    return StatusWordOf(ends_.channel.Unwrap(command).status());
  }

  BothEnds ends_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Levels, Scp02SessionLevelTest,
                         testing::Values(0x01, 0x03));

TEST_P(Scp02SessionLevelTest, UnwrapsCommandsOfAllLengthsWithAndWithoutLe) {
  for (size_t size = 0; size <= 230; ++size) {
    const Bytes data(size, 0x80);
    for (const std::optional<uint32_t> le :
         {std::optional<uint32_t>(), std::optional<uint32_t>(256)}) {
      const card::CommandApdu plain =
          *card::CommandApdu::Create({0x80, 0xE2, 0x00, 0x01}, data, le);
      ASSERT_THAT(ends_.channel.Unwrap(ends_.host.Protect(plain)),
                  IsOkAndHolds(plain))
          << size;
    }
  }
}

TEST_P(Scp02SessionLevelTest, AnswersGoOutAsTheyAre) {
  ASSERT_OK(ends_.channel.Unwrap(ends_.host.Protect(Apdu("80CA006600"))));
  const card::ResponseApdu answer{Bytes(40, 0x55), card::kSuccess};
  EXPECT_EQ(ends_.channel.Wrap(answer), answer);
}

TEST_P(Scp02SessionLevelTest, AnyFlippedBitKillsTheSession) {
  const card::CommandApdu plain = Apdu("80E400800B4F09A00000030800001000");
  const Bytes wrapped = ends_.host.Protect(plain).Encode();
  for (size_t bit = 2; bit < wrapped.size() * 8; ++bit) {
    if (bit / 8 == 4) continue;  // Lc: not an APDU any more
    Bytes changed = wrapped;
    changed[bit / 8] =
        static_cast<uint8_t>(changed[bit / 8] ^ (1u << (bit % 8)));
    BothEnds ends(GetParam());
    EXPECT_EQ(
        StatusWordOf(
            ends.channel.Unwrap(*card::CommandApdu::Parse(changed)).status()),
        kSecurityNotSatisfied)
        << "bit " << bit;
    EXPECT_FALSE(ends.channel.authenticated());
    // The right one comes too late.
    EXPECT_EQ(
        StatusWordOf(
            ends.channel.Unwrap(*card::CommandApdu::Parse(wrapped)).status()),
        kConditionsNotSatisfied);
  }
}

// The bits of the logical channel are not under the MAC (11.1.4); the plain
// command keeps them.
TEST_P(Scp02SessionLevelTest, TheLogicalChannelIsNotUnderTheMac) {
  const card::CommandApdu wrapped = ends_.host.Protect(Apdu("80F24002024F00"));
  card::CommandHeader header = wrapped.header();
  header.cla = 0x86;
  EXPECT_THAT(
      ends_.channel.Unwrap(*card::CommandApdu::Create(header, wrapped.data())),
      IsOkAndHolds(Apdu("82F24002024F00")));
}

TEST_P(Scp02SessionLevelTest, ARepeatedCommandKillsTheSession) {
  const card::CommandApdu wrapped = ends_.host.Protect(Apdu("80F24002024F00"));
  EXPECT_EQ(Try(wrapped), card::kSuccess);
  EXPECT_EQ(Try(wrapped), kSecurityNotSatisfied);
  EXPECT_FALSE(ends_.channel.authenticated());
}

TEST_P(Scp02SessionLevelTest, SwappedCommandsKillTheSession) {
  const card::CommandApdu first = ends_.host.Protect(Apdu("80F24002024F0000"));
  const card::CommandApdu second = ends_.host.Protect(Apdu("80F24002024F0000"));
  EXPECT_EQ(Try(second), kSecurityNotSatisfied);
  EXPECT_EQ(Try(first), kConditionsNotSatisfied);
}

TEST_P(Scp02SessionLevelTest, ACommandWithoutSecureMessagingKillsTheSession) {
  EXPECT_EQ(Try(Apdu("80CA006600")), kSecurityNotSatisfied);
  EXPECT_FALSE(ends_.channel.authenticated());
}

TEST_P(Scp02SessionLevelTest, ACommandShorterThanItsMacKillsTheSession) {
  for (const char* shorter : {"84CA0066", "84CA00660700112233445566"}) {
    BothEnds ends(GetParam());
    EXPECT_EQ(StatusWordOf(ends.channel.Unwrap(Apdu(shorter)).status()),
              kSecurityNotSatisfied);
    EXPECT_FALSE(ends.channel.authenticated());
  }
}

TEST_P(Scp02SessionLevelTest, UnwrapsKeysUnderTheSessionsDataKey) {
  const Bytes key = FromHexOrDie("404142434445464748494A4B4C4D4E4F");
  const Bytes wrapped = ends_.host.WrapKey(SecretBytes::CopyOf(key));
  ASSERT_OK_AND_ASSIGN(const SecretBytes plain,
                       ends_.channel.UnwrapKey(wrapped));
  EXPECT_EQ(plain.Read(GrantSecretAccess()), ByteSpan(key));
  for (const size_t size : {0u, 1u, 7u, 15u}) {
    EXPECT_EQ(StatusWordOf(ends_.channel.UnwrapKey(Bytes(size)).status()),
              kWrongData);
  }
}

TEST(Scp02SessionEncryptionTest, DataThatIsNotWholeBlocksKillsTheSession) {
  BothEnds ends(0x03);
  EXPECT_EQ(StatusWordOf(ends.channel
                             .Unwrap(Apdu("84E20001"
                                          "0B"
                                          "0011220011223344556677"))
                             .status()),
            kSecurityNotSatisfied);
  EXPECT_FALSE(ends.channel.authenticated());
}

TEST(Scp02SessionEncryptionTest, AcceptsPaddingAloneAsNoData) {
  BothEnds ends(0x03);
  EXPECT_THAT(
      ends.channel.Unwrap(ends.host.ProtectPaddingAlone({0x80, 0xCA, 0, 0x66})),
      IsOkAndHolds(Apdu("80CA0066")));
}

// A terminal that knows the padding of one command cannot ask the card about
// another: every refusal looks the same.
TEST(Scp02SessionEncryptionTest, WrongPaddingAndWrongMacLookTheSame) {
  BothEnds padding(0x03);
  BothEnds mac(0x03);
  Bytes wrapped =
      padding.host.Protect(Apdu("80E20001080102030405060708")).data();
  Bytes no_padding = wrapped;
  no_padding[8] ^= 0xFF;
  Bytes wrong_mac = wrapped;
  wrong_mac.back() ^= 0x01;
  const card::CommandHeader header{0x84, 0xE2, 0x00, 0x01};
  EXPECT_EQ(
      StatusWordOf(
          padding.channel.Unwrap(*card::CommandApdu::Create(header, no_padding))
              .status()),
      StatusWordOf(
          mac.channel.Unwrap(*card::CommandApdu::Create(header, wrong_mac))
              .status()));
}

TEST(Scp02SessionNoLevelTest, TakesPlainCommandsAndNoOthers) {
  BothEnds ends(0x00);
  const card::CommandApdu plain = Apdu("80F24002024F0000");
  EXPECT_THAT(ends.channel.Unwrap(plain), IsOkAndHolds(plain));
  EXPECT_EQ(StatusWordOf(ends.channel.Unwrap(Apdu("84CA006600")).status()),
            kSecurityNotSatisfied);
  EXPECT_FALSE(ends.channel.authenticated());
}

}  // namespace
}  // namespace cardferry::cardsim
