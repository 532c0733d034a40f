#include "services/orchestrator/operators/orchestrator_proto.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/bytes.h"
#include "lib/base/status_macros.h"

namespace cardferry::orchestrator {
namespace {

v1::JobState RenderState(JobState state) {
  switch (state) {
    case JobState::kWaiting:
      return v1::JOB_STATE_WAITING;
    case JobState::kPreparing:
      return v1::JOB_STATE_PREPARING;
    case JobState::kRunning:
      return v1::JOB_STATE_RUNNING;
    case JobState::kDone:
      return v1::JOB_STATE_DONE;
    case JobState::kFailed:
      return v1::JOB_STATE_FAILED;
    case JobState::kCancelled:
      return v1::JOB_STATE_CANCELLED;
    case JobState::kPrepared:
      return v1::JOB_STATE_PREPARED;
  }
  return v1::JOB_STATE_UNSPECIFIED;
}

absl::StatusOr<JobState> ParseState(int state) {
  for (const JobState one :
       {JobState::kWaiting, JobState::kPreparing, JobState::kRunning,
        JobState::kDone, JobState::kFailed, JobState::kCancelled,
        JobState::kPrepared}) {
    if (RenderState(one) == state) return one;
  }
  return absl::InvalidArgumentError(
      absl::StrCat(state, " is no state of a job"));
}

v1::JobAction RenderAction(JobAction action) {
  switch (action) {
    case JobAction::kLoad:
      return v1::JOB_ACTION_LOAD;
    case JobAction::kUpgrade:
      return v1::JOB_ACTION_UPGRADE;
    case JobAction::kDelete:
      return v1::JOB_ACTION_DELETE;
    case JobAction::kManifest:
      return v1::JOB_ACTION_MANIFEST;
  }
  return v1::JOB_ACTION_UNSPECIFIED;
}

v1::PlanSign RenderSign(PlannedStep::Sign sign) {
  switch (sign) {
    case PlannedStep::Sign::kKeep:
      return v1::PLAN_SIGN_KEEP;
    case PlannedStep::Sign::kAdd:
      return v1::PLAN_SIGN_ADD;
    case PlannedStep::Sign::kRemove:
      return v1::PLAN_SIGN_REMOVE;
    case PlannedStep::Sign::kChange:
      return v1::PLAN_SIGN_CHANGE;
  }
  return v1::PLAN_SIGN_UNSPECIFIED;
}

absl::StatusOr<JobAction> ParseAction(v1::JobAction action) {
  switch (action) {
    case v1::JOB_ACTION_UNSPECIFIED:
    case v1::JOB_ACTION_LOAD:
      return JobAction::kLoad;
    case v1::JOB_ACTION_UPGRADE:
      return JobAction::kUpgrade;
    case v1::JOB_ACTION_DELETE:
      return JobAction::kDelete;
    case v1::JOB_ACTION_MANIFEST:
      return JobAction::kManifest;
    default:
      return absl::InvalidArgumentError(absl::StrCat(
          "action ", static_cast<int>(action),
          " is not known here: is the caller newer than this service?"));
  }
}

Bytes ToBytes(const std::string& field) {
  const ByteSpan span = AsBytes(field);
  return Bytes(span.begin(), span.end());
}

void Render(const Measurements& m, v1::Measurements& pb) {
  pb.set_round_trips(static_cast<uint32_t>(m.round_trips));
  pb.set_apdus(static_cast<uint32_t>(m.apdus));
  pb.set_bytes(static_cast<uint64_t>(m.bytes));
  pb.set_card_us(absl::ToInt64Microseconds(m.card));
  pb.set_waited_us(absl::ToInt64Microseconds(m.waited));
  pb.set_total_us(absl::ToInt64Microseconds(m.total));
  pb.set_server_us(absl::ToInt64Microseconds(m.server));
}

void Render(const CardContent& content, v1::Card& pb) {
  for (const CardPackage& package : content.packages) {
    v1::Package& out = *pb.add_packages();
    out.set_aid(AsString(package.aid));
    out.set_version(package.version);
    for (const Bytes& aid : package.module_aids) {
      out.add_module_aids(AsString(aid));
    }
  }
  for (const CardApplication& application : content.applications) {
    v1::InstalledApplication& out = *pb.add_applications();
    out.set_aid(AsString(application.aid));
    out.set_life_cycle(application.life_cycle);
    out.set_privileges(AsString(application.privileges));
    out.set_package_aid(AsString(application.package_aid));
  }
}

}  // namespace

absl::StatusOr<NewJob> ParseNewJob(const v1::AddJobRequest& pb) {
  NewJob job;
  ASSIGN_OR_RETURN(job.subject.action, ParseAction(pb.action()));
  job.subject.application = pb.application();
  for (const v1::JobApplet& applet : pb.applets()) {
    job.subject.applets.push_back({ToBytes(applet.module_aid()),
                                   ToBytes(applet.instance_aid()),
                                   ToBytes(applet.privileges())});
  }
  job.subject.package_aid = ToBytes(pb.package_aid());
  job.subject.application_aid = ToBytes(pb.application_aid());
  job.install_parameters = ToBytes(pb.install_parameters());
  if (job.subject.action == JobAction::kManifest) {
    if (!job.install_parameters.empty()) {
      return absl::InvalidArgumentError(
          "a manifest has the install parameters in it");
    }
    job.install_parameters = ToBytes(pb.desired().SerializeAsString());
  } else if (pb.has_desired()) {
    return absl::InvalidArgumentError(
        "only a job of action MANIFEST says what is desired in full");
  }
  job.target = {pb.agent(), pb.reader(), pb.card_id()};
  return job;
}

absl::StatusOr<JobFilter> ParseFilter(const v1::ListJobsRequest& pb) {
  JobFilter filter;
  for (const int state : pb.states()) {
    ASSIGN_OR_RETURN(filter.states.emplace_back(), ParseState(state));
  }
  filter.application = pb.application();
  filter.agent = pb.agent();
  filter.card_id = pb.card_id();
  return filter;
}

CardFilter ParseFilter(const v1::ListCardsRequest& pb) {
  return {pb.profile(), pb.stopped(), ToBytes(pb.package_aid())};
}

OfflineDesk::Request ParsePrepareJob(const v1::PrepareJobRequest& pb) {
  return {pb.id(), pb.agent(), pb.attempts(),
          absl::Seconds(pb.valid_seconds())};
}

void Render(const std::vector<PlannedStep>& steps, v1::JobPlan& pb) {
  for (const PlannedStep& step : steps) {
    v1::PlannedStep& out = *pb.add_steps();
    out.set_sign(RenderSign(step.sign));
    out.set_text(step.text);
    out.set_commands(step.commands);
  }
}

void Render(const Application& application, v1::Application& pb) {
  const LoadFile& file = application.load_file;
  pb.set_name(application.name);
  pb.set_content_hash(AsString(file.content_hash));
  pb.set_package_aid(AsString(file.package_aid));
  pb.set_version(file.version);
  for (const Bytes& aid : file.applet_aids) pb.add_applet_aids(AsString(aid));
  pb.set_load_file_bytes(file.load_file_bytes);
}

void Render(const Job& job, v1::Job& pb) {
  pb.set_id(job.id);
  pb.set_application(job.subject.application);
  pb.set_package_aid(AsString(job.subject.package_aid));
  pb.set_application_aid(AsString(job.subject.application_aid));
  pb.set_action(RenderAction(job.subject.action));
  pb.set_agent(job.target.agent);
  pb.set_reader(job.target.reader);
  pb.set_card_id(job.target.card_id);
  pb.set_state(RenderState(job.state));
  pb.set_message(job.message);
  pb.set_commands_done(job.commands_done);
  pb.set_commands_total(job.commands_total);
  pb.set_label(job.label);
  pb.set_created_at_us(absl::ToUnixMicros(job.created_at));
  if (job.ended_at.has_value()) {
    pb.set_ended_at_us(absl::ToUnixMicros(*job.ended_at));
  }
  Render(job.measurements, *pb.mutable_measurements());
  for (const Fact& fact : job.facts) {
    v1::Fact& out = *pb.add_facts();
    out.set_text(fact.text);
    out.set_proven(fact.proven);
  }
  pb.set_changes(job.changes);
  pb.set_cancel_requested(job.cancel_requested);
  if (!job.prepared.has_value()) return;
  pb.mutable_prepared()->set_agent(job.prepared->agent);
  pb.mutable_prepared()->set_until_us(absl::ToUnixMicros(job.prepared->until));
  pb.mutable_prepared()->set_stored(job.prepared->stored);
}

void Render(const Card& card, v1::Card& pb) {
  pb.set_id(card.id);
  pb.set_first_seen_us(absl::ToUnixMicros(card.first_seen));
  pb.set_last_seen_us(absl::ToUnixMicros(card.last_seen));
  pb.set_profile(card.profile);
  Render(card.content, pb);
  pb.set_content_proven(card.content_proven);
  pb.set_stopped(card.stopped);
}

void Render(const CardReceipt& receipt, v1::Receipt& pb) {
  pb.set_text(receipt.text);
  pb.set_counter(receipt.counter);
  pb.set_receipt(AsString(receipt.receipt));
  pb.set_confirmation_data(AsString(receipt.confirmation_data));
  pb.set_verified(receipt.verified);
  pb.set_job_id(receipt.job_id);
  pb.set_at_us(absl::ToUnixMicros(receipt.at));
}

void Render(const CardProfile& profile, v1::Profile& pb) {
  pb.set_name(profile.name);
  pb.set_key_set(profile.key_set);
  pb.set_scp(profile.scp);
  for (const uint32_t option : profile.channel_options) {
    pb.add_channel_options(option);
  }
  pb.set_level_floor(profile.level_floor);
  pb.set_isd_aid(AsString(profile.isd_aid));
  pb.set_text(profile.text);
}

void Render(const Agent& agent, v1::Agent& pb) {
  pb.set_name(agent.name);
  pb.set_connected(agent.connected);
  pb.set_last_seen_us(absl::ToUnixMicros(agent.last_seen));
  pb.set_revoked(agent.standing == AgentStanding::kRevoked);
  for (const Reader& reader : agent.readers) {
    v1::Reader& out = *pb.add_readers();
    out.set_name(reader.name);
    out.set_card_present(reader.card_present);
  }
}

void Render(const JournalEntry& entry, v1::Event& pb) {
  pb.set_id(entry.id);
  pb.set_at_us(absl::ToUnixMicros(entry.at));
  pb.set_kind(entry.kind);
  pb.set_text(entry.text);
  pb.set_job_id(entry.job_id);
  pb.set_card_id(entry.card_id);
  pb.set_agent(entry.agent);
}

}  // namespace cardferry::orchestrator
