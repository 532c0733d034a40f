// Vault: openings, and whom it gives a session.
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/card/scp/secure_channel.h"
#include "services/keyvault/testing/vault_fixture.h"

namespace cardferry::keyvault {
namespace {

constexpr absl::StatusCode kDenied = absl::StatusCode::kPermissionDenied;
constexpr absl::StatusCode kAgain = absl::StatusCode::kFailedPrecondition;

class VaultAuthenticateTest : public VaultFixture {
 protected:
  // The EXTERNAL AUTHENTICATE that the card expects.
  Bytes Expected(const IssuedOpening& issued, scp::SecurityLevel level) {
    const auto cipher = card_.Cipher(issued.opening.host_challenge);
    return scp::AuthenticateHost(*cipher, level)
        .value()
        .external_authenticate.Encode();
  }

  absl::Status FailOne(const Place& place, uint8_t card_number) {
    KnownCard card;
    card.key_diversification_data[9] = card_number;
    return vault_->Authenticate(FalseHandshakeOf(Open(place), card)).status();
  }
  absl::Status TryGood(const Place& place, uint8_t card_number) {
    KnownCard card;
    card.key_diversification_data[9] = card_number;
    return vault_->Authenticate(HandshakeOf(Open(place), card)).status();
  }
};

TEST_F(VaultAuthenticateTest, GivesASessionToACardWithTheRightCryptogram) {
  const IssuedOpening issued = Open();
  ASSERT_OK_AND_ASSIGN(const Session session,
                       vault_->Authenticate(HandshakeOf(issued, card_)));
  EXPECT_EQ(session.level, scp::SecurityLevel::kCDecCMac);
  EXPECT_EQ(session.external_authenticate->Encode(),
            Expected(issued, scp::SecurityLevel::kCDecCMac));
  EXPECT_EQ(session.card.key_set, "test");
  EXPECT_EQ(session.card.master_version, 1u);
  EXPECT_EQ(ToHex(session.card.key_diversification_data),
            "00112233445566778899");
  EXPECT_EQ(session.key_version_number, 0x30);
  EXPECT_EQ(vault_->GetStatistics().openings_issued, 1u);
  EXPECT_EQ(vault_->GetStatistics().sessions_authenticated, 1u);
}

TEST_F(VaultAuthenticateTest, MakesNoHostCryptogramForAWrongCardCryptogram) {
  const IssuedOpening issued = Open();
  for (size_t bit = 0; bit < 64; ++bit) {
    ledger_.FailWith(absl::OkStatus());
    FakeLedger fresh;
    Vault vault({keys_, fresh, clock_, random_}, policy_);
    Handshake handshake = HandshakeOf(issued, card_);
    uint8_t& byte = handshake.initialize_update_answer[21 + bit / 8];
    byte = static_cast<uint8_t>(byte ^ 1 << bit % 8);
    EXPECT_THAT(vault.Authenticate(handshake),
                StatusIs(absl::StatusCode::kDataLoss,
                         "the card cryptogram does not match"));
  }
  EXPECT_EQ(keys_.log().card_cryptograms, 64);
  EXPECT_EQ(keys_.log().host_cryptograms, 0);
  EXPECT_TRUE(keys_.log().chains.empty());
}

TEST_F(VaultAuthenticateTest, ACardOfAnotherMasterIsRefused) {
  card_.key_set.master_mac[0] ^= 1;
  EXPECT_THAT(vault_->Authenticate(HandshakeOf(Open(), card_)),
              StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_EQ(keys_.log().host_cryptograms, 0);
  EXPECT_EQ(vault_->GetStatistics().verifications_failed, 1u);
  EXPECT_EQ(vault_->GetStatistics().sessions_authenticated, 0u);
}

TEST_F(VaultAuthenticateTest, ARetryGivesTheSameSession) {
  const Handshake handshake = HandshakeOf(Open(), card_);
  ASSERT_OK_AND_ASSIGN(const Session first, vault_->Authenticate(handshake));
  clock_.Advance(absl::Minutes(5));
  ASSERT_OK_AND_ASSIGN(const Session again,
                       NewVault()->Authenticate(handshake));
  EXPECT_EQ(again.external_authenticate, first.external_authenticate);
  ASSERT_OK_AND_ASSIGN(const CommandToken one,
                       OpenCommandToken(keys_, first.command_token));
  ASSERT_OK_AND_ASSIGN(const CommandToken two,
                       OpenCommandToken(keys_, again.command_token));
  EXPECT_EQ(EncodeOrigin(one.origin), EncodeOrigin(two.origin));
  EXPECT_EQ(one.state.chaining_value, two.state.chaining_value);
  EXPECT_EQ(one.expires_at, two.expires_at);
  EXPECT_TRUE(ledger_.Alarms(9).value().empty());
}

TEST_F(VaultAuthenticateTest, AnOpeningUsedForSomethingElseRaisesAnAlarm) {
  const IssuedOpening issued = Open();
  const Handshake handshake = HandshakeOf(issued, card_);
  ASSERT_OK(vault_->Authenticate(handshake));

  KnownCard other_card;
  other_card.challenge[0] ^= 1;
  Handshake other_class = handshake;
  other_class.operation_class = OperationClass::kRead;
  Handshake other_level = handshake;
  other_level.level_floor = 0x01;
  const std::string subject = "opening " + ToHex(issued.opening.serial);
  size_t alarms = 0;
  for (const Handshake& other :
       {HandshakeOf(issued, other_card), other_class, other_level}) {
    EXPECT_THAT(
        vault_->Authenticate(other),
        StatusIs(kAgain, subject + " was used before, for something else"));
    ++alarms;
    EXPECT_THAT(ledger_.Alarms(9), IsOkAndHolds(testing::SizeIs(alarms)));
  }
  EXPECT_EQ(ledger_.Alarms(1).value()[0],
            (Alarm{clock_.Now(), "used again for something else", subject,
                   "kiosk-1"}));
  EXPECT_EQ(vault_->GetStatistics().verifications_failed, 0u);
  EXPECT_EQ(keys_.log().host_cryptograms, 1);
}

TEST_F(VaultAuthenticateTest, AnExpiredOpeningIsNoFailedVerification) {
  const Handshake handshake = FalseHandshakeOf(Open(), card_);
  clock_.Advance(policy_.opening_lifetime);
  EXPECT_THAT(vault_->Authenticate(handshake), StatusIs(kAgain));
  EXPECT_EQ(vault_->GetStatistics().verifications_failed, 0u);
  EXPECT_EQ(keys_.log().sessions_opened, 0);
  EXPECT_OK(TryGood(place_, 0x99));
}

TEST_F(VaultAuthenticateTest, AForeignTicketIsNoFailedVerification) {
  Handshake elsewhere = FalseHandshakeOf(Open(), card_);
  elsewhere.place.reader = "slot 1";
  EXPECT_THAT(vault_->Authenticate(elsewhere), StatusIs(kDenied));
  Handshake forged = FalseHandshakeOf(Open(), card_);
  forged.ticket.back() ^= 1;
  EXPECT_THAT(vault_->Authenticate(forged), StatusIs(kDenied));
  EXPECT_EQ(vault_->GetStatistics().verifications_failed, 0u);
  EXPECT_EQ(keys_.log().sessions_opened, 0);
}

TEST_F(VaultAuthenticateTest, ClassesThatNeedApprovalAreRefusedForNow) {
  const IssuedOpening issued = Open();
  EXPECT_THAT(
      vault_->Authenticate(HandshakeOf(issued, card_, OperationClass::kKeys)),
      StatusIs(kDenied, "class keys needs two people's approval"));
  EXPECT_THAT(
      vault_->Authenticate(
          HandshakeOf(issued, card_, OperationClass::kCardState)),
      StatusIs(kDenied, "class card-state needs two people's approval"));
  for (const int unknown : {0, 7, 255}) {
    EXPECT_THAT(vault_->Authenticate(HandshakeOf(
                    issued, card_, static_cast<OperationClass>(unknown))),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
  EXPECT_OK(vault_->Authenticate(HandshakeOf(issued, card_)));  // not used up
}

TEST_F(VaultAuthenticateTest, RefusesKeySetsAndCardsThatDoNotFit) {
  Handshake unknown = HandshakeOf(Open(), card_);
  unknown.key_set = "other";
  EXPECT_THAT(vault_->Authenticate(unknown),
              StatusIs(absl::StatusCode::kNotFound, "no key set other"));
  KnownCard other_version;
  other_version.key_version_number = 0x31;
  EXPECT_THAT(vault_->Authenticate(HandshakeOf(Open(), other_version)),
              StatusIs(absl::StatusCode::kInvalidArgument));
  KnownCard other_i;
  other_i.i = 0x72;
  EXPECT_THAT(vault_->Authenticate(HandshakeOf(Open(), other_i)),
              StatusIs(absl::StatusCode::kUnimplemented));
  // An answer that is too short for what it says: S16.
  Handshake s16 = HandshakeOf(Open(), card_);
  s16.initialize_update_answer[12] = 0x71;
  EXPECT_THAT(vault_->Authenticate(s16),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_EQ(keys_.log().sessions_opened, 0);
}

TEST_F(VaultAuthenticateTest, RefusesEveryTruncationOfTheAnswer) {
  const Handshake whole = HandshakeOf(Open(), card_);
  for (size_t size = 0; size < whole.initialize_update_answer.size(); ++size) {
    Handshake cut = HandshakeOf(Open(), card_);
    cut.initialize_update_answer.resize(size);
    EXPECT_FALSE(vault_->Authenticate(cut).ok()) << size;
  }
  EXPECT_EQ(keys_.log().sessions_opened, 0);
}

TEST_F(VaultAuthenticateTest, TheLevelIsTheFloorOfPolicyAndCaller) {
  policy_.key_sets["test"].level_floor = 0x01;
  vault_ = NewVault();
  const IssuedOpening low = Open();
  ASSERT_OK_AND_ASSIGN(const Session session,
                       vault_->Authenticate(HandshakeOf(low, card_)));
  EXPECT_EQ(session.level, scp::SecurityLevel::kCMac);
  EXPECT_EQ(session.external_authenticate->Encode(),
            Expected(low, scp::SecurityLevel::kCMac));
  Handshake raised = HandshakeOf(Open(), card_);
  raised.level_floor = 0x03;
  ASSERT_OK_AND_ASSIGN(const Session high, vault_->Authenticate(raised));
  EXPECT_EQ(high.level, scp::SecurityLevel::kCDecCMac);
}

TEST_F(VaultAuthenticateTest, RefusesALevelThatIsNotThereAndLeavesTheOpening) {
  Handshake handshake = HandshakeOf(Open(), card_);
  handshake.level_floor = 0x31;
  EXPECT_THAT(vault_->Authenticate(handshake),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "level_floor is 31, must be 00, 01, 03, 11, 13 or 33"));
  handshake.level_floor = 0x03;
  EXPECT_OK(vault_->Authenticate(handshake));
}

TEST_F(VaultAuthenticateTest, APolicyWithoutProtectionGivesNoSession) {
  policy_.key_sets["test"].level_floor = 0x00;
  vault_ = NewVault();
  EXPECT_THAT(vault_->Authenticate(HandshakeOf(Open(), card_)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "a session without protection (00)"));
}

TEST_F(VaultAuthenticateTest, OneFailureStopsThatCardAtThatAgent) {
  EXPECT_THAT(FailOne(place_, 1), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(TryGood(place_, 1),
              StatusIs(kDenied,
                       "the card is stopped at this agent: it failed "
                       "its verification here"));
  EXPECT_OK(TryGood(place_, 2));
  EXPECT_OK(TryGood({"kiosk-2", "slot 0"}, 1));
}

TEST_F(VaultAuthenticateTest, FailuresAtTwoAgentsStopTheCardEverywhere) {
  EXPECT_THAT(FailOne(place_, 1), StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(FailOne({"kiosk-2", "slot 0"}, 1),
              StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(TryGood({"kiosk-3", "slot 0"}, 1),
              StatusIs(kDenied,
                       "the card is stopped everywhere: it failed its "
                       "verification at 2 agents"));
  EXPECT_OK(TryGood({"kiosk-3", "slot 0"}, 2));
}

TEST_F(VaultAuthenticateTest, ManyFailedCardsSuspendTheAgent) {
  const Handshake waiting = HandshakeOf(Open(), card_);
  for (uint8_t card = 0; card < policy_.most_failed_cards; ++card) {
    EXPECT_THAT(FailOne(place_, card), StatusIs(absl::StatusCode::kDataLoss));
  }
  EXPECT_THAT(vault_->IssueOpenings(place_, 1), StatusIs(kDenied));
  EXPECT_THAT(vault_->Authenticate(waiting), StatusIs(kDenied));
  EXPECT_OK(TryGood({"kiosk-2", "slot 0"}, 0x77));
}

TEST_F(VaultAuthenticateTest, ARetryOfAFailureFailsAlikeAndCountsOnce) {
  const Handshake handshake = FalseHandshakeOf(Open(), card_);
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(vault_->Authenticate(handshake),
                StatusIs(absl::StatusCode::kDataLoss));
  }
  ASSERT_OK_AND_ASSIGN(
      const FailureCount count,
      ledger_.CountFailures(
          {"test",
           {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99}},
          "kiosk-1", {absl::UnixEpoch(), ""}));
  EXPECT_EQ(count.of_card_at_agent, 1u);
}

TEST_F(VaultAuthenticateTest, AStoppedCardGetsNoSecondTryByARetry) {
  EXPECT_THAT(FailOne(place_, 0x99), StatusIs(absl::StatusCode::kDataLoss));
  const Handshake handshake = HandshakeOf(Open(), card_);
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(vault_->Authenticate(handshake), StatusIs(kDenied));
  }
}

TEST_F(VaultAuthenticateTest, FailuresAreForgottenAfterTheirTime) {
  EXPECT_THAT(FailOne(place_, 1), StatusIs(absl::StatusCode::kDataLoss));
  clock_.Advance(policy_.failure_memory);
  EXPECT_THAT(TryGood(place_, 1), StatusIs(kDenied));
  clock_.Advance(absl::Microseconds(1));
  EXPECT_OK(TryGood(place_, 1));
}

TEST_F(VaultAuthenticateTest, WithoutItsLedgerItDoesNothing) {
  const Handshake handshake = HandshakeOf(Open(), card_);
  ledger_.FailWith(absl::UnavailableError("disk"));
  EXPECT_THAT(vault_->Authenticate(handshake),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(vault_->IssueOpenings(place_, 1),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(keys_.log().sessions_opened, 0);
  ledger_.FailWith(absl::OkStatus());
  EXPECT_OK(vault_->Authenticate(handshake));
}

TEST_F(VaultAuthenticateTest, AfterAnHsmFaultTheSameRequestGoesThrough) {
  const Handshake handshake = HandshakeOf(Open(), card_);
  keys_.FailSessionsWith(absl::UnavailableError("no session"));
  EXPECT_THAT(vault_->Authenticate(handshake),
              StatusIs(absl::StatusCode::kUnavailable, "no session"));
  EXPECT_EQ(vault_->GetStatistics().verifications_failed, 0u);
  keys_.FailSessionsWith(absl::OkStatus());
  EXPECT_OK(vault_->Authenticate(handshake));
}

TEST_F(VaultAuthenticateTest, PruningForgetsNoOpeningThatCouldStillBeUsed) {
  const IssuedOpening issued = Open();
  ASSERT_OK(vault_->Authenticate(HandshakeOf(issued, card_)));
  clock_.Advance(policy_.opening_lifetime - absl::Microseconds(1));
  ASSERT_OK(vault_->Prune());
  KnownCard other;
  other.challenge[0] ^= 1;
  EXPECT_THAT(vault_->Authenticate(HandshakeOf(issued, other)),
              StatusIs(kAgain));
}

TEST_F(VaultAuthenticateTest, AChangedIIsAnAlarmAndRefusedUntilItIsForgotten) {
  policy_.key_sets.clear();
  vault_ = NewVault();
  ASSERT_OK(vault_->Authenticate(HandshakeOf(Open(), card_)));
  KnownCard lesser = card_;
  lesser.i = 0x30;  // has the keys
  for (const Place& place : {place_, Place{"kiosk-2", "slot 0"}}) {
    EXPECT_THAT(NewVault()->Authenticate(HandshakeOf(Open(place), lesser)),
                StatusIs(absl::StatusCode::kOutOfRange,
                         "the card says i 30, and has always had 70: its "
                         "channel was changed, or somebody claims less for "
                         "it"));
  }
  ASSERT_OK_AND_ASSIGN(const std::vector<Alarm> alarms, ledger_.Alarms(9));
  ASSERT_EQ(alarms.size(), 2u);
  EXPECT_EQ(alarms[0].agent, "kiosk-2");
  EXPECT_EQ(alarms[1],
            (Alarm{clock_.Now(), "a card's i has changed",
                   "card test/00112233445566778899: i 30, was 70", "kiosk-1"}));
  EXPECT_OK(vault_->Authenticate(HandshakeOf(Open(), card_)));
  EXPECT_THAT(vault_->ForgetFailures({"test",
                                      {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66,
                                       0x77, 0x88, 0x99}},
                                     "alice"),
              IsOkAndHolds(1u));
  ASSERT_OK_AND_ASSIGN(const Session session,
                       vault_->Authenticate(HandshakeOf(Open(), lesser)));
  EXPECT_EQ(session.level, scp::SecurityLevel::kCDecCMacRMac);
}

TEST_F(VaultAuthenticateTest, WhoeverHasNotTheKeysChangesNothingOfACardsI) {
  ASSERT_OK(vault_->Authenticate(HandshakeOf(Open(), card_)));
  KnownCard false_card = card_;
  false_card.i = 0x30;
  EXPECT_THAT(vault_->Authenticate(
                  FalseHandshakeOf(Open({"kiosk-2", "slot"}), false_card)),
              StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_OK(vault_->Authenticate(HandshakeOf(Open(), card_)));
  EXPECT_THAT(ledger_.Alarms(9), IsOkAndHolds(testing::IsEmpty()));
}

TEST_F(VaultAuthenticateTest, ACardThatClaimsLessThanItsPolicyAsksIsRefused) {
  policy_.key_sets["test"].level_floor = 0x33;
  vault_ = NewVault();
  card_.i = 0x30;
  EXPECT_THAT(vault_->Authenticate(HandshakeOf(Open(), card_)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "security level 33 is wanted, which SCP03 with i 30 "
                       "does not have"));
}

}  // namespace
}  // namespace cardferry::keyvault
