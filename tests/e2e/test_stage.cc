#include "tests/e2e/test_stage.h"

#include <stdlib.h>
#include <unistd.h>

#include <iostream>

#include "absl/memory/memory.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/base/file.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/call.h"
#include "lib/rpc/channel.h"
#include "lib/rpc/grpc_status.h"
#include "nlohmann/json.hpp"
#include "tests/stage/pcscd.h"
#include "tests/stage/runfiles.h"

namespace cardferry::e2e {
namespace {

namespace pb = ::cardferry::orchestrator::v1;

constexpr absl::Duration kCallTime = absl::Seconds(10);
constexpr absl::Duration kEventTime = absl::Seconds(10);
constexpr absl::Duration kJobTime = absl::Seconds(40);
constexpr absl::Duration kLook = absl::Milliseconds(20);
constexpr size_t kLargestLog = 16 << 20;
constexpr size_t kLastWords = 3000;

// A unary call of an operator, by the stub's method.
template <typename Response, typename Request>
absl::StatusOr<Response> Ask(
    pb::Orchestrator::Stub& stub,
    grpc::Status (pb::Orchestrator::Stub::*method)(grpc::ClientContext*,
                                                   const Request&, Response*),
    const Request& request) {
  grpc::ClientContext context;
  rpc::SetTimeout(context, kCallTime);
  context.set_wait_for_ready(true);
  Response response;
  RETURN_IF_ERROR(
      rpc::ToAbslStatus((stub.*method)(&context, request, &response)));
  return response;
}

bool IsOver(const pb::Job& job) {
  return job.state() == pb::JOB_STATE_DONE ||
         job.state() == pb::JOB_STATE_FAILED ||
         job.state() == pb::JOB_STATE_CANCELLED;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TestStage>> TestStage::Make(
    stage::StageOptions options) {
  char folder[] = "/run/e2e-XXXXXX";
  if (mkdtemp(folder) == nullptr) return ErrnoStatus(errno, folder);
  options.folder = folder;
  return absl::WrapUnique(new TestStage(options));
}

absl::StatusOr<std::unique_ptr<TestStage>> TestStage::Raise(
    stage::StageOptions options) {
  ASSIGN_OR_RETURN(std::unique_ptr<TestStage> made, Make(std::move(options)));
  const absl::Status raised =
      made->stage_.Raise([](absl::string_view /*what*/) {});
  if (!raised.ok()) made->ShowLogs();
  RETURN_IF_ERROR(raised);
  return made;
}

stage::Outcome TestStage::Cardferry(
    const std::vector<std::string>& arguments) const {
  absl::StatusOr<stage::Outcome> outcome = stage_.Cardferry(arguments);
  if (outcome.ok()) return *std::move(outcome);
  return {-1, "", outcome.status().ToString()};
}

stage::Outcome TestStage::AddApplet(const std::string& name) const {
  const absl::StatusOr<std::string> file =
      stage::Runfile(absl::StrCat("applets/", name, ".cap"));
  if (!file.ok()) return {-1, "", file.status().ToString()};
  return Cardferry({"app", "add", *file, "--name", name});
}

absl::StatusOr<std::string> TestStage::AddJobWith(
    std::vector<std::string> flags) const {
  flags.insert(flags.begin(), {"job", "add", "--json"});
  const stage::Outcome added = Cardferry(flags);
  const nlohmann::json job =
      nlohmann::json::parse(added.output, nullptr, false);
  const bool named =
      job.is_object() && job.contains("id") && job["id"].is_string();
  if (added.exit_code != 0 || !named) {
    return absl::InternalError(
        absl::StrCat("cardferry job add: ", added.exit_code, " ", added.output,
                     added.errors));
  }
  return job["id"].get<std::string>();
}

absl::StatusOr<std::string> TestStage::AddJob(
    const std::string& application, const std::string& parameters) const {
  std::vector<std::string> flags = {"--app",    application,
                                    "--agent",  stage::kAgentName,
                                    "--reader", stage::kVirtualReader};
  if (!parameters.empty()) {
    const std::string file = Path("install-parameters");
    RETURN_IF_ERROR(WriteFileAtomically(file, AsBytes(parameters), 0400));
    flags.insert(flags.end(), {"--param-file", file});
  }
  return AddJobWith(std::move(flags));
}

absl::StatusOr<pb::Job> TestStage::RunJob(const std::string& application,
                                          const std::string& parameters) const {
  ASSIGN_OR_RETURN(const std::string id, AddJob(application, parameters));
  return WatchJob(id);
}

absl::StatusOr<pb::Job> TestStage::WatchJob(const std::string& id) const {
  const stage::Outcome watched = Cardferry({"job", "watch", id});
  ASSIGN_OR_RETURN(pb::Job job, GetJob(id));
  const int expected = job.state() == pb::JOB_STATE_DONE ? 0 : 1;
  if (IsOver(job) && watched.exit_code == expected) return job;
  return absl::InternalError(absl::StrCat(
      "cardferry job watch: ", watched.exit_code, " ", watched.output,
      watched.errors, "; the job: ", job.ShortDebugString()));
}

absl::StatusOr<pb::Job> TestStage::AwaitJob(
    const std::string& id,
    const std::function<bool(const pb::Job&)>& reached) const {
  const absl::Time deadline = absl::Now() + kJobTime;
  absl::StatusOr<pb::Job> job = absl::UnknownError("not asked");
  while (absl::Now() < deadline) {
    job = GetJob(id);
    if (job.ok() && reached(*job)) return job;
    absl::SleepFor(kLook);
  }
  RETURN_IF_ERROR(job.status());
  return absl::DeadlineExceededError(
      absl::StrCat("the job: ", job->ShortDebugString()));
}

absl::StatusOr<pb::Job> TestStage::AwaitEnd(const std::string& id) const {
  return AwaitJob(id, IsOver);
}

absl::StatusOr<std::unique_ptr<pb::Orchestrator::Stub>> TestStage::Operator()
    const {
  ASSIGN_OR_RETURN(
      const std::shared_ptr<grpc::Channel> channel,
      rpc::CreateChannel(absl::StrCat("127.0.0.1:", stage::kOrchestratorPort),
                         folder().Tls("operator", "demo"),
                         rpc::Role::kOrchestrator));
  return pb::Orchestrator::NewStub(channel);
}

absl::StatusOr<pb::Job> TestStage::GetJob(const std::string& id) const {
  ASSIGN_OR_RETURN(const auto stub, Operator());
  pb::GetJobRequest request;
  request.set_id(id);
  return Ask(*stub, &pb::Orchestrator::Stub::GetJob, request);
}

absl::StatusOr<std::vector<pb::Job>> TestStage::Jobs() const {
  ASSIGN_OR_RETURN(const auto stub, Operator());
  ASSIGN_OR_RETURN(
      const pb::ListJobsResponse list,
      Ask(*stub, &pb::Orchestrator::Stub::ListJobs, pb::ListJobsRequest()));
  return std::vector<pb::Job>(list.jobs().begin(), list.jobs().end());
}

absl::StatusOr<std::vector<pb::Card>> TestStage::Cards() const {
  ASSIGN_OR_RETURN(const auto stub, Operator());
  ASSIGN_OR_RETURN(
      const pb::ListCardsResponse list,
      Ask(*stub, &pb::Orchestrator::Stub::ListCards, pb::ListCardsRequest()));
  return std::vector<pb::Card>(list.cards().begin(), list.cards().end());
}

absl::StatusOr<std::vector<pb::Event>> TestStage::Events(
    const std::string& kind) const {
  ASSIGN_OR_RETURN(const auto stub, Operator());
  ASSIGN_OR_RETURN(
      const pb::ListEventsResponse list,
      Ask(*stub, &pb::Orchestrator::Stub::ListEvents, pb::ListEventsRequest()));
  std::vector<pb::Event> events;
  for (const pb::Event& event : list.events()) {
    if (event.kind() == kind) events.push_back(event);
  }
  return events;
}

absl::StatusOr<std::vector<std::string>> TestStage::Story(
    const std::string& job_id, const std::string& kind) const {
  ASSIGN_OR_RETURN(const std::vector<pb::Event> events, Events(kind));
  std::vector<std::string> story;
  for (const pb::Event& event : events) {
    if (event.job_id() == job_id) story.push_back(event.text());
  }
  return story;
}

absl::StatusOr<std::vector<pb::Event>> TestStage::AwaitEvents(
    const std::string& kind, size_t count) const {
  const absl::Time deadline = absl::Now() + kEventTime;
  while (absl::Now() < deadline) {
    ASSIGN_OR_RETURN(std::vector<pb::Event> events, Events(kind));
    if (events.size() >= count) return events;
    absl::SleepFor(kLook);
  }
  return absl::DeadlineExceededError(
      absl::StrCat("not ", count, " events ", kind));
}

absl::Status TestStage::ChangeCard(const stage::CardChoice& card) {
  RETURN_IF_ERROR(RemoveCard());
  RETURN_IF_ERROR(stage_.InsertCard(card));
  return stage_.AwaitCards(1, kEventTime);
}

absl::Status TestStage::RemoveCard() {
  stage_.card().Kill();
  return stage_.AwaitCards(0, kEventTime);
}

std::string TestStage::Log(absl::string_view program) const {
  return ReadFile(folder().Log(program), kLargestLog).value_or("");
}

std::string TestStage::AwaitLog(absl::string_view program, size_t seen,
                                absl::string_view text) const {
  const absl::Time deadline = absl::Now() + kEventTime;
  std::string said;
  do {
    said = Log(program).substr(seen);
    if (absl::StrContains(said, text)) break;
    absl::SleepFor(kLook);
  } while (absl::Now() < deadline);
  return said;
}

absl::StatusOr<std::vector<Exchange>> TestStage::CardLog() const {
  return ParseCardLog(Log("cardsim"));
}

absl::StatusOr<std::vector<Exchange>> TestStage::CardLogFrom(
    size_t seen) const {
  ASSIGN_OR_RETURN(std::vector<Exchange> exchanges, CardLog());
  if (exchanges.size() < seen) {
    return absl::InternalError("the card's log has become shorter");
  }
  exchanges.erase(exchanges.begin(),
                  exchanges.begin() + static_cast<ptrdiff_t>(seen));
  return exchanges;
}

void TestStage::ShowLogs() const {
  for (const char* program :
       {"pcscd", "keyvault", "sequencer", "orchestrator", "agent", "cardsim"}) {
    const std::string log = Log(program);
    const size_t from = log.size() > kLastWords ? log.size() - kLastWords : 0;
    std::cerr << "---- " << program << " said last:\n" << log.substr(from);
  }
}

}  // namespace cardferry::e2e
