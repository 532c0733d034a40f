#include "services/sequencer/sequencer_service.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/bytes.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/grpc_status.h"
#include "services/sequencer/sequencer_proto.h"
#include "services/sequencer/state_proto.h"

namespace cardferry::sequencer {
namespace {

// A CAP file of 64 KB of components, with class files and sources inside, is
// far below this.
constexpr size_t kMaxFileBytes = 4 << 20;

// Ends the call, and says in the log why it failed. Messages of ours never
// hold install parameters.
grpc::Status End(const char* method, const absl::Status& status) {
  if (!status.ok()) {
    LogWarning("call failed", {{"method", method}, {"status", status}});
  }
  return rpc::ToGrpc(status);
}

}  // namespace

grpc::Status SequencerService::Open(grpc::ServerContext*,
                                    const v1::OpenRequest* request,
                                    v1::OpenResponse* response) {
  return End("Open", Open(*request, *response));
}

grpc::Status SequencerService::Identify(grpc::ServerContext*,
                                        const v1::IdentifyRequest* request,
                                        v1::IdentifyResponse* response) {
  return End("Identify", Identify(*request, *response));
}

grpc::Status SequencerService::Prepare(
    grpc::ServerContext*, const v1::PrepareRequest* request,
    grpc::ServerWriter<v1::PrepareResponse>* writer) {
  return End("Prepare", Prepare(*request, *writer));
}

grpc::Status SequencerService::PrepareOffline(
    grpc::ServerContext*, const v1::PrepareOfflineRequest* request,
    grpc::ServerWriter<v1::PrepareResponse>* writer) {
  return End("PrepareOffline", PrepareOffline(*request, *writer));
}

grpc::Status SequencerService::Plan(grpc::ServerContext*,
                                    const v1::PlanRequest* request,
                                    v1::PlanResponse* response) {
  return End("Plan", Plan(*request, *response));
}

grpc::Status SequencerService::Conclude(grpc::ServerContext*,
                                        const v1::ConcludeRequest* request,
                                        v1::ConcludeResponse* response) {
  return End("Conclude", Conclude(*request, *response));
}

grpc::Status SequencerService::PutLoadFile(
    grpc::ServerContext*, grpc::ServerReader<v1::PutLoadFileRequest>* reader,
    v1::PutLoadFileResponse* response) {
  return End("PutLoadFile", PutLoadFile(*reader, *response));
}

grpc::Status SequencerService::ListProfiles(
    grpc::ServerContext*, const v1::ListProfilesRequest*,
    v1::ListProfilesResponse* response) {
  Render(sequencer_.profiles(), *response);
  return grpc::Status::OK;
}

absl::Status SequencerService::Open(const v1::OpenRequest& request,
                                    v1::OpenResponse& response) {
  const uint32_t count = std::min(request.count(), 1000u);
  ASSIGN_OR_RETURN(const std::vector<Sequencer::Opening> openings,
                   sequencer_.Open(request.agent(), request.reader(),
                                   static_cast<int>(count)));
  Render(openings, response);
  return absl::OkStatus();
}

absl::Status SequencerService::Identify(const v1::IdentifyRequest& request,
                                        v1::IdentifyResponse& response) {
  ASSIGN_OR_RETURN(const Sequencer::OpeningAnswers answers,
                   ParseAnswers(request.identify_transcript(),
                                request.challenge_transcript()));
  ASSIGN_OR_RETURN(const Sequencer::Identity identity,
                   sequencer_.Identify(answers));
  Render(identity, response);
  return absl::OkStatus();
}

absl::Status SequencerService::Prepare(
    const v1::PrepareRequest& request,
    grpc::ServerWriter<v1::PrepareResponse>& writer) {
  ASSIGN_OR_RETURN(const Sequencer::Request parsed,
                   ParsePrepare(request, sequencer_.load_files()));
  ASSIGN_OR_RETURN(const Sequencer::Prepared prepared,
                   sequencer_.Prepare(parsed));
  if (!prepared.notice.empty()) {
    LogWarning("a card is worth a look",
               {{"card", prepared.card_id}, {"why", prepared.notice}});
  }
  bool writing = writer.Write(RenderHeader(prepared));
  for (const v1::PrepareResponse& part : RenderParts(prepared)) {
    writing = writing && writer.Write(part);
  }
  if (writing) return absl::OkStatus();
  return absl::CancelledError("the caller went away");
}

absl::Status SequencerService::PrepareOffline(
    const v1::PrepareOfflineRequest& request,
    grpc::ServerWriter<v1::PrepareResponse>& writer) {
  ASSIGN_OR_RETURN(const Sequencer::OfflineRequest parsed,
                   ParseOffline(request, sequencer_.load_files()));
  ASSIGN_OR_RETURN(const std::vector<Sequencer::OfflinePacket> packets,
                   sequencer_.PrepareOffline(parsed));
  bool writing = true;
  for (const Sequencer::OfflinePacket& packet : packets) {
    writing = writing && writer.Write(RenderHeader(packet));
    for (const v1::PrepareResponse& part : RenderParts(packet.prepared)) {
      writing = writing && writer.Write(part);
    }
  }
  if (writing) return absl::OkStatus();
  return absl::CancelledError("the caller went away");
}

absl::Status SequencerService::Plan(const v1::PlanRequest& request,
                                    v1::PlanResponse& response) {
  ASSIGN_OR_RETURN(const PlanQuestion question,
                   ParsePlan(request, sequencer_.load_files()));
  ASSIGN_OR_RETURN(
      const std::vector<PlanLine> lines,
      sequencer_.Plan(question.desired, question.record, question.profile));
  Render(lines, response);
  return absl::OkStatus();
}

absl::Status SequencerService::Conclude(const v1::ConcludeRequest& request,
                                        v1::ConcludeResponse& response) {
  ASSIGN_OR_RETURN(const BundleState state,
                   DecodeBundleState(request.bundle_state()));
  ASSIGN_OR_RETURN(const card::Transcript transcript,
                   card::DecodeTranscript(AsBytes(request.transcript())));
  ASSIGN_OR_RETURN(const Conclusion conclusion,
                   sequencer_.Conclude(state, transcript));
  Render(conclusion, response);
  response.set_started(transcript.end != card::RunEnd::kNotStarted);
  return absl::OkStatus();
}

absl::Status SequencerService::PutLoadFile(
    grpc::ServerReader<v1::PutLoadFileRequest>& reader,
    v1::PutLoadFileResponse& response) {
  Bytes file;
  v1::PutLoadFileRequest request;
  while (reader.Read(&request)) {
    Append(file, AsBytes(request.chunk()));
    if (file.size() <= kMaxFileBytes) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("the file has more than ", kMaxFileBytes, " bytes"));
  }
  ASSIGN_OR_RETURN(const auto load_file, sequencer_.load_files().Put(file));
  return Render(*load_file, response);
}

}  // namespace cardferry::sequencer
