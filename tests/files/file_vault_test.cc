// The vault's rules for file-oriented cards, with a simulated card: its end of
// authentication and secure messaging shares no code with the vault's.
#include "services/keyvault/files/file_vault.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/card/iso7816/data_commands.h"
#include "lib/card/iso7816/file_commands.h"
#include "lib/card/iso7816/security_commands.h"
#include "tests/files/vault_and_file_card.h"

namespace cardferry::keyvault {
namespace {

using absl::StatusCode;
using card::CommandApdu;
using card::ResponseApdu;

constexpr std::array<uint8_t, 10> kSerial = kFileCardNumber;

class FileVaultTest : public testing::TestWithParam<FileCardKind> {
 protected:
  ResponseApdu Send(const CommandApdu& command) { return both_.Send(command); }
  FileVault& vault() { return both_.vault(); }

  FileArrival Arrive(OperationClass granted = OperationClass::kContent) {
    const IssuedOpening opening = both_.NewOpening(place_);
    const Bytes challenge = Send(*card::GetChallenge(8)).data;
    return {opening.ticket, place_, "files", kSerial, challenge, granted};
  }

  FileSession Open(OperationClass granted = OperationClass::kContent) {
    const FileAuthentication begun = vault().Begin(Arrive(granted)).value();
    const auto session =
        vault().Finish(begun.handshake_token, Send(begun.mutual_authenticate));
    EXPECT_OK(session.status());
    return *session;
  }

  std::vector<ResponseApdu> Run(const ProtectedFileCommands& batch) {
    std::vector<ResponseApdu> answers;
    for (const CommandApdu& command : batch.commands) {
      answers.push_back(Send(command));
    }
    return answers;
  }

  static FileCommand ReadSerial() {
    return (*card::ReadBinary(0, 12, card::TransferLimits()))[0];
  }
  static std::vector<FileCommand> SelectAndReadSerial() {
    return {
        card::SelectFile(card::FileId(0x2F02), card::SelectAnswer::kNothing),
        ReadSerial()};
  }

  const Place place_{"kiosk-1", "slot 0"};
  VaultAndFileCard both_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Keys, FileVaultTest,
                         testing::ValuesIn(FileCardKinds()),
                         [](const auto& row) { return row.param.name; });

TEST_P(FileVaultTest, ASessionsAnswersAreTheCardsOwn) {
  const FileSession session = Open();
  EXPECT_EQ(session.block, GetParam().block);
  ASSERT_OK_AND_ASSIGN(
      const auto batch,
      vault().Protect(session.command_token, SelectAndReadSerial()));
  ASSERT_OK_AND_ASSIGN(const auto answers,
                       vault().VerifyAnswers(batch.verify_token, Run(batch)));
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_TRUE(answers[1].proven);
  EXPECT_EQ(ToHex(answers[1].response.data), "5A0A" + ToHex(kSerial));
}

TEST_P(FileVaultTest, ASecondBatchGoesOnWhereTheFirstEnded) {
  const FileSession session = Open();
  ASSERT_OK_AND_ASSIGN(
      const auto first,
      vault().Protect(session.command_token, SelectAndReadSerial()));
  const auto first_answers = Run(first);
  both_.NewVault();  // another replica
  ASSERT_OK_AND_ASSIGN(const auto second,
                       vault().Protect(first.command_token, {ReadSerial()}));
  const auto second_answers = Run(second);
  ASSERT_OK_AND_ASSIGN(
      const auto verified,
      vault().VerifyAnswers(second.verify_token, second_answers));
  EXPECT_TRUE(verified[0].proven);
  EXPECT_EQ(verified[0].response.data.size(), 12u);
  // Each batch has its own token.
  EXPECT_THAT(vault().VerifyAnswers(first.verify_token, second_answers),
              StatusIs(StatusCode::kDataLoss));
  EXPECT_OK(vault().VerifyAnswers(first.verify_token, first_answers));
}

TEST_P(FileVaultTest, AChangedAnswerIsFound) {
  const FileSession session = Open();
  ASSERT_OK_AND_ASSIGN(
      const auto batch,
      vault().Protect(session.command_token, SelectAndReadSerial()));
  auto answers = Run(batch);
  for (size_t i = 0; i < answers[1].data.size(); i += 3) {
    auto changed = answers;
    changed[1].data[i] ^= 0x04;
    EXPECT_THAT(vault().VerifyAnswers(batch.verify_token, changed),
                StatusIs(StatusCode::kDataLoss))
        << i;
  }
  answers.pop_back();
  EXPECT_OK(vault().VerifyAnswers(batch.verify_token, answers));
  answers.resize(3, answers[0]);
  EXPECT_THAT(vault().VerifyAnswers(batch.verify_token, answers),
              StatusIs(StatusCode::kInvalidArgument));
}

TEST_P(FileVaultTest, TheSameArrivalGivesTheSameCommand) {
  const FileArrival arrival = Arrive();
  ASSERT_OK_AND_ASSIGN(const auto one, vault().Begin(arrival));
  both_.NewVault();
  ASSERT_OK_AND_ASSIGN(const auto other, vault().Begin(arrival));
  EXPECT_EQ(one.mutual_authenticate.Encode(),
            other.mutual_authenticate.Encode());
}

TEST_P(FileVaultTest, AnOpeningServesOneChallenge) {
  FileArrival arrival = Arrive();
  ASSERT_OK(vault().Begin(arrival));
  arrival.card_challenge[0] ^= 0x01;
  EXPECT_THAT(vault().Begin(arrival),
              StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_EQ(both_.ledger().Alarms(1)->at(0).kind,
            "used again for something else");
}

TEST_P(FileVaultTest, TwoSessionsHaveNothingInCommon) {
  FileArrival arrival = Arrive();
  ASSERT_OK_AND_ASSIGN(const auto one, vault().Begin(arrival));
  FileArrival again = Arrive();
  again.card_challenge = arrival.card_challenge;
  ASSERT_OK_AND_ASSIGN(const auto other, vault().Begin(again));
  const Bytes a = one.mutual_authenticate.data();
  const Bytes b = other.mutual_authenticate.data();
  for (size_t at = 0; at + 8 <= a.size(); at += 8) {
    EXPECT_NE(ByteSpan(a).subspan(at, 8), ByteSpan(b).subspan(at, 8)) << at;
  }
}

// Without a card: two openings, each one's challenge, which the agent knows, as
// the card's challenge for the other.
TEST_P(FileVaultTest, TheHostsOwnTokenIsNoAnswer) {
  const IssuedOpening a = both_.NewOpening(place_);
  const IssuedOpening b = both_.NewOpening(place_);
  const auto begin = [this](const IssuedOpening& one,
                            const IssuedOpening& other) {
    const auto& challenge = other.opening.host_challenge;
    return vault()
        .Begin({one.ticket, place_, "files", kSerial,
                Bytes(challenge.begin(), challenge.begin() + 8),
                OperationClass::kContent})
        .value();
  };
  const FileAuthentication to_a = begin(a, b);
  const FileAuthentication to_b = begin(b, a);
  EXPECT_THAT(vault().Finish(to_a.handshake_token,
                             {to_b.mutual_authenticate.data(), card::kSuccess}),
              StatusIs(StatusCode::kDataLoss));
}

TEST_P(FileVaultTest, ACardOfOtherKeysIsStoppedAtThisAgent) {
  both_.NewCard({1, 1, 1, 1, 1, 1, 1, 1, 1, 1});  // and says to be kSerial
  const FileAuthentication begun = vault().Begin(Arrive()).value();
  const ResponseApdu refused = Send(begun.mutual_authenticate);
  EXPECT_EQ(refused.sw, card::StatusWord(0x6300));
  EXPECT_THAT(vault().Finish(begun.handshake_token, refused),
              StatusIs(StatusCode::kDataLoss));
  EXPECT_THAT(vault().Begin(Arrive()), StatusIs(StatusCode::kPermissionDenied));
}

TEST_P(FileVaultTest, AMadeUpAnswerIsAFailedVerification) {
  const FileAuthentication begun = vault().Begin(Arrive()).value();
  ResponseApdu answer = Send(begun.mutual_authenticate);
  answer.data[5] ^= 0x01;
  EXPECT_THAT(vault().Finish(begun.handshake_token, answer),
              StatusIs(StatusCode::kDataLoss));
  EXPECT_THAT(vault().Begin(Arrive()), StatusIs(StatusCode::kPermissionDenied));
}

TEST_P(FileVaultTest, AnotherStatusWordIsNoFailedVerification) {
  const FileAuthentication begun = vault().Begin(Arrive()).value();
  EXPECT_THAT(
      vault().Finish(begun.handshake_token, {{}, card::StatusWord(0x6985)}),
      StatusIs(StatusCode::kFailedPrecondition,
               "MUTUAL AUTHENTICATE was answered with 6985: insert the card "
               "again"));
  EXPECT_OK(vault().Begin(Arrive()));
}

TEST_P(FileVaultTest, SessionKeysInMemoryNeedThePolicyAndAreRecorded) {
  Open();
  EXPECT_EQ(both_.ledger().Alarms(1)->at(0).kind,
            "session keys made in memory");
  EXPECT_EQ(both_.ledger().Alarms(1)->at(0).subject,
            "card files/" + ToHex(kSerial));
  both_.policy().key_sets.clear();
  both_.NewVault();
  EXPECT_THAT(vault().Begin(Arrive()), StatusIs(StatusCode::kPermissionDenied));
}

TEST_P(FileVaultTest, AKeySetOfOtherCardsOpensNothing) {
  FileArrival arrival = Arrive();
  arrival.key_set = "test";
  EXPECT_THAT(vault().Begin(arrival), StatusIs(StatusCode::kInvalidArgument));
  arrival.key_set = "none";
  EXPECT_THAT(vault().Begin(arrival), StatusIs(StatusCode::kNotFound));
}

TEST_P(FileVaultTest, ReadingSessionsWriteNothing) {
  const FileSession session = Open(OperationClass::kRead);
  EXPECT_THAT(vault().Protect(session.command_token,
                              {card::DeleteFile(card::FileId(0x0101))}),
              StatusIs(StatusCode::kPermissionDenied));
  EXPECT_OK(vault().Protect(session.command_token, SelectAndReadSerial()));
}

TEST_P(FileVaultTest, ATokenServesOneBatch) {
  const FileSession session = Open();
  ASSERT_OK_AND_ASSIGN(const auto one, vault().Protect(session.command_token,
                                                       SelectAndReadSerial()));
  ASSERT_OK_AND_ASSIGN(const auto same, vault().Protect(session.command_token,
                                                        SelectAndReadSerial()));
  EXPECT_EQ(one.commands[0].Encode(), same.commands[0].Encode());
  EXPECT_THAT(vault().Protect(session.command_token, {ReadSerial()}),
              StatusIs(StatusCode::kFailedPrecondition));
}

TEST_P(FileVaultTest, APasswordIsVerifiedAndNeverSeen) {
  const FileSession session = Open();
  std::vector<FileCommand> commands = {PasswordCommand{1, false, 8}};
  commands.push_back(*card::AskTriesLeft({1, false}));
  ASSERT_OK_AND_ASSIGN(const auto batch,
                       vault().Protect(session.command_token, commands));
  ASSERT_OK_AND_ASSIGN(const auto answers,
                       vault().VerifyAnswers(batch.verify_token, Run(batch)));
  EXPECT_EQ(answers[0].response.sw, card::kSuccess);
  EXPECT_EQ(answers[1].response.sw, card::kSuccess);
  const Bytes password = both_.Password(kSerial);
  EXPECT_EQ(both_.sent().find(ToHex(password)), std::string::npos);
  EXPECT_THAT(
      vault().Protect(batch.command_token, {PasswordCommand{0, false, 8}}),
      StatusIs(StatusCode::kInvalidArgument));
}

// Each wrong one uses up a try.
TEST_P(FileVaultTest, ABatchVerifiesAPasswordOnce) {
  const FileSession session = Open();
  EXPECT_THAT(
      vault().Protect(session.command_token, {PasswordCommand{1, false, 8},
                                              PasswordCommand{1, false, 6}}),
      StatusIs(StatusCode::kInvalidArgument,
               "command 1: password 1 is there before: a batch verifies each "
               "once"));
  EXPECT_OK(vault().Protect(
      session.command_token,
      {PasswordCommand{1, false, 8}, PasswordCommand{2, false, 8},
       PasswordCommand{1, true, 8}}));
}

TEST_P(FileVaultTest, TokensEndInTime) {
  const FileAuthentication begun = vault().Begin(Arrive()).value();
  const ResponseApdu answer = Send(begun.mutual_authenticate);
  const FileSession session =
      vault().Finish(begun.handshake_token, answer).value();
  const auto batch =
      vault().Protect(session.command_token, SelectAndReadSerial()).value();
  const auto answers = Run(batch);
  both_.clock().Advance(both_.policy().opening_lifetime);
  EXPECT_THAT(vault().Finish(begun.handshake_token, answer),
              StatusIs(StatusCode::kFailedPrecondition));
  both_.clock().Advance(both_.policy().command_token_lifetime);
  EXPECT_THAT(vault().Protect(batch.command_token, {ReadSerial()}),
              StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_OK(vault().VerifyAnswers(batch.verify_token, answers));
  both_.clock().Advance(both_.policy().verify_token_lifetime);
  EXPECT_THAT(vault().VerifyAnswers(batch.verify_token, answers),
              StatusIs(StatusCode::kFailedPrecondition));
}

}  // namespace
}  // namespace cardferry::keyvault
