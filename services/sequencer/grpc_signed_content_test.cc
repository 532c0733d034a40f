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
