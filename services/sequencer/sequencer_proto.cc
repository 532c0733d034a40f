#include "services/sequencer/sequencer_proto.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "lib/base/bytes.h"
#include "lib/base/status_macros.h"
#include "lib/card/gp/get_status.h"
#include "services/sequencer/bundle.h"
#include "services/sequencer/desired_state_proto.h"
#include "services/sequencer/state_proto.h"

namespace cardferry::sequencer {
namespace {

namespace pb = v1;

constexpr size_t kPartBytes = 60 * 1000;

Bytes ToBytes(const std::string& text) {
  const ByteSpan bytes = AsBytes(text);
  return Bytes(bytes.begin(), bytes.end());
}

absl::StatusOr<card::Transcript> ToTranscript(absl::string_view field,
                                              const std::string& bytes) {
  absl::StatusOr<card::Transcript> transcript =
      card::DecodeTranscript(AsBytes(bytes));
  if (!transcript.ok()) return Annotate(transcript.status(), field);
  return transcript;
}

pb::Outcome ToProto(Outcome outcome) {
  switch (outcome) {
    case Outcome::kDone:
      return pb::OUTCOME_DONE;
    case Outcome::kCardDiffers:
      return pb::OUTCOME_CARD_DIFFERS;
    case Outcome::kFailed:
      return pb::OUTCOME_FAILED;
    case Outcome::kForged:
      return pb::OUTCOME_FORGED;
    case Outcome::kUnknown:
      break;
  }
  return pb::OUTCOME_UNKNOWN;
}

pb::StepKind ToProto(PlanLine::Kind kind) {
  switch (kind) {
    case PlanLine::Kind::kKeep:
      return pb::STEP_KIND_KEEP;
    case PlanLine::Kind::kAdd:
      return pb::STEP_KIND_ADD;
    case PlanLine::Kind::kRemove:
      return pb::STEP_KIND_REMOVE;
    case PlanLine::Kind::kChange:
      return pb::STEP_KIND_CHANGE;
  }
  return pb::STEP_KIND_UNSPECIFIED;
}

void RenderPackage(const card::StatusEntry& entry, pb::CardPackage& out) {
  out.set_aid(AsString(entry.aid.bytes()));
  const uint32_t version = entry.version.value_or(0);
  out.set_version_major(version >> 8);
  out.set_version_minor(version & 0xFF);
  for (const card::Aid& module : entry.modules) {
    out.add_module_aids(AsString(module.bytes()));
  }
}

void RenderApplication(const card::StatusEntry& entry,
                       pb::CardApplication& out) {
  out.set_aid(AsString(entry.aid.bytes()));
  if (entry.life_cycle.has_value()) {
    out.set_life_cycle(card::LifeCycleText(card::StatusScope::kApplications,
                                           *entry.life_cycle));
  }
  out.set_privileges(AsString(entry.privileges));
  if (entry.load_file.has_value()) {
    out.set_package_aid(AsString(entry.load_file->bytes()));
  }
}

uint64_t CommandBytes(const card::Script& script) {
  uint64_t bytes = 0;
  for (const card::ScriptCommand& command : script) {
    bytes += command.command.Encode().size();
  }
  return bytes;
}

}  // namespace

absl::StatusOr<Sequencer::OpeningAnswers> ParseAnswers(
    const std::string& identify_transcript,
    const std::string& challenge_transcript) {
  Sequencer::OpeningAnswers answers;
  ASSIGN_OR_RETURN(answers.identify,
                   ToTranscript("identify_transcript", identify_transcript));
  if (challenge_transcript.empty()) return answers;
  ASSIGN_OR_RETURN(answers.challenge,
                   ToTranscript("challenge_transcript", challenge_transcript));
  return answers;
}

absl::StatusOr<Sequencer::Request> ParsePrepare(
    const pb::PrepareRequest& request, LoadFileCache& load_files) {
  Sequencer::Request parsed;
  parsed.ticket = ToBytes(request.ticket());
  parsed.agent = request.agent();
  parsed.reader = request.reader();
  ASSIGN_OR_RETURN(parsed.answers,
                   ParseAnswers(request.identify_transcript(),
                                request.challenge_transcript()));
  ASSIGN_OR_RETURN(parsed.desired,
                   ParseDesiredState(request.desired(), load_files));
  parsed.card_id = request.card_id();
  parsed.record_in_doubt = request.record_in_doubt();
  if (request.card_record().empty()) return parsed;
  absl::StatusOr<CardRecord> record = DecodeCardRecord(request.card_record());
  if (!record.ok()) return Annotate(record.status(), "card_record");
  parsed.record = *std::move(record);
  return parsed;
}

absl::StatusOr<Sequencer::OfflineRequest> ParseOffline(
    const pb::PrepareOfflineRequest& request, LoadFileCache& load_files) {
  Sequencer::OfflineRequest parsed;
  parsed.agent = request.agent();
  parsed.card_id = request.card_id();
  parsed.profile = request.profile();
  ASSIGN_OR_RETURN(parsed.desired,
                   ParseDesiredState(request.desired(), load_files));
  parsed.attempts = request.attempts();
  if (request.card_record().empty()) return parsed;
  absl::StatusOr<CardRecord> record = DecodeCardRecord(request.card_record());
  if (!record.ok()) return Annotate(record.status(), "card_record");
  parsed.record = *std::move(record);
  return parsed;
}

absl::StatusOr<PlanQuestion> ParsePlan(const pb::PlanRequest& request,
                                       LoadFileCache& load_files) {
  PlanQuestion parsed;
  ASSIGN_OR_RETURN(parsed.desired,
                   ParseDesiredState(request.desired(), load_files));
  parsed.profile = request.profile();
  if (request.card_record().empty()) return parsed;
  ASSIGN_OR_RETURN(parsed.record, DecodeCardRecord(request.card_record()));
  return parsed;
}

void Render(const std::vector<PlanLine>& lines, pb::PlanResponse& response) {
  for (const PlanLine& line : lines) {
    pb::PlanStep& step = *response.add_steps();
    step.set_kind(ToProto(line.kind));
    step.set_text(line.text);
    step.set_commands(static_cast<uint32_t>(line.commands));
  }
}

pb::PrepareResponse RenderHeader(const Sequencer::Prepared& prepared) {
  pb::PrepareResponse response;
  pb::BundleHeader& header = *response.mutable_header();
  header.set_card_id(prepared.card_id);
  header.set_commands(static_cast<uint32_t>(prepared.script.size()));
  header.set_bytes(CommandBytes(prepared.script));
  header.set_changes(static_cast<uint32_t>(prepared.changes));
  header.set_bundle_state(EncodeBundleState(prepared.state));
  header.set_summary(prepared.summary);
  header.set_security_level(prepared.level);
  header.set_live_packets(static_cast<uint32_t>(prepared.live_packets));
  return response;
}

pb::PrepareResponse RenderHeader(const Sequencer::OfflinePacket& packet) {
  pb::PrepareResponse response = RenderHeader(packet.prepared);
  pb::BundleHeader& header = *response.mutable_header();
  header.set_probe_script(AsString(card::EncodeScript(packet.probe)));
  header.set_report_until_us(absl::ToUnixMicros(packet.report_until));
  return response;
}

std::vector<pb::PrepareResponse> RenderParts(
    const Sequencer::Prepared& prepared) {
  std::vector<pb::PrepareResponse> responses;
  for (const Bytes& part : EncodeParts(prepared.script, kPartBytes)) {
    responses.emplace_back().mutable_part()->set_script(AsString(part));
  }
  responses.back().mutable_part()->set_last(true);
  return responses;
}

void Render(const std::vector<Sequencer::Opening>& openings,
            pb::OpenResponse& response) {
  for (const Sequencer::Opening& opening : openings) {
    pb::Opening& out = *response.add_openings();
    out.set_ticket(AsString(opening.ticket));
    out.set_identify_script(AsString(card::EncodeScript(opening.identify)));
    out.set_challenge_script(AsString(card::EncodeScript(opening.challenge)));
    out.set_expires_at_us(absl::ToUnixMicros(opening.expires_at));
  }
}

void Render(const Sequencer::Identity& identity,
            pb::IdentifyResponse& response) {
  response.set_card_id(identity.card_id);
  response.set_profile(identity.profile);
}

void Render(const Conclusion& conclusion, pb::ConcludeResponse& response) {
  response.set_outcome(ToProto(conclusion.outcome));
  response.set_reason(conclusion.reason);
  response.set_card_record(EncodeCardRecord(conclusion.record));
  for (const card::StatusEntry& entry : conclusion.content.load_files) {
    RenderPackage(entry, *response.mutable_content()->add_packages());
  }
  for (const card::StatusEntry& entry : conclusion.content.applications) {
    RenderApplication(entry, *response.mutable_content()->add_applications());
  }
  response.set_content_proven(conclusion.content_proven);
  for (const Fact& fact : conclusion.facts) {
    pb::Fact& out = *response.add_facts();
    out.set_text(fact.text);
    out.set_assurance(fact.assurance == Assurance::kProven
                          ? pb::ASSURANCE_PROVEN
                          : pb::ASSURANCE_REPORTED);
  }
  for (const StoredReceipt& receipt : conclusion.receipts) {
    pb::Receipt& out = *response.add_receipts();
    out.set_text(receipt.text);
    out.set_counter(receipt.counter);
    out.set_receipt(AsString(receipt.receipt));
    out.set_confirmation_data(AsString(receipt.confirmation_data));
    out.set_verified(receipt.verified);
  }
  for (const std::string& alarm : conclusion.alarms) response.add_alarms(alarm);
}

void Render(const std::vector<CardProfile>& profiles,
            pb::ListProfilesResponse& response) {
  for (const CardProfile& profile : profiles) {
    pb::Profile& out = *response.add_profiles();
    out.set_name(profile.name);
    out.set_key_set(profile.key_set);
    out.set_scp(profile.match.scp);
    for (const uint8_t i : profile.match.i) out.add_channel_options(i);
    out.set_level_floor(profile.level_floor);
    out.set_isd_aid(AsString(profile.match.isd_aid.bytes()));
    out.set_text(profile.text);
  }
}

absl::Status Render(const LoadFile& file, pb::PutLoadFileResponse& response) {
  ASSIGN_OR_RETURN(const Bytes block,
                   file.cap.LoadFileDataBlock(card::Descriptor::kLeaveOut));
  const card::PackageVersion& package = file.cap.package();
  response.set_content_hash(AsString(file.content_hash));
  response.set_package_aid(AsString(package.aid.bytes()));
  response.set_version_major(package.major);
  response.set_version_minor(package.minor);
  for (const card::Aid& applet : file.cap.applets()) {
    response.add_applet_aids(AsString(applet.bytes()));
  }
  response.set_load_file_bytes(static_cast<uint32_t>(block.size()));
  return absl::OkStatus();
}

}  // namespace cardferry::sequencer
