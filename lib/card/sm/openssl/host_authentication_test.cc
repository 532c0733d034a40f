#include "lib/card/sm/openssl/host_authentication.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_matchers.h"

namespace cardferry::sm {
namespace {

SecretBytes Secret(absl::string_view hex) {
  return SecretBytes::CopyOf(FromHexOrDie(hex));
}

// The worked example of ICAO Doc 9303-11, appendix D.2 and D.3.
constexpr char kCardChallenge[] = "4608F91988702212";
constexpr char kToken[] =
    "72C29C2371CC9BDB65B779B8E8D37B29ECC154AA56A8799FAE2F498F76ED92F2"
    "5F1448EEA8AD90A7";
constexpr char kAnswer[] =
    "46B9342A41396CD7386BF5803104D7CEDC122B9132139BAF2EEDC94EE178534F"
    "2F2D235D074D7449";

StaticKeys Keys() {
  return {Algorithm::kTripleDes, Secret("AB94FDECF2674FDFB9B391F85D7F76F2"),
          Secret("7962D9ECE03D1ACD4C76089DCE131543")};
}

HostRandom Host() {
  return {FromHexOrDie("781723860C06C226"),
          Secret("0B795240CB7049B01C19B33E32804F0B")};
}

absl::StatusOr<SmSession> Finish(ByteSpan answer) {
  return FinishMutualAuthentication(Keys(), Host(),
                                    FromHexOrDie(kCardChallenge), answer);
}

TEST(HostAuthenticationTest, MakesThePublishedToken) {
  ASSERT_OK_AND_ASSIGN(
      const Bytes token,
      MutualAuthenticationToken(Keys(), Host(), FromHexOrDie(kCardChallenge)));
  EXPECT_EQ(ToHex(token), kToken);
}

TEST(HostAuthenticationTest, OpensThePublishedSession) {
  ASSERT_OK_AND_ASSIGN(const SmSession session, Finish(FromHexOrDie(kAnswer)));
  EXPECT_EQ(ToHex(session.counter.bytes()), "887022120C06C226");
  // The MAC of the first command of appendix D.4.
  EXPECT_THAT(
      session.cipher->Macs({FromHexOrDie("887022120C06C2270CA4020C80000000"
                                         "8709016375432908C044F68000000000")}),
      IsOkAndHolds(std::vector<Bytes>{FromHexOrDie("BF8B92D635FF24F8")}));
}

// Appendix D.1 and D.2, but for the parity bits.
TEST(HostAuthenticationTest, DerivesThePublishedKeys) {
  const SecretBytes seed = Secret("239AB9CB282DAF66231DC5A4DF6BFBAE");
  const auto key = [&seed](uint8_t number) {
    SecretBytes derived = *DeriveKey(seed, number, 16);
    std::string hex;
    for (const uint8_t byte : derived.Read(GrantSecretAccess())) {
      hex += ToHex({static_cast<uint8_t>(byte & 0xFE)});
    }
    return hex;
  };
  EXPECT_EQ(key(1), "AA94FCECF2664EDEB8B290F85C7E76F2");
  EXPECT_EQ(key(2), "7862D8ECE03C1ACC4C76089CCE121442");
}

TEST(HostAuthenticationTest, RefusesEveryFlippedBitOfTheAnswer) {
  const Bytes answer = FromHexOrDie(kAnswer);
  for (size_t bit = 0; bit < 8 * answer.size(); ++bit) {
    Bytes flipped = answer;
    flipped[bit / 8] = static_cast<uint8_t>(flipped[bit / 8] ^ 1 << bit % 8);
    EXPECT_THAT(Finish(flipped), StatusIs(absl::StatusCode::kDataLoss)) << bit;
  }
}

TEST(HostAuthenticationTest, RefusesEveryTruncationOfTheAnswer) {
  const Bytes answer = FromHexOrDie(kAnswer);
  for (size_t size = 0; size < answer.size(); ++size) {
    EXPECT_THAT(Finish(ByteSpan(answer).first(size)),
                StatusIs(absl::StatusCode::kDataLoss))
        << size;
  }
}

// The host's own token comes back: a terminal without keys can do that.
TEST(HostAuthenticationTest, RefusesItsOwnToken) {
  EXPECT_THAT(Finish(FromHexOrDie(kToken)),
              StatusIs(absl::StatusCode::kDataLoss,
                       "the card's authentication is for other challenges"));
}

// A terminal without keys that hands on the host's challenge as the card's.
TEST(HostAuthenticationTest, RefusesTheHostsChallengeAsTheCards) {
  const HostRandom host = Host();
  const auto refused = StatusIs(absl::StatusCode::kInvalidArgument,
                                testing::HasSubstr("its own token"));
  EXPECT_THAT(MutualAuthenticationToken(Keys(), host, host.challenge), refused);
  EXPECT_THAT(FinishMutualAuthentication(Keys(), host, host.challenge,
                                         FromHexOrDie(kAnswer)),
              refused);
}

// The seed of the session keys would be zeros.
TEST(HostAuthenticationTest, RefusesTheHostsKeyAsTheCards) {
  HostRandom card = Host();
  card.challenge = FromHexOrDie(kCardChallenge);
  ASSERT_OK_AND_ASSIGN(const Bytes answer, MutualAuthenticationToken(
                                               Keys(), card, Host().challenge));
  EXPECT_THAT(Finish(answer), StatusIs(absl::StatusCode::kDataLoss,
                                       "the card's key is the host's"));
  card.key = Secret("0B795240CB7049B01C19B33E32804F0A");
  ASSERT_OK_AND_ASSIGN(const Bytes other, MutualAuthenticationToken(
                                              Keys(), card, Host().challenge));
  EXPECT_OK(Finish(other));
}

TEST(HostAuthenticationTest, RefusesOtherLengths) {
  HostRandom short_challenge = Host();
  short_challenge.challenge.pop_back();
  HostRandom short_key = Host();
  short_key.key = SecretBytes(15);
  for (const HostRandom* host : {&short_challenge, &short_key}) {
    EXPECT_THAT(
        MutualAuthenticationToken(Keys(), *host, FromHexOrDie(kCardChallenge)),
        StatusIs(absl::StatusCode::kInvalidArgument));
  }
  EXPECT_THAT(MutualAuthenticationToken(Keys(), Host(), Bytes(7)),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(DeriveKey(SecretBytes(16), 1, 33),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::sm
