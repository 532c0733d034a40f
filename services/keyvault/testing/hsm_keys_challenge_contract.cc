// HsmKeysContract: the challenges of cards that have pseudo-random ones.
#include "lib/base/status_matchers.h"
#include "services/keyvault/testing/hsm_keys_contract.h"

namespace cardferry::keyvault {
namespace {

struct RealChallenge {
  const char* vector;  // of tests/vectors: published traces of real cards
  const char* key_set;
  scp::ChannelProtocol protocol;
  const char* counter;
  const char* aid;
  const char* challenge;
};

constexpr RealChallenge kRealChallenges[] = {
    {"gp4net_configure_gpshell_log_s0",
     "des-none-112",
     {scp::kScp02, 0x55},
     "0001",
     "A000000151000000",
     "3C2B9786B83B"},
    {"gp4net_configure_gpshell_log_s1",
     "des-none-112",
     {scp::kScp02, 0x55},
     "0002",
     "A000000308000010000100",
     "A9698730E57C"},
    {"jcopshell_scp02_plain_s0",
     "des-none-112",
     {scp::kScp02, 0x55},
     "0000",
     "A000000003000000",
     "3D029C31C789"},
    {"gp4net_gp_pro_install_scp03_s0",
     "default",
     {scp::kScp03, 0x70},
     "000041",
     "A000000151000000",
     "D9DB42088EC157E7"},
    {"gppro_scp03_auth_jcop4_s0",
     "default",
     {scp::kScp03, 0x70},
     "000436",
     "A000000151000000",
     "734ECDCA19E446A3"},
};

TEST_P(HsmKeysContract, PredictsTheChallengesOfRealCards) {
  for (const RealChallenge& real : kRealChallenges) {
    SCOPED_TRACE(real.vector);
    const Bytes counter = FromHexOrDie(real.counter);
    const Bytes challenge = FromHexOrDie(real.challenge);
    const bool scp02 = real.protocol.scp == scp::kScp02;
    EXPECT_THAT(keys_->PredictChallenge(
                    {real.key_set, 1, {}},
                    {real.protocol, counter, FromHexOrDie(real.aid)}),
                IsOkAndHolds(scp02 ? Concat({counter, challenge}) : challenge));
  }
}

TEST_P(HsmKeysContract, PredictsChallengesOfDiversifiedKeysAsTheReference) {
  const Bytes aid = FromHexOrDie("A000000151000000");
  for (const char* name : {"kdf3-128", "kdf3-192", "kdf3-256", "des-visa2-112",
                           "des-emv-cps-168"}) {
    SCOPED_TRACE(name);
    const CardKeySelection card = {name, 1, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}};
    const bool scp02 = name[0] == 'd';
    ChallengeSource source = {{scp::kScp03, 0x71}, Bytes(3, 0x0A), aid};
    if (scp02) source = {{scp::kScp02, 0x75}, Bytes(2, 0x0A), aid};
    ASSERT_OK_AND_ASSIGN(const Bytes known,
                         reference_.PredictChallenge(card, source));
    EXPECT_EQ(known.size(), scp02 ? 8u : 16u);
    EXPECT_THAT(keys_->PredictChallenge(card, source), IsOkAndHolds(known));
    source.sequence_counter.back() ^= 1;
    EXPECT_THAT(keys_->PredictChallenge(card, source),
                IsOkAndHolds(testing::Ne(known)));
  }
}

TEST_P(HsmKeysContract, PredictsNoRandomChallenge) {
  const Bytes aid = FromHexOrDie("A000000151000000");
  EXPECT_THAT(keys_->PredictChallenge({"default", 1, {}},
                                      {{scp::kScp03, 0x60}, Bytes(3), aid}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(keys_->PredictChallenge({"other", 1, {}},
                                      {{scp::kScp03, 0x70}, Bytes(3), aid}),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace cardferry::keyvault
