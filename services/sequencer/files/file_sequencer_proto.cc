#include "services/sequencer/files/file_sequencer_proto.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "lib/base/status_macros.h"
#include "services/sequencer/bundle.h"

namespace cardferry::sequencer {
namespace {

namespace pb = v1;

constexpr size_t kPartBytes = 60 * 1000;

pb::Outcome ToProto(FileSequencer::Outcome outcome) {
  switch (outcome) {
    case FileSequencer::Outcome::kDone:
      return pb::OUTCOME_DONE;
    case FileSequencer::Outcome::kContinues:
      return pb::OUTCOME_CONTINUES;
    case FileSequencer::Outcome::kFailed:
      return pb::OUTCOME_FAILED;
    case FileSequencer::Outcome::kForged:
      return pb::OUTCOME_FORGED;
    case FileSequencer::Outcome::kWrongKeys:
      return pb::OUTCOME_WRONG_KEYS;
    case FileSequencer::Outcome::kUnknown:
      break;
  }
  return pb::OUTCOME_UNKNOWN;
}

void AddFact(const std::string& text, pb::Assurance assurance,
             pb::ConcludeResponse& response) {
  pb::Fact& fact = *response.add_facts();
  fact.set_text(text);
  fact.set_assurance(assurance);
}

}  // namespace

absl::StatusOr<std::string> TreeOf(const pb::DesiredState& desired) {
  if (desired.packages_size() + desired.absent_packages_size() +
          desired.absent_applications_size() + desired.domains_size() +
          desired.applications_size() !=
      0) {
    return absl::InvalidArgumentError(
        "a file-oriented card holds files, neither packages nor applications: "
        "the job needs a file tree");
  }
  return desired.file_tree().SerializeAsString();
}

absl::StatusOr<FileSequencer::Request> ParseFileRequest(
    const pb::PrepareRequest& request, const FileClaim& claim) {
  FileSequencer::Request parsed;
  const ByteSpan ticket = AsBytes(request.ticket());
  parsed.ticket.assign(ticket.begin(), ticket.end());
  parsed.agent = request.agent();
  parsed.reader = request.reader();
  parsed.claim = claim;
  parsed.card_id = request.card_id();
  ASSIGN_OR_RETURN(parsed.tree, TreeOf(request.desired()));
  return parsed;
}

std::vector<pb::PrepareResponse> Render(
    const FileSequencer::Prepared& prepared) {
  std::vector<pb::PrepareResponse> messages(1);
  pb::BundleHeader& header = *messages[0].mutable_header();
  header.set_card_id(prepared.card_id);
  header.set_commands(static_cast<uint32_t>(prepared.script.size()));
  uint64_t bytes = 0;
  for (const card::ScriptCommand& step : prepared.script) {
    bytes += step.command.Encode().size();
  }
  header.set_bytes(bytes);
  header.set_changes(static_cast<uint32_t>(prepared.changes));
  header.set_bundle_state(EncodeFileSession(prepared.state));
  header.set_summary(prepared.summary);
  header.set_asks_server(true);
  header.set_card_unproven(prepared.card_unproven);
  for (const Bytes& part : EncodeParts(prepared.script, kPartBytes)) {
    messages.emplace_back().mutable_part()->set_script(AsString(part));
  }
  messages.back().mutable_part()->set_last(true);
  return messages;
}

void Render(const FileSequencer::Conclusion& conclusion,
            pb::ConcludeResponse& response) {
  response.set_outcome(ToProto(conclusion.outcome));
  response.set_reason(conclusion.reason);
  if (conclusion.outcome == FileSequencer::Outcome::kContinues) {
    response.set_continuation(EncodeFileSession(conclusion.continuation));
  }
  if (conclusion.outcome != FileSequencer::Outcome::kDone) return;
  response.set_card_record(EncodeFileRecord(conclusion.record));
  response.set_content_proven(true);
  for (const std::string& fact : conclusion.facts) {
    AddFact(fact, pb::ASSURANCE_PROVEN, response);
  }
  for (const std::string& note : conclusion.notes) {
    AddFact(note, pb::ASSURANCE_REPORTED, response);
  }
}

void Render(const std::vector<FileProfile>& profiles,
            pb::ListProfilesResponse& response) {
  for (const FileProfile& profile : profiles) {
    pb::Profile& out = *response.add_profiles();
    out.set_name(profile.name);
    out.set_key_set(profile.key_set);
    out.set_text(profile.text);
  }
}

}  // namespace cardferry::sequencer
