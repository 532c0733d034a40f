#include "services/orchestrator/sequencing/sequencer_proto.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/bytes.h"
#include "lib/base/status_macros.h"

namespace cardferry::orchestrator {
namespace {

namespace pb = ::cardferry::sequencer::v1;

Bytes ToBytes(const std::string& field) {
  const ByteSpan span = AsBytes(field);
  return Bytes(span.begin(), span.end());
}

std::string ToVersion(uint32_t major, uint32_t minor) {
  return absl::StrCat(major, ".", minor);
}

absl::StatusOr<Outcome> ParseOutcome(pb::Outcome outcome) {
  switch (outcome) {
    case pb::OUTCOME_DONE:
      return Outcome::kDone;
    case pb::OUTCOME_CARD_DIFFERS:
      return Outcome::kCardDiffers;
    case pb::OUTCOME_FAILED:
      return Outcome::kFailed;
    case pb::OUTCOME_UNKNOWN:
      return Outcome::kUnknown;
    case pb::OUTCOME_FORGED:
      return Outcome::kForged;
    case pb::OUTCOME_CONTINUES:
      return Outcome::kContinues;
    case pb::OUTCOME_WRONG_KEYS:
      return Outcome::kWrongKeys;
    default:
      return absl::InternalError("the sequencer concluded nothing");
  }
}

PlannedStep::Sign ParseSign(pb::StepKind kind) {
  switch (kind) {
    case pb::STEP_KIND_ADD:
      return PlannedStep::Sign::kAdd;
    case pb::STEP_KIND_REMOVE:
      return PlannedStep::Sign::kRemove;
    case pb::STEP_KIND_CHANGE:
      return PlannedStep::Sign::kChange;
    default:
      return PlannedStep::Sign::kKeep;
  }
}

CardPackage ParsePackage(const pb::CardPackage& message) {
  CardPackage package;
  package.aid = ToBytes(message.aid());
  package.version = ToVersion(message.version_major(), message.version_minor());
  for (const std::string& aid : message.module_aids()) {
    package.module_aids.push_back(ToBytes(aid));
  }
  return package;
}

CardApplication ParseApplication(const pb::CardApplication& message) {
  return {ToBytes(message.aid()), message.life_cycle(),
          ToBytes(message.privileges()), ToBytes(message.package_aid())};
}

void Render(const DesiredPackage& desired, pb::DesiredPackage& package) {
  package.set_content_hash(AsString(desired.content_hash));
  package.set_replace(desired.replace);
  for (const JobApplet& wanted : desired.applets) {
    pb::DesiredApplet& applet = *package.add_applets();
    applet.set_module_aid(AsString(wanted.module_aid));
    applet.set_instance_aid(AsString(wanted.instance_aid));
    applet.set_privileges(AsString(wanted.privileges));
    applet.set_install_parameters(AsString(desired.install_parameters));
  }
}

void Render(const DesiredState& desired, pb::DesiredState& state) {
  if (!desired.manifest.empty()) {
    state.ParseFromString(AsString(desired.manifest));
    return;
  }
  for (const DesiredPackage& package : desired.packages) {
    Render(package, *state.add_packages());
  }
  for (const Bytes& aid : desired.absent_packages) {
    state.add_absent_packages(AsString(aid));
  }
  for (const Bytes& aid : desired.absent_applications) {
    state.add_absent_applications(AsString(aid));
  }
}

// What a card's identifier says of it.
absl::StatusOr<std::string> FactOf(const std::string& card_id,
                                   const pb::CardValue& value) {
  if (value.fact() == pb::CARD_FACT_ID) return card_id;
  const std::string hex = card_id.substr(card_id.rfind('/') + 1);
  const absl::StatusOr<Bytes> data = FromHex(hex);
  if (value.fact() != pb::CARD_FACT_KEY_DIVERSIFICATION_DATA || !data.ok()) {
    return absl::InvalidArgumentError(
        "the manifest asks for a fact of the card "
        "that is not known");
  }
  return value.as_text() ? hex : AsString(*data);
}

// Puts the facts in their places, which are in ascending order, and forgets
// them.
absl::Status PutFacts(const std::string& card_id,
                      google::protobuf::RepeatedPtrField<pb::CardValue>& facts,
                      std::string& value) {
  size_t added = 0;
  size_t last = 0;
  for (const pb::CardValue& one : facts) {
    if (one.at() < last || one.at() + added > value.size()) {
      return absl::InvalidArgumentError("a fact of the card has no place");
    }
    ASSIGN_OR_RETURN(const std::string fact, FactOf(card_id, one));
    value.insert(one.at() + added, fact);
    added += fact.size();
    last = one.at();
  }
  facts.Clear();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<OpeningScripts> ParseOpening(const pb::OpenResponse& response) {
  if (response.openings_size() != 1) {
    return absl::InternalError(absl::StrCat("the sequencer gave ",
                                            response.openings_size(),
                                            " openings instead of one"));
  }
  const pb::Opening& opening = response.openings(0);
  return OpeningScripts{ToBytes(opening.ticket()),
                        ToBytes(opening.identify_script()),
                        ToBytes(opening.challenge_script()),
                        absl::FromUnixMicros(opening.expires_at_us())};
}

BundleHeader ParseHeader(const pb::BundleHeader& header) {
  return {header.card_id(),     header.commands(),
          header.changes(),     ToBytes(header.bundle_state()),
          header.summary(),     header.live_packets(),
          header.asks_server(), header.card_unproven()};
}

OfflineBundle ParseOffline(const pb::BundleHeader& header) {
  return {ParseHeader(header), ToBytes(header.probe_script()), {}};
}

absl::StatusOr<Conclusion> ParseConclusion(
    const pb::ConcludeResponse& response) {
  Conclusion conclusion;
  ASSIGN_OR_RETURN(conclusion.outcome, ParseOutcome(response.outcome()));
  conclusion.reason = response.reason();
  conclusion.card_record = ToBytes(response.card_record());
  for (const pb::CardPackage& package : response.content().packages()) {
    conclusion.content.packages.push_back(ParsePackage(package));
  }
  for (const pb::CardApplication& app : response.content().applications()) {
    conclusion.content.applications.push_back(ParseApplication(app));
  }
  conclusion.content_proven = response.content_proven();
  conclusion.continuation = ToBytes(response.continuation());
  for (const pb::Fact& fact : response.facts()) {
    conclusion.facts.push_back(
        {fact.text(), fact.assurance() == pb::ASSURANCE_PROVEN});
  }
  for (const pb::Receipt& receipt : response.receipts()) {
    conclusion.receipts.push_back(
        {receipt.text(), receipt.counter(), ToBytes(receipt.receipt()),
         ToBytes(receipt.confirmation_data()), receipt.verified()});
  }
  conclusion.alarms.assign(response.alarms().begin(), response.alarms().end());
  conclusion.nothing_ran = !response.started();
  return conclusion;
}

LoadFile ParseLoadFile(const pb::PutLoadFileResponse& response) {
  LoadFile file;
  file.content_hash = ToBytes(response.content_hash());
  file.package_aid = ToBytes(response.package_aid());
  file.version = ToVersion(response.version_major(), response.version_minor());
  for (const std::string& aid : response.applet_aids()) {
    file.applet_aids.push_back(ToBytes(aid));
  }
  file.load_file_bytes = response.load_file_bytes();
  return file;
}

std::vector<CardProfile> ParseProfiles(
    const pb::ListProfilesResponse& response) {
  std::vector<CardProfile> profiles;
  for (const pb::Profile& profile : response.profiles()) {
    profiles.push_back(
        {profile.name(),
         profile.key_set(),
         profile.scp(),
         {profile.channel_options().begin(), profile.channel_options().end()},
         profile.level_floor(),
         ToBytes(profile.isd_aid()),
         profile.text()});
  }
  return profiles;
}

pb::PlanRequest RenderPlan(const PlanQuestion& question) {
  pb::PlanRequest request;
  Render(question.desired, *request.mutable_desired());
  request.set_card_record(AsString(question.card_record));
  request.set_profile(question.profile);
  return request;
}

std::vector<PlannedStep> ParsePlan(const pb::PlanResponse& response) {
  std::vector<PlannedStep> steps;
  for (const pb::PlanStep& step : response.steps()) {
    steps.push_back({ParseSign(step.kind()), step.text(), step.commands()});
  }
  return steps;
}

std::vector<Bytes> LoadFilesOf(const DesiredState& desired) {
  pb::DesiredState state;
  Render(desired, state);
  std::vector<Bytes> hashes;
  for (const pb::DesiredPackage& package : state.packages()) {
    hashes.push_back(ToBytes(package.content_hash()));
  }
  return hashes;
}

absl::StatusOr<Bytes> NameLoadFiles(
    const Bytes& manifest,
    const std::function<absl::StatusOr<Bytes>(const std::string&)>& hash_of) {
  pb::DesiredState state;
  if (!state.ParseFromString(AsString(manifest))) {
    return absl::InvalidArgumentError("not a desired state");
  }
  for (pb::DesiredPackage& package : *state.mutable_packages()) {
    if (package.application().empty()) continue;
    ASSIGN_OR_RETURN(const Bytes hash, hash_of(package.application()));
    package.clear_application();
    package.set_content_hash(AsString(hash));
  }
  return ToBytes(state.SerializeAsString());
}

absl::StatusOr<Bytes> BindToCard(const Bytes& manifest,
                                 const std::string& card_id,
                                 const crypto::SealedBox& box) {
  pb::DesiredState state;
  if (!state.ParseFromString(AsString(manifest))) {
    return absl::InvalidArgumentError("not a desired state");
  }
  std::vector<pb::DesiredApplet*> all;
  for (pb::DesiredPackage& package : *state.mutable_packages()) {
    for (pb::DesiredApplet& applet : *package.mutable_applets()) {
      all.push_back(&applet);
    }
  }
  for (pb::DesiredDomain& domain : *state.mutable_domains()) {
    all.push_back(domain.mutable_domain());
  }
  for (pb::DesiredApplet& application : *state.mutable_applications()) {
    all.push_back(&application);
  }
  for (pb::DesiredApplet* applet : all) {
    RETURN_IF_ERROR(PutFacts(card_id,
                             *applet->mutable_install_parameter_facts(),
                             *applet->mutable_install_parameters()));
    for (pb::PersonalData& data : *applet->mutable_personal_data()) {
      for (pb::PersonalObject& object : *data.mutable_objects()) {
        RETURN_IF_ERROR(PutFacts(card_id, *object.mutable_facts(),
                                 *object.mutable_value()));
      }
      data.clear_fingerprint();
      ASSIGN_OR_RETURN(
          const Bytes fingerprint,
          box.Fingerprint(absl::StrCat("personal data of ", card_id),
                          AsBytes(data.SerializeAsString())));
      data.set_fingerprint(AsString(fingerprint));
    }
  }
  return ToBytes(state.SerializeAsString());
}

pb::PrepareOfflineRequest RenderOffline(const OfflinePreparation& preparation) {
  pb::PrepareOfflineRequest request;
  request.set_agent(preparation.agent);
  request.set_card_id(preparation.card_id);
  request.set_profile(preparation.profile);
  Render(preparation.desired, *request.mutable_desired());
  request.set_card_record(AsString(preparation.card_record));
  request.set_attempts(preparation.attempts);
  return request;
}

pb::PrepareRequest RenderPrepare(const Preparation& preparation) {
  pb::PrepareRequest request;
  request.set_ticket(AsString(preparation.ticket));
  request.set_agent(preparation.at.agent);
  request.set_reader(preparation.at.reader);
  request.set_identify_transcript(AsString(preparation.answer.identify));
  request.set_challenge_transcript(AsString(preparation.answer.challenge));
  request.set_card_id(preparation.card_id);
  request.set_card_record(AsString(preparation.card_record));
  request.set_record_in_doubt(preparation.record_in_doubt);
  Render(preparation.desired, *request.mutable_desired());
  return request;
}

}  // namespace cardferry::orchestrator
