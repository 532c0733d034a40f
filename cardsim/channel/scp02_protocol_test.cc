#include "cardsim/channel/scp02_protocol.h"

#include <algorithm>
#include <utility>

#include "cardsim/card_error.h"
#include "cardsim/channel/channel.h"
#include "cardsim/testing/test_host.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/base/testing/counting_random.h"

namespace cardferry::cardsim {
namespace {

constexpr uint8_t kParameters[] = {0x04, 0x05, 0x14, 0x15, 0x24, 0x25,
                                   0x34, 0x35, 0x44, 0x45, 0x54, 0x55,
                                   0x64, 0x65, 0x74, 0x75};
constexpr uint8_t kImplicit[] = {0x0A, 0x0B, 0x1A, 0x1B,
                                 0x2A, 0x2B, 0x3A, 0x3B};

template <size_t kSize>
bool Has(const uint8_t (&values)[kSize], int value) {
  return std::find(std::begin(values), std::end(values), value) !=
         std::end(values);
}

class Scp02ProtocolTest : public testing::Test {
 protected:
  Channel Make(uint8_t i, KeyCounters counters = {}) {
    ChannelOptions options;
    options.scp02_i = i;
    options.aid = FromHexOrDie("A000000151000000");
    return *Channel::Create(Keys(i), options, counters);
  }
  // One base key where `i` has no three.
  static KeySet Keys(uint8_t i) {
    KeySet keys = TestDesKeys();
    if ((i & kScp02ThreeKeys) == 0) {
      keys.mac = keys.enc.Clone();
      keys.dek = keys.enc.Clone();
    }
    return keys;
  }
  Bytes Initialize(Channel& channel) {
    host_.set_keys(channel.keys().Clone());
    const Bytes answer =
        *channel.InitializeUpdate(host_.InitializeUpdate(), random_);
    EXPECT_TRUE(host_.TakeAnswer(answer));
    return answer;
  }
  card::StatusWord Authenticate(Channel& channel, uint8_t level = 0x01) {
    return StatusWordOf(
        channel.ExternalAuthenticate(host_.ExternalAuthenticate(level)));
  }

  CountingRandom random_;
  TestHost host_{TestDesKeys()};
};

TEST_F(Scp02ProtocolTest, KnowsTheVariantsOfExplicitAndImplicitInitiation) {
  for (int i = 0; i <= 0xFF; ++i) {
    const auto protocol =
        Scp02Protocol::Create(static_cast<uint8_t>(i), 0x7FFF);
    EXPECT_EQ(protocol.ok(), Has(kParameters, i) || Has(kImplicit, i)) << i;
    if (protocol.ok()) {
      EXPECT_EQ((*protocol)->implicit(), Has(kImplicit, i)) << i;
    }
  }
}

TEST_F(Scp02ProtocolTest, TheAnswerSaysKeysCounterAndChallenge) {
  Channel channel = Make(0x15, {0x0102, 0});
  const Bytes answer = Initialize(channel);
  EXPECT_EQ(answer.size(), 28u);
  EXPECT_EQ(ToHex(ByteSpan(answer).first(20)),
            "00010203040506070809"
            "3002"
            "0102"
            "000102030405");
}

TEST_F(Scp02ProtocolTest, TheChallengeIsRandomOrPseudoRandomAsISays) {
  for (const uint8_t i : kParameters) {
    Channel channel = Make(i);
    const Bytes first = Initialize(channel);
    const Bytes second = Initialize(channel);
    const bool repeats =
        std::equal(first.begin() + 14, first.begin() + 20, second.begin() + 14);
    EXPECT_EQ(repeats, (i & kScp02PseudoRandomChallenge) != 0)
        << static_cast<int>(i);
  }
}

TEST_F(Scp02ProtocolTest, ThePseudoRandomChallengeFollowsTheAid) {
  ChannelOptions options;
  options.aid = FromHexOrDie("A0000001510001");
  Channel other = *Channel::Create(TestDesKeys(), options);
  Channel channel = Make(0x55);
  EXPECT_NE(Initialize(channel), Initialize(other));
}

TEST_F(Scp02ProtocolTest, HasThreeLevelsAndTwoMoreWithRMac) {
  constexpr uint8_t kLevels[] = {0x00, 0x01, 0x03, 0x11, 0x13};
  for (const uint8_t i : kParameters) {
    const auto protocol = *Scp02Protocol::Create(i, 0x7FFF);
    for (int level = 0; level <= 0xFF; ++level) {
      EXPECT_EQ(protocol->LevelIsPossible(static_cast<uint8_t>(level)),
                Has(kLevels, level) && (level < 0x10 || (i & kScp02RMac) != 0))
          << level;
    }
  }
}

TEST_F(Scp02ProtocolTest, OpensASessionAtAnyOfItsLevelsAndNoOther) {
  for (const int level : {0x00, 0x01, 0x03, 0x11, 0x13, 0x02, 0x33}) {
    Channel channel = Make(0x75);
    Initialize(channel);
    const bool allowed = level != 0x02 && level != 0x33;
    EXPECT_EQ(Authenticate(channel, static_cast<uint8_t>(level)),
              allowed ? card::kSuccess : kWrongP1P2)
        << level;
    EXPECT_EQ(channel.authenticated(), allowed);
  }
}

TEST_F(Scp02ProtocolTest, TheCounterMovesWithTheFirstMacThatVerifies) {
  Channel channel = Make(0x55, {7, 0});
  Initialize(channel);
  Initialize(channel);
  EXPECT_EQ(channel.counters().sequence, 7u);
  // A wrong MAC moves nothing.
  Bytes wrong = host_.ExternalAuthenticate(0x01).Encode();
  wrong.back() ^= 0x01;
  EXPECT_EQ(StatusWordOf(
                channel.ExternalAuthenticate(*card::CommandApdu::Parse(wrong))),
            kSecurityNotSatisfied);
  EXPECT_EQ(channel.counters().sequence, 7u);
  Initialize(channel);
  EXPECT_EQ(Authenticate(channel), card::kSuccess);
  EXPECT_EQ(channel.counters().sequence, 8u);
  // And then only with the next session.
  ASSERT_OK(channel.Unwrap(host_.Protect(Apdu("80CA006600"))));
  EXPECT_EQ(channel.counters().sequence, 8u);
}

TEST_F(Scp02ProtocolTest, AnAuthenticationIsGoodOnce) {
  Channel channel = Make(0x55);
  Initialize(channel);
  const card::CommandApdu authenticate = host_.ExternalAuthenticate(0x01);
  ASSERT_OK(channel.ExternalAuthenticate(authenticate));
  Initialize(channel);
  EXPECT_EQ(StatusWordOf(channel.ExternalAuthenticate(authenticate)),
            kAuthenticationFailed);
  EXPECT_EQ(channel.counters().failures, 1);
}

// A packet that was made before stays good as long as nothing else came
// between: with i & 40 it needs nothing of the card.
TEST_F(Scp02ProtocolTest, APacketMadeBeforeIsGoodUntilTheCounterMoves) {
  Channel channel = Make(0x55);
  Initialize(channel);
  const card::CommandApdu authenticate = host_.ExternalAuthenticate(0x01);
  channel.Close();
  ASSERT_OK(channel.InitializeUpdate(host_.InitializeUpdate(), random_));
  EXPECT_OK(channel.ExternalAuthenticate(authenticate));
}

TEST_F(Scp02ProtocolTest, AWornCounterIsTheEnd) {
  Channel channel = Make(0x55, {0x7FFF, 0});
  Initialize(channel);
  EXPECT_EQ(Authenticate(channel), card::kSuccess);
  EXPECT_EQ(
      StatusWordOf(
          channel.InitializeUpdate(host_.InitializeUpdate(), random_).status()),
      kConditionsNotSatisfied);
  EXPECT_FALSE(channel.authenticated());
}

TEST_F(Scp02ProtocolTest, ACardMayCountToTheEndOfSixteenBits) {
  ChannelOptions options;
  options.last_scp02_sequence = 0xFFFF;
  Channel channel =
      *Channel::Create(TestDesKeys(), options, KeyCounters{0xFFFF, 0});
  EXPECT_EQ(ToHex(ByteSpan(Initialize(channel)).subspan(12, 2)), "FFFF");
}

TEST_F(Scp02ProtocolTest, OneBaseKeyIsTheSameKeyThreeTimes) {
  ChannelOptions options;
  options.scp02_i = 0x44;
  EXPECT_THAT(Channel::Create(TestDesKeys(), options),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_OK(Channel::Create(Keys(0x44), options));
}

TEST_F(Scp02ProtocolTest, AHostChallengeHasEightBytes) {
  Channel channel = Make(0x55);
  for (const size_t size : {0u, 7u, 9u, 16u}) {
    EXPECT_EQ(
        StatusWordOf(channel
                         .InitializeUpdate(*card::CommandApdu::Create(
                                               {0x80, 0x50, 0, 0}, Bytes(size)),
                                           random_)
                         .status()),
        kWrongLength);
  }
}

}  // namespace
}  // namespace cardferry::cardsim
