// Vault: sessions that are opened without their cards.
#include <algorithm>
#include <optional>
#include <utility>

#include "lib/base/status_matchers.h"
#include "lib/card/scp/secure_channel.h"
#include "lib/store/testing/temporary_database.h"
#include "services/keyvault/database_ledger.h"
#include "services/keyvault/testing/vault_fixture.h"

namespace cardferry::keyvault {
namespace {

using absl::StatusCode;

const Bytes kAid = FromHexOrDie("A000000151000000");

class VaultPredictedTest : public VaultFixture {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(predicted_ledger_, DatabaseLedger::Open(file_.url()));
    predictions_ = predicted_ledger_.get();
    policy_.key_sets["test"].predicted.emplace();
    policy_.key_sets["test"].predicted->aid = kAid;
    vault_ = NewVault();
  }

  void UsePredictableScp02() {
    policy_.key_sets["test"].channel_options = {0x55};
    UseScp02(0x55);
  }

  // The card's counter from now on, with the challenge that goes with it.
  void SetCounter(uint8_t counter) {
    const bool scp03 = card_.IsScp03();
    const Bytes bytes = scp03 ? Bytes{0, 0, counter} : Bytes{0, counter};
    if (scp03) card_.counter = bytes;
    card_.challenge =
        keys_
            .PredictChallenge(
                {"test", 1, Kdd()},
                {{card_.key_set.description.scp(), card_.i}, bytes, kAid})
            .value();
  }

  std::array<uint8_t, 10> Kdd() const {
    std::array<uint8_t, 10> kdd = {};
    std::copy(card_.key_diversification_data.begin(),
              card_.key_diversification_data.end(), kdd.begin());
    return kdd;
  }

  PredictedRequest Ahead(uint32_t ahead, uint8_t content = 7) const {
    PredictedRequest request;
    request.key_set = "test";
    request.key_diversification_data = Kdd();
    request.ahead = ahead;
    request.agent = "kiosk-1";
    request.operation_class = OperationClass::kContent;
    request.content = Bytes(32, content);
    return request;
  }

  size_t LiveCount() { return vault_->LiveSessions(100).value().size(); }

  store::TemporaryDatabase file_;
  std::unique_ptr<DatabaseLedger> predicted_ledger_;
};

TEST_F(VaultPredictedTest, ForeseesWhatTheCardSaysAndWhatItAccepts) {
  for (const bool scp02 : {false, true}) {
    SCOPED_TRACE(scp02);
    if (scp02) UsePredictableScp02();
    card_.key_diversification_data[9] = scp02 ? 2 : 3;  // another card
    SetCounter(9);
    Begin();
    SetCounter(10);
    ASSERT_OK_AND_ASSIGN(const PredictedSession predicted,
                         vault_->OpenPredicted(Ahead(1)));
    EXPECT_EQ(predicted.counter, 10u);
    EXPECT_EQ(predicted.initialize_update_answer,
              card_.Answer(predicted.host_challenge));
    const auto cipher = card_.Cipher(predicted.host_challenge);
    ASSERT_OK_AND_ASSIGN(
        scp::Authentication known,
        scp::AuthenticateHost(*cipher, predicted.session.level));
    EXPECT_EQ(predicted.session.external_authenticate,
              known.external_authenticate);
    ASSERT_OK_AND_ASSIGN(
        const ProtectedCommands got,
        vault_->Protect(predicted.session.command_token, Loads(2, 20)));
    EXPECT_THAT(scp::ProtectCommands(*cipher, known.state, Loads(2, 20)),
                IsOkAndHolds(got.commands));
  }
}

TEST_F(VaultPredictedTest, NeedsItsOwnPermission) {
  SetCounter(9);
  Begin();
  policy_.key_sets["test"].predicted.reset();
  vault_ = NewVault();
  EXPECT_THAT(vault_->OpenPredicted(Ahead(1)),
              StatusIs(StatusCode::kPermissionDenied));
  PredictedRequest other = Ahead(1);
  other.key_set = "other";
  EXPECT_THAT(vault_->OpenPredicted(other), StatusIs(StatusCode::kNotFound));
}

TEST_F(VaultPredictedTest, WithoutItsPermissionLivePacketsStayLive) {
  SetCounter(9);
  Begin();
  ASSERT_OK(vault_->OpenPredicted(Ahead(1)));
  const std::optional<PredictedRules> rules =
      std::exchange(policy_.key_sets["test"].predicted, std::nullopt);
  vault_ = NewVault();
  SetCounter(11);  // which nothing shows
  EXPECT_EQ(Begin().operation_class, OperationClass::kRead);
  EXPECT_EQ(Begin().live_sessions, 1u);
  policy_.key_sets["test"].predicted = rules;
  vault_ = NewVault();
  EXPECT_EQ(Begin().operation_class, OperationClass::kContent);
}

TEST_F(VaultPredictedTest, CountersComeFromVerifiedSessionsOnly) {
  SetCounter(9);
  EXPECT_THAT(vault_->OpenPredicted(Ahead(1)),
              StatusIs(StatusCode::kFailedPrecondition));
  // A false card, and one that makes its challenges up.
  EXPECT_THAT(vault_->Authenticate(FalseHandshakeOf(Open(), card_)),
              StatusIs(StatusCode::kDataLoss));
  ASSERT_OK(vault_->ForgetFailures({"test", Kdd()}, "op"));
  card_.challenge = Bytes(8, 0x55);
  Begin();
  EXPECT_THAT(vault_->OpenPredicted(Ahead(1)),
              StatusIs(StatusCode::kFailedPrecondition));
  SetCounter(9);
  Begin();
  EXPECT_OK(vault_->OpenPredicted(Ahead(1)));
}

TEST_F(VaultPredictedTest, DoesNoHarmWheneverItIsRun) {
  SetCounter(9);
  Begin();
  for (const OperationClass one :
       {OperationClass::kPersonalize, OperationClass::kKeys,
        OperationClass::kCardState, OperationClass::kContentAndPersonalize}) {
    PredictedRequest request = Ahead(1);
    request.operation_class = one;
    EXPECT_THAT(vault_->OpenPredicted(request),
                StatusIs(StatusCode::kPermissionDenied));
  }
  EXPECT_EQ(LiveCount(), 0u);
  ASSERT_OK_AND_ASSIGN(const PredictedSession predicted,
                       vault_->OpenPredicted(Ahead(1)));
  for (const char* command :
       {"80D8000003010203", "80E400000AF20130D001014F020102", "80F08001024F00",
        "80E2800003800101"}) {
    EXPECT_THAT(
        vault_->Protect(predicted.session.command_token, {Command(command)}),
        testing::Not(IsOk()))
        << command;
  }
}

TEST_F(VaultPredictedTest, TheSameRequestGivesTheSameSession) {
  SetCounter(9);
  Begin();
  ASSERT_OK_AND_ASSIGN(const PredictedSession first,
                       vault_->OpenPredicted(Ahead(1)));
  vault_ = NewVault();  // another replica
  ASSERT_OK_AND_ASSIGN(const PredictedSession again,
                       vault_->OpenPredicted(Ahead(1)));
  EXPECT_EQ(again.host_challenge, first.host_challenge);
  EXPECT_EQ(again.session.external_authenticate,
            first.session.external_authenticate);
  ASSERT_OK(vault_->Protect(first.session.command_token, Loads(1, 20)));
  EXPECT_THAT(vault_->Protect(again.session.command_token, Loads(1, 21)),
              StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_EQ(LiveCount(), 1u);
  clock_.Advance(policy_.command_token_lifetime);
  EXPECT_THAT(vault_->OpenPredicted(Ahead(1)),
              StatusIs(StatusCode::kFailedPrecondition));
}

TEST_F(VaultPredictedTest, NoOtherContentWhileOneIsLive) {
  SetCounter(9);
  Begin();
  ASSERT_OK(vault_->OpenPredicted(Ahead(1)));
  ASSERT_OK(vault_->OpenPredicted(Ahead(3)));
  EXPECT_THAT(vault_->OpenPredicted(Ahead(1, 8)),
              StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_THAT(vault_->OpenPredicted(Ahead(2, 8)),
              StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_EQ(LiveCount(), 2u);
}

TEST_F(VaultPredictedTest, Scp03IsReadUntilInitializeUpdateLeftAllBehind) {
  SetCounter(9);
  Begin();
  ASSERT_OK(vault_->OpenPredicted(Ahead(1)));
  ASSERT_OK(vault_->OpenPredicted(Ahead(3)));
  SetCounter(11);  // 10 is dead, 12 is not
  const Session reading = Begin();
  EXPECT_EQ(reading.operation_class, OperationClass::kRead);
  EXPECT_EQ(reading.live_sessions, 1u);
  EXPECT_THAT(vault_->Protect(reading.command_token, Loads(1, 20)),
              StatusIs(StatusCode::kPermissionDenied));
  SetCounter(12);
  const Session whole = Begin();
  EXPECT_EQ(whole.operation_class, OperationClass::kContent);
  EXPECT_EQ(whole.live_sessions, 0u);
  EXPECT_OK(vault_->Protect(whole.command_token, Loads(1, 20)));
  EXPECT_OK(vault_->OpenPredicted(Ahead(1, 8)));
}

TEST_F(VaultPredictedTest, Scp02IsReadUntilASessionShowsALaterCounter) {
  UsePredictableScp02();
  SetCounter(9);
  Begin();
  ASSERT_OK(vault_->OpenPredicted(Ahead(1)));
  SetCounter(10);  // the packet's own: its keys are good until a C-MAC was
  EXPECT_EQ(Begin().operation_class, OperationClass::kRead);
  EXPECT_EQ(Begin().operation_class, OperationClass::kRead);
  SetCounter(11);
  EXPECT_EQ(Begin().operation_class, OperationClass::kContent);
}

TEST_F(VaultPredictedTest, AHeldBackPacketOfScp02IsLiveToo) {
  UsePredictableScp02();
  SetCounter(9);
  const Handshake first = HandshakeOf(Open(), card_);
  ASSERT_OK_AND_ASSIGN(Session session, vault_->Authenticate(first));
  EXPECT_EQ(session.operation_class, OperationClass::kContent);
  // The same again is no other.
  ASSERT_OK_AND_ASSIGN(session, vault_->Authenticate(first));
  EXPECT_EQ(session.operation_class, OperationClass::kContent);
  EXPECT_EQ(Begin().operation_class, OperationClass::kRead);
  SetCounter(10);
  EXPECT_EQ(Begin().operation_class, OperationClass::kContent);
  EXPECT_EQ(LiveCount(), 1u);
}

TEST_F(VaultPredictedTest, AFallenCounterIsAnAlarm) {
  SetCounter(9);
  Begin();
  SetCounter(4);
  Begin();
  ASSERT_OK_AND_ASSIGN(const std::vector<Alarm> alarms, ledger_.Alarms(10));
  ASSERT_EQ(alarms.size(), 1u);
  EXPECT_EQ(alarms[0].kind, "sequence counter fell");
  EXPECT_EQ(alarms[0].subject, "card test/00112233445566778899 from 9 to 4");
  // What comes next is counted from the highest.
  ASSERT_OK_AND_ASSIGN(const PredictedSession predicted,
                       vault_->OpenPredicted(Ahead(1)));
  EXPECT_EQ(predicted.counter, 10u);
}

TEST_F(VaultPredictedTest, AStoppedCardGetsNone) {
  SetCounter(9);
  Begin();
  ASSERT_THAT(vault_->Authenticate(FalseHandshakeOf(Open(), card_)),
              StatusIs(StatusCode::kDataLoss));
  EXPECT_THAT(vault_->OpenPredicted(Ahead(1)),
              StatusIs(StatusCode::kPermissionDenied));
}

TEST_F(VaultPredictedTest, AReportMayComeDaysLater) {
  SetCounter(9);
  Begin();
  ASSERT_OK_AND_ASSIGN(const PredictedSession predicted,
                       vault_->OpenPredicted(Ahead(1)));
  const SessionPacket packet = {{*predicted.session.external_authenticate},
                                {{{}, card::kSuccess}}};
  clock_.Advance(absl::Hours(24 * 30) - absl::Seconds(1));
  EXPECT_OK(vault_->VerifyResponses(predicted.session.verify_token, packet));
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(vault_->VerifyResponses(predicted.session.verify_token, packet),
              StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_EQ(LiveCount(), 1u) << "the card knows no clock";
}

TEST_F(VaultPredictedTest, KeysSeeNothingThatTheCallerChooses) {
  SetCounter(9);
  Begin();
  keys_.ClearLog();
  PredictedRequest request = Ahead(1);
  request.agent = std::string(200, 'x');
  ASSERT_OK_AND_ASSIGN(const PredictedSession predicted,
                       vault_->OpenPredicted(request));
  const CipherLog log = keys_.log();
  ASSERT_EQ(log.chains.size(), 1u);
  ASSERT_EQ(log.chains[0].messages.size(), 1u);
  const Bytes sent = predicted.session.external_authenticate->Encode();
  EXPECT_EQ(log.chains[0].messages[0], Bytes(sent.begin(), sent.end() - 8));
  EXPECT_TRUE(log.plaintexts.empty());
}

TEST_F(VaultPredictedTest, RefusesWhatIsNotWhole) {
  SetCounter(9);
  Begin();
  PredictedRequest request = Ahead(1);
  request.content.pop_back();
  EXPECT_THAT(vault_->OpenPredicted(request),
              StatusIs(StatusCode::kInvalidArgument));
  request = Ahead(1);
  request.agent.clear();
  EXPECT_THAT(vault_->OpenPredicted(request),
              StatusIs(StatusCode::kInvalidArgument));
  request = Ahead(1);
  request.level_floor = 0x02;
  EXPECT_THAT(vault_->OpenPredicted(request),
              StatusIs(StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::keyvault
