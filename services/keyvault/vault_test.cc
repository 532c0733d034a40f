#include "services/keyvault/vault.h"

#include <set>
#include <utility>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/crypto/digest.h"
#include "services/keyvault/encoding.h"
#include "services/keyvault/testing/vault_fixture.h"

namespace cardferry::keyvault {
namespace {

using card::CommandApdu;

constexpr absl::StatusCode kDenied = absl::StatusCode::kPermissionDenied;

// Vault: what a session may have protected.
class VaultTest : public VaultFixture {
 protected:
  static std::vector<Bytes> Encode(const std::vector<CommandApdu>& commands) {
    std::vector<Bytes> encoded;
    for (const CommandApdu& command : commands) {
      encoded.push_back(command.Encode());
    }
    return encoded;
  }
};

TEST_F(VaultTest, ProtectsAsTheCardExpects) {
  const IssuedOpening issued = Open();
  ASSERT_OK_AND_ASSIGN(const Session session,
                       vault_->Authenticate(HandshakeOf(issued, card_)));
  const auto cipher = card_.Cipher(issued.opening.host_challenge);
  scp::ChannelState state =
      scp::AuthenticateHost(*cipher, scp::SecurityLevel::kCDecCMac)
          .value()
          .state;
  const std::vector<CommandApdu> commands = Loads(5, 200);
  ASSERT_OK_AND_ASSIGN(const std::vector<CommandApdu> expected,
                       scp::ProtectCommands(*cipher, state, commands));

  ASSERT_OK_AND_ASSIGN(const ProtectedCommands got,
                       vault_->Protect(session.command_token, commands));
  EXPECT_EQ(Encode(got.commands), Encode(expected));
  EXPECT_EQ(vault_->GetStatistics().commands_protected, 5u);
}

TEST_F(VaultTest, TwoBatchesAreOneChain) {
  const IssuedOpening issued = Open();
  ASSERT_OK_AND_ASSIGN(const Session session,
                       vault_->Authenticate(HandshakeOf(issued, card_)));
  const auto cipher = card_.Cipher(issued.opening.host_challenge);
  scp::ChannelState state =
      scp::AuthenticateHost(*cipher, scp::SecurityLevel::kCDecCMac)
          .value()
          .state;
  const std::vector<CommandApdu> all = Loads(7, 33);
  ASSERT_OK_AND_ASSIGN(const std::vector<CommandApdu> expected,
                       scp::ProtectCommands(*cipher, state, all));

  ASSERT_OK_AND_ASSIGN(const ProtectedCommands first,
                       vault_->Protect(session.command_token,
                                       absl::MakeConstSpan(all).first(3)));
  ASSERT_OK_AND_ASSIGN(const ProtectedCommands second,
                       vault_->Protect(first.command_token,
                                       absl::MakeConstSpan(all).subspan(3)));
  std::vector<Bytes> joined = Encode(first.commands);
  for (const Bytes& command : Encode(second.commands)) {
    joined.push_back(command);
  }
  EXPECT_EQ(joined, Encode(expected));
}

TEST_F(VaultTest, ResultsDoNotDependOnTheCache) {
  const std::vector<CommandApdu> commands = Loads(3, 100);
  const Session session = Begin();
  ASSERT_OK_AND_ASSIGN(const ProtectedCommands cached,
                       vault_->Protect(session.command_token, commands));
  EXPECT_EQ(keys_.log().sessions_opened, 1);

  vault_->DropCachedSessions();
  ASSERT_OK_AND_ASSIGN(const ProtectedCommands dropped,
                       vault_->Protect(session.command_token, commands));
  EXPECT_EQ(keys_.log().sessions_opened, 2);
  EXPECT_EQ(Encode(dropped.commands), Encode(cached.commands));

  const std::unique_ptr<Vault> replica = NewVault();
  ASSERT_OK_AND_ASSIGN(const ProtectedCommands elsewhere,
                       replica->Protect(session.command_token, commands));
  EXPECT_EQ(keys_.log().sessions_opened, 3);
  EXPECT_EQ(Encode(elsewhere.commands), Encode(cached.commands));

  ASSERT_OK_AND_ASSIGN(const ProtectedCommands next,
                       replica->Protect(cached.command_token, Loads(2, 10)));
  vault_->DropCachedSessions();
  ASSERT_OK_AND_ASSIGN(const ProtectedCommands next_again,
                       vault_->Protect(elsewhere.command_token, Loads(2, 10)));
  EXPECT_EQ(Encode(next.commands), Encode(next_again.commands));
}

TEST_F(VaultTest, OneBatchCostsOneMacChainWhateverItsLength) {
  for (const size_t count : {1u, 16u, 512u}) {
    const Session session = Begin();
    keys_.ClearLog();
    ASSERT_OK(vault_->Protect(session.command_token, Loads(count, 200)));
    EXPECT_EQ(keys_.log().chains.size(), 1u) << count;
    EXPECT_EQ(keys_.log().sessions_opened, 0) << count;
  }
}

TEST_F(VaultTest, ATokenUsedAgainForOtherCommandsRaisesAnAlarm) {
  const IssuedOpening issued = Open();
  ASSERT_OK_AND_ASSIGN(const Session session,
                       vault_->Authenticate(HandshakeOf(issued, card_)));
  ASSERT_OK(vault_->Protect(session.command_token, Loads(3, 10)));
  const std::string subject =
      "command token " + ToHex(issued.opening.serial) + "/0";
  for (const std::vector<CommandApdu>& other :
       {Loads(3, 11), Loads(2, 10), Loads(4, 10)}) {
    EXPECT_THAT(vault_->Protect(session.command_token, other),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         subject + " was used before, for something else"));
  }
  ASSERT_OK_AND_ASSIGN(const std::vector<Alarm> alarms, ledger_.Alarms(9));
  ASSERT_EQ(alarms.size(), 3u);
  EXPECT_EQ(alarms[0].subject, subject);
  EXPECT_EQ(keys_.log().chains.size(), 2u);  // EXTERNAL AUTHENTICATE, 3 LOADs
}

TEST_F(VaultTest, TheTokenOfARetryIsTheSameToken) {
  const Handshake handshake = HandshakeOf(Open(), card_);
  ASSERT_OK_AND_ASSIGN(const Session first, vault_->Authenticate(handshake));
  ASSERT_OK_AND_ASSIGN(const Session again, vault_->Authenticate(handshake));
  ASSERT_OK(vault_->Protect(first.command_token, Loads(1, 10)));
  EXPECT_THAT(vault_->Protect(again.command_token, Loads(1, 11)),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(VaultTest, TheLedgerDoesNotGiveCommandsAwayToAGuess) {
  const std::vector<CommandApdu> commands = Loads(1, 8);
  ASSERT_OK(vault_->Protect(Begin().command_token, commands));
  ASSERT_OK(vault_->Protect(Begin().command_token, commands));
  std::set<Bytes> digests;
  for (const auto& [what, use] : ledger_.uses()) {
    if (what.rfind("command token", 0) == 0) digests.insert(use.digest);
  }
  EXPECT_EQ(digests.size(), 2u);
}

// SCP02's whole chaining value is on the wire. Who saw it, and guesses the
// commands, must not find the guess confirmed by what the ledger keeps.
TEST_F(VaultTest, TheLedgerDoesNotConfirmCommandsToWhoSawTheChannel) {
  for (const bool scp02 : {false, true}) {
    if (scp02) UseScp02();
    const IssuedOpening issued = Open();
    ASSERT_OK_AND_ASSIGN(const Session session,
                         vault_->Authenticate(HandshakeOf(issued, card_)));
    const std::vector<CommandApdu> commands = Loads(1, 8);
    ASSERT_OK(vault_->Protect(session.command_token, commands));
    FieldWriter guess;
    guess.Counted(
        scp::AuthenticateHost(*card_.Cipher(issued.opening.host_challenge),
                              scp::SecurityLevel::kCDecCMac)
            .value()
            .state.chaining_value);
    guess.Counted(commands[0].Encode());
    const Bytes plain = crypto::Sha256(guess.bytes());
    const auto uses = ledger_.uses();
    const auto kept =
        uses.find("command token " + ToHex(issued.opening.serial) + "/0");
    ASSERT_NE(kept, uses.end());
    EXPECT_EQ(kept->second.digest.size(), 32u);
    EXPECT_NE(kept->second.digest, plain);
    // Nor is it a key's MAC that an opening ticket would show.
    EXPECT_NE(kept->second.digest, keys_.TicketMac(guess.bytes()).value());
    EXPECT_NE(kept->second.digest, keys_.TicketMac(plain).value());
  }
}

TEST_F(VaultTest, AVerifyTokenProtectsNothing) {
  const Session session = Begin();
  EXPECT_THAT(vault_->Protect(session.verify_token, Loads(1, 10)),
              StatusIs(kDenied, "not a command token of ours"));
}

TEST_F(VaultTest, OtherBytesProtectNothing) {
  const Session session = Begin();
  Bytes flipped = session.command_token;
  flipped[flipped.size() / 2] ^= 1;
  for (const Bytes& token : {Bytes(), Bytes(100, 7), flipped}) {
    EXPECT_THAT(vault_->Protect(token, Loads(1, 10)), StatusIs(kDenied));
  }
}

TEST_F(VaultTest, ATokenExpires) {
  const IssuedOpening issued = Open();
  ASSERT_OK_AND_ASSIGN(const Session session,
                       vault_->Authenticate(HandshakeOf(issued, card_)));
  const absl::Duration life =
      policy_.opening_lifetime + policy_.command_token_lifetime;
  clock_.Advance(life - absl::Microseconds(1));
  ASSERT_OK_AND_ASSIGN(const ProtectedCommands first,
                       vault_->Protect(session.command_token, Loads(1, 10)));
  clock_.Advance(absl::Microseconds(1));
  for (const Bytes& token : {session.command_token, first.command_token}) {
    EXPECT_THAT(
        vault_->Protect(token, Loads(1, 10)),
        StatusIs(absl::StatusCode::kFailedPrecondition,
                 "the command token has expired: start again from an opening"));
  }
}

TEST_F(VaultTest, RefusesNoCommandsAndMoreThan512) {
  const Session session = Begin();
  for (const size_t count : {size_t{0}, size_t{513}}) {
    EXPECT_THAT(vault_->Protect(session.command_token, Loads(count, 1)),
                StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

TEST_F(VaultTest,
       RefusesACommandWithoutRoomForItsProtectionBeforeTheTokenIsUsed) {
  const Session session = Begin();
  std::vector<CommandApdu> commands = Loads(2, 239);
  commands.push_back(Loads(1, 240)[0]);
  EXPECT_THAT(vault_->Protect(session.command_token, commands),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "command 2: 240 bytes of data, with protection 239 "
                       "fit"));
  commands.pop_back();
  EXPECT_OK(vault_->Protect(session.command_token, commands));
}

TEST_F(VaultTest, TakesCommandsInExtendedFormUntilTheirProtectionDoesNotFit) {
  const Session session = Begin();
  EXPECT_OK(vault_->Protect(session.command_token, Loads(1, 65535 - 24)));
  const Session other = Begin();
  EXPECT_THAT(vault_->Protect(other.command_token, Loads(1, 65535 - 23)),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(VaultTest, AFailedBatchLeavesTheTokenForTheSameCommandsOnly) {
  const Session session = Begin();
  vault_->DropCachedSessions();
  keys_.FailSessionsWith(absl::UnavailableError("no session"));
  EXPECT_THAT(vault_->Protect(session.command_token, Loads(1, 10)),
              StatusIs(absl::StatusCode::kUnavailable));
  keys_.FailSessionsWith(absl::OkStatus());
  EXPECT_THAT(vault_->Protect(session.command_token, Loads(1, 11)),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_OK(vault_->Protect(session.command_token, Loads(1, 10)));
}

TEST_F(VaultTest, WithoutItsLedgerItProtectsNothing) {
  const Session session = Begin();
  keys_.ClearLog();
  ledger_.FailWith(absl::UnavailableError("disk"));
  EXPECT_THAT(vault_->Protect(session.command_token, Loads(1, 10)),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_TRUE(keys_.log().chains.empty());
}

TEST_F(VaultTest, RefusesCommandsOutsideTheSessionsClass) {
  const struct {
    OperationClass granted;
    const char* command;
    bool allowed;
  } kCases[] = {
      {OperationClass::kRead, "80F21000024F0000", true},
      {OperationClass::kRead,
       "80E60C001905A00000000106A0000000010105A000000002010002C90000", false},
      {OperationClass::kRead, "80E28000020102", false},
      {OperationClass::kContent, "80F21000024F0000", true},
      {OperationClass::kContent,
       "80E60C001905A00000000106A0000000010105A000000002010002C90000", true},
      {OperationClass::kContent, "80E62000050102030405", false},
      {OperationClass::kContent, "80E28000020102", false},
      {OperationClass::kContent, "80E4000003D20130", false},
      {OperationClass::kPersonalize, "80E62000050102030405", true},
      {OperationClass::kPersonalize, "80E28000020102", true},
      {OperationClass::kPersonalize,
       "80E60C001905A00000000106A0000000010105A000000002010002C90000", false},
      {OperationClass::kPersonalize, "80D8300103010203", false},
  };
  for (const auto& one : kCases) {
    const Session session = Begin(one.granted);
    const std::vector<CommandApdu> commands = {Command("80CA006600"),
                                               Command(one.command)};
    const auto got = vault_->Protect(session.command_token, commands);
    if (one.allowed) {
      EXPECT_OK(got) << one.command;
    } else {
      EXPECT_THAT(got, StatusIs(kDenied)) << one.command;
      // Refused whole, before the token is used.
      EXPECT_OK(
          vault_->Protect(session.command_token, {Command("80CA006600")}));
    }
  }
}

TEST_F(VaultTest, PruneEndsKeptSessions) {
  const Session session = Begin();
  clock_.Advance(policy_.cache_time);
  ASSERT_OK(vault_->Prune());
  ASSERT_OK(vault_->Protect(session.command_token, Loads(1, 10)));
  EXPECT_EQ(keys_.log().sessions_opened, 2);
}

TEST_F(VaultTest, TellsItsKeySetsAndHsmCalls) {
  ASSERT_EQ(vault_->KeySets().size(), 1u);
  EXPECT_EQ(vault_->KeySets()[0].name, "test");
  const uint64_t before = vault_->GetStatistics().hsm_calls;
  Open();
  EXPECT_EQ(vault_->GetStatistics().hsm_calls, before + 1);
}

}  // namespace
}  // namespace cardferry::keyvault
