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
                           *session.external_authenticate);
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

// Answers as a card gives them: what it does not have, is a card; its keys make
// the MACs.
class VaultProofTest : public VaultAnswersTest {
 protected:
  void Begin(uint32_t level) {
    issued_ = Open();
    Handshake handshake = HandshakeOf(issued_, card_);
    handshake.level_floor = level;
    session_ =
        std::make_unique<Session>(vault_->Authenticate(handshake).value());
    packet_ = PacketOf(*session_);
  }

  // The answer with R-MAC, and at level 33 encrypted, of the SCP03 card to the
  // packet's command of this number.
  card::ResponseApdu Proven(uint32_t number, Bytes data) {
    const auto cipher = card_.Cipher(issued_.opening.host_challenge);
    Bytes chain = scp::AuthenticateHost(*cipher, session_->level)
                      .value()
                      .state.chaining_value;
    for (uint32_t i = 1; i <= number; ++i) {
      const card::CommandApdu& sent = packet_.commands[i];
      const ByteSpan all = sent.data();
      const Bytes message =
          Concat({Bytes{sent.header().cla, sent.header().ins, sent.header().p1,
                        sent.header().p2, static_cast<uint8_t>(all.size())},
                  all.first(all.size() - 8)});
      chain = cipher->MacChain(chain, {message}).value()[0];
    }
    const Bytes mac =
        cipher->ResponseMacs({}, {Concat({chain, data, Bytes{0x90, 0x00}})})
            .value()[0];
    Append(data, ByteSpan(mac).first(8));
    return {data, card::kSuccess};
  }

  IssuedOpening issued_;
  std::unique_ptr<Session> session_;
  SessionPacket packet_;
};

TEST_F(VaultProofTest, AResponseMacProvesAnAnswerAlsoAfterARestart) {
  Begin(0x13);
  packet_.answers[1] = Proven(1, FromHexOrDie("6602AABB"));
  packet_.answers[2] = {{}, card::StatusWord(0x6A88)};
  clock_.Advance(policy_.command_token_lifetime + policy_.opening_lifetime);
  ASSERT_OK_AND_ASSIGN(
      const std::vector<VerifiedAnswer> verified,
      NewVault()->VerifyResponses(session_->verify_token, packet_));
  ASSERT_EQ(verified.size(), 3u);
  EXPECT_EQ(verified[0].assurance, Assurance::kReported);
  EXPECT_EQ(verified[1].assurance, Assurance::kProven);
  EXPECT_EQ(ToHex(verified[1].data), "6602AABB");
  EXPECT_EQ(verified[2].assurance, Assurance::kReported);
  EXPECT_EQ(verified[2].sw, card::StatusWord(0x6A88));
}

TEST_F(VaultProofTest, EveryChangedBitOfAnAnswerIsFound) {
  Begin(0x13);
  const card::ResponseApdu right = Proven(1, FromHexOrDie("6602AABB"));
  for (size_t bit = 0; bit < right.data.size() * 8; ++bit) {
    packet_.answers = {{{}, card::kSuccess}, right};
    packet_.answers[1].data[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    ASSERT_OK_AND_ASSIGN(
        const std::vector<VerifiedAnswer> verified,
        vault_->VerifyResponses(session_->verify_token, packet_));
    EXPECT_EQ(verified[1].assurance, Assurance::kForged) << bit;
    EXPECT_TRUE(verified[1].data.empty());
  }
}

TEST_F(VaultProofTest, AnAnswerIsProvenToItsCommandWithItsStatusWordOnly) {
  Begin(0x13);
  const card::ResponseApdu right = Proven(1, FromHexOrDie("6602AABB"));
  const card::ResponseApdu none = {{}, card::kSuccess};
  const card::ResponseApdu reworded = {right.data, card::StatusWord(0x6310)};
  for (const auto& [first, second] :
       {std::make_pair(none, right), std::make_pair(reworded, none)}) {
    packet_.answers = {none, first, second};
    ASSERT_OK_AND_ASSIGN(
        const std::vector<VerifiedAnswer> verified,
        vault_->VerifyResponses(session_->verify_token, packet_));
    EXPECT_EQ(verified[1].assurance, Assurance::kForged);
    EXPECT_EQ(verified[2].assurance, Assurance::kForged);
  }
}

// Else forged answers would come back as reported ones.
TEST_F(VaultProofTest, ThePacketsLevelIsTheSessions) {
  for (const uint32_t level : {0x13u, 0x33u}) {
    Begin(level);
    packet_.answers = {{{}, card::kSuccess}, {Bytes(40, 0xA5), card::kSuccess}};
    const card::CommandApdu genuine = packet_.commands[0];
    for (int p1 = 0; p1 < 0x100; ++p1) {
      if (p1 == static_cast<int>(level)) continue;
      card::CommandHeader header = genuine.header();
      header.p1 = static_cast<uint8_t>(p1);
      packet_.commands[0] =
          card::CommandApdu::Create(header, genuine.data(), genuine.le())
              .value();
      EXPECT_THAT(vault_->VerifyResponses(session_->verify_token, packet_),
                  StatusIs(kNotThis))
          << p1;
    }
  }
}

TEST_F(VaultProofTest, APacketThatWasChangedIsNotTheSessions) {
  Begin(0x13);
  for (size_t command = 0; command < packet_.commands.size(); ++command) {
    SessionPacket changed = packet_;
    const card::CommandApdu& sent = changed.commands[command];
    Bytes data = sent.data();
    data[0] ^= 1;
    changed.commands[command] =
        card::CommandApdu::Create(sent.header(), data, sent.le()).value();
    EXPECT_THAT(vault_->VerifyResponses(session_->verify_token, changed),
                StatusIs(kNotThis,
                         "not the packet of this session, from EXTERNAL "
                         "AUTHENTICATE on"))
        << command;
  }
  SessionPacket swapped = packet_;
  std::swap(swapped.commands[1], swapped.commands[2]);
  EXPECT_THAT(vault_->VerifyResponses(session_->verify_token, swapped),
              StatusIs(kNotThis));
}

TEST_F(VaultProofTest, NothingIsDecryptedWhoseMacIsNotRight) {
  Begin(0x33);
  packet_.answers = {{{}, card::kSuccess}, {Bytes(40, 0xA5), card::kSuccess}};
  keys_.ClearLog();
  ASSERT_OK_AND_ASSIGN(
      const std::vector<VerifiedAnswer> verified,
      vault_->VerifyResponses(session_->verify_token, packet_));
  EXPECT_EQ(verified[1].assurance, Assurance::kForged);
  EXPECT_TRUE(keys_.log().decrypted_responses.empty());
  EXPECT_TRUE(keys_.log().plaintexts.empty());
  EXPECT_EQ(keys_.log().host_cryptograms, 0);
}

TEST_F(VaultProofTest, WhatTheCardMacedButDoesNotDecryptIsDataLoss) {
  Begin(0x33);
  // Sixteen bytes that are no ciphertext of anything padded, under its MAC.
  packet_.answers = {{{}, card::kSuccess}, Proven(1, Bytes(16, 0xA5))};
  EXPECT_THAT(vault_->VerifyResponses(session_->verify_token, packet_),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(VaultProofTest, AFaultOfTheHsmIsNoForgery) {
  Begin(0x13);
  packet_.answers[1] = Proven(1, {});
  for (const absl::StatusCode code :
       {absl::StatusCode::kUnavailable, absl::StatusCode::kInternal}) {
    keys_.FailCiphersWith(absl::Status(code, "C_Encrypt"));
    EXPECT_THAT(NewVault()->VerifyResponses(session_->verify_token, packet_),
                StatusIs(code));
  }
}

}  // namespace
}  // namespace cardferry::keyvault
