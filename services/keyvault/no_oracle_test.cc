// No call of the keyvault MACs, encrypts or decrypts bytes of the caller's
// choosing. Every field of bytes that any call answers stands in a table here,
// with the reason why it is no oracle, so that a new one has to be thought
// about; and what the session keys are given is looked at, whatever is sent.
#include <set>
#include <string>

#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/base/testing/counting_random.h"
#include "lib/base/testing/fake_clock.h"
#include "lib/card/gp/dap.h"
#include "proto/cardferry/keyvault/v1/approvals.pb.h"
#include "proto/cardferry/keyvault/v1/files.pb.h"
#include "proto/cardferry/keyvault/v1/keyvault.pb.h"
#include "services/keyvault/approval_desk.h"
#include "services/keyvault/testing/answered_fields.h"
#include "services/keyvault/testing/fake_approvals.h"
#include "services/keyvault/testing/vault_fixture.h"

namespace cardferry::keyvault {
namespace {

using card::CommandApdu;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// The fields of bytes and text of a message, with those of its parts.
void CollectFields(const Descriptor& message, const std::string& prefix,
                   std::set<std::string>& out) {
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    if (field.message_type() != nullptr) {
      CollectFields(*field.message_type(), prefix + field.name() + ".", out);
    } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      out.insert(prefix + field.name());
    }
  }
}

TEST(NoOracleTest, EveryFieldThatAnyCallAnswersIsKnownToBeNone) {
  std::set<std::string> seen;
  std::set<std::string> methods;
  for (const auto* file : {v1::ProtectRequest::descriptor()->file(),
                           v1::FileCommand::descriptor()->file(),
                           v1::Approval::descriptor()->file()}) {
    for (int s = 0; s < file->service_count(); ++s) {
      for (int m = 0; m < file->service(s)->method_count(); ++m) {
        const auto& method = *file->service(s)->method(m);
        const std::string name = file->service(s)->name() + "." + method.name();
        methods.insert(name);
        CollectFields(*method.output_type(), name + ": ", seen);
      }
    }
  }
  std::set<std::string> known;
  for (const auto& [field, reason] : KnownAnswers()) known.insert(field);
  EXPECT_EQ(seen, known);
  EXPECT_EQ(
      methods,
      (std::set<std::string>{
          "ContentApprovals.ApproveContent", "ContentApprovals.ListApprovals",
          "ContentApprovals.ListSigningKeys", "FileKeyVault.BeginFileSession",
          "FileKeyVault.FinishFileSession", "FileKeyVault.ProtectFileCommands",
          "FileKeyVault.VerifyFileAnswers", "KeyVault.IssueOpenings",
          "KeyVault.Authenticate", "KeyVault.OpenPredicted", "KeyVault.Protect",
          "KeyVault.VerifyResponses", "KeyVaultAdmin.ForgetFailures",
          "KeyVaultAdmin.GetStatistics", "KeyVaultAdmin.ListKeySets",
          "KeyVaultAdmin.ListLivePackets", "SignedContent.FindApprovals",
          "SignedContent.VerifyReceipts"}))
      << "say here what a new call is given to keys, and test it below";
}

class NoOracleVaultTest : public VaultFixture {
 protected:
  void SetUp() override {
    issued_ = Open();
    session_ = std::make_unique<Session>(
        vault_->Authenticate(HandshakeOf(issued_, card_)).value());
    keys_.ClearLog();
  }

  // What the host cryptogram is the CMAC of, under the S-MAC of this session
  // (GPC Amendment D, 4.1.5): two blocks, the second one the two challenges.
  static Bytes DerivationBlock() {
    return FromHexOrDie("00000000000000000000000100004001");
  }
  Bytes DerivationContext() const {
    return Concat({issued_.opening.host_challenge, card_.challenge});
  }
  Bytes HostCryptogram() const {
    return card_.Cipher(issued_.opening.host_challenge)
        ->HostCryptogram()
        .value();
  }

  // Data that somebody would send who wants the host cryptogram.
  std::vector<Bytes> GreedyData() const {
    const Bytes block = DerivationBlock();
    const Bytes context = DerivationContext();
    return {
        Concat({block, context}), context, Concat({Bytes(16), block, context}),
        ByteSpan(context).size() > 5 ? Bytes(context.begin() + 5, context.end())
                                     : Bytes(),
        Bytes(16)};
  }

  // Commands of every permitted header, carrying this data where they may.
  static std::vector<CommandApdu> CommandsWith(const Bytes& data) {
    std::vector<CommandApdu> commands;
    for (const card::CommandHeader header :
         {card::CommandHeader{0x80, 0xCA, 0x00, 0x66},
          card::CommandHeader{0x00, 0xCA, 0x00, 0x00},
          card::CommandHeader{0x80, 0xF2, 0x10, 0x00},
          card::CommandHeader{0x80, 0xE6, 0x02, 0x00},
          card::CommandHeader{0x80, 0xE8, 0x00, 0x00},
          card::CommandHeader{0x80, 0xE8, 0x80, 0xFF}}) {
      commands.push_back(CommandApdu::Create(header, data).value());
    }
    return commands;
  }

  static bool Contains(const Bytes& bytes, const Bytes& part) {
    return std::search(bytes.begin(), bytes.end(), part.begin(), part.end()) !=
           bytes.end();
  }

  IssuedOpening issued_;
  std::unique_ptr<Session> session_;
};

TEST_F(NoOracleVaultTest, OpeningsAreNotOfTheCallersChoosing) {
  const IssuedOpening one = Open();
  const IssuedOpening other = Open();
  EXPECT_NE(one.opening.host_challenge, other.opening.host_challenge);
  EXPECT_NE(one.ticket, other.ticket);
  EXPECT_EQ(keys_.log().sessions_opened, 0);
}

TEST_F(NoOracleVaultTest, ExternalAuthenticateHasAFixedForm) {
  ASSERT_OK(vault_->Authenticate(HandshakeOf(issued_, card_)));
  const CipherLog log = keys_.log();
  ASSERT_EQ(log.chains.size(), 1u);
  EXPECT_EQ(log.chains[0].chaining_value, Bytes(16));
  ASSERT_EQ(log.chains[0].messages.size(), 1u);
  EXPECT_EQ(log.chains[0].messages[0],
            Concat({FromHexOrDie("8482030010"), HostCryptogram()}));
  EXPECT_TRUE(log.plaintexts.empty());
}

TEST_F(NoOracleVaultTest, EveryMacIsOverAChainedCommand) {
  const auto cipher = card_.Cipher(issued_.opening.host_challenge);
  Bytes chaining_value =
      scp::AuthenticateHost(*cipher, scp::SecurityLevel::kCDecCMac)
          .value()
          .state.chaining_value;
  EXPECT_NE(chaining_value, Bytes(16));
  EXPECT_NE(chaining_value, DerivationBlock());
  Bytes token = session_->command_token;
  for (const Bytes& data : GreedyData()) {
    keys_.ClearLog();
    const std::vector<CommandApdu> commands = CommandsWith(data);
    ASSERT_OK_AND_ASSIGN(const ProtectedCommands got,
                         vault_->Protect(token, commands));
    token = got.command_token;

    const CipherLog log = keys_.log();
    EXPECT_EQ(log.host_cryptograms, 0);
    EXPECT_EQ(log.card_cryptograms, 0);
    ASSERT_EQ(log.chains.size(), 1u);
    // The place in the chain is where the session was, not the caller's.
    EXPECT_EQ(log.chains[0].chaining_value, chaining_value);
    ASSERT_EQ(log.chains[0].messages.size(), commands.size());
    for (size_t i = 0; i < commands.size(); ++i) {
      const Bytes& message = log.chains[0].messages[i];
      const card::CommandHeader& header = commands[i].header();
      ASSERT_GE(message.size(), 5u);
      EXPECT_EQ(message[0], header.cla | 0x04);
      EXPECT_EQ(message[1], header.ins);
      EXPECT_EQ(message[2], header.p1);
      EXPECT_EQ(message[3], header.p2);
      // A MAC is over chaining value || message. The derivation's input has
      // two blocks, and the first one is known.
      const Bytes input = Concat({chaining_value, message});
      EXPECT_NE(input, Concat({DerivationBlock(), DerivationContext()}));
      EXPECT_NE(ByteSpan(input).first(16), ByteSpan(DerivationBlock()));
      EXPECT_FALSE(Contains(got.commands[i].Encode(), HostCryptogram()));
      ASSERT_OK_AND_ASSIGN(const std::vector<Bytes> macs,
                           cipher->MacChain(chaining_value, {message}));
      chaining_value = macs[0];
    }
    // Data is encrypted as that of this command of the session, from its own
    // counter, or not at all.
    uint32_t last = 0;
    for (const auto& plaintext : log.plaintexts) {
      EXPECT_GT(plaintext.counter, last);
      last = plaintext.counter;
    }
  }
}

TEST_F(NoOracleVaultTest, NoCommandOfAllBeginsAsTheDerivationDoes) {
  // Even with a chaining value of the caller's choosing, the message itself
  // would have to be the challenges: its first byte is CLA | 04, and only
  // these can be had.
  for (int cla = 0; cla < 0x100; ++cla) {
    for (int ins = 0; ins < 0x100; ++ins) {
      const CommandApdu command =
          CommandApdu::Create(
              {static_cast<uint8_t>(cla), static_cast<uint8_t>(ins), 0x02, 0},
              Bytes{0x4F, 0x00})
              .value();
      const bool readable = (cla == 0x80 || cla == 0x00) && ins == 0xCA;
      const bool content = cla == 0x80 && (ins == 0xF2 || ins == 0xE6 ||
                                           ins == 0xE8 || ins == 0xE4);
      if (readable || content) continue;
      ASSERT_THAT(vault_->Protect(session_->command_token, {command}),
                  StatusIs(absl::StatusCode::kPermissionDenied))
          << cla << " " << ins;
    }
  }
  EXPECT_TRUE(keys_.log().chains.empty());
  EXPECT_TRUE(keys_.log().plaintexts.empty());
}

TEST_F(NoOracleVaultTest, WithoutTheRightCryptogramNothingIsMaced) {
  for (int i = 0; i < 3; ++i) {
    KnownCard card;
    card.key_diversification_data[9] = static_cast<uint8_t>(i);
    EXPECT_THAT(vault_->Authenticate(FalseHandshakeOf(Open(), card)),
                StatusIs(absl::StatusCode::kDataLoss));
  }
  EXPECT_EQ(keys_.log().host_cryptograms, 0);
  EXPECT_TRUE(keys_.log().chains.empty());
}

TEST_F(NoOracleVaultTest, VerifyingGivesNothingThatTheCardDidNotMac) {
  const CommandApdu read = Command("80CA006600");
  ASSERT_OK_AND_ASSIGN(const ProtectedCommands sent,
                       vault_->Protect(session_->command_token, {read}));
  keys_.ClearLog();
  SessionPacket packet;
  packet.commands = {*session_->external_authenticate, sent.commands[0]};
  packet.answers = {{{}, card::kSuccess}, {Bytes(32, 0xA5), card::kSuccess}};
  ASSERT_OK_AND_ASSIGN(const std::vector<VerifiedAnswer> verified,
                       vault_->VerifyResponses(session_->verify_token, packet));
  // Without R-MAC nothing is asked of the keys at all. With it:
  // NothingIsDecryptedWhoseMacIsNotRight.
  EXPECT_EQ(verified[1].data, packet.answers[1].data);
  const CipherLog log = keys_.log();
  EXPECT_EQ(log.host_cryptograms, 0);
  EXPECT_TRUE(log.chains.empty());
  EXPECT_TRUE(log.plaintexts.empty());
  EXPECT_TRUE(log.response_chains.empty());
  EXPECT_TRUE(log.decrypted_responses.empty());
}

// What an approver has signed is a hash, by a key for hashes, or a command with
// its P1, P2 and length, by a key for commands: never bytes of his choosing.
TEST(NoOracleApprovalTest, ApproversSignHashesAndCommandsAndNothingElse) {
  FakeClock clock;
  CountingRandom random;
  FakeContentSigner signer;
  FakeApprovalLedger ledger;
  ApprovalDesk desk(signer, ledger, clock, random);
  const card::Aid aid = card::Aid::FromHex("A000000151000000").value();
  const absl::Time until = clock.Now() + absl::Hours(1);
  for (size_t size = 0; size <= 80; ++size) {
    (void)desk.Approve("eve",
                       {"dap", LoadFileApproval{Bytes(size)}, until, "-"});
    (void)desk.Approve("eve",
                       {"token", LoadFileApproval{Bytes(size)}, until, "-"});
    (void)desk.Approve(
        "eve", {"token", LoadApproval{aid, aid, Bytes(size)}, until, "-"});
    (void)desk.Approve(
        "eve", {"dap", LoadApproval{aid, aid, Bytes(size)}, until, "-"});
    (void)desk.Approve(
        "eve",
        {"token", InstallApproval{{aid, aid, aid, Bytes(1), Bytes(size)}},
         until, "-"});
  }
  size_t hashes = 0;
  for (const FakeContentSigner::Signed& one : signer.all()) {
    if (one.kind == hsm::ContentSignature::kDap) {
      EXPECT_EQ(one.key, "dap");
      EXPECT_TRUE(card::IsLoadFileHash(one.message));
      ++hashes;
      continue;
    }
    EXPECT_EQ(one.key, "token");
    ASSERT_GE(one.message.size(), 4u);
    EXPECT_TRUE(one.message[0] == 0x02 || one.message[0] == 0x0C);
    EXPECT_EQ(one.message[1], 0x00);
    EXPECT_EQ(one.message[2], one.message.size() - 3);
    EXPECT_EQ(one.message[3], 8);
  }
  EXPECT_EQ(hashes, 4u);
  EXPECT_EQ(signer.all().size(), 4u + 4u + 81u);
}

// The same for SCP02, whose MAC input has no chaining value in front: there the
// message is the command itself, and EXTERNAL AUTHENTICATE is none that a
// caller can have protected.
TEST_F(VaultFixture, Scp02MacsAreOverCommandsAtTheirPlaceInTheChain) {
  UseScp02();
  const IssuedOpening issued = Open();
  ASSERT_OK_AND_ASSIGN(const Session session,
                       vault_->Authenticate(HandshakeOf(issued, card_)));
  const auto cipher = card_.Cipher(issued.opening.host_challenge);
  CipherLog log = keys_.log();
  ASSERT_EQ(log.chains.size(), 1u);
  EXPECT_EQ(log.chains[0].chaining_value, Bytes());
  ASSERT_EQ(log.chains[0].messages.size(), 1u);
  EXPECT_EQ(
      log.chains[0].messages[0],
      Concat({FromHexOrDie("8482030010"), cipher->HostCryptogram().value()}));
  EXPECT_TRUE(log.plaintexts.empty());
  const Bytes chaining_value =
      scp::AuthenticateHost(*cipher, scp::SecurityLevel::kCDecCMac)
          .value()
          .state.chaining_value;

  keys_.ClearLog();
  const CommandApdu load = Command("80E8000003010203");
  ASSERT_OK(vault_->Protect(session.command_token, {load}));
  log = keys_.log();
  EXPECT_EQ(log.host_cryptograms, 0);
  EXPECT_EQ(log.card_cryptograms, 0);
  ASSERT_EQ(log.chains.size(), 1u);
  EXPECT_EQ(log.chains[0].chaining_value, chaining_value);
  ASSERT_EQ(log.chains[0].messages.size(), 1u);
  EXPECT_EQ(ToHex(log.chains[0].messages[0]), "84E800000B010203");
}

}  // namespace
}  // namespace cardferry::keyvault
