// An opening is good for one card at one reader of one agent, once, and not for
// long: tried at the keyvault itself by somebody who has the sequencer's
// certificate.
#include <memory>
#include <string>

#include "lib/base/bytes.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "lib/rpc/call.h"
#include "lib/rpc/grpc_status.h"
#include "proto/cardferry/keyvault/v1/keyvault.grpc.pb.h"
#include "tests/e2e/bare_channel.h"
#include "tests/e2e/contacts.h"
#include "tests/e2e/opening_fixture.h"
#include "tests/stage/pcscd.h"

namespace cardferry::e2e {
namespace {

namespace vault = ::cardferry::keyvault::v1;

using ::absl::StatusCode;
using ::testing::MatchesRegex;

constexpr absl::Duration kTimeout = absl::Seconds(10);

// The keyvault, called with the sequencer's certificate.
class VaultFixture : public OpeningFixture {
 protected:
  static std::unique_ptr<vault::KeyVault::Stub> Vault() {
    return vault::KeyVault::NewStub(BareChannel(
        stage::kKeyVaultPort, stage_->folder().Tls("sequencer", "sequencer")));
  }
  static absl::StatusOr<vault::Opening> IssueFor(const std::string& agent) {
    vault::IssueOpeningsRequest request;
    request.set_agent(agent);
    request.set_reader(stage::kVirtualReader);
    request.set_count(1);
    grpc::ClientContext context;
    rpc::SetTimeout(context, kTimeout);
    vault::IssueOpeningsResponse response;
    RETURN_IF_ERROR(rpc::ToAbslStatus(
        Vault()->IssueOpenings(&context, request, &response)));
    if (response.openings_size() == 1) return response.openings(0);
    return absl::InternalError("not one opening");
  }
  // A request that is right, with the card's answer to the opening.
  static absl::StatusOr<vault::AuthenticateRequest> Request(
      const vault::Opening& opening, const std::string& agent) {
    ASSIGN_OR_RETURN(Contacts contacts, Contacts::Touch());
    vault::AuthenticateRequest request;
    request.set_ticket(opening.ticket());
    request.set_agent(agent);
    request.set_reader(stage::kVirtualReader);
    request.set_key_set("demo-aes128");
    request.set_level_floor(3);
    request.set_operation_class(vault::OPERATION_CLASS_READ);
    ASSIGN_OR_RETURN(*request.mutable_initialize_update_answer(),
                     contacts.InitializeUpdate(opening.host_challenge()));
    return request;
  }
  static absl::StatusOr<vault::AuthenticateResponse> Authenticate(
      const vault::AuthenticateRequest& request) {
    grpc::ClientContext context;
    rpc::SetTimeout(context, kTimeout);
    vault::AuthenticateResponse response;
    RETURN_IF_ERROR(
        rpc::ToAbslStatus(Vault()->Authenticate(&context, request, &response)));
    return response;
  }
};

class KeyvaultOpeningTest : public VaultFixture {
 protected:
  static void SetUpTestSuite() { RaiseWithoutAgent({}); }
};

TEST_F(KeyvaultOpeningTest, IsUsedOnceButMayBeAskedForAgain) {
  ASSERT_OK_AND_ASSIGN(const vault::Opening opening, IssueFor("kiosk-1"));
  ASSERT_OK_AND_ASSIGN(const vault::AuthenticateRequest request,
                       Request(opening, "kiosk-1"));
  ASSERT_OK_AND_ASSIGN(const vault::AuthenticateResponse session,
                       Authenticate(request));
  EXPECT_EQ(ToHex(AsBytes(session.external_authenticate())).substr(0, 10),
            "8482330010");
  EXPECT_EQ(session.level(), 0x33u);
  EXPECT_EQ(session.card().key_set(), "demo-aes128");
  EXPECT_EQ(ToHex(AsBytes(session.card().key_diversification_data())),
            "00000000002026110001");

  // The same again is a retry and gets the same EXTERNAL AUTHENTICATE.
  ASSERT_OK_AND_ASSIGN(const vault::AuthenticateResponse retry,
                       Authenticate(request));
  EXPECT_EQ(retry.external_authenticate(), session.external_authenticate());

  const auto used_before =
      StatusIs(StatusCode::kFailedPrecondition,
               MatchesRegex("opening [0-9A-F]{32} was used before, for "
                            "something else"));
  ASSERT_OK_AND_ASSIGN(const vault::AuthenticateRequest other_answer,
                       Request(opening, "kiosk-1"));
  EXPECT_THAT(Authenticate(other_answer), used_before);
  vault::AuthenticateRequest other_class = request;
  other_class.set_operation_class(vault::OPERATION_CLASS_CONTENT);
  EXPECT_THAT(Authenticate(other_class), used_before);
  vault::AuthenticateRequest other_keys = request;
  other_keys.set_key_set("demo-aes256");
  EXPECT_THAT(Authenticate(other_keys), used_before);

  // Another process has the same memory.
  stage_->stage().keyvault().Kill();
  ASSERT_OK(stage_->stage().StartKeyVault());
  EXPECT_THAT(Authenticate(other_answer), used_before);
  EXPECT_EQ(Statistics().verifications_failed(), 0u);
}

TEST_F(KeyvaultOpeningTest, OfAnotherAgentOrReaderIsRefused) {
  const auto not_for_this =
      StatusIs(StatusCode::kPermissionDenied,
               "the opening ticket was issued for another agent or reader");
  ASSERT_OK_AND_ASSIGN(const vault::Opening opening, IssueFor("kiosk-1"));
  ASSERT_OK_AND_ASSIGN(const vault::AuthenticateRequest request,
                       Request(opening, "kiosk-1"));
  vault::AuthenticateRequest other = request;
  other.set_agent("kiosk-2");
  EXPECT_THAT(Authenticate(other), not_for_this);
  other = request;
  other.set_reader("Virtual PCD 00 01");
  EXPECT_THAT(Authenticate(other), not_for_this);
  // The attempts have not used it up.
  EXPECT_OK(Authenticate(request));
  EXPECT_EQ(Statistics().verifications_failed(), 0u);
}

TEST_F(KeyvaultOpeningTest, ThatItDidNotIssueIsRefused) {
  const auto not_ours = StatusIs(StatusCode::kPermissionDenied,
                                 "the opening ticket is not one of ours");
  ASSERT_OK_AND_ASSIGN(const vault::Opening opening, IssueFor("kiosk-1"));
  ASSERT_OK_AND_ASSIGN(const vault::AuthenticateRequest request,
                       Request(opening, "kiosk-1"));
  for (size_t at = 0; at < opening.ticket().size(); ++at) {
    vault::AuthenticateRequest forged = request;
    (*forged.mutable_ticket())[at] ^= 1;
    ASSERT_THAT(Authenticate(forged), not_ours) << "byte " << at;
  }
  vault::AuthenticateRequest empty = request;
  empty.clear_ticket();
  EXPECT_THAT(Authenticate(empty), not_ours);
  EXPECT_OK(Authenticate(request));
}

// Last: the card is stopped at kiosk-2 afterwards.
TEST_F(KeyvaultOpeningTest, WithAWrongCryptogramStopsTheCardAtThatAgentAlone) {
  ASSERT_OK_AND_ASSIGN(const vault::Opening opening, IssueFor("kiosk-2"));
  ASSERT_OK_AND_ASSIGN(vault::AuthenticateRequest wrong,
                       Request(opening, "kiosk-2"));
  // KDD (10), KVN, SCP, i, card challenge (8), card cryptogram (8), counter.
  (*wrong.mutable_initialize_update_answer())[21] ^= 1;
  const uint64_t failed = Statistics().verifications_failed();
  EXPECT_THAT(Authenticate(wrong), StatusIs(StatusCode::kDataLoss,
                                            "the card cryptogram does not "
                                            "match"));
  EXPECT_EQ(Statistics().verifications_failed(), failed + 1);

  ASSERT_OK_AND_ASSIGN(const vault::Opening here, IssueFor("kiosk-2"));
  ASSERT_OK_AND_ASSIGN(const vault::AuthenticateRequest right,
                       Request(here, "kiosk-2"));
  EXPECT_THAT(Authenticate(right),
              StatusIs(StatusCode::kPermissionDenied,
                       "the card is stopped at this agent: it failed its "
                       "verification here"));
  ASSERT_OK_AND_ASSIGN(const vault::Opening elsewhere, IssueFor("kiosk-1"));
  ASSERT_OK_AND_ASSIGN(const vault::AuthenticateRequest allowed,
                       Request(elsewhere, "kiosk-1"));
  EXPECT_OK(Authenticate(allowed));
}

class ExpiredKeyvaultOpeningTest : public VaultFixture {
 protected:
  static void SetUpTestSuite() { RaiseWithoutAgent(ShortOpenings()); }
};

TEST_F(ExpiredKeyvaultOpeningTest, IsInsertAgainAndNeverAFailedVerification) {
  ASSERT_OK_AND_ASSIGN(const vault::Opening opening, IssueFor("kiosk-1"));
  ASSERT_OK_AND_ASSIGN(const vault::AuthenticateRequest request,
                       Request(opening, "kiosk-1"));
  WaitUntilAfter(opening.expires_at_us());
  EXPECT_THAT(Authenticate(request), StatusIs(StatusCode::kFailedPrecondition,
                                              "the opening has expired"));
  EXPECT_EQ(Statistics().verifications_failed(), 0u);
  EXPECT_EQ(Statistics().sessions_authenticated(), 0u);
}

}  // namespace
}  // namespace cardferry::e2e
