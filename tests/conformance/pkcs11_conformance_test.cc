// The host over real PKCS#11 modules, in each way in which the keyvault may use
// them.
#include <memory>
#include <utility>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "tests/conformance/expected_counts.h"
#include "tests/conformance/host_runner.h"
#include "tests/conformance/pkcs11_host_crypto.h"
#include "tests/conformance/runners.h"

namespace cardferry::conformance {
namespace {

using pkcs11::KdfRecipe;
using pkcs11::TestModule;

void RunWith(TestModule module, const keyvault::KnownKeyWays& ways) {
  ASSERT_OK_AND_ASSIGN(std::unique_ptr<HostCrypto> hsm,
                       Pkcs11HostCrypto::Create(module, ways));
  ExpectCounts(std::make_unique<HostRunner>(std::move(hsm)), HsmHostCounts());
}

TEST(Pkcs11ConformanceTest, SoftHsmDoesWhatTheVectorsSayWithMacsByCbc) {
  RunWith(TestModule::kSoftHsm, {KdfRecipe::kAesData, true});
}

TEST(Pkcs11ConformanceTest, SoftHsmDoesWhatTheVectorsSayWithMacsBySign) {
  RunWith(TestModule::kSoftHsm, {KdfRecipe::kAesData, false});
}

TEST(Pkcs11ConformanceTest, NssDoesWhatTheVectorsSayWithItsOwnKeyDerivation) {
  RunWith(TestModule::kNss, {KdfRecipe::kNative, true});
}

TEST(Pkcs11ConformanceTest, NssDoesWhatTheVectorsSayWithOurKeyDerivation) {
  RunWith(TestModule::kNss, {KdfRecipe::kAesData, false});
}

TEST(Pkcs11ConformanceTest, AnHsmFailsAVectorThatIsWrong) {
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<HostCrypto> hsm,
                       Pkcs11HostCrypto::Create());
  const Bytes key(16, 0x40);
  const Bytes wrong(16, 0x41);
  EXPECT_THAT(hsm->CheckCmac(key, {}, wrong),
              StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(hsm->CheckScp03Kdf(key, 0x04, Bytes(16), wrong),
              StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(hsm->CheckCounterKdf(key, {}, Bytes(8), Bytes(20)),
              StatusIs(absl::StatusCode::kDataLoss));
  for (const scp::Diversification scheme :
       {scp::Diversification::kNone, scp::Diversification::kVisa2,
        scp::Diversification::kEmvCps11, scp::Diversification::kKdf3,
        scp::Diversification::kKdf3WithLength}) {
    EXPECT_THAT(hsm->CheckDiversified(scheme, key, 1, Bytes(10), wrong),
                StatusIs(absl::StatusCode::kDataLoss));
  }
  for (const size_t length : {16u, 24u, 32u}) {
    EXPECT_THAT(hsm->CheckAn10922(scp::KeyKind::kAes, Bytes(length, 0x40),
                                  Bytes(7), Bytes(length, 0x41)),
                StatusIs(absl::StatusCode::kDataLoss));
  }
  for (const size_t length : {16u, 24u}) {
    EXPECT_THAT(hsm->CheckAn10922(scp::KeyKind::kTripleDes, Bytes(length, 0x40),
                                  Bytes(7), Bytes(length, 0x41)),
                StatusIs(absl::StatusCode::kDataLoss));
  }
  EXPECT_THAT(
      hsm->CheckScp02Key(key, scp::Scp02Constant::kSMac, Bytes(2), wrong),
      StatusIs(absl::StatusCode::kDataLoss));
}

TEST(RunnersTest, AreAllOfThemWhenNothingIsSaid) {
  ASSERT_OK_AND_ASSIGN(const auto runners, MakeRunners({}));
  ASSERT_EQ(runners.size(), 3u);
  EXPECT_EQ(runners[0]->name(), "host/openssl");
  EXPECT_EQ(runners[1]->name(), "host/pkcs11");
  EXPECT_EQ(runners[2]->name(), "card");
}

}  // namespace
}  // namespace cardferry::conformance
