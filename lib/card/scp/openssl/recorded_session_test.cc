// Every cipher against recorded sessions: the commands byte for byte, what the
// answers prove, and that no bit of either can be another.
#include <memory>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/card/scp/openssl/openssl_cipher.h"
#include "lib/card/scp/openssl/testing/recorded_sessions.h"
#include "lib/card/scp/secure_channel.h"

namespace cardferry::scp {
namespace {

using card::CommandApdu;
using card::ResponseApdu;

bool IsImplicit(const RecordedSession& session) {
  return scp::IsImplicit(session.seed.protocol);
}

std::unique_ptr<SessionCipher> Open(const RecordedSession& session) {
  return *CreateOpensslCipher(SecretBytes::CopyOf(session.enc),
                              SecretBytes::CopyOf(session.mac), session.seed);
}

std::vector<CommandApdu> PacketOf(const RecordedSession& session) {
  std::vector<CommandApdu> packet;
  for (const Exchange& one : session.exchanges) {
    packet.push_back(*CommandApdu::Parse(FromHexOrDie(one.wrapped)));
  }
  return packet;
}

std::vector<ResponseApdu> AnswersOf(const RecordedSession& session) {
  std::vector<ResponseApdu> answers;
  for (const Exchange& one : session.exchanges) {
    answers.push_back(*ResponseApdu::Parse(FromHexOrDie(one.answer)));
  }
  return answers;
}

std::vector<RecordedSession> All() {
  return {Scp01(), Scp01WithIcvEncryption(), Scp02WithRMac(), Scp02Implicit(),
          Scp03S16()};
}

std::vector<RecordedSession> WithRMac() {
  return {Scp02WithRMac(), Scp02Implicit(), Scp03S16()};
}

// The session's commands, protected by us.
std::vector<CommandApdu> Protect(const RecordedSession& session,
                                 SessionCipher& cipher) {
  std::vector<CommandApdu> packet;
  ChannelState state;
  std::vector<CommandApdu> plain;
  for (const Exchange& one : session.exchanges) {
    plain.push_back(*CommandApdu::Parse(FromHexOrDie(one.plain)));
  }
  if (IsImplicit(session)) {
    state = *BeginImplicitSession(cipher);
  } else {
    const Authentication first = *AuthenticateHost(cipher, session.level);
    state = first.state;
    packet.push_back(first.external_authenticate);
    plain.erase(plain.begin());
  }
  const auto rest = ProtectCommands(cipher, state, plain);
  packet.insert(packet.end(), rest->begin(), rest->end());
  return packet;
}

void FlipBit(Bytes& bytes, size_t bit) {
  bytes[bit / 8] = static_cast<uint8_t>(bytes[bit / 8] ^ 1u << bit % 8);
}

std::string NameOf(const RecordedSession& session) {
  return ToHex({session.seed.protocol.scp, session.seed.protocol.i});
}

TEST(RecordedSessionTest, CommandsAreProtectedAsTheyWere) {
  for (const RecordedSession& session : All()) {
    const auto cipher = Open(session);
    const std::vector<CommandApdu> packet = Protect(session, *cipher);
    ASSERT_EQ(packet.size(), session.exchanges.size());
    for (size_t i = 0; i < packet.size(); ++i) {
      // Le of EXTERNAL AUTHENTICATE aside, which some tools append.
      const CommandApdu recorded = PacketOf(session)[i];
      EXPECT_EQ(ToHex(packet[i].data()), ToHex(recorded.data()))
          << NameOf(session) << " command " << i;
      EXPECT_EQ(packet[i].header(), recorded.header());
    }
  }
}

TEST(RecordedSessionTest, TheCardIsRecognized) {
  for (const RecordedSession& session : All()) {
    const auto cipher = Open(session);
    if (IsImplicit(session)) {
      EXPECT_THAT(cipher->CardCryptogram(),
                  StatusIs(absl::StatusCode::kInvalidArgument,
                           "implicit initiation has no cryptograms"));
      continue;
    }
    EXPECT_THAT(CardCryptogramMatches(*cipher, session.card_cryptogram),
                IsOkAndHolds(true));
    for (size_t bit = 0; bit < 8 * session.card_cryptogram.size(); ++bit) {
      Bytes flipped = session.card_cryptogram;
      FlipBit(flipped, bit);
      EXPECT_THAT(CardCryptogramMatches(*cipher, flipped), IsOkAndHolds(false));
    }
  }
}

TEST(RecordedSessionTest, AnswersAreProvenAsTheyWere) {
  for (const RecordedSession& session : WithRMac()) {
    const auto cipher = Open(session);
    ASSERT_OK_AND_ASSIGN(
        const std::vector<VerifiedResponse> results,
        VerifyResponses(*cipher, session.level, PacketOf(session),
                        AnswersOf(session)));
    for (size_t i = 0; i < results.size(); ++i) {
      const Exchange& exchange = session.exchanges[i];
      const bool proven = i > 0 && ToHex(AnswersOf(session)[i].data) != "" &&
                          exchange.answer != std::string(exchange.answer_plain);
      EXPECT_EQ(results[i].assurance,
                proven ? Assurance::kProven : Assurance::kReported)
          << NameOf(session) << " answer " << i;
      EXPECT_EQ(ToHex(results[i].data) +
                    ToHex({results[i].sw.sw1(), results[i].sw.sw2()}),
                exchange.answer_plain);
    }
  }
}

// Of data, R-MAC and SW. An SW that becomes an error has no R-MAC to check, but
// must not keep its data.
TEST(RecordedSessionTest, NoBitOfAProvenAnswerCanBeAnother) {
  for (const RecordedSession& session : WithRMac()) {
    const auto cipher = Open(session);
    const std::vector<ResponseApdu> answers = AnswersOf(session);
    const auto right =
        *VerifyResponses(*cipher, session.level, PacketOf(session), answers);
    for (size_t i = 0; i < answers.size(); ++i) {
      if (right[i].assurance != Assurance::kProven) continue;
      const Bytes encoded = answers[i].Encode();
      for (size_t bit = 0; bit < 8 * encoded.size(); ++bit) {
        Bytes flipped = encoded;
        FlipBit(flipped, bit);
        std::vector<ResponseApdu> changed = answers;
        changed[i] = *ResponseApdu::Parse(flipped);
        ASSERT_OK_AND_ASSIGN(const std::vector<VerifiedResponse> results,
                             VerifyResponses(*cipher, session.level,
                                             PacketOf(session), changed));
        ASSERT_EQ(results[i].assurance, Assurance::kForged)
            << NameOf(session) << " answer " << i << " bit " << bit;
        ASSERT_TRUE(results[i].data.empty());
      }
    }
  }
}

TEST(RecordedSessionTest, NoBitOfAPacketCanBeAnother) {
  for (const RecordedSession& session : WithRMac()) {
    const auto cipher = Open(session);
    const std::vector<CommandApdu> packet = PacketOf(session);
    const std::vector<ResponseApdu> answers = AnswersOf(session);
    for (size_t i = 0; i < packet.size(); ++i) {
      for (size_t bit = 0; bit < 8 * packet[i].data().size(); ++bit) {
        Bytes data = packet[i].data();
        FlipBit(data, bit);
        std::vector<CommandApdu> changed = packet;
        changed[i] =
            *CommandApdu::Create(packet[i].header(), data, packet[i].le());
        ASSERT_THAT(VerifyResponses(*cipher, session.level, changed, answers),
                    StatusIs(absl::StatusCode::kInvalidArgument))
            << NameOf(session) << " command " << i << " bit " << bit;
      }
    }
  }
}

// S-ENC's shows in what is encrypted, S-MAC's in every command. A DES key's
// parity bits do not matter.
TEST(RecordedSessionTest, EachBitOfTheKeysAndChallengesMatters) {
  for (const RecordedSession& session : All()) {
    const auto first = [](const RecordedSession& of) {
      const auto cipher = Open(of);
      return Protect(of, *cipher).front().data();
    };
    const Bytes right = first(session);
    const size_t step = session.seed.protocol.scp == kScp03 ? 7 : 8;
    for (size_t bit = 1; bit < 8 * session.mac.size(); bit += step) {
      RecordedSession other = session;
      FlipBit(other.mac, bit);
      EXPECT_NE(first(other), right) << NameOf(session) << " bit " << bit;
    }
    for (size_t bit = 0; bit < 8 * session.seed.card_challenge.size(); ++bit) {
      RecordedSession other = session;
      FlipBit(other.seed.card_challenge, bit);
      EXPECT_NE(first(other), right) << NameOf(session) << " bit " << bit;
    }
    for (size_t bit = 0; bit < 8 * session.seed.host_challenge.size(); ++bit) {
      RecordedSession other = session;
      FlipBit(other.seed.host_challenge, bit);
      EXPECT_NE(first(other), right) << NameOf(session) << " bit " << bit;
    }
  }
}

TEST(RecordedSessionTest, TheAidAndTheFirstIcvsQuirkMatterToAnImplicitOne) {
  const RecordedSession session = Scp02Implicit();
  const auto first = [](const RecordedSession& of) {
    const auto cipher = Open(of);
    return Protect(of, *cipher).front().data();
  };
  const Bytes right = first(session);
  RecordedSession other = session;
  FlipBit(other.seed.aid, 3);
  EXPECT_NE(first(other), right);
  other = session;
  other.seed.quirks.encrypts_first_icv = true;
  EXPECT_NE(first(other), right);
  other.seed.protocol.i = 0x2A;  // without ICV encryption it is none
  EXPECT_EQ(first(other), right);
}

TEST(RecordedSessionTest, ByTheTextAnImplicitRMacIsOfTheNextCounter) {
  RecordedSession session = Scp02Implicit();
  session.seed.quirks.derives_all_from_first_counter = false;
  const auto cipher = Open(session);
  ASSERT_OK_AND_ASSIGN(const std::vector<VerifiedResponse> results,
                       VerifyResponses(*cipher, session.level,
                                       PacketOf(session), AnswersOf(session)));
  EXPECT_EQ(results[1].assurance, Assurance::kForged);
}

TEST(RecordedSessionTest, Scp01LengthFillsABlockWithoutPadding) {
  const auto cipher = Open(Scp01());
  ASSERT_OK_AND_ASSIGN(
      const std::vector<Bytes> ciphertexts,
      cipher->EncryptCommands({{1, Bytes(7)}, {2, Bytes(8)}, {3, Bytes(255)}}));
  EXPECT_EQ(ciphertexts[0].size(), 8u);
  EXPECT_EQ(ciphertexts[1].size(), 16u);
  EXPECT_EQ(ciphertexts[2].size(), 256u);
  EXPECT_THAT(cipher->EncryptCommands({{1, Bytes(256)}}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(RecordedSessionTest, AbsentDataIsEncryptedOnlyByAQuirk) {
  for (const RecordedSession& session : All()) {
    EXPECT_THAT(
        Open(session)->EncryptCommands({{1, Bytes()}}),
        StatusIs(absl::StatusCode::kInvalidArgument, "nothing to encrypt"));
    RecordedSession other = session;
    other.seed.quirks.encrypts_absent_data = true;
    ASSERT_OK_AND_ASSIGN(const std::vector<Bytes> ciphertexts,
                         Open(other)->EncryptCommands({{1, Bytes()}}));
    EXPECT_EQ(ciphertexts[0].size(), BlockLength(session.seed.protocol));
  }
}

TEST(RecordedSessionTest, AnswersNeedRMacAndREncInTheProtocol) {
  RecordedSession session = Scp02WithRMac();
  session.seed.protocol.i = 0x15;
  EXPECT_THAT(Open(session)->ResponseMacs(Bytes(8), {Bytes(1)}),
              StatusIs(absl::StatusCode::kUnimplemented));
  session = Scp03S16();
  EXPECT_THAT(Open(session)->ResponseMacs(Bytes(16), {Bytes(1)}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "R-MACs of SCP03 are not chained"));
  EXPECT_THAT(Open(session)->DecryptResponses({{1, Bytes(15)}}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  session.seed.protocol.i = 0x31;
  EXPECT_THAT(Open(session)->DecryptResponses({{1, Bytes(16)}}),
              StatusIs(absl::StatusCode::kUnimplemented));
  session.seed.protocol.i = 0x11;
  EXPECT_THAT(Open(session)->ResponseMacs({}, {Bytes(1)}),
              StatusIs(absl::StatusCode::kUnimplemented));
}

TEST(RecordedSessionTest, ARecordedKeyOfAnotherLengthIsRefused) {
  for (const RecordedSession& session : All()) {
    EXPECT_THAT(
        CreateOpensslCipher(SecretBytes(8), SecretBytes(8), session.seed),
        StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

}  // namespace
}  // namespace cardferry::scp
