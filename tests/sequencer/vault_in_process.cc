#include "tests/sequencer/vault_in_process.h"

#include <utility>

#include "lib/base/status_macros.h"

namespace cardferry::sequencer {
namespace {

Assurance ToOurs(keyvault::Assurance assurance) {
  switch (assurance) {
    case keyvault::Assurance::kProven:
      return Assurance::kProven;
    case keyvault::Assurance::kForged:
      return Assurance::kForged;
    case keyvault::Assurance::kReported:
      break;
  }
  return Assurance::kReported;
}

keyvault::ConfirmedContent ToConfirmed(const ConfirmedContent& content) {
  const std::vector<card::Aid>& aids = content.aids;
  switch (content.kind) {
    case ConfirmedContent::Kind::kLoaded:
      return keyvault::LoadedContent{aids[0], aids[1]};
    case ConfirmedContent::Kind::kInstalled:
      return keyvault::InstalledContent{aids[0], aids[1]};
    case ConfirmedContent::Kind::kExtradited:
      return keyvault::ExtraditedContent{aids[0], aids[1], aids[2]};
    case ConfirmedContent::Kind::kDeleted:
      break;
  }
  return keyvault::DeletedContent{aids[0]};
}

scp::ChannelQuirks ToVaults(const ChannelQuirks& quirks) {
  return {quirks.encrypts_absent_data,
          quirks.counts_only_data,
          quirks.external_authenticate_has_le,
          quirks.macs_channel_bits,
          quirks.encrypts_first_icv,
          quirks.rmac_starts_with_zeros,
          quirks.derives_all_from_first_counter};
}

std::optional<keyvault::ImplicitStart> ToVaults(
    const std::optional<card::ClaimedIdentity>& implicit) {
  if (!implicit.has_value()) return std::nullopt;
  return keyvault::ImplicitStart{
      implicit->key_diversification_data, implicit->key_version_number,
      static_cast<uint16_t>(*implicit->sequence_counter)};
}

keyvault::OperationClass ToClass(Keyvault::OperationClass operation_class) {
  switch (operation_class) {
    case Keyvault::OperationClass::kContent:
      return keyvault::OperationClass::kContent;
    case Keyvault::OperationClass::kPersonalize:
      return keyvault::OperationClass::kPersonalize;
    case Keyvault::OperationClass::kContentAndPersonalize:
      return keyvault::OperationClass::kContentAndPersonalize;
    case Keyvault::OperationClass::kRead:
      break;
  }
  return keyvault::OperationClass::kRead;
}

Keyvault::Session ToOurs(keyvault::Session session) {
  const auto& kdd = session.card.key_diversification_data;
  return {std::move(session.external_authenticate),
          std::move(session.command_token),
          session.card.key_set,
          Bytes(kdd.begin(), kdd.end()),
          static_cast<uint8_t>(session.level),
          std::move(session.verify_token),
          session.operation_class == keyvault::OperationClass::kRead,
          session.live_sessions};
}

}  // namespace

absl::StatusOr<std::vector<Keyvault::Opening>> VaultInProcess::IssueOpenings(
    const std::string& agent, const std::string& reader, int count) {
  ASSIGN_OR_RETURN(
      const auto issued,
      vault_.IssueOpenings({agent, reader}, static_cast<uint32_t>(count)));
  std::vector<Opening> openings;
  for (const keyvault::IssuedOpening& opening : issued) {
    openings.push_back({opening.opening.host_challenge, opening.ticket,
                        opening.opening.expires_at});
  }
  return openings;
}

absl::StatusOr<Keyvault::Session> VaultInProcess::Authenticate(
    const Handshake& handshake) {
  ASSIGN_OR_RETURN(keyvault::Session session,
                   vault_.Authenticate({handshake.ticket,
                                        {handshake.agent, handshake.reader},
                                        handshake.key_set,
                                        handshake.initialize_update_answer,
                                        handshake.level_floor,
                                        ToClass(handshake.operation_class),
                                        handshake.channel_options,
                                        handshake.aid,
                                        ToVaults(handshake.quirks),
                                        ToVaults(handshake.implicit)}));
  return ToOurs(std::move(session));
}

absl::StatusOr<Keyvault::PredictedSession> VaultInProcess::OpenPredicted(
    const Prediction& prediction) {
  keyvault::PredictedRequest request;
  request.key_set = prediction.key_set;
  std::copy(prediction.key_diversification_data.begin(),
            prediction.key_diversification_data.end(),
            request.key_diversification_data.begin());
  request.ahead = prediction.ahead;
  request.agent = prediction.agent;
  request.level_floor = prediction.level_floor;
  request.operation_class = ToClass(prediction.operation_class);
  request.content = prediction.content;
  request.quirks = ToVaults(prediction.quirks);
  ASSIGN_OR_RETURN(keyvault::PredictedSession predicted,
                   vault_.OpenPredicted(request));
  const uint8_t options = predicted.session.channel_options;
  PredictedSession ours{ToOurs(std::move(predicted.session))};
  std::copy(predicted.host_challenge.begin(), predicted.host_challenge.end(),
            ours.host_challenge.begin());
  ours.initialize_update_answer = std::move(predicted.initialize_update_answer);
  ours.channel_options = options;
  ours.report_until = predicted.report_until;
  return ours;
}

absl::StatusOr<std::vector<card::CommandApdu>> VaultInProcess::Protect(
    const Bytes& command_token, absl::Span<const card::CommandApdu> commands) {
  ASSIGN_OR_RETURN(keyvault::ProtectedCommands batch,
                   vault_.Protect(command_token, commands));
  return std::move(batch.commands);
}

absl::StatusOr<std::vector<Keyvault::VerifiedAnswer>>
VaultInProcess::VerifyResponses(const Packet& packet) {
  ASSIGN_OR_RETURN(const auto verified,
                   vault_.VerifyResponses(packet.verify_token,
                                          {packet.commands, packet.answers}));
  std::vector<VerifiedAnswer> answers;
  for (const keyvault::VerifiedAnswer& answer : verified) {
    answers.push_back({{answer.data, answer.sw}, ToOurs(answer.assurance)});
  }
  return answers;
}

absl::StatusOr<std::vector<std::optional<Bytes>>>
SignedContentInProcess::FindApprovals(
    absl::Span<const WantedSignature> wanted) {
  std::vector<keyvault::ApprovedThing> things;
  for (const WantedSignature& one : wanted) {
    things.push_back({one.signing_key, one.digest});
  }
  ASSIGN_OR_RETURN(const auto approvals, desk_.FindValid(things));
  std::vector<std::optional<Bytes>> found;
  for (const std::optional<keyvault::Approval>& one : approvals) {
    found.push_back(one.has_value() ? std::optional<Bytes>(one->signature)
                                    : std::nullopt);
  }
  return found;
}

absl::StatusOr<std::vector<bool>> SignedContentInProcess::VerifyReceipts(
    const std::string& card_id, absl::Span<const ReceiptToVerify> receipts) {
  const size_t slash = card_id.rfind('/');
  ASSIGN_OR_RETURN(const Bytes kdd, FromHex(card_id.substr(slash + 1)));
  keyvault::ConfirmingCard card{card_id.substr(0, slash)};
  std::copy_n(kdd.begin(), 10, card.key_diversification_data.begin());
  std::vector<keyvault::CardReceipt> to_verify;
  for (const ReceiptToVerify& one : receipts) {
    to_verify.push_back(
        {one.receipt, one.confirmation_data, ToConfirmed(one.content)});
  }
  return receipts_.Verify(card, to_verify);
}

}  // namespace cardferry::sequencer
