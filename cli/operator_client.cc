#include "cli/operator_client.h"

#include <algorithm>

#include "lib/base/status_macros.h"
#include "lib/rpc/call.h"
#include "lib/rpc/grpc_status.h"

namespace cardferry::cli {
namespace {

namespace pb = ::cardferry::orchestrator::v1;

constexpr absl::Duration kShort = absl::Seconds(20);
constexpr absl::Duration kLong = absl::Seconds(60);
constexpr size_t kChunkBytes = 256 << 10;

// One unary call.
template <typename Request, typename Response>
absl::StatusOr<Response> Call(
    OperatorClient::Stub& stub,
    grpc::Status (OperatorClient::Stub::*method)(grpc::ClientContext*,
                                                 const Request&, Response*),
    const Request& request) {
  grpc::ClientContext context;
  rpc::SetTimeout(context, kShort);
  Response response;
  RETURN_IF_ERROR(
      rpc::ToAbslStatus((stub.*method)(&context, request, &response)));
  return response;
}

// All pages of a list from the one that is asked for on; `field` is the
// response's repeated field.
template <typename Request, typename Response, typename Value>
absl::StatusOr<std::vector<Value>> CallForPages(
    OperatorClient::Stub& stub,
    grpc::Status (OperatorClient::Stub::*method)(grpc::ClientContext*,
                                                 const Request&, Response*),
    const google::protobuf::RepeatedPtrField<Value>& (Response::*field)() const,
    Request request) {
  std::vector<Value> all;
  do {
    ASSIGN_OR_RETURN(const Response page, Call(stub, method, request));
    const auto& values = (page.*field)();
    all.insert(all.end(), values.begin(), values.end());
    if (values.empty()) break;
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty());
  return all;
}

template <typename Field>
auto ToVector(const Field& field) {
  return std::vector<typename Field::value_type>(field.begin(), field.end());
}

}  // namespace

absl::StatusOr<pb::Application> OperatorClient::AddApplication(
    const std::string& name, const std::string& cap_file) {
  grpc::ClientContext context;
  rpc::SetTimeout(context, kLong);
  pb::Application application;
  const auto writer = stub_->AddApplication(&context, &application);
  pb::AddApplicationRequest request;
  request.set_name(name);
  bool open = writer->Write(request);
  for (size_t at = 0; open && at < cap_file.size(); at += kChunkBytes) {
    request.set_chunk(cap_file.substr(at, kChunkBytes));
    open = writer->Write(request);
  }
  writer->WritesDone();
  RETURN_IF_ERROR(rpc::ToAbslStatus(writer->Finish()));
  return application;
}

absl::StatusOr<std::vector<pb::Application>>
OperatorClient::ListApplications() {
  ASSIGN_OR_RETURN(const auto response, Call(*stub_, &Stub::ListApplications,
                                             pb::ListApplicationsRequest()));
  return ToVector(response.applications());
}

absl::StatusOr<pb::Job> OperatorClient::AddJob(
    const pb::AddJobRequest& request) {
  return Call(*stub_, &Stub::AddJob, request);
}

absl::StatusOr<pb::JobPlan> OperatorClient::PlanJob(
    const pb::AddJobRequest& request) {
  return Call(*stub_, &Stub::PlanJob, request);
}

absl::StatusOr<pb::Job> OperatorClient::GetJob(const std::string& id) {
  pb::GetJobRequest request;
  request.set_id(id);
  return Call(*stub_, &Stub::GetJob, request);
}

absl::StatusOr<std::vector<pb::Job>> OperatorClient::ListJobs(
    const pb::ListJobsRequest& filter) {
  return CallForPages(*stub_, &Stub::ListJobs, &pb::ListJobsResponse::jobs,
                      filter);
}

absl::StatusOr<pb::Job> OperatorClient::PrepareJob(
    const pb::PrepareJobRequest& request) {
  return Call(*stub_, &Stub::PrepareJob, request);
}

absl::StatusOr<pb::Job> OperatorClient::CancelJob(const std::string& id) {
  pb::CancelJobRequest request;
  request.set_id(id);
  return Call(*stub_, &Stub::CancelJob, request);
}

absl::StatusOr<pb::Card> OperatorClient::GetCard(const std::string& id) {
  pb::GetCardRequest request;
  request.set_id(id);
  return Call(*stub_, &Stub::GetCard, request);
}

absl::StatusOr<std::vector<pb::Card>> OperatorClient::ListCards(
    const pb::ListCardsRequest& filter) {
  return CallForPages(*stub_, &Stub::ListCards, &pb::ListCardsResponse::cards,
                      filter);
}

absl::StatusOr<std::vector<pb::Receipt>> OperatorClient::ListReceipts(
    const std::string& card_id) {
  pb::ListReceiptsRequest request;
  request.set_card_id(card_id);
  ASSIGN_OR_RETURN(const pb::ListReceiptsResponse response,
                   Call(*stub_, &Stub::ListReceipts, request));
  return std::vector<pb::Receipt>(response.receipts().begin(),
                                  response.receipts().end());
}

absl::StatusOr<pb::Card> OperatorClient::ResumeCard(const std::string& id) {
  pb::ResumeCardRequest request;
  request.set_id(id);
  return Call(*stub_, &Stub::ResumeCard, request);
}

absl::StatusOr<std::vector<pb::Agent>> OperatorClient::ListAgents() {
  ASSIGN_OR_RETURN(const auto response,
                   Call(*stub_, &Stub::ListAgents, pb::ListAgentsRequest()));
  return ToVector(response.agents());
}

absl::StatusOr<pb::Agent> OperatorClient::AddAgent(const std::string& name) {
  pb::AddAgentRequest request;
  request.set_name(name);
  return Call(*stub_, &Stub::AddAgent, request);
}

absl::StatusOr<pb::Agent> OperatorClient::RevokeAgent(const std::string& name) {
  pb::RevokeAgentRequest request;
  request.set_name(name);
  return Call(*stub_, &Stub::RevokeAgent, request);
}

absl::StatusOr<std::vector<pb::Profile>> OperatorClient::ListProfiles() {
  ASSIGN_OR_RETURN(const auto response, Call(*stub_, &Stub::ListProfiles,
                                             pb::ListProfilesRequest()));
  return ToVector(response.profiles());
}

absl::StatusOr<std::vector<pb::Event>> OperatorClient::ListEvents(
    const std::string& job_id, int64_t after_id) {
  pb::ListEventsRequest request;
  request.set_job_id(job_id);
  request.set_after_id(after_id);
  ASSIGN_OR_RETURN(const auto response,
                   Call(*stub_, &Stub::ListEvents, request));
  return ToVector(response.events());
}

template <typename Value, typename Open>
absl::Status OperatorClient::Watch(
    Open open, const std::function<void(const Value&)>& show) {
  grpc::ClientContext context;
  {
    absl::MutexLock lock(&mutex_);
    if (stopped_) return absl::CancelledError("watching was stopped");
    watching_ = &context;
  }
  const auto reader = open(context);
  Value value;
  while (reader->Read(&value)) show(value);
  const grpc::Status status = reader->Finish();
  absl::MutexLock lock(&mutex_);
  watching_ = nullptr;
  if (stopped_) return absl::CancelledError("watching was stopped");
  return rpc::ToAbslStatus(status);
}

absl::Status OperatorClient::WatchJob(
    const std::string& id, const std::function<void(const pb::Job&)>& show) {
  pb::WatchJobRequest request;
  request.set_id(id);
  return Watch<pb::Job>(
      [&](grpc::ClientContext& context) {
        return stub_->WatchJob(&context, request);
      },
      show);
}

absl::Status OperatorClient::WatchEvents(
    const std::string& job_id, int64_t after_id,
    const std::function<void(const pb::Event&)>& show) {
  pb::ListEventsRequest request;
  request.set_job_id(job_id);
  request.set_after_id(after_id);
  return Watch<pb::Event>(
      [&](grpc::ClientContext& context) {
        return stub_->WatchEvents(&context, request);
      },
      show);
}

void OperatorClient::StopWatching() {
  absl::MutexLock lock(&mutex_);
  stopped_ = true;
  if (watching_ != nullptr) watching_->TryCancel();
}

}  // namespace cardferry::cli
