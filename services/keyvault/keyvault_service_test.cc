#include "services/keyvault/keyvault_service.h"

#include <memory>
#include <utility>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/base/testing/counting_random.h"
#include "lib/base/testing/fake_clock.h"
#include "lib/rpc/call.h"
#include "lib/rpc/channel.h"
#include "lib/rpc/grpc_status.h"
#include "lib/rpc/server.h"
#include "lib/rpc/testing/test_pki.h"
#include "services/keyvault/access_rules.h"
#include "services/keyvault/approvals_service.h"
#include "services/keyvault/files/file_vault.h"
#include "services/keyvault/files/file_vault_service.h"
#include "services/keyvault/testing/fake_approvals.h"
#include "services/keyvault/testing/openssl_file_keys.h"
#include "services/keyvault/testing/vault_fixture.h"

namespace cardferry::keyvault {
namespace {

// The services behind real TLS with the real table of who may call what.
class KeyVaultServiceTest : public VaultFixture {
 protected:
  void SetUp() override {
    rpc::ServerOptions options;
    options.listen_address = "127.0.0.1:0";
    options.tls = pki_.Issue(rpc::Role::kKeyvault, "keyvault-1");
    options.authorization = AccessRules();
    options.services = {&service_, &files_, &admin_, &approvals_,
                        &signed_content_};
    ASSERT_OK_AND_ASSIGN(server_, rpc::Server::Start(std::move(options)));
  }

  std::shared_ptr<grpc::Channel> ChannelOf(rpc::Role role) {
    return rpc::CreateChannel("127.0.0.1:" + std::to_string(server_->port()),
                              pki_.Issue(role, "caller"), rpc::Role::kKeyvault)
        .value();
  }

  template <typename Service, typename Request, typename Response>
  absl::Status Call(rpc::Role role,
                    grpc::Status (Service::Stub::*method)(grpc::ClientContext*,
                                                          const Request&,
                                                          Response*),
                    const Request& request, Response& response) {
    grpc::ClientContext context;
    rpc::SetTimeout(context, absl::Seconds(10));
    const auto stub = Service::NewStub(ChannelOf(role));
    return rpc::ToAbslStatus(
        (stub.get()->*method)(&context, request, &response));
  }

  absl::Status IssueAs(rpc::Role role, v1::IssueOpeningsResponse& response) {
    v1::IssueOpeningsRequest request;
    request.set_agent("kiosk-1");
    request.set_reader("slot 0");
    request.set_count(2);
    return Call<v1::KeyVault>(role, &v1::KeyVault::Stub::IssueOpenings, request,
                              response);
  }

  rpc::TestPki pki_;
  KeyVaultService service_{*vault_};
  OpensslFileKeys file_keys_{TestKeySet()};
  FileVault file_vault_{
      FileVaultParts{keys_, file_keys_, ledger_, clock_, random_}, policy_};
  FileVaultService files_{file_vault_};
  KeyVaultAdminService admin_{*vault_};
  FakeClock desk_clock_;
  CountingRandom desk_random_;
  FakeContentSigner signer_;
  FakeApprovalLedger approval_ledger_;
  ApprovalDesk desk_{signer_, approval_ledger_, desk_clock_, desk_random_};
  ApprovalsService approvals_{desk_};
  ReceiptDesk receipts_{known_keys_};
  SignedContentService signed_content_{desk_, receipts_};
  std::unique_ptr<rpc::Server> server_;
};

TEST_F(KeyVaultServiceTest, CarriesALoadFromOpeningToProtectedCommands) {
  constexpr rpc::Role kCaller = rpc::Role::kSequencer;
  v1::IssueOpeningsResponse openings;
  ASSERT_OK(IssueAs(kCaller, openings));
  ASSERT_EQ(openings.openings_size(), 2);

  v1::AuthenticateRequest handshake;
  handshake.set_ticket(openings.openings(1).ticket());
  handshake.set_agent("kiosk-1");
  handshake.set_reader("slot 0");
  handshake.set_key_set("test");
  handshake.set_initialize_update_answer(
      AsString(card_.Answer(AsBytes(openings.openings(1).host_challenge()))));
  handshake.set_operation_class(v1::OPERATION_CLASS_CONTENT);
  v1::AuthenticateResponse session;
  ASSERT_OK(Call<v1::KeyVault>(kCaller, &v1::KeyVault::Stub::Authenticate,
                               handshake, session));
  EXPECT_EQ(ToHex(AsBytes(session.external_authenticate())).substr(0, 10),
            "8482030010");
  EXPECT_EQ(session.level(), 3u);

  v1::ProtectRequest batch;
  batch.set_command_token(session.command_token());
  for (const card::CommandApdu& command : Loads(3, 100)) {
    batch.add_commands(AsString(command.Encode()));
  }
  v1::ProtectResponse protected_batch;
  ASSERT_OK(Call<v1::KeyVault>(kCaller, &v1::KeyVault::Stub::Protect, batch,
                               protected_batch));
  ASSERT_EQ(protected_batch.commands_size(), 3);
  EXPECT_EQ(ToHex(AsBytes(protected_batch.commands(2))).substr(0, 10),
            "84E8000278");

  v1::VerifyResponsesRequest report;
  report.set_verify_token(session.verify_token());
  report.add_commands(session.external_authenticate());
  for (const std::string& command : protected_batch.commands()) {
    report.add_commands(command);
  }
  report.add_answers(AsString(FromHexOrDie("9000")));
  report.add_answers(AsString(FromHexOrDie("6A84")));
  v1::VerifyResponsesResponse verified;
  ASSERT_OK(Call<v1::KeyVault>(kCaller, &v1::KeyVault::Stub::VerifyResponses,
                               report, verified));
  ASSERT_EQ(verified.answers_size(), 2);
  EXPECT_EQ(verified.answers(1).assurance(), v1::ASSURANCE_REPORTED);
  EXPECT_EQ(verified.answers(1).status_word(), 0x6A84u);

  v1::GetStatisticsResponse statistics;
  ASSERT_OK(Call<v1::KeyVaultAdmin>(rpc::Role::kAuditor,
                                    &v1::KeyVaultAdmin::Stub::GetStatistics,
                                    v1::GetStatisticsRequest(), statistics));
  EXPECT_EQ(statistics.openings_issued(), 2u);
  EXPECT_EQ(statistics.sessions_authenticated(), 1u);
  EXPECT_EQ(statistics.commands_protected(), 3u);
  EXPECT_EQ(statistics.hsm_calls(), known_keys_.CallCount());
}

TEST_F(KeyVaultServiceTest, OnlyASequencerGetsOpenings) {
  for (const rpc::Role role :
       {rpc::Role::kKeyvault, rpc::Role::kOrchestrator, rpc::Role::kAgent,
        rpc::Role::kOperator, rpc::Role::kAuditor}) {
    v1::IssueOpeningsResponse response;
    EXPECT_THAT(IssueAs(role, response),
                StatusIs(absl::StatusCode::kPermissionDenied))
        << rpc::RoleName(role);
  }
  EXPECT_EQ(vault_->GetStatistics().openings_issued, 0u);
}

TEST_F(KeyVaultServiceTest, OnlyASequencerOpensSessionsWithFileCards) {
  v1::BeginFileSessionRequest request;
  v1::BeginFileSessionResponse response;
  const auto begin = [&](rpc::Role role) {
    return Call<v1::FileKeyVault>(
        role, &v1::FileKeyVault::Stub::BeginFileSession, request, response);
  };
  for (const rpc::Role role :
       {rpc::Role::kKeyvault, rpc::Role::kOrchestrator, rpc::Role::kAgent,
        rpc::Role::kOperator, rpc::Role::kAuditor}) {
    EXPECT_THAT(begin(role), StatusIs(absl::StatusCode::kPermissionDenied))
        << rpc::RoleName(role);
  }
  EXPECT_THAT(begin(rpc::Role::kSequencer),
              StatusIs(absl::StatusCode::kInvalidArgument));
  request.set_serial_number("0123456789");
  request.set_operation_class(v1::OPERATION_CLASS_CONTENT);
  EXPECT_THAT(begin(rpc::Role::kSequencer),
              StatusIs(absl::StatusCode::kPermissionDenied,
                       "the opening ticket is not one of ours"));
}

TEST_F(KeyVaultServiceTest, FileSessionsGoOnByTokensOfOursAlone) {
  constexpr rpc::Role kCaller = rpc::Role::kSequencer;
  v1::FinishFileSessionRequest finish;
  finish.set_answer(AsString(FromHexOrDie("9000")));
  v1::FinishFileSessionResponse session;
  EXPECT_THAT(
      Call<v1::FileKeyVault>(
          kCaller, &v1::FileKeyVault::Stub::FinishFileSession, finish, session),
      StatusIs(absl::StatusCode::kPermissionDenied,
               "not a file handshake token of ours"));
  v1::ProtectFileCommandsResponse commands;
  EXPECT_THAT(Call<v1::FileKeyVault>(
                  kCaller, &v1::FileKeyVault::Stub::ProtectFileCommands,
                  v1::ProtectFileCommandsRequest(), commands),
              StatusIs(absl::StatusCode::kPermissionDenied,
                       "not a file command token of ours"));
  v1::VerifyFileAnswersResponse answers;
  EXPECT_THAT(Call<v1::FileKeyVault>(kCaller,
                                     &v1::FileKeyVault::Stub::VerifyFileAnswers,
                                     v1::VerifyFileAnswersRequest(), answers),
              StatusIs(absl::StatusCode::kPermissionDenied,
                       "not a file verify token of ours"));
}

TEST_F(KeyVaultServiceTest, OnlyOperatorsAndAuditorsSeeTheAdministration) {
  for (const rpc::Role role : {rpc::Role::kSequencer, rpc::Role::kOrchestrator,
                               rpc::Role::kAgent, rpc::Role::kKeyvault}) {
    v1::ListKeySetsResponse response;
    EXPECT_THAT(
        Call<v1::KeyVaultAdmin>(role, &v1::KeyVaultAdmin::Stub::ListKeySets,
                                v1::ListKeySetsRequest(), response),
        StatusIs(absl::StatusCode::kPermissionDenied))
        << rpc::RoleName(role);
  }
  v1::ListKeySetsResponse response;
  ASSERT_OK(Call<v1::KeyVaultAdmin>(rpc::Role::kOperator,
                                    &v1::KeyVaultAdmin::Stub::ListKeySets,
                                    v1::ListKeySetsRequest(), response));
  ASSERT_EQ(response.key_sets_size(), 1);
  EXPECT_EQ(response.key_sets(0).name(), "test");
}

TEST_F(KeyVaultServiceTest, OnlyAnOperatorLiftsAStopAndIsRecorded) {
  ASSERT_THAT(vault_->Authenticate(FalseHandshakeOf(Open(), card_)),
              StatusIs(absl::StatusCode::kDataLoss));
  v1::ForgetFailuresRequest request;
  request.set_key_set("test");
  request.set_key_diversification_data(
      AsString(card_.key_diversification_data));
  v1::ForgetFailuresResponse response;
  const auto forget = [&](rpc::Role role) {
    return Call<v1::KeyVaultAdmin>(
        role, &v1::KeyVaultAdmin::Stub::ForgetFailures, request, response);
  };
  for (const rpc::Role role : {rpc::Role::kSequencer, rpc::Role::kOrchestrator,
                               rpc::Role::kAgent, rpc::Role::kAuditor}) {
    EXPECT_THAT(forget(role), StatusIs(absl::StatusCode::kPermissionDenied));
  }
  ASSERT_OK(forget(rpc::Role::kOperator));
  EXPECT_EQ(response.forgotten(), 1u);
  ASSERT_EQ(ledger_.Alarms(9).value().size(), 1u);
  EXPECT_EQ(ledger_.Alarms(9).value()[0].subject,
            "card test/00112233445566778899 by operator caller");
  EXPECT_THAT(forget(rpc::Role::kOperator),
              StatusIs(absl::StatusCode::kNotFound));
  request.set_key_diversification_data("123");
  EXPECT_THAT(forget(rpc::Role::kOperator),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "key_diversification_data has 3 bytes, must be 10"));
}

TEST_F(KeyVaultServiceTest, PassesTheDomainsRefusalsOn) {
  v1::ProtectRequest request;
  v1::ProtectResponse response;
  EXPECT_THAT(
      Call<v1::KeyVault>(rpc::Role::kSequencer, &v1::KeyVault::Stub::Protect,
                         request, response),
      StatusIs(absl::StatusCode::kPermissionDenied,
               "not a command token of ours"));
  request.add_commands("xx");
  EXPECT_THAT(
      Call<v1::KeyVault>(rpc::Role::kSequencer, &v1::KeyVault::Stub::Protect,
                         request, response),
      StatusIs(absl::StatusCode::kInvalidArgument));
  v1::AuthenticateResponse session;
  EXPECT_THAT(Call<v1::KeyVault>(rpc::Role::kSequencer,
                                 &v1::KeyVault::Stub::Authenticate,
                                 v1::AuthenticateRequest(), session),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

v1::ApproveContentRequest DapRequest(absl::Time now) {
  v1::ApproveContentRequest request;
  request.set_signing_key("dap");
  request.mutable_load_file()->set_load_file_hash(std::string(32, 'h'));
  request.set_valid_until_us(absl::ToUnixMicros(now + absl::Hours(1)));
  request.set_reason("release 1.2");
  return request;
}

TEST_F(KeyVaultServiceTest, SignsForTheApproverOfTheCertificate) {
  const v1::ApproveContentRequest request = DapRequest(desk_clock_.Now());
  v1::ApproveContentResponse response;
  ASSERT_OK(Call<v1::ContentApprovals>(
      rpc::Role::kApprover, &v1::ContentApprovals::Stub::ApproveContent,
      request, response));
  EXPECT_EQ(response.approval().approver(), "caller");
  EXPECT_EQ(response.approval().signature(),
            AsString(FakeContentSigner::SignatureOf("dap", Bytes(32, 'h'))));

  v1::ListApprovalsResponse listed;
  ASSERT_OK(Call<v1::ContentApprovals>(
      rpc::Role::kAuditor, &v1::ContentApprovals::Stub::ListApprovals,
      v1::ListApprovalsRequest(), listed));
  ASSERT_EQ(listed.approvals_size(), 1);
  EXPECT_EQ(listed.approvals(0).id(), response.approval().id());
  EXPECT_EQ(listed.approvals(0).reason(), "release 1.2");

  v1::ListApprovalsRequest one;
  one.set_id("00");
  EXPECT_THAT(Call<v1::ContentApprovals>(
                  rpc::Role::kAuditor,
                  &v1::ContentApprovals::Stub::ListApprovals, one, listed),
              StatusIs(absl::StatusCode::kNotFound));
  one.set_id(response.approval().id());
  listed.Clear();
  ASSERT_OK(Call<v1::ContentApprovals>(
      rpc::Role::kAuditor, &v1::ContentApprovals::Stub::ListApprovals, one,
      listed));
  EXPECT_EQ(listed.approvals_size(), 1);

  v1::FindApprovalsRequest wanted;
  wanted.add_approvals()->set_signing_key("dap");
  wanted.mutable_approvals(0)->set_digest(response.approval().digest());
  v1::FindApprovalsResponse found;
  ASSERT_OK(Call<v1::SignedContent>(rpc::Role::kSequencer,
                                    &v1::SignedContent::Stub::FindApprovals,
                                    wanted, found));
  ASSERT_EQ(found.approvals_size(), 1);
  EXPECT_EQ(found.approvals(0).signature(), response.approval().signature());

  v1::VerifyReceiptsRequest receipts;
  receipts.set_key_set("test");
  receipts.set_key_diversification_data("0123456789");
  receipts.add_receipts()->mutable_deleted()->set_content_aid("12345");
  v1::VerifyReceiptsResponse verified;
  ASSERT_OK(Call<v1::SignedContent>(rpc::Role::kSequencer,
                                    &v1::SignedContent::Stub::VerifyReceipts,
                                    receipts, verified));
  ASSERT_EQ(verified.verified_size(), 1);
  EXPECT_FALSE(verified.verified(0));

  v1::ListSigningKeysResponse keys;
  ASSERT_OK(Call<v1::ContentApprovals>(
      rpc::Role::kOperator, &v1::ContentApprovals::Stub::ListSigningKeys,
      v1::ListSigningKeysRequest(), keys));
  ASSERT_EQ(keys.keys_size(), 2);
  EXPECT_EQ(keys.keys(0).signs(), "dap");
  EXPECT_EQ(keys.keys(1).algorithm(), "ecdsa-p256");
}

TEST_F(KeyVaultServiceTest, SignsForNobodyWhoSendsContent) {
  const v1::ApproveContentRequest request = DapRequest(desk_clock_.Now());
  for (const rpc::Role role :
       {rpc::Role::kSequencer, rpc::Role::kOrchestrator, rpc::Role::kAgent,
        rpc::Role::kOperator, rpc::Role::kAuditor}) {
    v1::ApproveContentResponse response;
    EXPECT_THAT(Call<v1::ContentApprovals>(
                    role, &v1::ContentApprovals::Stub::ApproveContent, request,
                    response),
                StatusIs(absl::StatusCode::kPermissionDenied))
        << role;
  }
  EXPECT_TRUE(signer_.all().empty());
}

}  // namespace
}  // namespace cardferry::keyvault
