// Vault: which channel a card gets, what a fault of the HSM is not taken for,
// and how a stop ends.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/card/scp/secure_channel.h"
#include "services/keyvault/testing/vault_fixture.h"

namespace cardferry::keyvault {
namespace {

using card::CommandApdu;

constexpr absl::StatusCode kDenied = absl::StatusCode::kPermissionDenied;
constexpr absl::StatusCode kAgain = absl::StatusCode::kFailedPrecondition;

class VaultChannelTest : public VaultFixture {
 protected:
  // What the card expects first.
  scp::Authentication Expected(scp::SessionCipher& cipher) {
    return scp::AuthenticateHost(cipher, scp::SecurityLevel::kCDecCMac).value();
  }
};

TEST_F(VaultChannelTest, GivesASessionToAnScp02Card) {
  policy_.key_sets["test"].channel_options = {0x15, 0x55};
  for (const uint8_t i : Bytes{0x15, 0x55}) {
    UseScp02(i);
    card_.key_diversification_data[0] = i;  // another card
    const IssuedOpening issued = Open();
    ASSERT_OK_AND_ASSIGN(const Session session,
                         vault_->Authenticate(HandshakeOf(issued, card_)));
    const auto cipher = card_.Cipher(issued.opening.host_challenge);
    scp::Authentication expected = Expected(*cipher);
    EXPECT_EQ(session.external_authenticate, expected.external_authenticate);
    // Another replica goes on with the protocol of the token.
    const CommandApdu command = Command("80F21000024F0000");
    ASSERT_OK_AND_ASSIGN(
        const ProtectedCommands got,
        NewVault()->Protect(session.command_token, {command, command}));
    EXPECT_EQ(got.commands,
              scp::ProtectCommands(*cipher, expected.state, {command, command})
                  .value());
  }
}

TEST_F(VaultChannelTest, AWrongScp02CardIsRefusedAndStopped) {
  UseScp02();
  EXPECT_THAT(vault_->Authenticate(FalseHandshakeOf(Open(), card_)),
              StatusIs(absl::StatusCode::kDataLoss));
  EXPECT_THAT(vault_->Authenticate(HandshakeOf(Open(), card_)),
              StatusIs(kDenied));
  EXPECT_EQ(keys_.log().host_cryptograms, 0);
}

TEST_F(VaultChannelTest, GivesPseudoRandomChallengesNoSessionByDefault) {
  UseScp02(0x55);
  EXPECT_THAT(vault_->Authenticate(HandshakeOf(Open(), card_)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "key set test does not allow SCP02 with i 55 "
                       "(channel_options of its policy)"));
  EXPECT_EQ(keys_.log().card_cryptograms, 0);
}

TEST_F(VaultChannelTest, RefusesOptionsBeforeAnyCryptogram) {
  UseScp02();
  for (const uint32_t i : {0x05u, 0x00u, 0x1Au, 0x55u, 0x75u}) {
    Handshake handshake = HandshakeOf(Open(), card_);
    handshake.channel_options = i;
    EXPECT_FALSE(vault_->Authenticate(handshake).ok()) << i;
  }
  EXPECT_EQ(keys_.log().sessions_opened, 0);
  EXPECT_EQ(keys_.log().card_cryptograms, 0);
  EXPECT_EQ(vault_->GetStatistics().verifications_failed, 0u);
  // None of that stands against the card.
  EXPECT_OK(vault_->Authenticate(HandshakeOf(Open(), card_)));
}

TEST_F(VaultChannelTest, AnOpeningIsForOneValueOfItsOptions) {
  UseScp02();
  policy_.key_sets["test"].channel_options = {0x15, 0x55};
  vault_ = NewVault();
  const Handshake handshake = HandshakeOf(Open(), card_);
  ASSERT_OK(vault_->Authenticate(handshake));
  Handshake other = handshake;
  other.channel_options = 0x55;
  EXPECT_THAT(vault_->Authenticate(other), StatusIs(kAgain));
  EXPECT_EQ(ledger_.Alarms(9).value().size(), 1u);
}

TEST_F(VaultChannelTest, AFaultOfTheHsmSaysNothingAboutTheCard) {
  for (const bool scp02 : {false, true}) {
    if (scp02) UseScp02();
    for (const absl::StatusCode code :
         {absl::StatusCode::kDataLoss, absl::StatusCode::kInternal,
          absl::StatusCode::kUnavailable}) {
      const absl::Status fault(code, "C_Encrypt: CKR_ENCRYPTED_DATA_INVALID");
      const absl::StatusCode wanted = code == absl::StatusCode::kDataLoss
                                          ? absl::StatusCode::kUnavailable
                                          : code;
      keys_.FailCiphersWith(fault);
      EXPECT_THAT(vault_->Authenticate(HandshakeOf(Open(), card_)),
                  StatusIs(wanted));
      keys_.FailCiphersWith(absl::OkStatus());
      keys_.FailSessionsWith(fault);
      EXPECT_THAT(vault_->Authenticate(HandshakeOf(Open(), card_)),
                  StatusIs(wanted));
      keys_.FailSessionsWith(absl::OkStatus());
    }
    EXPECT_EQ(vault_->GetStatistics().verifications_failed, 0u);
    EXPECT_THAT(
        ledger_.CountFailedCards(place_.agent, {absl::InfinitePast(), ""}),
        IsOkAndHolds(0u));
    EXPECT_OK(vault_->Authenticate(HandshakeOf(Open(), card_)));
  }
}

TEST_F(VaultChannelTest, AFaultOfTheLedgerSaysNothingAboutTheCard) {
  const IssuedOpening issued = Open();
  const Handshake wrong = FalseHandshakeOf(Open(), card_);
  for (const absl::StatusCode code :
       {absl::StatusCode::kInternal, absl::StatusCode::kUnavailable}) {
    ledger_.FailWith(absl::Status(code, "disk"));
    EXPECT_THAT(vault_->Authenticate(HandshakeOf(issued, card_)),
                StatusIs(code, "disk"));
    EXPECT_THAT(vault_->Authenticate(wrong), StatusIs(code, "disk"));
    ledger_.FailWith(absl::OkStatus());
  }
  EXPECT_EQ(vault_->GetStatistics().verifications_failed, 0u);
  EXPECT_OK(vault_->Authenticate(HandshakeOf(issued, card_)));
}

TEST_F(VaultChannelTest, AFaultOfTheHsmWhileProtectingIsNoWrongCard) {
  const Session session = Begin();
  keys_.FailCiphersWith(absl::DataLossError("CKR_DATA_INVALID"));
  EXPECT_THAT(
      vault_->Protect(session.command_token, Loads(1, 10)),
      StatusIs(absl::StatusCode::kUnavailable, "the HSM: CKR_DATA_INVALID"));
  keys_.FailCiphersWith(absl::OkStatus());
  EXPECT_OK(vault_->Protect(session.command_token, Loads(1, 10)));
}

// An agent that changes a byte on which no key depends shows the same card.
TEST_F(VaultChannelTest, AStopHoldsForBytesOnWhichTheKeysDoNotDepend) {
  UseScp02();  // VISA2: bytes 0, 1, 4 to 7
  ASSERT_OK(vault_->Authenticate(HandshakeOf(Open(), card_)));
  EXPECT_THAT(vault_->Authenticate(FalseHandshakeOf(Open(), card_)),
              StatusIs(absl::StatusCode::kDataLoss));
  for (const size_t byte : {2u, 3u, 8u, 9u}) {
    KnownCard changed = card_;
    changed.key_diversification_data[byte] ^= 1;
    EXPECT_THAT(vault_->Authenticate(HandshakeOf(Open(), changed)),
                StatusIs(kDenied,
                         "the card is stopped at this agent: it failed its "
                         "verification here"))
        << byte;
  }
  KnownCard other = card_;
  other.key_diversification_data[0] ^= 0x10;
  EXPECT_OK(vault_->Authenticate(HandshakeOf(Open(), other)));
}

TEST_F(VaultChannelTest, TheStopOfACardIsLiftedByAnyOfItsNames) {
  UseScp02();
  EXPECT_THAT(vault_->Authenticate(FalseHandshakeOf(Open(), card_)),
              StatusIs(absl::StatusCode::kDataLoss));
  const ClaimedCard other = {
      "test", {0x10, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99}};
  EXPECT_THAT(vault_->ForgetFailures(other, "alice"),
              StatusIs(absl::StatusCode::kNotFound));
  const ClaimedCard same = {
      "test", {0x00, 0x11, 0xFF, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99}};
  EXPECT_THAT(vault_->ForgetFailures(same, "alice"), IsOkAndHolds(1u));
  EXPECT_THAT(ledger_.Alarms(9),
              IsOkAndHolds(testing::ElementsAre(Alarm{
                  clock_.Now(), "failed verifications forgotten",
                  "card test/0011FF33445566778899 by operator alice", ""})));
  ASSERT_OK_AND_ASSIGN(const Session session,
                       vault_->Authenticate(HandshakeOf(Open(), card_)));
  EXPECT_EQ(ToHex(session.card.key_diversification_data),
            "00112233445566778899");
}

TEST_F(VaultChannelTest, AnOperatorLiftsTheStopOfACardEverywhere) {
  const ClaimedCard card = {
      "test", {0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99}};
  EXPECT_THAT(vault_->ForgetFailures(card, "alice"),
              StatusIs(absl::StatusCode::kNotFound,
                       "no failed verification of this card is known, nor a "
                       "change of its i, nor a doubt of its counter"));
  const Place other{"kiosk-2", "slot 0"};
  for (const Place& place : {place_, other}) {
    EXPECT_THAT(vault_->Authenticate(FalseHandshakeOf(Open(place), card_)),
                StatusIs(absl::StatusCode::kDataLoss));
  }
  EXPECT_THAT(vault_->Authenticate(HandshakeOf(Open(), card_)),
              StatusIs(kDenied));
  EXPECT_THAT(vault_->ForgetFailures(card, "alice"), IsOkAndHolds(2u));
  EXPECT_OK(vault_->Authenticate(HandshakeOf(Open(), card_)));
  EXPECT_OK(vault_->Authenticate(HandshakeOf(Open(other), card_)));
  EXPECT_THAT(ledger_.Alarms(9),
              IsOkAndHolds(testing::ElementsAre(Alarm{
                  clock_.Now(), "failed verifications forgotten",
                  "card test/00112233445566778899 by operator alice", ""})));
}

TEST_F(VaultChannelTest, KeysAreMadeInMemoryOnlyByPolicyAndOnTheRecord) {
  card_.key_set = TestKeySet(192, "nxp/2");
  scp02_keys_ =
      std::make_unique<OpensslHsmKeys>(std::vector<KnownKeySet>{card_.key_set});
  keys_.Use(*scp02_keys_);
  vault_ = NewVault();
  EXPECT_THAT(vault_->Authenticate(HandshakeOf(Open(), card_)),
              StatusIs(kDenied,
                       "the keys of card test/00112233445566778899 would be "
                       "put together in the vault's memory, which the key "
                       "set's policy does not allow (allow_keys_in_memory)"));
  EXPECT_EQ(keys_.log().sessions_opened, 0);
  EXPECT_THAT(ledger_.Alarms(9), IsOkAndHolds(testing::IsEmpty()));

  policy_.key_sets["test"].allow_keys_in_memory = true;
  vault_ = NewVault();
  ASSERT_OK_AND_ASSIGN(const Session session,
                       vault_->Authenticate(HandshakeOf(Open(), card_)));
  const Alarm made = {clock_.Now(), "card keys made in memory",
                      "card test/00112233445566778899", ""};
  EXPECT_THAT(ledger_.Alarms(9), IsOkAndHolds(testing::ElementsAre(made)));
  // Each time, and not when nothing is made.
  ASSERT_OK_AND_ASSIGN(const ProtectedCommands next,
                       vault_->Protect(session.command_token, Loads(1, 10)));
  EXPECT_THAT(ledger_.Alarms(9), IsOkAndHolds(testing::ElementsAre(made)));
  ASSERT_OK(NewVault()->Protect(next.command_token, Loads(1, 10)));
  EXPECT_THAT(ledger_.Alarms(9),
              IsOkAndHolds(testing::ElementsAre(made, made)));
  // What cannot be recorded is not done.
  const Handshake another = HandshakeOf(Open(), card_);
  keys_.ClearLog();
  ledger_.FailWith(absl::UnavailableError("disk"));
  EXPECT_FALSE(vault_->Authenticate(another).ok());
  EXPECT_EQ(keys_.log().sessions_opened, 0);
}

// A key set of another protocol, or with another card, than the fixture's.
class VaultEveryChannelTest : public VaultChannelTest {
 protected:
  void UseCard(KnownKeySet key_set, uint8_t i, const Bytes& challenge) {
    card_.key_set = std::move(key_set);
    card_.i = i;
    card_.challenge = challenge;
    scp02_keys_ = std::make_unique<OpensslHsmKeys>(
        std::vector<KnownKeySet>{card_.key_set});
    keys_.Use(*scp02_keys_);
    vault_ = NewVault();
  }

  // That a session has this level, and protects as the card expects.
  void ExpectSession(scp::SecurityLevel level) {
    const IssuedOpening issued = Open();
    Handshake handshake = HandshakeOf(issued, card_);
    handshake.level_floor = static_cast<uint32_t>(level);
    ASSERT_OK_AND_ASSIGN(const Session session,
                         vault_->Authenticate(handshake));
    EXPECT_EQ(session.level, level);
    EXPECT_EQ(session.channel_options, card_.i);
    const auto cipher = card_.Cipher(issued.opening.host_challenge);
    scp::Authentication expected =
        scp::AuthenticateHost(*cipher, level).value();
    EXPECT_EQ(session.external_authenticate, expected.external_authenticate);
    const CommandApdu command = Command("80F21000024F0000");
    ASSERT_OK_AND_ASSIGN(
        const ProtectedCommands got,
        NewVault()->Protect(session.command_token, {command, command}));
    EXPECT_EQ(got.commands,
              scp::ProtectCommands(*cipher, expected.state, {command, command})
                  .value());
  }
};

TEST_F(VaultEveryChannelTest, ACardInS16ModeGetsTheWholeChallenge) {
  UseCard(TestKeySet(256), 0x71, Bytes(16, 0xC7));
  ExpectSession(scp::SecurityLevel::kCDecCMacRMacREnc);
  ExpectSession(scp::SecurityLevel::kCDecCMac);
}

TEST_F(VaultEveryChannelTest, AnScp01CardGetsASession) {
  KnownKeySet old = TestKeySet(112, "visa2");
  old.description.protocol = scp::kScp01;
  UseCard(old, 0x15, Bytes(8, 0xC7));
  ExpectSession(scp::SecurityLevel::kCDecCMac);
  // R-MAC is none of its options: who asks for it gets no session with less.
  Handshake handshake = HandshakeOf(Open(), card_);
  handshake.level_floor = 0x13;
  EXPECT_THAT(vault_->Authenticate(handshake),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "security level 13 is wanted, which SCP01 with i 15 "
                       "does not have"));
  EXPECT_EQ(vault_->GetStatistics().verifications_failed, 0u);
}

TEST_F(VaultEveryChannelTest, AnScp02CardWithResponseMacsGetsThem) {
  UseCard(TestKeySet(112, "visa2"), 0x35, Bytes(8, 0xC7));
  ExpectSession(scp::SecurityLevel::kCDecCMacRMac);
}

TEST_F(VaultEveryChannelTest, ACardThatClaimsLessThanItsFloorGetsNothing) {
  policy_.key_sets["test"].level_floor = 0x33;
  UseCard(TestKeySet(), 0x70, Bytes(8, 0xC7));
  ExpectSession(scp::SecurityLevel::kCDecCMacRMacREnc);
  KnownCard claims = card_;
  claims.i = 0x00;
  EXPECT_THAT(vault_->Authenticate(HandshakeOf(Open(), claims)),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(VaultEveryChannelTest, AQuirkOfTheCardIsTheSessionsToItsEnd) {
  UseCard(TestKeySet(), 0x70, Bytes(8, 0xC7));
  Handshake handshake = HandshakeOf(Open(), card_);
  handshake.quirks.encrypts_absent_data = true;
  ASSERT_OK_AND_ASSIGN(const Session session, vault_->Authenticate(handshake));
  ASSERT_OK_AND_ASSIGN(
      const ProtectedCommands got,
      NewVault()->Protect(session.command_token, {Command("80CA006600")}));
  // A block of padding, and the MAC.
  EXPECT_EQ(got.commands[0].data().size(), 16u + 8u);
  // And the opening's: nobody gets another session with others.
  handshake.quirks = {};
  EXPECT_THAT(vault_->Authenticate(handshake), StatusIs(kAgain));
}

}  // namespace
}  // namespace cardferry::keyvault
