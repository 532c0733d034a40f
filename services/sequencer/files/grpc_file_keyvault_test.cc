#include "services/sequencer/files/grpc_file_keyvault.h"

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "proto/cardferry/keyvault/v1/files_mock.grpc.pb.h"

namespace cardferry::sequencer {
namespace {

using absl::StatusCode;
using testing::Return;
namespace pb = keyvault::v1;

card::CommandApdu Command(absl::string_view hex) {
  return *card::CommandApdu::Parse(FromHexOrDie(hex));
}
card::ResponseApdu Answer(absl::string_view hex) {
  return *card::ResponseApdu::Parse(FromHexOrDie(hex));
}

class GrpcFileKeyvaultTest : public testing::Test {
 protected:
  GrpcFileKeyvaultTest() {
    auto stub =
        std::make_unique<testing::StrictMock<pb::MockFileKeyVaultStub>>();
    stub_ = stub.get();
    keyvault_ =
        std::make_unique<GrpcFileKeyvault>(std::move(stub), absl::Seconds(5));
  }
  testing::StrictMock<pb::MockFileKeyVaultStub>* stub_;
  std::unique_ptr<GrpcFileKeyvault> keyvault_;
};

TEST_F(GrpcFileKeyvaultTest, BeginsASessionOfClassContentWithADeadline) {
  EXPECT_CALL(*stub_, BeginFileSession)
      .WillOnce([](grpc::ClientContext* context,
                   const pb::BeginFileSessionRequest& request,
                   pb::BeginFileSessionResponse* response) {
        EXPECT_LT(context->deadline(),
                  std::chrono::system_clock::now() + std::chrono::seconds(6));
        EXPECT_EQ(request.ticket(), "ticket");
        EXPECT_EQ(request.agent(), "kiosk");
        EXPECT_EQ(request.reader(), "slot");
        EXPECT_EQ(request.key_set(), "files");
        EXPECT_EQ(request.serial_number(), std::string(10, '\x07'));
        EXPECT_EQ(request.card_challenge(), "12345678");
        EXPECT_EQ(request.operation_class(), pb::OPERATION_CLASS_CONTENT);
        response->set_mutual_authenticate(
            AsString(FromHexOrDie("0082000001AA00")));
        response->set_handshake_token("handshake");
        return grpc::Status::OK;
      });
  FileKeyvault::Arrival arrival{{'t', 'i', 'c', 'k', 'e', 't'},
                                "kiosk",
                                "slot",
                                "files",
                                {7, 7, 7, 7, 7, 7, 7, 7, 7, 7},
                                {'1', '2', '3', '4', '5', '6', '7', '8'}};
  ASSERT_OK_AND_ASSIGN(const FileKeyvault::Begun begun,
                       keyvault_->Begin(arrival));
  EXPECT_EQ(begun.mutual_authenticate, Command("0082000001AA00"));
  EXPECT_EQ(AsString(begun.handshake_token), "handshake");
}

TEST_F(GrpcFileKeyvaultTest, HandsTheCardsAnswerOnWithItsStatusWord) {
  EXPECT_CALL(*stub_, FinishFileSession)
      .WillOnce([](grpc::ClientContext*,
                   const pb::FinishFileSessionRequest& request,
                   pb::FinishFileSessionResponse* response) {
        EXPECT_EQ(request.handshake_token(), "h");
        EXPECT_EQ(request.answer(), AsString(FromHexOrDie("CAFE9000")));
        response->set_command_token("c");
        response->set_block_bytes(16);
        return grpc::Status::OK;
      });
  ASSERT_OK_AND_ASSIGN(const FileKeyvault::Session session,
                       keyvault_->Finish({'h'}, Answer("CAFE9000")));
  EXPECT_EQ(AsString(session.command_token), "c");
  EXPECT_EQ(session.block, 16u);
}

TEST_F(GrpcFileKeyvaultTest, AsksForAPasswordByItsNumberAlone) {
  EXPECT_CALL(*stub_, ProtectFileCommands)
      .WillOnce([](grpc::ClientContext*,
                   const pb::ProtectFileCommandsRequest& request,
                   pb::ProtectFileCommandsResponse* response) {
        EXPECT_EQ(request.command_token(), "c");
        EXPECT_EQ(request.commands_size(), 2);
        EXPECT_EQ(request.commands(0).verify().number(), 3u);
        EXPECT_EQ(request.commands(0).verify().digits(), 6u);
        EXPECT_EQ(request.commands(1).apdu(),
                  AsString(FromHexOrDie("00B0000000")));
        response->add_commands(AsString(FromHexOrDie("0C20000301AA00")));
        response->add_commands(AsString(FromHexOrDie("0CB0000001BB00")));
        response->set_command_token("c2");
        response->set_verify_token("v");
        return grpc::Status::OK;
      });
  ASSERT_OK_AND_ASSIGN(const FileKeyvault::Batch batch,
                       keyvault_->Protect({'c'}, {FileKeyvault::Password{3, 6},
                                                  Command("00B0000000")}));
  ASSERT_EQ(batch.commands.size(), 2u);
  EXPECT_EQ(batch.commands[1], Command("0CB0000001BB00"));
  EXPECT_EQ(AsString(batch.command_token), "c2");
  EXPECT_EQ(AsString(batch.verify_token), "v");
}

TEST_F(GrpcFileKeyvaultTest, TellsWhatIsProvenFromWhatIsNot) {
  EXPECT_CALL(*stub_, VerifyFileAnswers)
      .WillOnce([](grpc::ClientContext*,
                   const pb::VerifyFileAnswersRequest& request,
                   pb::VerifyFileAnswersResponse* response) {
        EXPECT_EQ(request.verify_token(), "v");
        EXPECT_EQ(request.answers(1), AsString(FromHexOrDie("6988")));
        pb::VerifiedFileAnswer& one = *response->add_answers();
        one.set_proven(true);
        one.set_data("A");
        one.set_status_word(0x9000);
        response->add_answers()->set_status_word(0x6988);
        return grpc::Status::OK;
      });
  ASSERT_OK_AND_ASSIGN(
      const auto answers,
      keyvault_->Verify({'v'}, {Answer("CAFE9000"), Answer("6988")}));
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_TRUE(answers[0].proven);
  EXPECT_EQ(answers[0].response, Answer("419000"));
  EXPECT_FALSE(answers[1].proven);
  EXPECT_EQ(answers[1].response, Answer("6988"));
}

TEST_F(GrpcFileKeyvaultTest, AKeyvaultThatAnswersSomethingElseIsOurFault) {
  EXPECT_CALL(*stub_, ProtectFileCommands).WillOnce(Return(grpc::Status::OK));
  EXPECT_THAT(
      keyvault_->Protect({'c'}, {Command("00B0000000")}),
      StatusIs(StatusCode::kInternal, "keyvault: 0 of what 1 were asked for"));
  EXPECT_CALL(*stub_, VerifyFileAnswers).WillOnce(Return(grpc::Status::OK));
  EXPECT_THAT(keyvault_->Verify({'v'}, {Answer("9000")}),
              StatusIs(StatusCode::kInternal));
  EXPECT_CALL(*stub_, BeginFileSession).WillOnce(Return(grpc::Status::OK));
  EXPECT_THAT(keyvault_->Begin({}), StatusIs(StatusCode::kInternal));
}

TEST_F(GrpcFileKeyvaultTest, TellsItsCallerWhatToDo) {
  const auto code_for = [this](grpc::StatusCode code) {
    EXPECT_CALL(*stub_, FinishFileSession)
        .WillOnce(Return(grpc::Status(code, "reason")));
    const absl::Status status =
        keyvault_->Finish({'h'}, Answer("9000")).status();
    EXPECT_EQ(status.message(), "keyvault: reason");
    return status.code();
  };
  EXPECT_EQ(code_for(grpc::StatusCode::UNAVAILABLE), StatusCode::kUnavailable);
  EXPECT_EQ(code_for(grpc::StatusCode::DEADLINE_EXCEEDED),
            StatusCode::kUnavailable);
  EXPECT_EQ(code_for(grpc::StatusCode::DATA_LOSS), StatusCode::kDataLoss);
  EXPECT_EQ(code_for(grpc::StatusCode::FAILED_PRECONDITION),
            StatusCode::kFailedPrecondition);
  EXPECT_EQ(code_for(grpc::StatusCode::NOT_FOUND), StatusCode::kInternal);
}

}  // namespace
}  // namespace cardferry::sequencer
