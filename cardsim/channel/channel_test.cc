#include "cardsim/channel/channel.h"

#include "cardsim/card_error.h"
#include "cardsim/testing/test_host.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/base/testing/counting_random.h"

namespace cardferry::cardsim {
namespace {

class ChannelTest : public testing::Test {
 protected:
  Channel Make(ChannelOptions options = {},
               std::optional<KeyCounters> counters = std::nullopt) {
    return *Channel::Create(TestKeys(), std::move(options), counters);
  }
  // INITIALIZE UPDATE; the host takes the answer.
  void Initialize(Channel& channel) {
    ASSERT_OK_AND_ASSIGN(
        const Bytes answer,
        channel.InitializeUpdate(host_.InitializeUpdate(), random_));
    ASSERT_TRUE(host_.TakeAnswer(answer));
  }
  card::StatusWord Try(Channel& channel, const card::CommandApdu& apdu) {
    return StatusWordOf(channel.ExternalAuthenticate(apdu));
  }
  card::StatusWord TryInitialize(Channel& channel, absl::string_view apdu) {
    return StatusWordOf(channel.InitializeUpdate(Apdu(apdu), random_).status());
  }

  CountingRandom random_;
  TestHost host_{TestKeys()};
};

card::CommandApdu Flip(const card::CommandApdu& apdu, size_t byte) {
  Bytes encoded = apdu.Encode();
  encoded[byte] ^= 0x01;
  return *card::CommandApdu::Parse(encoded);
}

TEST_F(ChannelTest, TheCounterMovesAtEveryInitializeUpdate) {
  Channel channel =
      Make({}, KeyCounters{/*sequence=*/0x0000FE, /*failures=*/0});
  for (const char* counter : {"0000FE", "0000FF", "000100"}) {
    ASSERT_OK_AND_ASSIGN(
        const Bytes answer,
        channel.InitializeUpdate(host_.InitializeUpdate(), random_));
    EXPECT_EQ(answer.size(), 32u);
    EXPECT_EQ(ToHex(ByteSpan(answer).last(3)), counter);
  }
  EXPECT_EQ(channel.counters().sequence, 0x101u);
}

TEST_F(ChannelTest, AWornCounterIsTheEnd) {
  Channel channel = Make({}, KeyCounters{0xFFFFFF, 0});
  EXPECT_OK(channel.InitializeUpdate(host_.InitializeUpdate(), random_));
  EXPECT_EQ(TryInitialize(channel, "8050000008101112131415161700"),
            kConditionsNotSatisfied);
}

TEST_F(ChannelTest, ARandomChallengeHasNoCounter) {
  ChannelOptions options;
  options.scp03_i = 0x60;
  Channel channel = Make(options);
  ASSERT_OK_AND_ASSIGN(
      const Bytes answer,
      channel.InitializeUpdate(host_.InitializeUpdate(), random_));
  EXPECT_EQ(ToHex(ByteSpan(answer).first(21)),
            "00010203040506070809"
            "300360"
            "0001020304050607");
  EXPECT_EQ(answer.size(), 29u);
  EXPECT_EQ(channel.counters().sequence, 1u);
}

TEST_F(ChannelTest, TheFirstAnswerSaysOnlyWhatTheKeySetIs) {
  Channel channel = Make();
  ASSERT_OK_AND_ASSIGN(
      const Bytes answer,
      channel.InitializeUpdate(host_.InitializeUpdate(0x30), random_));
  EXPECT_EQ(ToHex(ByteSpan(answer).first(13)), "00010203040506070809300370");
  EXPECT_FALSE(channel.authenticated());
}

TEST_F(ChannelTest, RefusesAnInitializeUpdateThatIsNotOne) {
  Channel channel = Make();
  const struct {
    const char* apdu;
    card::StatusWord sw;
  } kCases[] = {
      {"0050000008101112131415161700", kClaNotSupported},
      {"8450000008101112131415161700", kClaNotSupported},
      {"8050000108101112131415161700", kWrongP1P2},
      {"805000000710111213141516", kWrongLength},
      {"80500000101011121314151617101112131415161700", kWrongLength},
      {"8050000000", kWrongLength},
      {"8050310008101112131415161700", kReferencedDataNotFound},
  };
  for (const auto& test_case : kCases) {
    EXPECT_EQ(TryInitialize(channel, test_case.apdu), test_case.sw)
        << test_case.apdu;
  }
  EXPECT_EQ(channel.counters().sequence, 1u);
}

TEST_F(ChannelTest, OpensASessionAtEveryLevelThatIAllows) {
  const struct {
    uint8_t i;
    Bytes levels;
  } kCases[] = {
      {0x00, {0x00, 0x01, 0x03}},
      {0x10, {0x00, 0x01, 0x03}},
      {0x20, {0x00, 0x01, 0x03, 0x11, 0x13}},
      {0x30, {0x00, 0x01, 0x03, 0x11, 0x13}},
      {0x60, {0x00, 0x01, 0x03, 0x11, 0x13, 0x33}},
      {0x70, {0x00, 0x01, 0x03, 0x11, 0x13, 0x33}},
  };
  for (const auto& test_case : kCases) {
    for (int level = 0; level <= 0xFF; ++level) {
      ChannelOptions options;
      options.scp03_i = test_case.i;
      Channel channel = Make(options);
      Initialize(channel);
      const bool allowed =
          std::find(test_case.levels.begin(), test_case.levels.end(), level) !=
          test_case.levels.end();
      EXPECT_EQ(
          Try(channel, host_.ExternalAuthenticate(static_cast<uint8_t>(level))),
          allowed ? card::kSuccess : kWrongP1P2)
          << level;
      EXPECT_EQ(channel.authenticated(), allowed);
    }
  }
}

TEST_F(ChannelTest, WorksWithAllKeySizes) {
  for (const size_t size : {16u, 24u, 32u}) {
    Channel channel = *Channel::Create(TestKeys(size), {});
    TestHost host(TestKeys(size));
    ASSERT_TRUE(host.TakeAnswer(
        *channel.InitializeUpdate(host.InitializeUpdate(), random_)));
    EXPECT_OK(channel.ExternalAuthenticate(host.ExternalAuthenticate(0x03)));
    EXPECT_THAT(channel.Unwrap(host.Protect(Apdu("80F24002024F0000"))),
                IsOkAndHolds(Apdu("80F24002024F0000")));
  }
}

TEST_F(ChannelTest, RefusesExternalAuthenticateOutOfPlace) {
  Channel channel = Make();
  const card::CommandApdu apdu =
      Apdu("848203001000112233445566770011223344556677");
  EXPECT_EQ(Try(channel, apdu), kConditionsNotSatisfied);
  EXPECT_EQ(channel.counters().failures, 0);
}

TEST_F(ChannelTest, ASecondExternalAuthenticateIsRefusedAndEndsTheSession) {
  Channel channel = Make();
  Initialize(channel);
  const card::CommandApdu apdu = host_.ExternalAuthenticate(0x03);
  ASSERT_EQ(Try(channel, apdu), card::kSuccess);
  EXPECT_EQ(Try(channel, apdu), kConditionsNotSatisfied);
  EXPECT_FALSE(channel.authenticated());
}

TEST_F(ChannelTest, AReplayedAuthenticationFailsOnTheNextChallenge) {
  Channel channel = Make();
  Initialize(channel);
  const card::CommandApdu apdu = host_.ExternalAuthenticate(0x03);
  ASSERT_EQ(Try(channel, apdu), card::kSuccess);
  Initialize(channel);
  EXPECT_EQ(Try(channel, apdu), kAuthenticationFailed);
  EXPECT_FALSE(channel.authenticated());
}

TEST_F(ChannelTest, AnyFlippedBitOfExternalAuthenticateIsRefused) {
  for (size_t byte = 5; byte < 21; ++byte) {
    Channel channel = Make();
    Initialize(channel);
    const card::CommandApdu wrong =
        Flip(host_.ExternalAuthenticate(0x03), byte);
    EXPECT_EQ(Try(channel, wrong),
              byte < 13 ? kAuthenticationFailed : kSecurityNotSatisfied)
        << byte;
    EXPECT_EQ(channel.counters().failures, 1);
    EXPECT_FALSE(channel.authenticated());
  }
}

// A terminal cannot lower the level: P1 is under the C-MAC.
TEST_F(ChannelTest, TheLevelCannotBeChangedOnTheWay) {
  Channel channel = Make();
  Initialize(channel);
  Bytes apdu = host_.ExternalAuthenticate(0x03).Encode();
  apdu[2] = 0x01;
  EXPECT_EQ(Try(channel, *card::CommandApdu::Parse(apdu)),
            kSecurityNotSatisfied);
}

TEST_F(ChannelTest, RefusesAnExternalAuthenticateOfTheWrongForm) {
  const struct {
    const char* apdu;
    card::StatusWord sw;
  } kCases[] = {
      {"808203001000112233445566770011223344556677", kClaNotSupported},
      {"848203011000112233445566770011223344556677", kWrongP1P2},
      {"848202001000112233445566770011223344556677", kWrongP1P2},
      {"8482030008001122334455667700", kWrongLength},
      {"84820300", kWrongLength},
  };
  Channel channel = Make();
  Initialize(channel);
  for (const auto& test_case : kCases) {
    EXPECT_EQ(Try(channel, Apdu(test_case.apdu)), test_case.sw)
        << test_case.apdu;
  }
  EXPECT_EQ(channel.counters().failures, 0);
  EXPECT_EQ(Try(channel, host_.ExternalAuthenticate(0x03)), card::kSuccess);
}

TEST_F(ChannelTest, OneFailureNeedsANewInitializeUpdate) {
  Channel channel = Make();
  Initialize(channel);
  const card::CommandApdu right = host_.ExternalAuthenticate(0x03);
  EXPECT_EQ(Try(channel, Flip(right, 5)), kAuthenticationFailed);
  EXPECT_EQ(Try(channel, right), kConditionsNotSatisfied);
}

TEST_F(ChannelTest, LocksAfterTooManyFailures) {
  ChannelOptions options;
  options.failure_limit = 3;
  Channel channel = Make(options);
  for (int failure = 1; failure <= 3; ++failure) {
    EXPECT_FALSE(channel.locked());
    Initialize(channel);
    EXPECT_EQ(Try(channel, Flip(host_.ExternalAuthenticate(0x03), 5)),
              kAuthenticationFailed);
    EXPECT_EQ(channel.counters().failures, failure);
  }
  EXPECT_TRUE(channel.locked());
  EXPECT_EQ(TryInitialize(channel, "8050000008101112131415161700"),
            kAuthenticationBlocked);
}

TEST_F(ChannelTest, ASuccessForgetsTheFailures) {
  Channel channel = Make({}, KeyCounters{1, 9});
  Initialize(channel);
  EXPECT_EQ(Try(channel, host_.ExternalAuthenticate(0x03)), card::kSuccess);
  EXPECT_EQ(channel.counters().failures, 0);
}

TEST_F(ChannelTest, AnInitializeUpdateEndsTheSessionEvenARefusedOne) {
  Channel channel = Make();
  Initialize(channel);
  ASSERT_EQ(Try(channel, host_.ExternalAuthenticate(0x03)), card::kSuccess);
  EXPECT_EQ(TryInitialize(channel, "8050310008101112131415161700"),
            kReferencedDataNotFound);
  EXPECT_FALSE(channel.authenticated());
}

TEST_F(ChannelTest, WithoutASessionOnlyPlainCommandsGetThrough) {
  Channel channel = Make();
  EXPECT_THAT(channel.Unwrap(Apdu("80CA006600")),
              IsOkAndHolds(Apdu("80CA006600")));
  EXPECT_EQ(
      StatusWordOf(channel.Unwrap(Apdu("84CA0066080011223344556677")).status()),
      kConditionsNotSatisfied);
}

TEST_F(ChannelTest, CreateRefusesWhatCannotBe) {
  KeySet short_key = TestKeys();
  short_key.dek = SecretBytes(24);
  EXPECT_THAT(Channel::Create(std::move(short_key), {}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Channel::Create(TestKeys(8), {}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  for (const uint8_t i : Bytes{0x02, 0x40, 0x50, 0x80, 0x04}) {
    ChannelOptions options;
    options.scp03_i = i;
    EXPECT_THAT(Channel::Create(TestKeys(), options),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << static_cast<int>(i);
  }
  ChannelOptions options;
  options.fixed_challenge = Bytes(16);
  EXPECT_THAT(Channel::Create(TestKeys(), options),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::cardsim
