#include "services/keyvault/approval_desk.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/base/testing/counting_random.h"
#include "lib/base/testing/fake_clock.h"
#include "lib/crypto/digest.h"
#include "services/keyvault/testing/fake_approvals.h"

namespace cardferry::keyvault {
namespace {

class ApprovalDeskTest : public testing::Test {
 protected:
  absl::StatusOr<Approval> Approve() {
    return desk_.Approve("alice", request_);
  }

  FakeClock clock_;
  CountingRandom random_;
  FakeContentSigner signer_;
  FakeApprovalLedger ledger_;
  ApprovalDesk desk_{signer_, ledger_, clock_, random_};
  ApprovalRequest request_{"dap", LoadFileApproval{Bytes(32, 0xAB)},
                           clock_.Now() + absl::Hours(24), "release 1.2"};
};

TEST_F(ApprovalDeskTest, SignsWhatWasNamedAndRecordsWhoDidIt) {
  ASSERT_OK_AND_ASSIGN(const Approval approval, Approve());
  ASSERT_EQ(signer_.all().size(), 1u);
  EXPECT_EQ(signer_.all()[0].key, "dap");
  EXPECT_EQ(signer_.all()[0].message, Bytes(32, 0xAB));
  EXPECT_EQ(approval.signature,
            FakeContentSigner::SignatureOf("dap", Bytes(32, 0xAB)));
  EXPECT_EQ(approval.digest, crypto::Sha256(Bytes(32, 0xAB)));
  EXPECT_EQ(approval.approver, "alice");
  EXPECT_EQ(approval.signing_key, "dap");
  EXPECT_EQ(approval.reason, "release 1.2");
  EXPECT_EQ(approval.approved_at, clock_.Now());
  EXPECT_EQ(approval.valid_until, clock_.Now() + absl::Hours(24));
  EXPECT_EQ(approval.id.size(), 32u);

  ASSERT_OK_AND_ASSIGN(const auto listed, desk_.List(9));
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0].id, approval.id);
  EXPECT_EQ(listed[0].signature, approval.signature);
  ASSERT_EQ(ledger_.events().size(), 1u);
  EXPECT_EQ(ledger_.events()[0],
            (Alarm{clock_.Now(), "content approved",
                   approval.id + " by alice: " + approval.summary, ""}));
}

TEST_F(ApprovalDeskTest, GivesWhatIsValidToThoseWhoSendContent) {
  ASSERT_OK_AND_ASSIGN(const Approval approval, Approve());
  const std::vector<ApprovedThing> asked = {
      {"token", approval.digest},
      {"dap", approval.digest},
      {"dap", crypto::Sha256(Bytes(32, 0xAC))}};
  ASSERT_OK_AND_ASSIGN(const auto found, desk_.FindValid(asked));
  ASSERT_EQ(found.size(), 3u);
  EXPECT_FALSE(found[0].has_value());
  ASSERT_TRUE(found[1].has_value());
  EXPECT_EQ(found[1]->id, approval.id);
  EXPECT_FALSE(found[2].has_value());
  clock_.Advance(absl::Hours(24));
  ASSERT_OK_AND_ASSIGN(const auto later, desk_.FindValid(asked));
  EXPECT_FALSE(later[1].has_value());
  ASSERT_OK_AND_ASSIGN(const Approval same, desk_.Find(approval.id));
  EXPECT_EQ(same.reason, "release 1.2");
  EXPECT_THAT(desk_.Find("00"), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ApprovalDeskTest, GivesNoSignatureThatIsNotRecorded) {
  ledger_.set_failure(absl::UnavailableError("the disk is full"));
  EXPECT_THAT(Approve(), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(ApprovalDeskTest, EachApprovalHasAnIdOfItsOwn) {
  ASSERT_OK_AND_ASSIGN(const Approval one, Approve());
  ASSERT_OK_AND_ASSIGN(const Approval other, Approve());
  EXPECT_NE(one.id, other.id);
}

TEST_F(ApprovalDeskTest, WantsAReason) {
  for (const size_t size : {0u, 501u}) {
    request_.reason = std::string(size, 'x');
    EXPECT_THAT(Approve(), StatusIs(absl::StatusCode::kInvalidArgument));
  }
  EXPECT_TRUE(signer_.all().empty());
}

TEST_F(ApprovalDeskTest, IsValidForATimeOnly) {
  for (const absl::Time until :
       {clock_.Now(), clock_.Now() - absl::Seconds(1),
        clock_.Now() + ApprovalDesk::kLongest + absl::Microseconds(1)}) {
    request_.valid_until = until;
    EXPECT_THAT(Approve(), StatusIs(absl::StatusCode::kInvalidArgument));
  }
  EXPECT_TRUE(signer_.all().empty());
  request_.valid_until = clock_.Now() + ApprovalDesk::kLongest;
  EXPECT_OK(Approve());
}

TEST_F(ApprovalDeskTest, AKeyForTokensSignsNoLoadFile) {
  request_.signing_key = "token";
  EXPECT_THAT(Approve(), StatusIs(absl::StatusCode::kNotFound));
  ASSERT_OK_AND_ASSIGN(const auto listed, desk_.List(9));
  EXPECT_TRUE(listed.empty());
}

}  // namespace
}  // namespace cardferry::keyvault
