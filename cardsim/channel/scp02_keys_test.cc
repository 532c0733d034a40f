#include "cardsim/channel/scp02_keys.h"

#include "cardsim/testing/test_host.h"
#include "gtest/gtest.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

// Sessions of real cards: OpenPhysical/Gp4Net (gp_pro_scp02_enc.log),
// g0ddest/javacard-express (a published log), the GPShell documentation.
struct Recorded {
  const char* enc;
  const char* mac;
  const char* dek;
  uint32_t sequence;
  const char* host_challenge;
  const char* card_challenge;
  const char* s_enc;
  const char* s_mac;
  const char* s_dek;
  const char* card_cryptogram;
  const char* host_cryptogram;
  bool pseudo_random;  // under A000000151000000
};

constexpr char kTestKey[] = "404142434445464748494A4B4C4D4E4F";

constexpr Recorded kRecorded[] = {
    {kTestKey, kTestKey, kTestKey, 0x0013, "CE410ED7FACD71A1", "884AB6A84A18",
     "E94829A5FD577FB1512772AC2DD27024", "A4C596637EBC545276CDDFB75194B01C",
     "0B54004FB7A503931A0B3F77EDF962C4", "19A72830637708FB", "E214362A48999E2A",
     true},
    {kTestKey, kTestKey, kTestKey, 0x009B, "B39EE4A7F2A745BE", "5C03BAA19DA6",
     "38D949A613422623755549F5B041A67D", "550F307F3B3D670DF5FE60150184A0A1",
     "B26A0F2C577B41A89436D3997D157170", "0C6045AF4EF9B02B", "392B2908558A4EB0",
     false},
    {"4953445F4F54415F4B5332305F4B4943", "4953445F4F54415F4B5332305F4B4944",
     "4953445F4F54415F4B5332305F4B494B", 0x003C, "062DD8D53DF62214",
     "5EC94454B931", "5E61CF4D16305BE0366B7C1821046403",
     "34322DC5022A6467BDCCF83F4EB2E1E2", "9F44E5D212A2C676C7C1223BD6D70D43",
     "5A557E87AA7D4D05", "3ACF97BF22829F1A", true},
};

KeySet KeysOf(const Recorded& recorded) {
  KeySet keys;
  keys.type = KeyType::kDes;
  keys.enc = SecretBytes::CopyOf(FromHexOrDie(recorded.enc));
  keys.mac = SecretBytes::CopyOf(FromHexOrDie(recorded.mac));
  keys.dek = SecretBytes::CopyOf(FromHexOrDie(recorded.dek));
  return keys;
}

std::string Show(const SecretBytes& key) {
  return ToHex(key.Read(GrantSecretAccess()));
}

TEST(Scp02KeysTest, DerivesTheSessionKeysOfRecordedSessions) {
  for (const Recorded& recorded : kRecorded) {
    ASSERT_OK_AND_ASSIGN(
        const Scp02SessionKeys session,
        DeriveScp02SessionKeys(KeysOf(recorded), recorded.sequence));
    EXPECT_EQ(Show(session.enc), recorded.s_enc);
    EXPECT_EQ(Show(session.mac), recorded.s_mac);
    EXPECT_EQ(Show(session.dek), recorded.s_dek);
  }
}

TEST(Scp02KeysTest, MakesTheCryptogramsOfRecordedSessions) {
  for (const Recorded& recorded : kRecorded) {
    const Scp02SessionKeys session =
        *DeriveScp02SessionKeys(KeysOf(recorded), recorded.sequence);
    const Bytes host = FromHexOrDie(recorded.host_challenge);
    const Bytes card = FromHexOrDie(recorded.card_challenge);
    EXPECT_THAT(Scp02CardCryptogram(session, recorded.sequence, host, card),
                IsOkAndHolds(FromHexOrDie(recorded.card_cryptogram)));
    EXPECT_THAT(Scp02HostCryptogram(session, recorded.sequence, host, card),
                IsOkAndHolds(FromHexOrDie(recorded.host_cryptogram)));
  }
}

TEST(Scp02KeysTest, MakesThePseudoRandomChallengesOfRecordedSessions) {
  for (const Recorded& recorded : kRecorded) {
    if (!recorded.pseudo_random) continue;
    const Scp02SessionKeys session =
        *DeriveScp02SessionKeys(KeysOf(recorded), recorded.sequence);
    EXPECT_THAT(
        Scp02PseudoRandomChallenge(session, FromHexOrDie("A000000151000000")),
        IsOkAndHolds(FromHexOrDie(recorded.card_challenge)));
    EXPECT_NE(
        *Scp02PseudoRandomChallenge(session, FromHexOrDie("A0000001510000")),
        FromHexOrDie(recorded.card_challenge));
  }
}

TEST(Scp02KeysTest, EveryBitOfTheCounterCounts) {
  const KeySet keys = TestDesKeys();
  const std::string first = Show(DeriveScp02SessionKeys(keys, 0)->mac);
  for (int bit = 0; bit < 16; ++bit) {
    EXPECT_NE(Show(DeriveScp02SessionKeys(keys, 1u << bit)->mac), first) << bit;
  }
}

TEST(Scp02KeysTest, RefusesKeysOfAnotherLength) {
  for (const size_t size : {0u, 8u, 15u, 24u}) {
    KeySet keys = TestDesKeys();
    keys.mac = SecretBytes(size);
    EXPECT_THAT(DeriveScp02SessionKeys(keys, 0),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

// The first recorded session's R-MAC key; the others were made with another
// implementation of triple DES.
TEST(Scp02KeysTest, KeysOfImplicitSessionsComeFromTheNextCounterButForTheMac) {
  ASSERT_OK_AND_ASSIGN(const Scp02SessionKeys recorded,
                       DeriveScp02SessionKeys(KeysOf(kRecorded[0]), 0x0013));
  EXPECT_EQ(Show(recorded.rmac), "94EAE1F3661F5D308A7FE41BB45FBE67");
  ASSERT_OK_AND_ASSIGN(
      const Scp02SessionKeys keys,
      DeriveImplicitScp02SessionKeys(KeysOf(kRecorded[0]), 0x0007));
  EXPECT_EQ(Show(keys.mac), "7A227D376A9DBE23AB50B7DCB45B2093");
  EXPECT_EQ(Show(keys.dek), "B4F75CE0A95EA3F86BBD051CB77C0FAE");
  EXPECT_EQ(Show(keys.rmac), "A482E6D5A5D383130BB271A8578F3B16");
  EXPECT_EQ(Show(keys.begun_rmac), Show(keys.rmac));
  ASSERT_OK_AND_ASSIGN(const Scp02SessionKeys same,
                       DeriveScp02SessionKeys(KeysOf(kRecorded[0]), 0x0008));
  EXPECT_EQ(Show(same.rmac), Show(keys.rmac));
  EXPECT_THAT(Scp02AidMac(keys.mac, FromHexOrDie("A000000151000000")),
              IsOkAndHolds(FromHexOrDie("2503683B31FAE915")));
}

}  // namespace
}  // namespace cardferry::cardsim
