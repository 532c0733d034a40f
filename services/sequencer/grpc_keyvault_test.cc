#include "services/sequencer/grpc_keyvault.h"

#include "lib/base/status_matchers.h"
#include "proto/cardferry/keyvault/v1/keyvault_mock.grpc.pb.h"

namespace cardferry::sequencer {
namespace {

using absl::StatusCode;
using testing::_;
using testing::DoAll;
using testing::Return;
using testing::SetArgPointee;
namespace pb = keyvault::v1;

class GrpcKeyvaultTest : public testing::Test {
 protected:
  GrpcKeyvaultTest() {
    auto stub = std::make_unique<testing::StrictMock<pb::MockKeyVaultStub>>();
    stub_ = stub.get();
    keyvault_ =
        std::make_unique<GrpcKeyvault>(std::move(stub), absl::Seconds(5));
  }
  testing::StrictMock<pb::MockKeyVaultStub>* stub_;
  std::unique_ptr<GrpcKeyvault> keyvault_;
};

TEST_F(GrpcKeyvaultTest, AsksForOpeningsWithADeadline) {
  EXPECT_CALL(*stub_, IssueOpenings)
      .WillOnce([](grpc::ClientContext* context,
                   const pb::IssueOpeningsRequest& request,
                   pb::IssueOpeningsResponse* response) {
        EXPECT_EQ(request.agent(), "kiosk");
        EXPECT_EQ(request.reader(), "slot");
        EXPECT_EQ(request.count(), 1u);
        EXPECT_LT(context->deadline(),
                  std::chrono::system_clock::now() + std::chrono::seconds(6));
        response->add_openings()->set_long_host_challenge("1234567890abcdef");
        return grpc::Status::OK;
      });
  EXPECT_OK(keyvault_->IssueOpenings("kiosk", "slot", 1));
}

TEST_F(GrpcKeyvaultTest, ProtectsInBatchesWithTheTokenOfTheLast) {
  const card::CommandApdu command =
      *card::CommandApdu::Create({0x80, 0xE8, 0, 0}, Bytes{1});
  std::vector<std::pair<std::string, int>> calls;
  EXPECT_CALL(*stub_, Protect)
      .WillRepeatedly([&calls](grpc::ClientContext*,
                               const pb::ProtectRequest& request,
                               pb::ProtectResponse* response) {
        calls.emplace_back(request.command_token(), request.commands_size());
        *response->mutable_commands() = request.commands();
        response->set_command_token(request.command_token() + "+");
        return grpc::Status::OK;
      });
  const std::vector<card::CommandApdu> commands(1025, command);
  EXPECT_THAT(keyvault_->Protect({'t'}, commands), IsOkAndHolds(commands));
  EXPECT_THAT(calls,
              testing::ElementsAre(std::pair("t", 512), std::pair("t+", 512),
                                   std::pair("t++", 1)));
}

TEST_F(GrpcKeyvaultTest, AKeyvaultThatSendsOtherCommandsIsOurFault) {
  EXPECT_CALL(*stub_, Protect).WillOnce(Return(grpc::Status::OK));
  const card::CommandApdu command =
      *card::CommandApdu::Create({0x80, 0xE8, 0, 0}, {});
  EXPECT_THAT(keyvault_->Protect({'t'}, {command}),
              StatusIs(StatusCode::kInternal));
}

TEST_F(GrpcKeyvaultTest, OnlyAuthenticateFindsAWrongCryptogram) {
  const grpc::Status lost(grpc::StatusCode::DATA_LOSS, "a token is damaged");
  EXPECT_CALL(*stub_, IssueOpenings).WillOnce(Return(lost));
  EXPECT_THAT(keyvault_->IssueOpenings("kiosk", "slot", 1),
              StatusIs(StatusCode::kInternal, "keyvault: a token is damaged"));
  EXPECT_CALL(*stub_, Protect).WillOnce(Return(lost));
  const card::CommandApdu command =
      *card::CommandApdu::Create({0x80, 0xE8, 0, 0}, {});
  EXPECT_THAT(keyvault_->Protect({'t'}, {command}),
              StatusIs(StatusCode::kInternal, "keyvault: a token is damaged"));
}

TEST_F(GrpcKeyvaultTest, TellsItsCallerWhatToDo) {
  const auto code_for = [this](grpc::StatusCode code) {
    EXPECT_CALL(*stub_, Authenticate)
        .WillOnce(Return(grpc::Status(code, "reason")));
    const absl::Status status = keyvault_->Authenticate({}).status();
    EXPECT_EQ(status.message(), "keyvault: reason");
    return status.code();
  };
  EXPECT_EQ(code_for(grpc::StatusCode::UNAVAILABLE), StatusCode::kUnavailable);
  EXPECT_EQ(code_for(grpc::StatusCode::DEADLINE_EXCEEDED),
            StatusCode::kUnavailable);
  EXPECT_EQ(code_for(grpc::StatusCode::DATA_LOSS), StatusCode::kDataLoss);
  EXPECT_EQ(code_for(grpc::StatusCode::FAILED_PRECONDITION),
            StatusCode::kFailedPrecondition);
  EXPECT_EQ(code_for(grpc::StatusCode::PERMISSION_DENIED),
            StatusCode::kPermissionDenied);
  EXPECT_EQ(code_for(grpc::StatusCode::INVALID_ARGUMENT),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(code_for(grpc::StatusCode::NOT_FOUND), StatusCode::kInternal);
}

}  // namespace
}  // namespace cardferry::sequencer
