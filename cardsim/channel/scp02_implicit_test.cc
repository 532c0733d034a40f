// SCP02 whose sessions begin by the first C-MAC. The commands were made with
// another implementation of triple DES and annex E's rules: S-MAC from the
// counter as it stands, S-DEK and S-RMAC from the next one.
#include <utility>

#include "cardsim/card_error.h"
#include "cardsim/channel/channel.h"
#include "cardsim/testing/test_host.h"
#include "gtest/gtest.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_matchers.h"
#include "lib/base/testing/counting_random.h"

namespace cardferry::cardsim {
namespace {

constexpr uint32_t kSequence = 7;

Channel Make(uint8_t i, KeyCounters counters = {kSequence, 0}) {
  KeySet keys = TestDesKeys();
  for (SecretBytes* key : {&keys.enc, &keys.mac, &keys.dek}) {
    *key =
        SecretBytes::CopyOf(FromHexOrDie("404142434445464748494A4B4C4D4E4F"));
  }
  ChannelOptions options;
  options.scp02_i = i;
  options.aid = FromHexOrDie("A000000151000000");
  return *Channel::Create(std::move(keys), options, counters);
}

card::StatusWord Try(Channel& channel, absl::string_view command) {
  return StatusWordOf(channel.Unwrap(Apdu(command)).status());
}

constexpr char kFirst[] = "84CA006608B3F47132DE5104AD00";
constexpr char kFirstPlain[] = "80CA006600";
// The second MAC, under an encrypted ICV.
constexpr char kSecond[] = "84F240020A4F0000EC8C6A44F6BF9B00";

TEST(Scp02ImplicitTest, TheFirstMacBeginsTheSession) {
  for (const uint8_t i : {uint8_t{0x1A}, uint8_t{0x1B}, uint8_t{0x3A}}) {
    Channel channel = Make(i);
    EXPECT_FALSE(channel.authenticated());
    EXPECT_THAT(channel.Unwrap(Apdu(kFirst)), IsOkAndHolds(Apdu(kFirstPlain)));
    EXPECT_TRUE(channel.authenticated());
    EXPECT_EQ(channel.counters().sequence, kSequence + 1);
    EXPECT_THAT(channel.Unwrap(Apdu(kSecond)),
                IsOkAndHolds(Apdu("80F24002024F0000")));
    // On logical channel 1: no part of what is MACed.
    EXPECT_THAT(channel.Unwrap(Apdu("85E280000C1122334494E0FE8EFD575520")),
                IsOkAndHolds(Apdu("81E280000411223344")));
  }
}

TEST(Scp02ImplicitTest, WithoutEncryptedIcvsTheChainIsAnother) {
  Channel channel = Make(0x0A);
  ASSERT_OK(channel.Unwrap(Apdu(kFirst)));
  EXPECT_OK(channel.Unwrap(Apdu("84F240020A4F00F5FEFDC2878E66B600")));
  EXPECT_OK(channel.Unwrap(Apdu("85E280000C11223344F2689649AE872229")));
}

TEST(Scp02ImplicitTest, CommandsWithoutMacAreTakenAndCountForNothing) {
  Channel channel = Make(0x1A);
  ASSERT_OK(channel.Unwrap(Apdu(kFirst)));
  EXPECT_THAT(channel.Unwrap(Apdu(kFirstPlain)),
              IsOkAndHolds(Apdu(kFirstPlain)));
  EXPECT_OK(channel.Unwrap(Apdu(kSecond)));
}

TEST(Scp02ImplicitTest, AWrongFirstMacIsAFailureAndTheOnlyTryUntilASelect) {
  Channel channel = Make(0x1A);
  EXPECT_EQ(Try(channel, "84CA006608B3F47132DE5104AE00"),
            kSecurityNotSatisfied);
  EXPECT_EQ(channel.counters().failures, 1);
  EXPECT_EQ(channel.counters().sequence, kSequence);
  EXPECT_EQ(Try(channel, kFirst), kConditionsNotSatisfied);
  channel.Select(FromHexOrDie("A000000151000000"));
  EXPECT_EQ(Try(channel, kFirst), card::kSuccess);
  EXPECT_EQ(channel.counters().failures, 0);
}

TEST(Scp02ImplicitTest, ASessionThatEndedDoesNotBeginAgainWithoutASelect) {
  Channel channel = Make(0x1A, {kSequence - 1, 0});
  EXPECT_EQ(Try(channel, kFirst), kSecurityNotSatisfied);
  channel = Make(0x1A);
  ASSERT_EQ(Try(channel, kFirst), card::kSuccess);
  EXPECT_EQ(Try(channel, kFirst), kSecurityNotSatisfied);  // a replay
  EXPECT_FALSE(channel.authenticated());
  EXPECT_EQ(Try(channel, kSecond), kConditionsNotSatisfied);
  EXPECT_EQ(Try(channel, kFirstPlain), card::kSuccess);
}

TEST(Scp02ImplicitTest, ALockedKeySetAndAWornCounterBeginNothing) {
  Channel locked = Make(0x1A, {kSequence, 10});
  EXPECT_EQ(Try(locked, kFirst), kAuthenticationBlocked);
  Channel worn = Make(0x1A, {kLastScp02Sequence + 1, 0});
  EXPECT_EQ(Try(worn, kFirst), kConditionsNotSatisfied);
}

TEST(Scp02ImplicitTest, ThereIsNoHandshake) {
  Channel channel = Make(0x1A);
  ASSERT_OK(channel.Unwrap(Apdu(kFirst)));
  CountingRandom random;
  EXPECT_EQ(
      StatusWordOf(
          channel.InitializeUpdate(Apdu("80500000081011121314151617"), random)
              .status()),
      kInsNotSupported);
  EXPECT_EQ(StatusWordOf(channel.ExternalAuthenticate(
                Apdu("848201001000000000000000000000000000000000"))),
            kInsNotSupported);
  EXPECT_TRUE(channel.authenticated());
}

TEST(Scp02ImplicitTest, KeysComeInCbcUnderTheKeyOfTheNextCounter) {
  Channel channel = Make(0x1A);
  ASSERT_OK(channel.Unwrap(Apdu(kFirst)));
  ASSERT_OK_AND_ASSIGN(
      const SecretBytes key,
      channel.UnwrapKey(FromHexOrDie("793E4CE85A8336FCF628644C011EDF9F")));
  EXPECT_EQ(ToHex(key.Read(GrantSecretAccess())),
            "00112233445566778899AABBCCDDEEFF");
}

class Scp02RMacSessionTest : public testing::Test {
 protected:
  // The answer as it goes out to a command that answers `plain`.
  std::string Answer(absl::string_view command, absl::string_view plain) {
    EXPECT_OK(channel_.Unwrap(Apdu(command)));
    return ToHex(channel_.Wrap(*card::ResponseApdu::Parse(FromHexOrDie(plain)))
                     .Encode());
  }
  std::string Manage(absl::string_view command) {
    const auto plain = channel_.Unwrap(Apdu(command));
    if (!plain.ok()) return "not unwrapped";
    const auto answer = channel_.ManageRMac(*plain);
    const card::ResponseApdu bare{{}, StatusWordOf(answer.status())};
    return ToHex(channel_.Wrap(answer.ok() ? *answer : bare).Encode());
  }

  Channel channel_ = Make(0x3A);
};

TEST_F(Scp02RMacSessionTest, ChainsCommandsAndAnswersFromBeginToEnd) {
  EXPECT_EQ(Manage("847A10010B02AABB501341AB93615C03"), "9000");
  EXPECT_EQ(Answer("84CA006608C7E9FBB1104877EF00", "66009000"),
            "660069C2AAF7F6CFF58C9000");
  // An error goes out bare, and moves the chain on.
  EXPECT_EQ(Answer("84F240020A4F001F7ED5BD1517F7B000", "6A88"), "6A88");
  EXPECT_EQ(Answer("85E280000C1122334475EDE8EF202743AC", "9000"),
            "0F28DFAD3D141F1D9000");
  EXPECT_EQ(Manage("8478000308FA704FEB239E502400"), "0F28DFAD3D141F1D9000");
  // Over: plain answers again.
  EXPECT_EQ(Answer("80CA006600", "66009000"), "66009000");
  EXPECT_EQ(Manage("8078000300"), "6985");
}

TEST_F(Scp02RMacSessionTest, AnswersMayComeWithoutTheirRMacs) {
  ASSERT_OK(channel_.Unwrap(Apdu(kFirst)));
  EXPECT_EQ(Manage("807A0001"), "9000");
  EXPECT_EQ(Answer("80CA006600", "66009000"), "66009000");
  const std::string now = Manage("8078000100");  // and goes on
  EXPECT_EQ(now.size(), 20u);
  EXPECT_EQ(Manage("8078000100"), now);
  EXPECT_EQ(Answer("80CA006600", "66009000"), "66009000");
  EXPECT_NE(Manage("8078000300"), now);
}

TEST_F(Scp02RMacSessionTest, RefusesWhatIsNoSuchCommand) {
  EXPECT_EQ(StatusWordOf(channel_.ManageRMac(Apdu("807A1001")).status()),
            kConditionsNotSatisfied);
  ASSERT_OK(channel_.Unwrap(Apdu(kFirst)));
  EXPECT_EQ(Manage("807A3001"), "6A86");
  EXPECT_EQ(Manage("807A1000"), "6A86");
  EXPECT_EQ(Manage("807A1001020511"), "6A80");
  EXPECT_EQ(Manage("8078000300"), "6985");
  EXPECT_EQ(Manage("807A1001"), "9000");
  EXPECT_EQ(Manage("807A1001"), "6985");
  EXPECT_EQ(Manage("8078000200"), "6A86");
  EXPECT_EQ(Manage("8078010300"), "6A86");
}

TEST(Scp02RMacTest, IsNotThereWithoutItsBit) {
  Channel channel = Make(0x1A);
  ASSERT_OK(channel.Unwrap(Apdu(kFirst)));
  EXPECT_EQ(StatusWordOf(channel.ManageRMac(Apdu("807A1001")).status()),
            kInsNotSupported);
}

// g0ddest/javacard-express, scp-error-status-vectors.txt.
TEST(Scp02RMacTest, ReplaysARecordedSessionWithAnErrorInIt) {
  KeySet keys = TestDesKeys();
  keys.enc =
      SecretBytes::CopyOf(FromHexOrDie("0FD763C6E77BA53D75E56DA9A1D81E4C"));
  keys.mac =
      SecretBytes::CopyOf(FromHexOrDie("17854BEEB8D720A901A78397DD7DFB71"));
  keys.dek =
      SecretBytes::CopyOf(FromHexOrDie("C352B9F010FB10632C42EAEB7FF7F81E"));
  ChannelOptions options;
  options.scp02_i = 0x75;
  options.last_scp02_sequence = 0xFFFF;
  options.fixed_challenge = FromHexOrDie("7A907E567C53");
  Channel channel =
      *Channel::Create(std::move(keys), options, KeyCounters{0xBB15, 0});
  CountingRandom random;
  ASSERT_OK(
      channel.InitializeUpdate(Apdu("80500000087EF527300B55BFAF00"), random));
  ASSERT_OK(channel.ExternalAuthenticate(
      Apdu("848211001024AD0FD943CB337B747C6783C0697FBA")));
  ASSERT_OK(channel.Unwrap(Apdu("84E400000F4F05A000000001DB879E286533CA9600")));
  EXPECT_EQ(ToHex(channel.Wrap({{}, kReferencedDataNotFound}).Encode()),
            "6A88");
  ASSERT_OK(channel.Unwrap(Apdu("84CA006608D66E12C2F85AB2C600")));
  EXPECT_EQ(ToHex(channel.Wrap({{0x66, 0x00}, card::kSuccess}).Encode()),
            "6600B938E244578BAA499000");
}

}  // namespace
}  // namespace cardferry::cardsim
