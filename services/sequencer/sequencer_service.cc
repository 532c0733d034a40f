#include "services/sequencer/sequencer_service.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/bytes.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/grpc_status.h"
#include "services/sequencer/card_claim.h"
#include "services/sequencer/files/file_sequencer_proto.h"
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

absl::Status CheckNoFileTree(const v1::DesiredState& desired) {
  if (!desired.has_file_tree()) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "only a file-oriented card holds a file tree, and this is none: its "
      "profile has no file_card");
}

absl::Status Send(const std::vector<v1::PrepareResponse>& messages,
                  grpc::ServerWriter<v1::PrepareResponse>& writer) {
  for (const v1::PrepareResponse& message : messages) {
    if (!writer.Write(message)) {
      return absl::CancelledError("the caller went away");
    }
  }
  return absl::OkStatus();
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
  if (files_ != nullptr) Render(files_->profiles(), *response);
  return grpc::Status::OK;
}

absl::Status SequencerService::Open(const v1::OpenRequest& request,
                                    v1::OpenResponse& response) {
  const uint32_t count = std::min(request.count(), 1000u);
  ASSIGN_OR_RETURN(std::vector<Sequencer::Opening> openings,
                   sequencer_.Open(request.agent(), request.reader(),
                                   static_cast<int>(count)));
  for (Sequencer::Opening& opening : openings) {
    if (files_ != nullptr) AskForFiles(opening.identify, opening.challenge);
  }
  Render(openings, response);
  return absl::OkStatus();
}

absl::Status SequencerService::Identify(const v1::IdentifyRequest& request,
                                        v1::IdentifyResponse& response) {
  ASSIGN_OR_RETURN(Sequencer::OpeningAnswers answers,
                   ParseAnswers(request.identify_transcript(),
                                request.challenge_transcript()));
  if (const auto claim = TakeFileClaim(answers)) {
    return IdentifyFileCard(*claim, response);
  }
  ASSIGN_OR_RETURN(const Sequencer::Identity identity,
                   sequencer_.Identify(answers));
  Render(identity, response);
  return absl::OkStatus();
}

absl::Status SequencerService::Prepare(
    const v1::PrepareRequest& request,
    grpc::ServerWriter<v1::PrepareResponse>& writer) {
  if (!request.continuation().empty()) {
    return ContinueFileCard(request.continuation(), writer);
  }
  ASSIGN_OR_RETURN(Sequencer::OpeningAnswers answers,
                   ParseAnswers(request.identify_transcript(),
                                request.challenge_transcript()));
  if (const auto claim = TakeFileClaim(answers)) {
    ASSIGN_OR_RETURN(const FileSequencer::Request parsed,
                     ParseFileRequest(request, *claim));
    ASSIGN_OR_RETURN(const FileSequencer::Prepared prepared,
                     files_->Prepare(parsed));
    return Send(Render(prepared), writer);
  }
  RETURN_IF_ERROR(CheckNoFileTree(request.desired()));
  ASSIGN_OR_RETURN(Sequencer::Request parsed,
                   ParsePrepare(request, sequencer_.load_files()));
  parsed.answers = std::move(answers);
  ASSIGN_OR_RETURN(const Sequencer::Prepared prepared,
                   sequencer_.Prepare(parsed));
  if (!prepared.notice.empty()) {
    LogWarning("a card is worth a look",
               {{"card", prepared.card_id}, {"why", prepared.notice}});
  }
  std::vector<v1::PrepareResponse> messages = {RenderHeader(prepared)};
  for (v1::PrepareResponse& part : RenderParts(prepared)) {
    messages.push_back(std::move(part));
  }
  return Send(messages, writer);
}

absl::Status SequencerService::PrepareOffline(
    const v1::PrepareOfflineRequest& request,
    grpc::ServerWriter<v1::PrepareResponse>& writer) {
  if (files_ != nullptr && files_->Knows(request.profile())) {
    return absl::FailedPreconditionError(
        "a file-oriented card's session begins with its challenge: no packet "
        "can be made before it is there");
  }
  RETURN_IF_ERROR(CheckNoFileTree(request.desired()));
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
  if (files_ != nullptr && files_->Knows(request.profile())) {
    return PlanFileCard(request, response);
  }
  RETURN_IF_ERROR(CheckNoFileTree(request.desired()));
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
  if (IsFileState(request.bundle_state())) {
    return ConcludeFileCard(request, response);
  }
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

std::optional<FileClaim> SequencerService::TakeFileClaim(
    Sequencer::OpeningAnswers& answers) const {
  if (files_ == nullptr) return std::nullopt;
  return TakeFileAnswers(
      sequencer_.challenge_commands(), answers.identify,
      answers.challenge.has_value() ? &*answers.challenge : nullptr);
}

absl::Status SequencerService::IdentifyFileCard(
    const FileClaim& claim, v1::IdentifyResponse& response) {
  ASSIGN_OR_RETURN(const FileProfile* const profile, files_->Find(claim));
  response.set_profile(profile->name);
  if (claim.challenge.empty()) return absl::OkStatus();
  response.set_card_id(CardId(profile->key_set, claim.serial_number));
  return absl::OkStatus();
}

absl::Status SequencerService::ContinueFileCard(
    const std::string& continuation,
    grpc::ServerWriter<v1::PrepareResponse>& writer) {
  RETURN_IF_ERROR(CheckServesFiles());
  ASSIGN_OR_RETURN(const FileSessionState state,
                   DecodeFileSession(continuation));
  ASSIGN_OR_RETURN(const FileSequencer::Prepared prepared,
                   files_->Continue(state));
  return Send(Render(prepared), writer);
}

absl::Status SequencerService::PlanFileCard(const v1::PlanRequest& request,
                                            v1::PlanResponse& response) {
  FileCardRecord record;
  if (!request.card_record().empty()) {
    ASSIGN_OR_RETURN(record, DecodeFileRecord(request.card_record()));
  }
  ASSIGN_OR_RETURN(const std::string tree, TreeOf(request.desired()));
  ASSIGN_OR_RETURN(const std::vector<PlanLine> lines,
                   files_->Plan(tree, record, request.profile()));
  Render(lines, response);
  return absl::OkStatus();
}

absl::Status SequencerService::ConcludeFileCard(
    const v1::ConcludeRequest& request, v1::ConcludeResponse& response) {
  RETURN_IF_ERROR(CheckServesFiles());
  ASSIGN_OR_RETURN(const FileSessionState state,
                   DecodeFileSession(request.bundle_state()));
  ASSIGN_OR_RETURN(const card::Transcript transcript,
                   card::DecodeTranscript(AsBytes(request.transcript())));
  ASSIGN_OR_RETURN(const FileSequencer::Conclusion conclusion,
                   files_->Conclude(state, transcript));
  Render(conclusion, response);
  response.set_started(transcript.end != card::RunEnd::kNotStarted);
  return absl::OkStatus();
}

absl::Status SequencerService::CheckServesFiles() const {
  if (files_ != nullptr) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "no card profile of this sequencer's is of file-oriented cards");
}

}  // namespace cardferry::sequencer
