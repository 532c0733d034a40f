#include "services/orchestrator/operators/orchestrator_proto.h"

#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "lib/base/bytes.h"
#include "lib/base/status_matchers.h"

namespace cardferry::orchestrator {
namespace {

template <typename Message, typename Value>
void ExpectRendered(const Value& value, const std::string& text) {
  Message rendered;
  Render(value, rendered);
  Message wanted;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &wanted));
  EXPECT_EQ(rendered.DebugString(), wanted.DebugString());
}

TEST(OrchestratorProto, ReadsANewJob) {
  v1::AddJobRequest request;
  request.set_application("brokerage");
  request.set_install_parameters(std::string("1\0\xFF", 3));
  request.set_agent("kiosk-7");
  request.set_reader("Reader 0");
  request.set_card_id("issuer/A");
  request.set_action(v1::JOB_ACTION_UPGRADE);
  v1::JobApplet& applet = *request.add_applets();
  applet.set_module_aid("\xF1");
  applet.set_instance_aid("\xF2");
  applet.set_privileges("\x04");
  ASSERT_OK_AND_ASSIGN(const NewJob job, ParseNewJob(request));
  EXPECT_EQ(job.subject.application, "brokerage");
  EXPECT_EQ(job.subject.action, JobAction::kUpgrade);
  ASSERT_EQ(job.subject.applets.size(), 1u);
  EXPECT_EQ(job.subject.applets[0], (JobApplet{{0xF1}, {0xF2}, {0x04}}));
  EXPECT_EQ(job.install_parameters, Bytes({0x31, 0x00, 0xFF}));
  EXPECT_EQ(job.target.agent, "kiosk-7");
  EXPECT_EQ(job.target.reader, "Reader 0");
  EXPECT_EQ(job.target.card_id, "issuer/A");
}

TEST(OrchestratorProto, ReadsWhatIsToBeDeleted) {
  v1::AddJobRequest request;
  request.set_action(v1::JOB_ACTION_DELETE);
  request.set_package_aid("\xA0");
  request.set_application_aid("\xA1");
  ASSERT_OK_AND_ASSIGN(const NewJob job, ParseNewJob(request));
  EXPECT_EQ(job.subject.action, JobAction::kDelete);
  EXPECT_EQ(job.subject.package_aid, Bytes({0xA0}));
  EXPECT_EQ(job.subject.application_aid, Bytes({0xA1}));
}

TEST(OrchestratorProto, NoActionIsLoadingAndAnUnknownOneIsRefused) {
  v1::AddJobRequest request;
  ASSERT_OK_AND_ASSIGN(const NewJob job, ParseNewJob(request));
  EXPECT_EQ(job.subject.action, JobAction::kLoad);
  request.set_action(static_cast<v1::JobAction>(9));
  EXPECT_THAT(ParseNewJob(request),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       ::testing::HasSubstr("action 9 is not known here")));
}

TEST(OrchestratorProto, ShowsWhatAJobDeletes) {
  Job job;
  job.subject.action = JobAction::kDelete;
  job.subject.application_aid = {0xA1};
  v1::Job shown;
  Render(job, shown);
  EXPECT_EQ(shown.action(), v1::JOB_ACTION_DELETE);
  EXPECT_EQ(shown.application_aid(), "\xA1");
  EXPECT_EQ(shown.application(), "");
}

TEST(OrchestratorProto, ShowsAnApplication) {
  ExpectRendered<v1::Application>(
      Application{"brokerage", {{0xAA}, {0xF0}, "1.0", {{0xF1}, {0xF2}}, 300}},
      "name: 'brokerage' content_hash: '\\252' package_aid: '\\360' "
      "version: '1.0' applet_aids: '\\361' applet_aids: '\\362' "
      "load_file_bytes: 300");
}

TEST(OrchestratorProto, ShowsAJob) {
  Job job;
  job.id = "12";
  job.subject.application = "brokerage";
  job.subject.action = JobAction::kUpgrade;
  job.subject.package_aid = {0xA0};
  job.target = {"kiosk-7", "Reader 0", "issuer/A"};
  job.state = JobState::kRunning;
  job.message = "It runs.";
  job.commands_done = 4;
  job.commands_total = 12;
  job.label = "LOAD";
  job.created_at = absl::FromUnixMicros(1);
  job.ended_at = absl::FromUnixMicros(9);
  job.measurements = {1,
                      13,
                      3000,
                      absl::Microseconds(2),
                      absl::Microseconds(3),
                      absl::Microseconds(5),
                      absl::Microseconds(4)};
  job.facts = {{"loaded", true}};
  job.changes = 9;
  job.rounds = 1;
  ExpectRendered<v1::Job>(job, R"(
    id: "12" application: "brokerage" agent: "kiosk-7" reader: "Reader 0"
    card_id: "issuer/A" state: JOB_STATE_RUNNING message: "It runs."
    commands_done: 4 commands_total: 12 label: "LOAD" created_at_us: 1
    ended_at_us: 9
    measurements { round_trips: 1 apdus: 13 bytes: 3000 card_us: 2
                   waited_us: 3 total_us: 5 server_us: 4 }
    facts { text: "loaded" proven: true } changes: 9
    action: JOB_ACTION_UPGRADE package_aid: "\240")");
}

TEST(OrchestratorProto, ShowsEveryState) {
  const auto shown = [](JobState state) {
    Job job;
    job.state = state;
    v1::Job pb;
    Render(job, pb);
    return pb.state();
  };
  EXPECT_EQ(shown(JobState::kWaiting), v1::JOB_STATE_WAITING);
  EXPECT_EQ(shown(JobState::kPreparing), v1::JOB_STATE_PREPARING);
  EXPECT_EQ(shown(JobState::kRunning), v1::JOB_STATE_RUNNING);
  EXPECT_EQ(shown(JobState::kDone), v1::JOB_STATE_DONE);
  EXPECT_EQ(shown(JobState::kFailed), v1::JOB_STATE_FAILED);
  EXPECT_EQ(shown(JobState::kCancelled), v1::JOB_STATE_CANCELLED);
}

TEST(OrchestratorProto, ShowsAProfile) {
  ExpectRendered<v1::Profile>(
      CardProfile{"generic", "issuer", 3, {0x70, 0x60}, 0x33, {0xA0}, "all"},
      "name: 'generic' key_set: 'issuer' scp: 3 channel_options: 112 "
      "channel_options: 96 level_floor: 51 isd_aid: '\\240' text: 'all'");
}

TEST(OrchestratorProto, ShowsWhetherAnAgentIsRevoked) {
  Agent agent;
  for (const AgentStanding standing :
       {AgentStanding::kAdded, AgentStanding::kUnlisted,
        AgentStanding::kRevoked}) {
    agent.standing = standing;
    v1::Agent shown;
    Render(agent, shown);
    EXPECT_EQ(shown.revoked(), standing == AgentStanding::kRevoked);
    EXPECT_EQ(shown.last_seen_us(), 0);
  }
}

TEST(OrchestratorProto, ShowsACard) {
  Card card;
  card.id = "issuer/A";
  card.first_seen = absl::FromUnixMicros(1);
  card.last_seen = absl::FromUnixMicros(2);
  card.profile = "generic";
  card.content.packages = {{{0xF0}, "1.0", {{0xF1}}}};
  card.content.applications = {{{0xF1}, "SELECTABLE", {0x80}, {0xF0}}};
  card.content_proven = true;
  card.stopped = true;
  ExpectRendered<v1::Card>(card, R"(
    id: "issuer/A" first_seen_us: 1 last_seen_us: 2 profile: "generic"
    packages { aid: "\360" version: "1.0" module_aids: "\361" }
    applications { aid: "\361" life_cycle: "SELECTABLE" privileges: "\200"
                   package_aid: "\360" }
    content_proven: true stopped: true)");
}

TEST(OrchestratorProto, ShowsAnAgentAndAnEvent) {
  ExpectRendered<v1::Agent>(Agent{"kiosk-7",
                                  AgentStanding::kAdded,
                                  true,
                                  absl::FromUnixMicros(5),
                                  {{"Reader 0", true}}},
                            "name: 'kiosk-7' connected: true last_seen_us: 5 "
                            "readers { name: 'Reader 0' card_present: true }");
  ExpectRendered<v1::Event>(
      JournalEntry{7, absl::FromUnixMicros(5), "job.done", "It is.", "12",
                   "issuer/A", "kiosk-7"},
      "id: 7 at_us: 5 kind: 'job.done' text: 'It is.' job_id: '12' "
      "card_id: 'issuer/A' agent: 'kiosk-7'");
}

TEST(OrchestratorProto, ReadsFilters) {
  v1::ListJobsRequest jobs;
  for (const v1::JobState state :
       {v1::JOB_STATE_WAITING, v1::JOB_STATE_PREPARING, v1::JOB_STATE_RUNNING,
        v1::JOB_STATE_DONE, v1::JOB_STATE_FAILED, v1::JOB_STATE_CANCELLED}) {
    jobs.add_states(state);
  }
  jobs.set_application("brokerage");
  jobs.set_agent("kiosk-7");
  jobs.set_card_id("issuer/A");
  ASSERT_OK_AND_ASSIGN(const JobFilter filter, ParseFilter(jobs));
  EXPECT_EQ(filter.states,
            (std::vector<JobState>{JobState::kWaiting, JobState::kPreparing,
                                   JobState::kRunning, JobState::kDone,
                                   JobState::kFailed, JobState::kCancelled}));
  EXPECT_EQ(filter.application, "brokerage");
  EXPECT_EQ(filter.agent, "kiosk-7");
  EXPECT_EQ(filter.card_id, "issuer/A");
  jobs.add_states(v1::JOB_STATE_UNSPECIFIED);
  EXPECT_THAT(ParseFilter(jobs), StatusIs(absl::StatusCode::kInvalidArgument,
                                          "0 is no state of a job"));
  v1::ListCardsRequest cards;
  cards.set_profile("generic");
  cards.set_stopped(true);
  cards.set_package_aid("\xF0");
  const CardFilter of_cards = ParseFilter(cards);
  EXPECT_EQ(of_cards.profile, "generic");
  EXPECT_TRUE(of_cards.stopped);
  EXPECT_EQ(of_cards.package_aid, Bytes({0xF0}));
}

}  // namespace
}  // namespace cardferry::orchestrator
