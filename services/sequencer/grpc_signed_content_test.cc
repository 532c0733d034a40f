#include "services/sequencer/grpc_signed_content.h"

#include <string>

#include "lib/base/status_matchers.h"
#include "proto/cardferry/keyvault/v1/approvals_mock.grpc.pb.h"

namespace cardferry::sequencer {
namespace {

namespace pb = keyvault::v1;
using absl::StatusCode;
using testing::Return;

class GrpcSignedContentTest : public testing::Test {
 protected:
  GrpcSignedContentTest() {
    auto stub = std::make_unique<pb::MockSignedContentStub>();
    stub_ = stub.get();
    signed_content_ = std::make_unique<GrpcSignedContent>(std::move(stub));
  }

  pb::MockSignedContentStub* stub_;
  std::unique_ptr<GrpcSignedContent> signed_content_;
};

TEST_F(GrpcSignedContentTest, AsksForManyInBatches) {
  std::vector<int> calls;
  EXPECT_CALL(*stub_, FindApprovals)
      .WillRepeatedly([&calls](grpc::ClientContext*,
                               const pb::FindApprovalsRequest& request,
                               pb::FindApprovalsResponse* response) {
        calls.push_back(request.approvals_size());
        EXPECT_EQ(request.approvals(0).signing_key(), "acme");
        for (const pb::WantedApproval& wanted : request.approvals()) {
          pb::FoundApproval& found = *response->add_approvals();
          if (wanted.digest()[0] == 0) continue;
          found.set_id("id");
          found.set_signature(wanted.digest());
        }
        return grpc::Status::OK;
      });
  std::vector<WantedSignature> wanted(257, {"acme", Bytes(32, 7)});
  wanted[256].digest[0] = 0;
  ASSERT_OK_AND_ASSIGN(const auto found,
                       signed_content_->FindApprovals(wanted));
  EXPECT_THAT(calls, testing::ElementsAre(256, 1));
  ASSERT_EQ(found.size(), 257u);
  EXPECT_EQ(found[255], Bytes(32, 7));
  EXPECT_EQ(found[256], std::nullopt);
}

TEST_F(GrpcSignedContentTest, AsksWhetherReceiptsAreTheCards) {
  using Kind = ConfirmedContent::Kind;
  const auto aid = [](const char* hex) { return *card::Aid::FromHex(hex); };
  const card::Aid a = aid("A000000001");
  const card::Aid b = aid("A000000002");
  const card::Aid c = aid("A000000003");
  pb::VerifyReceiptsRequest asked;
  EXPECT_CALL(*stub_, VerifyReceipts)
      .WillOnce([&asked](grpc::ClientContext*,
                         const pb::VerifyReceiptsRequest& request,
                         pb::VerifyReceiptsResponse* response) {
        asked = request;
        for (const bool one : {true, false, true, true}) {
          response->add_verified(one);
        }
        return grpc::Status::OK;
      })
      .WillOnce(Return(grpc::Status::OK));  // for none
  const std::vector<ReceiptToVerify> receipts = {
      {{Kind::kLoaded, {a, b}}, {1, 2}, {3}},
      {{Kind::kInstalled, {a, b}}, {}, {}},
      {{Kind::kExtradited, {a, b, c}}, {}, {}},
      {{Kind::kDeleted, {c}}, {}, {}}};
  EXPECT_THAT(
      signed_content_->VerifyReceipts("my/set/00010203040506070809", receipts),
      IsOkAndHolds(testing::ElementsAre(true, false, true, true)));
  EXPECT_EQ(asked.key_set(), "my/set");
  EXPECT_EQ(ToHex(AsBytes(asked.key_diversification_data())),
            "00010203040506070809");
  EXPECT_EQ(asked.receipts(0).receipt(), "\x01\x02");
  EXPECT_EQ(asked.receipts(0).confirmation_data(), "\x03");
  EXPECT_EQ(asked.receipts(0).loaded().load_file_aid(), AsString(a.bytes()));
  EXPECT_EQ(asked.receipts(0).loaded().security_domain_aid(),
            AsString(b.bytes()));
  EXPECT_EQ(asked.receipts(1).installed().instance_aid(), AsString(b.bytes()));
  EXPECT_EQ(asked.receipts(2).extradited().from_security_domain_aid(),
            AsString(a.bytes()));
  EXPECT_EQ(asked.receipts(2).extradited().to_security_domain_aid(),
            AsString(c.bytes()));
  EXPECT_EQ(asked.receipts(3).deleted().content_aid(), AsString(c.bytes()));
  EXPECT_THAT(signed_content_->VerifyReceipts("set/00", {receipts[0]}),
              StatusIs(StatusCode::kInternal));
  EXPECT_THAT(signed_content_->VerifyReceipts("no card", {receipts[0]}),
              StatusIs(StatusCode::kInternal));
}

TEST_F(GrpcSignedContentTest, SaysWhoseFaultItIs) {
  const std::vector<WantedSignature> wanted = {{"acme", Bytes(32)}};
  EXPECT_CALL(*stub_, FindApprovals)
      .WillOnce(
          Return(grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "too slow")))
      .WillOnce(Return(
          grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "what is that")))
      .WillOnce(Return(grpc::Status::OK));  // for none
  EXPECT_THAT(signed_content_->FindApprovals(wanted),
              StatusIs(StatusCode::kUnavailable, "keyvault: too slow"));
  EXPECT_THAT(signed_content_->FindApprovals(wanted),
              StatusIs(StatusCode::kInternal, "keyvault: what is that"));
  EXPECT_THAT(signed_content_->FindApprovals(wanted),
              StatusIs(StatusCode::kInternal));
}

}  // namespace
}  // namespace cardferry::sequencer
