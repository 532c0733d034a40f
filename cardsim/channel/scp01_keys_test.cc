#include "cardsim/channel/scp01_keys.h"

#include "cardsim/testing/test_host.h"
#include "gtest/gtest.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

std::string Show(const SecretBytes& key) {
  return ToHex(key.Read(GrantSecretAccess()));
}

// kaoh/globalplatform, scp01Test.c, mutual_auth_visa2.
TEST(Scp01KeysTest, DerivesTheSessionKeysOfARecordedSession) {
  KeySet keys = TestDesKeys();
  keys.enc =
      SecretBytes::CopyOf(FromHexOrDie("884017FCA6EC4FF6382A4E1AF85AFA51"));
  keys.mac =
      SecretBytes::CopyOf(FromHexOrDie("39FC0CD420D3DF51EA93F2DD169B7D33"));
  const Bytes host = FromHexOrDie("5218A9EAE3863131");
  const Bytes card = FromHexOrDie("A67BE0F6BB2920AA");
  ASSERT_OK_AND_ASSIGN(const Scp01SessionKeys session,
                       DeriveScp01SessionKeys(keys, host, card));
  EXPECT_EQ(Show(session.enc), "6EE30ED3E8413CDC1503E2FFCC0BF2EE");
  EXPECT_EQ(Show(session.mac), "E71F9A39E5575640934251C41CFCEC32");
  EXPECT_THAT(Scp01CardCryptogram(session, host, card),
              IsOkAndHolds(FromHexOrDie("D421FF3948F1304B")));
  EXPECT_THAT(Scp01HostCryptogram(session, host, card),
              IsOkAndHolds(FromHexOrDie("ED016D672E889366")));
}

TEST(Scp01KeysTest, RefusesOtherLengths) {
  for (const size_t size : {0u, 7u, 9u}) {
    EXPECT_THAT(DeriveScp01SessionKeys(TestDesKeys(), Bytes(size), Bytes(8)),
                StatusIs(absl::StatusCode::kInvalidArgument));
    EXPECT_THAT(DeriveScp01SessionKeys(TestDesKeys(), Bytes(8), Bytes(size)),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
  EXPECT_THAT(DeriveScp01SessionKeys(TestKeys(24), Bytes(8), Bytes(8)),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::cardsim
