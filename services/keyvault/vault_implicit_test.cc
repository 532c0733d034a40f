// Vault: SCP02 sessions that begin by their first C-MAC.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/card/scp/secure_channel.h"
#include "services/keyvault/counted_card.h"
#include "services/keyvault/testing/vault_fixture.h"

namespace cardferry::keyvault {
namespace {

using testing::HasSubstr;

const Bytes& Aid() {
  static const auto* const aid = new Bytes(FromHexOrDie("A000000151000000"));
  return *aid;
}

class VaultImplicitTest : public VaultFixture {
 protected:
  void SetUp() override {
    policy_.key_sets["test"].level_floor = std::nullopt;
    policy_.key_sets["test"].channel_options = {0x15, 0x1B};
    UseScp02(0x1B);
  }

  Handshake HandshakeAt(
      uint16_t counter,
      OperationClass operation_class = OperationClass::kContent,
      const std::string& agent = "kiosk-1") {
    const IssuedOpening issued = Open(Place{agent, "slot 0"});
    Handshake handshake;
    handshake.ticket = issued.ticket;
    handshake.place = issued.opening.place;
    handshake.key_set = "test";
    handshake.operation_class = operation_class;
    handshake.channel_options = 0x1B;
    handshake.aid = Aid();
    handshake.implicit = {Kdd(), card_.key_version_number, counter};
    return handshake;
  }

  std::array<uint8_t, 10> Kdd() const {
    std::array<uint8_t, 10> kdd;
    std::copy_n(card_.key_diversification_data.begin(), kdd.size(),
                kdd.begin());
    return kdd;
  }

  // As it is counted.
  std::array<uint8_t, 10> CountedKdd() const {
    return CountedCard(card_.key_set.description, Kdd())
        .key_diversification_data;
  }

  // The card's own cipher for the session of this counter.
  std::unique_ptr<scp::SessionCipher> CipherAt(uint16_t counter) {
    return scp02_keys_
        ->OpenSession({"test", 1, Kdd()},
                      *scp::SessionSeed::CreateImplicit(
                          {scp::kScp02, 0x1B},
                          Bytes{static_cast<uint8_t>(counter >> 8),
                                static_cast<uint8_t>(counter)},
                          Aid()))
        .value();
  }
};

TEST_F(VaultImplicitTest, ProtectsWithoutAnOpeningExchange) {
  ASSERT_OK_AND_ASSIGN(const Session session,
                       vault_->Authenticate(HandshakeAt(7)));
  EXPECT_FALSE(session.external_authenticate.has_value());
  EXPECT_EQ(session.level, scp::SecurityLevel::kCMac);
  EXPECT_EQ(session.channel_options, 0x1B);
  EXPECT_EQ(session.operation_class, OperationClass::kContent);
  const std::vector<card::CommandApdu> loads = Loads(3, 100);
  ASSERT_OK_AND_ASSIGN(const ProtectedCommands got,
                       NewVault()->Protect(session.command_token, loads));
  const auto cipher = CipherAt(7);
  scp::ChannelState state = *scp::BeginImplicitSession(*cipher);
  EXPECT_EQ(got.commands, scp::ProtectCommands(*cipher, state, loads).value());
  // Nothing proves what comes back.
  SessionPacket packet{got.commands, {{{0x01}, card::kSuccess}}};
  ASSERT_OK_AND_ASSIGN(
      const std::vector<VerifiedAnswer> verified,
      NewVault()->VerifyResponses(session.verify_token, packet));
  ASSERT_EQ(verified.size(), 1u);
  EXPECT_EQ(verified[0].assurance, Assurance::kReported);
}

// It may be kept and run later: until the card's counter is past it.
TEST_F(VaultImplicitTest, WhileAPacketMayStillBeRunTheNextOneOnlyReads) {
  const Handshake first = HandshakeAt(7);
  ASSERT_OK_AND_ASSIGN(const Session session, vault_->Authenticate(first));
  for (const uint16_t counter : std::vector<uint16_t>{7, 6}) {
    ASSERT_OK_AND_ASSIGN(const Session next,
                         NewVault()->Authenticate(HandshakeAt(counter)));
    EXPECT_EQ(next.operation_class, OperationClass::kRead);
    EXPECT_THAT(vault_->Protect(next.command_token, Loads(1, 10)),
                StatusIs(absl::StatusCode::kPermissionDenied,
                         HasSubstr("is of class content, the session's is "
                                   "read")));
    EXPECT_OK(vault_->Protect(next.command_token, {Command("80F22000024F00")}));
  }
  // The reading has moved the counter.
  ASSERT_OK_AND_ASSIGN(const Session later,
                       vault_->Authenticate(HandshakeAt(8)));
  EXPECT_EQ(later.operation_class, OperationClass::kContent);
}

// What it might do has ended. As a session that only reads it would be refused
// later, with a false alarm: its token was used for changes.
TEST_F(VaultImplicitTest, ARetryIsRefusedWhenAnotherOpeningHadALaterCounter) {
  const Handshake first = HandshakeAt(7);
  ASSERT_OK_AND_ASSIGN(const Session session, vault_->Authenticate(first));
  ASSERT_OK(vault_->Protect(session.command_token, Loads(1, 10)));
  ASSERT_OK(vault_->Authenticate(HandshakeAt(8)));
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(NewVault()->Authenticate(first),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         HasSubstr("insert the card again")));
  }
  EXPECT_THAT(ledger_.Alarms(9), IsOkAndHolds(testing::IsEmpty()));
}

TEST_F(VaultImplicitTest, ARetryGetsTheSameSession) {
  const Handshake handshake = HandshakeAt(7);
  ASSERT_OK_AND_ASSIGN(const Session first, vault_->Authenticate(handshake));
  ASSERT_OK_AND_ASSIGN(const Session again,
                       NewVault()->Authenticate(handshake));
  EXPECT_EQ(again.operation_class, OperationClass::kContent);
  const Handshake reading = HandshakeAt(7);
  for (int i = 0; i < 2; ++i) {
    ASSERT_OK_AND_ASSIGN(const Session read_only,
                         NewVault()->Authenticate(reading));
    EXPECT_EQ(read_only.operation_class, OperationClass::kRead);
  }
  Handshake other = handshake;
  other.implicit->sequence_counter = 8;
  EXPECT_THAT(vault_->Authenticate(other),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

// An agent that answers an opening with another card's number, and a counter
// that this card will not reach for long.
TEST_F(VaultImplicitTest, NoAgentTakesAllCountersOfAnothersCard) {
  ASSERT_OK(vault_->Authenticate(HandshakeAt(3)));
  ASSERT_OK_AND_ASSIGN(
      const Session false_one,
      vault_->Authenticate(HandshakeAt(255, OperationClass::kContent, "eve")));
  EXPECT_EQ(false_one.operation_class, OperationClass::kRead);
  EXPECT_THAT(ledger_.Alarms(9),
              IsOkAndHolds(testing::ElementsAre(Alarm{
                  clock_.Now(), "a card's sequence counter is not believed",
                  "card test/" + ToHex(CountedKdd()) +
                      ": counter 255, was 3 at agent kiosk-1",
                  "eve"})));
  ASSERT_OK_AND_ASSIGN(const Session honest,
                       vault_->Authenticate(HandshakeAt(4)));
  EXPECT_EQ(honest.operation_class, OperationClass::kContent);
}

// A card that was never seen can be taken so: that shows as soon as it is.
TEST_F(VaultImplicitTest, AnOperatorGivesACardItsCountersBack) {
  ASSERT_OK(
      vault_->Authenticate(HandshakeAt(255, OperationClass::kContent, "eve")));
  ASSERT_OK_AND_ASSIGN(const Session blocked,
                       vault_->Authenticate(HandshakeAt(3)));
  EXPECT_EQ(blocked.operation_class, OperationClass::kRead);
  ASSERT_OK_AND_ASSIGN(const std::vector<Alarm> alarms, ledger_.Alarms(9));
  ASSERT_EQ(alarms.size(), 1u);
  EXPECT_THAT(alarms[0].subject, HasSubstr("counter 3, was 255 at agent eve"));
  EXPECT_THAT(vault_->ForgetFailures({"test", Kdd()}, "alice"),
              IsOkAndHolds(1u));
  EXPECT_THAT(vault_->ForgetFailures({"test", Kdd()}, "alice"),
              StatusIs(absl::StatusCode::kNotFound));
  ASSERT_OK_AND_ASSIGN(const Session again,
                       vault_->Authenticate(HandshakeAt(3)));
  EXPECT_EQ(again.operation_class, OperationClass::kContent);
}

TEST_F(VaultImplicitTest, NoCounterIsBelievedBeyondThePolicys) {
  policy_.key_sets["test"].highest_unproven_counter = 20;
  vault_ = NewVault();
  EXPECT_OK(vault_->Authenticate(HandshakeAt(20)));
  EXPECT_THAT(vault_->Authenticate(HandshakeAt(21, OperationClass::kRead)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "the card is said to be at sequence counter 21, which "
                       "nothing proves; key set test allows 20 at most "
                       "(highest_unproven_counter)"));
}

TEST_F(VaultImplicitTest, OnlyByPolicyAndWithoutSecrets) {
  EXPECT_THAT(
      vault_->Authenticate(HandshakeAt(1, OperationClass::kPersonalize)),
      StatusIs(absl::StatusCode::kPermissionDenied));
  Handshake encrypted = HandshakeAt(1);
  encrypted.level_floor = 0x03;
  EXPECT_THAT(vault_->Authenticate(encrypted),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "security level 03 is wanted, which SCP02 with i 1B "
                       "does not have"));
  policy_.key_sets["test"].channel_options.clear();
  vault_ = NewVault();
  EXPECT_THAT(vault_->Authenticate(HandshakeAt(1)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("does not allow SCP02 with i 1B")));
}

TEST_F(VaultImplicitTest, ASessionBeginsAsItsOptionsSay) {
  Handshake handshake = HandshakeAt(1);
  handshake.channel_options = 0x15;
  EXPECT_THAT(vault_->Authenticate(handshake),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "SCP02 with i 15 begins with INITIALIZE UPDATE"));
  card_.i = 0x15;
  Handshake other = HandshakeOf(Open(), card_);
  other.channel_options = 0x1B;
  EXPECT_THAT(vault_->Authenticate(other),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "SCP02 with i 1B begins without INITIALIZE UPDATE"));
}

// An agent that wants fewer questions asked.
TEST_F(VaultImplicitTest, ACardThatHasProvenOtherOptionsIsAnAlarm) {
  card_.i = 0x15;
  ASSERT_OK(vault_->Authenticate(HandshakeOf(Open(), card_)));
  EXPECT_THAT(vault_->Authenticate(HandshakeAt(1)),
              StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_THAT(ledger_.Alarms(9), IsOkAndHolds(testing::SizeIs(1)));
}

}  // namespace
}  // namespace cardferry::keyvault
