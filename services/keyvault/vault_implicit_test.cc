// Vault: SCP02 sessions that begin by their first C-MAC.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/card/scp/secure_channel.h"
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

  Handshake HandshakeAt(uint16_t counter, OperationClass operation_class =
                                              OperationClass::kContent) {
    const IssuedOpening issued = Open();
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
  // A retry gets what it got.
  ASSERT_OK_AND_ASSIGN(
      const Session read_only,
      vault_->Authenticate(HandshakeAt(7, OperationClass::kRead)));
  EXPECT_EQ(read_only.operation_class, OperationClass::kRead);
}

TEST_F(VaultImplicitTest, ARetryGetsTheSameSession) {
  const Handshake handshake = HandshakeAt(7);
  ASSERT_OK_AND_ASSIGN(const Session first, vault_->Authenticate(handshake));
  ASSERT_OK_AND_ASSIGN(const Session again,
                       NewVault()->Authenticate(handshake));
  EXPECT_EQ(again.operation_class, OperationClass::kContent);
  Handshake other = handshake;
  other.implicit->sequence_counter = 8;
  EXPECT_THAT(vault_->Authenticate(other),
              StatusIs(absl::StatusCode::kFailedPrecondition));
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
