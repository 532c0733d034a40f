#ifndef CARDFERRY_SERVICES_KEYVAULT_TESTING_ANSWERED_FIELDS_H_
#define CARDFERRY_SERVICES_KEYVAULT_TESTING_ANSWERED_FIELDS_H_

#include <map>
#include <string>

namespace cardferry::keyvault {

// "method: field" -> why it is no oracle.
inline const std::map<std::string, std::string>& KnownAnswers() {
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
      {"KeyVault.OpenPredicted: command_token", "sealed"},
      {"KeyVault.OpenPredicted: verify_token", "sealed"},
      {"KeyVault.OpenPredicted: card.key_set", "the request's"},
      {"KeyVault.OpenPredicted: card.key_diversification_data", "the same"},
      {"KeyVault.Protect: commands",
       "whole commands of a permitted class, at the place in the chain that "
       "the token holds: EveryMacIsOverAChainedCommand"},
      {"KeyVault.Protect: command_token", "sealed under a key of its own"},
      {"KeyVault.VerifyResponses: answers.data",
       "what a card sent, plain only where its own MAC is right: "
       "VerifyingGivesNothingThatTheCardDidNotMac"},
      {"FileKeyVault.BeginFileSession: mutual_authenticate", "of random"},
      {"FileKeyVault.BeginFileSession: handshake_token", "sealed"},
      {"FileKeyVault.FinishFileSession: command_token", "sealed"},
      {"FileKeyVault.ProtectFileCommands: commands", "as Protect's"},
      {"FileKeyVault.ProtectFileCommands: command_token", "sealed"},
      {"FileKeyVault.ProtectFileCommands: verify_token", "sealed"},
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
      {"KeyVaultAdmin.ListLivePackets: packets.key_diversification_data", ""},
      {"KeyVaultAdmin.ListLivePackets: packets.agent", "a name"},
      {"KeyVaultAdmin.ListKeySets: key_sets.name", "configuration"},
      {"KeyVaultAdmin.ListKeySets: key_sets.diversification", "configuration"},
  };
  return *answers;
}

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_TESTING_ANSWERED_FIELDS_H_
