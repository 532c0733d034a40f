// Vault: what the answers to a session's packet prove.
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "services/keyvault/testing/vault_fixture.h"

namespace cardferry::keyvault {
namespace {

using testing::HasSubstr;

constexpr absl::StatusCode kNotThis = absl::StatusCode::kInvalidArgument;

class VaultAnswersTest : public VaultFixture {
 protected:
  // The packet of a session with two reads, all answered with success.
  SessionPacket PacketOf(const Session& session) {
    const card::CommandApdu read = Command("80CA006600");
    SessionPacket packet;
    packet.commands =
        vault_->Protect(session.command_token, {read, read}).value().commands;
    packet.commands.insert(packet.commands.begin(),
                           session.external_authenticate);
    packet.answers.assign(3, {{}, card::kSuccess});
    return packet;
  }
};

TEST_F(VaultAnswersTest, WithoutResponseMacsEveryAnswerIsOnlyReported) {
  const Session session = Begin();
  SessionPacket packet = PacketOf(session);
  packet.answers[1].data = FromHexOrDie("6602AABB");
  packet.answers.pop_back();  // the agent stopped there
  // Another replica, long after the command token has expired.
  clock_.Advance(policy_.command_token_lifetime + policy_.opening_lifetime);
  ASSERT_OK_AND_ASSIGN(
      const std::vector<VerifiedAnswer> verified,
      NewVault()->VerifyResponses(session.verify_token, packet));
  ASSERT_EQ(verified.size(), 2u);
  for (size_t i = 0; i < verified.size(); ++i) {
    EXPECT_EQ(verified[i].assurance, Assurance::kReported);
    EXPECT_EQ(verified[i].data, packet.answers[i].data);
    EXPECT_EQ(verified[i].sw, card::kSuccess);
  }
}

TEST_F(VaultAnswersTest, ALateReportIsTakenUntilTheVerifyTokenExpires) {
  const IssuedOpening issued = Open();
  const Session session =
      vault_->Authenticate(HandshakeOf(issued, card_)).value();
  const SessionPacket packet = PacketOf(session);
  const absl::Time end =
      issued.opening.expires_at + policy_.verify_token_lifetime;
  clock_.Advance(end - absl::Microseconds(1) - clock_.Now());
  EXPECT_OK(vault_->VerifyResponses(session.verify_token, packet));
  clock_.Advance(absl::Microseconds(1));
  EXPECT_THAT(vault_->VerifyResponses(session.verify_token, packet),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("the verify token has expired")));
}

TEST_F(VaultAnswersTest, NoOtherTokenVerifies) {
  const Session session = Begin();
  const SessionPacket packet = PacketOf(session);
  Bytes changed = session.verify_token;
  changed.back() ^= 1;
  for (const Bytes& token : {session.command_token, changed, Bytes()}) {
    EXPECT_THAT(vault_->VerifyResponses(token, packet),
                StatusIs(absl::StatusCode::kPermissionDenied,
                         "not a verify token of ours"));
  }
}

TEST_F(VaultAnswersTest, AnswersGoWithTheirOwnSessionsPacketOnly) {
  const Session session = Begin();
  const Session other = Begin();
  const SessionPacket packet = PacketOf(session);
  EXPECT_THAT(vault_->VerifyResponses(other.verify_token, packet),
              StatusIs(kNotThis));
  SessionPacket without_beginning = packet;
  without_beginning.commands.erase(without_beginning.commands.begin());
  without_beginning.answers.pop_back();
  EXPECT_THAT(vault_->VerifyResponses(session.verify_token, without_beginning),
              StatusIs(kNotThis));
  SessionPacket too_many = packet;
  too_many.answers.push_back({{}, card::kSuccess});
  EXPECT_THAT(vault_->VerifyResponses(session.verify_token, too_many),
              StatusIs(kNotThis, "4 answers to 3 commands"));
  EXPECT_THAT(vault_->VerifyResponses(session.verify_token, {}),
              StatusIs(kNotThis, "0 commands, must be 1 to 2048"));
  SessionPacket longest = packet;
  longest.commands.resize(Vault::kLongestPacket, packet.commands.back());
  longest.commands.push_back(packet.commands.back());
  EXPECT_THAT(vault_->VerifyResponses(session.verify_token, longest),
              StatusIs(kNotThis, "2049 commands, must be 1 to 2048"));
}

}  // namespace
}  // namespace cardferry::keyvault
