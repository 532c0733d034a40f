#include "services/orchestrator/operators/orchestrator_service.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "lib/base/bytes.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/grpc_status.h"
#include "services/orchestrator/operators/orchestrator_proto.h"

namespace cardferry::orchestrator {
namespace {

template <typename Value, typename Message>
grpc::Status RenderOne(const absl::StatusOr<Value>& value, Message& message) {
  if (value.ok()) Render(*value, message);
  return rpc::ToGrpc(value.status());
}

template <typename Value, typename Field>
grpc::Status RenderAll(const absl::StatusOr<std::vector<Value>>& list,
                       Field& field) {
  if (!list.ok()) return rpc::ToGrpc(list.status());
  for (const Value& value : *list) Render(value, *field.Add());
  return grpc::Status::OK;
}

template <typename Value, typename Field>
grpc::Status RenderPage(const absl::StatusOr<Page<Value>>& page, Field& field,
                        std::string& next_page_token) {
  if (!page.ok()) return rpc::ToGrpc(page.status());
  for (const Value& value : page->values) Render(value, *field.Add());
  next_page_token = page->next;
  return grpc::Status::OK;
}

struct Upload {
  std::string name;
  Bytes file;
};

absl::StatusOr<Upload> Receive(
    grpc::ServerReader<v1::AddApplicationRequest>& reader) {
  Upload upload;
  v1::AddApplicationRequest message;
  if (!reader.Read(&message) || !message.has_name()) {
    return absl::InvalidArgumentError("the first message names the file");
  }
  upload.name = message.name();
  while (reader.Read(&message)) {
    if (!message.has_chunk()) {
      return absl::InvalidArgumentError("after the name comes the file");
    }
    Append(upload.file, AsBytes(message.chunk()));
    if (upload.file.size() > kMaxCapFileBytes) {
      return absl::InvalidArgumentError(
          absl::StrCat("the file is larger than ", kMaxCapFileBytes, " bytes"));
    }
  }
  return upload;
}

}  // namespace

grpc::Status OrchestratorService::AddApplication(
    grpc::ServerContext*, grpc::ServerReader<v1::AddApplicationRequest>* reader,
    v1::Application* response) {
  const absl::StatusOr<Upload> upload = Receive(*reader);
  if (!upload.ok()) return rpc::ToGrpc(upload.status());
  return RenderOne(desk_.AddApplication(upload->name, upload->file), *response);
}

grpc::Status OrchestratorService::ListApplications(
    grpc::ServerContext*, const v1::ListApplicationsRequest*,
    v1::ListApplicationsResponse* response) {
  return RenderAll(desk_.ListApplications(), *response->mutable_applications());
}

grpc::Status OrchestratorService::AddJob(grpc::ServerContext*,
                                         const v1::AddJobRequest* request,
                                         v1::Job* response) {
  const absl::StatusOr<NewJob> job = ParseNewJob(*request);
  if (!job.ok()) return rpc::ToGrpc(job.status());
  return RenderOne(desk_.AddJob(*job), *response);
}

grpc::Status OrchestratorService::PlanJob(grpc::ServerContext*,
                                          const v1::AddJobRequest* request,
                                          v1::JobPlan* response) {
  const absl::StatusOr<NewJob> job = ParseNewJob(*request);
  if (!job.ok()) return rpc::ToGrpc(job.status());
  return RenderOne(desk_.PlanJob(*job), *response);
}

grpc::Status OrchestratorService::PrepareJob(
    grpc::ServerContext*, const v1::PrepareJobRequest* request,
    v1::Job* response) {
  return RenderOne(offline_.Prepare(ParsePrepareJob(*request)), *response);
}

grpc::Status OrchestratorService::CancelJob(grpc::ServerContext*,
                                            const v1::CancelJobRequest* request,
                                            v1::Job* response) {
  return RenderOne(desk_.CancelJob(request->id()), *response);
}

grpc::Status OrchestratorService::GetJob(grpc::ServerContext*,
                                         const v1::GetJobRequest* request,
                                         v1::Job* response) {
  return RenderOne(desk_.GetJob(request->id()), *response);
}

grpc::Status OrchestratorService::ListJobs(grpc::ServerContext*,
                                           const v1::ListJobsRequest* request,
                                           v1::ListJobsResponse* response) {
  const absl::StatusOr<JobFilter> filter = ParseFilter(*request);
  if (!filter.ok()) return rpc::ToGrpc(filter.status());
  return RenderPage(desk_.ListJobs(*filter, request->page_token()),
                    *response->mutable_jobs(),
                    *response->mutable_next_page_token());
}

grpc::Status OrchestratorService::GetCard(grpc::ServerContext*,
                                          const v1::GetCardRequest* request,
                                          v1::Card* response) {
  return RenderOne(desk_.GetCard(request->id()), *response);
}

grpc::Status OrchestratorService::ListReceipts(
    grpc::ServerContext*, const v1::ListReceiptsRequest* request,
    v1::ListReceiptsResponse* response) {
  return RenderAll(desk_.ListReceipts(request->card_id()),
                   *response->mutable_receipts());
}

grpc::Status OrchestratorService::ListCards(grpc::ServerContext*,
                                            const v1::ListCardsRequest* request,
                                            v1::ListCardsResponse* response) {
  return RenderPage(
      desk_.ListCards(ParseFilter(*request), request->page_token()),
      *response->mutable_cards(), *response->mutable_next_page_token());
}

grpc::Status OrchestratorService::ListAgents(grpc::ServerContext*,
                                             const v1::ListAgentsRequest*,
                                             v1::ListAgentsResponse* response) {
  return RenderAll(desk_.ListAgents(), *response->mutable_agents());
}

grpc::Status OrchestratorService::ResumeCard(
    grpc::ServerContext*, const v1::ResumeCardRequest* request,
    v1::Card* response) {
  return RenderOne(desk_.ResumeCard(request->id()), *response);
}

grpc::Status OrchestratorService::AddAgent(grpc::ServerContext*,
                                           const v1::AddAgentRequest* request,
                                           v1::Agent* response) {
  return RenderOne(desk_.AddAgent(request->name()), *response);
}

grpc::Status OrchestratorService::RevokeAgent(
    grpc::ServerContext*, const v1::RevokeAgentRequest* request,
    v1::Agent* response) {
  return RenderOne(desk_.RevokeAgent(request->name()), *response);
}

grpc::Status OrchestratorService::ListProfiles(
    grpc::ServerContext*, const v1::ListProfilesRequest*,
    v1::ListProfilesResponse* response) {
  return RenderAll(desk_.ListProfiles(), *response->mutable_profiles());
}

grpc::Status OrchestratorService::ListEvents(
    grpc::ServerContext*, const v1::ListEventsRequest* request,
    v1::ListEventsResponse* response) {
  return RenderAll(desk_.ListEvents(request->job_id(), request->after_id()),
                   *response->mutable_events());
}

grpc::ServerWriteReactor<v1::Job>* OrchestratorService::WatchJob(
    grpc::CallbackServerContext*, const v1::WatchJobRequest* request) {
  return watches_.OpenJob(request->id(), desk_, board_, executor_);
}

grpc::ServerWriteReactor<v1::Event>* OrchestratorService::WatchEvents(
    grpc::CallbackServerContext*, const v1::ListEventsRequest* request) {
  return watches_.OpenEvents({request->job_id(), request->after_id()}, *feed_,
                             database_, executor_);
}

}  // namespace cardferry::orchestrator
