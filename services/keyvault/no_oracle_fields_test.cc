// No call of the keyvault MACs, encrypts or decrypts bytes of the caller's
// choosing: every field of bytes that any call answers stands in a table here,
// with the reason why it is no oracle, so that a new one has to be thought
// about. The tests that it names are in no_oracle_test.cc.
#include <map>
#include <set>
#include <string>

#include "google/protobuf/descriptor.h"
#include "gtest/gtest.h"
#include "proto/cardferry/keyvault/v1/approvals.pb.h"
#include "proto/cardferry/keyvault/v1/files.pb.h"
#include "proto/cardferry/keyvault/v1/keyvault.pb.h"

namespace cardferry::keyvault {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

// "method: field" -> why it is no oracle.
const std::map<std::string, std::string>& KnownAnswers() {
  static const auto* const answers = new std::map<std::string, std::string>{
      {"KeyVault.IssueOpenings: openings.host_challenge",
       "random: OpeningsAreNotOfTheCallersChoosing"},
      {"KeyVault.IssueOpenings: openings.long_host_challenge",
       "random: OpeningsAreNotOfTheCallersChoosing"},
      {"KeyVault.IssueOpenings: openings.ticket",
       "MAC under a key of its own, over random bytes: "
       "OpeningsAreNotOfTheCallersChoosing"},
      {"KeyVault.Authenticate: external_authenticate",
       "only for the right card cryptogram; nothing in it but the level is "
       "chosen: ExternalAuthenticateHasAFixedForm"},
      {"KeyVault.Authenticate: command_token", "sealed under a key of its own"},
      {"KeyVault.Authenticate: verify_token", "sealed under a key of its own"},
      {"KeyVault.Authenticate: card.key_set", "the request's, proven"},
      {"KeyVault.Authenticate: card.key_diversification_data",
       "the request's, proven"},
      {"KeyVault.OpenPredicted: host_challenge", "random"},
      {"KeyVault.OpenPredicted: initialize_update_answer",
       "of policy, proof and chance: vault_predicted_test"},
      {"KeyVault.OpenPredicted: external_authenticate", "as Authenticate's"},
      {"KeyVault.OpenPredicted: command_token",
       "sealed under a key of its own"},
      {"KeyVault.OpenPredicted: verify_token", "sealed under a key of its own"},
      {"KeyVault.OpenPredicted: card.key_set", "the request's"},
      {"KeyVault.OpenPredicted: card.key_diversification_data",
       "the request's"},
      {"KeyVault.Protect: commands",
       "whole commands of a permitted class, at the place in the chain that "
       "the token holds: EveryMacIsOverAChainedCommand"},
      {"KeyVault.Protect: command_token", "sealed under a key of its own"},
      {"KeyVault.VerifyResponses: answers.data",
       "what a card sent, plain only where its own MAC is right: "
       "VerifyingGivesNothingThatTheCardDidNotMac"},
      {"FileKeyVault.BeginFileSession: mutual_authenticate", "of random"},
      {"FileKeyVault.BeginFileSession: handshake_token",
       "sealed under a key of its own"},
      {"FileKeyVault.FinishFileSession: command_token",
       "sealed under a key of its own"},
      {"FileKeyVault.ProtectFileCommands: commands", "as Protect's"},
      {"FileKeyVault.ProtectFileCommands: command_token",
       "sealed under a key of its own"},
      {"FileKeyVault.ProtectFileCommands: verify_token",
       "sealed under a key of its own"},
      {"FileKeyVault.VerifyFileAnswers: answers.data", "as KeyVault's"},
      {"ContentApprovals.ApproveContent: approval.signature",
       "by a key of its own over what the vault made of an approver's fields; "
       "a hash by a key that signs nothing but hashes: "
       "ApproversSignHashesAndCommandsAndNothingElse"},
      {"ContentApprovals.ApproveContent: approval.digest", "of public things"},
      {"ContentApprovals.ApproveContent: approval.id", "random"},
      {"ContentApprovals.ApproveContent: approval.approver", "the caller"},
      {"ContentApprovals.ApproveContent: approval.signing_key",
       "the request's"},
      {"ContentApprovals.ApproveContent: approval.summary", "the request's"},
      {"ContentApprovals.ApproveContent: approval.reason", "the request's"},
      {"ContentApprovals.ListApprovals: approvals.signature",
       "approved before"},
      {"ContentApprovals.ListApprovals: approvals.digest", "approved before"},
      {"ContentApprovals.ListApprovals: approvals.id", "approved before"},
      {"ContentApprovals.ListApprovals: approvals.approver", "approved before"},
      {"ContentApprovals.ListApprovals: approvals.signing_key",
       "approved before"},
      {"ContentApprovals.ListApprovals: approvals.summary", "approved before"},
      {"ContentApprovals.ListApprovals: approvals.reason", "approved before"},
      {"ContentApprovals.ListSigningKeys: keys.name", "configuration"},
      {"ContentApprovals.ListSigningKeys: keys.signs", "configuration"},
      {"ContentApprovals.ListSigningKeys: keys.algorithm", "configuration"},
      {"ContentApprovals.ListSigningKeys: keys.modulus", "public"},
      {"ContentApprovals.ListSigningKeys: keys.exponent", "public"},
      {"ContentApprovals.ListSigningKeys: keys.point", "public"},
      {"ContentApprovals.ListSigningKeys: keys.pem", "public"},
      {"SignedContent.FindApprovals: approvals.id", "approved before"},
      {"SignedContent.FindApprovals: approvals.signature", "approved before"},
      {"KeyVaultAdmin.ListLivePackets: packets.key_set", "configuration"},
      {"KeyVaultAdmin.ListLivePackets: packets.key_diversification_data",
       "public"},
      {"KeyVaultAdmin.ListLivePackets: packets.agent", "a name"},
      {"KeyVaultAdmin.ListKeySets: key_sets.name", "configuration"},
      {"KeyVaultAdmin.ListKeySets: key_sets.diversification", "configuration"},
  };
  return *answers;
}

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

// Fields that are not of bytes or text could tell of a MAC too. What a card's
// key for receipts makes of the caller's fields is only compared: the answer is
// as many yes and no as there are receipts.
TEST(NoOracleTest, ReceiptsAreAnsweredWithYesOrNoAlone) {
  const Descriptor& answer = *v1::VerifyReceiptsResponse::descriptor();
  ASSERT_EQ(answer.field_count(), 1);
  EXPECT_EQ(answer.field(0)->type(), FieldDescriptor::TYPE_BOOL);
  EXPECT_TRUE(answer.field(0)->is_repeated());
}

}  // namespace
}  // namespace cardferry::keyvault
