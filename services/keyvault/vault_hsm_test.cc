// The vault over its keys in real PKCS#11 modules: the same bytes as over keys
// in memory, and what a load costs in calls.
#include <memory>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "services/keyvault/testing/known_token.h"
#include "services/keyvault/testing/vault_fixture.h"

namespace cardferry::keyvault {
namespace {

using card::CommandApdu;

class VaultHsmTest : public VaultFixture,
                     public testing::WithParamInterface<pkcs11::TestModule> {
 protected:
  void SetUp() override {
    policy_.key_sets["test"].level_floor = 0x01;
    ASSERT_OK_AND_ASSIGN(hsm_, OpenKnownToken(GetParam(), {TestKeySet()}));
    vault_ = std::make_unique<Vault>(
        VaultParts{*hsm_, ledger_, clock_, random_}, policy_);
  }
  void TearDown() override { vault_.reset(); }

  // A whole load at this level; its commands as sent, in hexadecimal.
  absl::StatusOr<std::vector<std::string>> Load(
      uint8_t level, const std::vector<CommandApdu>& commands) {
    issued_ = Open();
    Handshake handshake = HandshakeOf(issued_, card_);
    handshake.level_floor = level;
    absl::StatusOr<Session> session = vault_->Authenticate(handshake);
    if (!session.ok()) return session.status();
    auto got = vault_->Protect(session->command_token, commands);
    if (!got.ok()) return got.status();
    return Sent(*session->external_authenticate, got->commands);
  }

  static std::vector<std::string> Sent(
      const CommandApdu& first, const std::vector<CommandApdu>& commands) {
    std::vector<std::string> sent = {ToHex(first.Encode())};
    for (const CommandApdu& command : commands) {
      sent.push_back(ToHex(command.Encode()));
    }
    return sent;
  }

  // What the card of the last load expects.
  std::vector<std::string> Expected(uint8_t level,
                                    const std::vector<CommandApdu>& commands) {
    const auto cipher = card_.Cipher(issued_.opening.host_challenge);
    scp::Authentication authentication =
        scp::AuthenticateHost(*cipher, static_cast<scp::SecurityLevel>(level))
            .value();
    return Sent(
        authentication.external_authenticate,
        scp::ProtectCommands(*cipher, authentication.state, commands).value());
  }

  // The HSM calls of a load, the end of its session keys among them, once the
  // pool has its session.
  uint64_t CallsOf(uint8_t level, const std::vector<CommandApdu>& commands) {
    EXPECT_OK(hsm_->Health());
    const uint64_t before = hsm_->CallCount();
    EXPECT_OK(Load(level, commands));
    vault_->DropCachedSessions();
    return hsm_->CallCount() - before;
  }

  std::shared_ptr<HsmKeys> hsm_;
  IssuedOpening issued_;
};

TEST_P(VaultHsmTest, SendsWhatTheCardExpects) {
  for (const uint8_t level : Bytes{0x01, 0x03}) {
    const std::vector<CommandApdu> commands = Loads(40, 239);
    ASSERT_OK_AND_ASSIGN(const std::vector<std::string> sent,
                         Load(level, commands));
    EXPECT_EQ(sent, Expected(level, commands)) << int{level};
  }
}

TEST_P(VaultHsmTest, CostsTheSameCallsFor3And60KilobytesOfCMac) {
  const uint64_t small = CallsOf(0x01, Loads(13, 247));
  const uint64_t large = CallsOf(0x01, Loads(249, 247));
  EXPECT_EQ(small, large);
  EXPECT_LE(small, 40u);
}

TEST_P(VaultHsmTest, CostsOneEncryptionMoreForEachCommandAtLevel03) {
  const uint64_t few = CallsOf(0x03, Loads(13, 239));
  const uint64_t many = CallsOf(0x03, Loads(113, 239));
  EXPECT_EQ(many - few, 2u * 100);  // C_EncryptInit and C_Encrypt
}

TEST_P(VaultHsmTest, AWrongCardIsRefused) {
  card_.key_set.master_mac[15] ^= 1;
  EXPECT_THAT(Load(0x01, Loads(1, 10)), StatusIs(absl::StatusCode::kDataLoss));
}

TEST_P(VaultHsmTest, ATokenOfAnotherVaultIsNoTokenHere) {
  Vault other({known_keys_, ledger_, clock_, random_}, policy_);
  const IssuedOpening issued = other.IssueOpenings(place_, 1).value()[0];
  EXPECT_THAT(vault_->Authenticate(HandshakeOf(issued, card_)),
              StatusIs(absl::StatusCode::kPermissionDenied));
  ASSERT_OK_AND_ASSIGN(const Session session,
                       other.Authenticate(HandshakeOf(issued, card_)));
  EXPECT_THAT(vault_->Protect(session.command_token, Loads(1, 10)),
              StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_P(VaultHsmTest, SendsWhatAnScp02CardExpectsForTwoCallsACommand) {
  vault_.reset();
  hsm_.reset();  // a process holds a module once
  card_.key_set = TestKeySet(112, "emv-cps");
  card_.i = 0x55;
  policy_.key_sets["test"].channel_options = {0x55};
  ASSERT_OK_AND_ASSIGN(hsm_, OpenKnownToken(GetParam(), {card_.key_set}));
  vault_ = std::make_unique<Vault>(VaultParts{*hsm_, ledger_, clock_, random_},
                                   policy_);
  for (const uint8_t level : Bytes{0x01, 0x03}) {
    const std::vector<CommandApdu> commands = Loads(40, 239);
    ASSERT_OK_AND_ASSIGN(const std::vector<std::string> sent,
                         Load(level, commands));
    EXPECT_EQ(sent, Expected(level, commands)) << int{level};
  }
  vault_->DropCachedSessions();
  const uint64_t few = CallsOf(0x01, Loads(13, 239));
  const uint64_t many = CallsOf(0x01, Loads(113, 239));
  EXPECT_EQ(many - few, 2u * 2u * 100);  // each has C_EncryptInit before it
  const uint64_t few_encrypted = CallsOf(0x03, Loads(13, 239));
  const uint64_t many_encrypted = CallsOf(0x03, Loads(113, 239));
  EXPECT_EQ(many_encrypted - few_encrypted, 3u * 2u * 100);
}

INSTANTIATE_TEST_SUITE_P(Modules, VaultHsmTest,
                         testing::Values(pkcs11::TestModule::kSoftHsm,
                                         pkcs11::TestModule::kNss),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace cardferry::keyvault
