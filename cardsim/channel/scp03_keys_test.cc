#include "cardsim/channel/scp03_keys.h"

#include "gtest/gtest.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

// Sessions of real cards under published test keys: the first and third
// recorded from cards (OpenPhysical/Gp4Net, gp_pro_scp03_enc.log; a Securo
// trace), the second from the tests of kaoh/globalplatform (scp03Test.c).
struct Recorded {
  const char* key;  // all three
  uint32_t sequence;
  const char* host_challenge;
  const char* card_challenge;
  const char* s_enc;
  const char* s_mac;
  const char* s_rmac;
  const char* card_cryptogram;
  const char* host_cryptogram;
};

constexpr Recorded kRecorded[] = {
    {"404142434445464748494A4B4C4D4E4F", 0x4A, "F5E88C6C30039A53",
     "0D607A25D729A20F", "6520CC360F22CA251D9345DD9627AE08",
     "5BB759C88D39B9D4C0B6B3AE1CFE0C7A", "D7501FF81C704475FCA8B9449A0CA640",
     "7E793686DEE77FAF", "3B50EF3764CCDD83"},
    {"DE2A3629CBC24E8D8869E82C8B4C0D874D88166B6F8A1C12", 0x12,
     "4157115CAD7D2FE7", "726B1E22EED4F4BB",
     "0625452BB6780ACEEAA5D9B55442CC639794555124E4E8D0",
     "DA84103E89849103BF864F54DC49C28E1BB8F24AE152D4BC",
     "12DA6523BB224BC675523D65007ECF5E4D44E0035490A60F", "AB21001BFD4B6F02",
     "9B126D1B1557297F"},
    {"404142434445464748494A4B4C4D4E4F404142434445464748494A4B4C4D4E4F", 0x0E,
     "AECA2F67DBAAE340", "0A1D17F6856F7EFC",
     "44D09B6BC478C8BD40D0033364F8965F321AF8A2F7A70564347C3D52B36670D4",
     "AC39654D429DBBD7262893EBA5170A941101AD0E1EA304541CB8B3966EE3655E",
     "C5B943613DAD5D841C250C3F6C8311CFAB637F2030C4BA9FAE38EBE3451F8731",
     "D63933F9A779FB37", "5984A45B573C5A74"},
};

KeySet KeysOf(const Recorded& recorded) {
  KeySet keys;
  keys.enc = SecretBytes::CopyOf(FromHexOrDie(recorded.key));
  keys.mac = keys.enc.Clone();
  keys.dek = keys.enc.Clone();
  return keys;
}

std::string Show(const SecretBytes& key) {
  return ToHex(key.Read(GrantSecretAccess()));
}

TEST(Scp03KeysTest, DerivesTheSessionKeysOfRecordedSessions) {
  for (const Recorded& recorded : kRecorded) {
    ASSERT_OK_AND_ASSIGN(
        const Scp03SessionKeys session,
        DeriveSessionKeys(KeysOf(recorded),
                          FromHexOrDie(recorded.host_challenge),
                          FromHexOrDie(recorded.card_challenge)));
    EXPECT_EQ(Show(session.enc), recorded.s_enc);
    EXPECT_EQ(Show(session.mac), recorded.s_mac);
    EXPECT_EQ(Show(session.rmac), recorded.s_rmac);
  }
}

TEST(Scp03KeysTest, MakesTheCryptogramsOfRecordedSessions) {
  for (const Recorded& recorded : kRecorded) {
    const Bytes host = FromHexOrDie(recorded.host_challenge);
    const Bytes card = FromHexOrDie(recorded.card_challenge);
    ASSERT_OK_AND_ASSIGN(const Scp03SessionKeys session,
                         DeriveSessionKeys(KeysOf(recorded), host, card));
    EXPECT_THAT(CardCryptogram(session, host, card),
                IsOkAndHolds(FromHexOrDie(recorded.card_cryptogram)));
    EXPECT_THAT(HostCryptogram(session, host, card),
                IsOkAndHolds(FromHexOrDie(recorded.host_cryptogram)));
  }
}

TEST(Scp03KeysTest, MakesTheChallengesThatRealCardsMade) {
  const Bytes aid = FromHexOrDie("A000000151000000");
  for (const Recorded& recorded : kRecorded) {
    EXPECT_THAT(
        PseudoRandomChallenge(KeysOf(recorded), recorded.sequence, aid, 8),
        IsOkAndHolds(FromHexOrDie(recorded.card_challenge)));
  }
}

TEST(Scp03KeysTest, EveryCounterHasAChallengeOfItsOwn) {
  const KeySet keys = KeysOf(kRecorded[0]);
  const Bytes aid = FromHexOrDie("A000000151000000");
  ASSERT_OK_AND_ASSIGN(const Bytes first,
                       PseudoRandomChallenge(keys, 1, aid, 8));
  for (const uint32_t counter : {0u, 2u, 0x101u, 0x10001u, 0xFFFFFFu}) {
    ASSERT_OK_AND_ASSIGN(const Bytes other,
                         PseudoRandomChallenge(keys, counter, aid, 8));
    EXPECT_NE(other, first) << counter;
  }
}

TEST(Scp03KeysTest, RefusesAKeyThatIsNotAes) {
  KeySet keys = KeysOf(kRecorded[0]);
  keys.mac = SecretBytes(8);
  EXPECT_THAT(DeriveSessionKeys(keys, Bytes(8), Bytes(8)),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::cardsim
