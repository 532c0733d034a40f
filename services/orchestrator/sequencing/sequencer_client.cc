#include "services/orchestrator/sequencing/sequencer_client.h"

#include <algorithm>
#include <string>

#include "lib/base/bytes.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/call.h"
#include "lib/rpc/grpc_status.h"
#include "services/orchestrator/sequencing/sequencer_proto.h"

namespace cardferry::orchestrator {
namespace {

namespace pb = ::cardferry::sequencer::v1;

constexpr absl::Duration kShort = absl::Seconds(10);
constexpr absl::Duration kLong = absl::Seconds(60);
constexpr size_t kChunkBytes = 256 << 10;

// People should learn whose trouble it is. What the sequencer says of a file or
// card stays as it is.
absl::Status FromSequencer(const grpc::Status& status) {
  const absl::Status ours = rpc::ToAbslStatus(status);
  if (absl::IsCancelled(ours)) {
    return absl::UnavailableError("the call of the sequencer was broken off");
  }
  if (absl::IsUnavailable(ours) || absl::IsDeadlineExceeded(ours)) {
    return Annotate(ours, "the sequencer cannot be reached");
  }
  return ours;
}

// Hands what comes to `sink`, in the order of the contract.
absl::Status PassOn(const pb::PrepareResponse& message, bool& complete,
                    BundleSink& sink) {
  if (complete) return absl::InternalError("parts came after the last one");
  if (message.has_header()) return sink.OnHeader(ParseHeader(message.header()));
  if (!message.has_part()) {
    return absl::InternalError("the sequencer sent an empty message");
  }
  const ByteSpan script = AsBytes(message.part().script());
  complete = message.part().last();
  return sink.OnPart(Bytes(script.begin(), script.end()), complete);
}

}  // namespace

// A call's context, which Stop can reach while the call lasts.
class SequencerClient::Call {
 public:
  Call(SequencerClient& client, absl::Duration timeout) : client_(client) {
    rpc::SetTimeout(context_, timeout);
    absl::MutexLock lock(&client_.mutex_);
    client_.calls_.insert(&context_);
    if (client_.stopped_) context_.TryCancel();
  }
  ~Call() {
    absl::MutexLock lock(&client_.mutex_);
    client_.calls_.erase(&context_);
  }
  Call(const Call&) = delete;

  grpc::ClientContext& context() { return context_; }

 private:
  SequencerClient& client_;
  grpc::ClientContext context_;
};

void SequencerClient::Stop() {
  absl::MutexLock lock(&mutex_);
  stopped_ = true;
  for (grpc::ClientContext* context : calls_) context->TryCancel();
}

absl::StatusOr<OpeningScripts> SequencerClient::Open(const ReaderAddress& at) {
  pb::OpenRequest request;
  request.set_agent(at.agent);
  request.set_reader(at.reader);
  request.set_count(1);
  pb::OpenResponse response;
  Call call(*this, kShort);
  RETURN_IF_ERROR(
      FromSequencer(stub_->Open(&call.context(), request, &response)));
  return ParseOpening(response);
}

absl::StatusOr<ClaimedCard> SequencerClient::Identify(
    const OpeningAnswer& answer) {
  pb::IdentifyRequest request;
  request.set_identify_transcript(AsString(answer.identify));
  request.set_challenge_transcript(AsString(answer.challenge));
  pb::IdentifyResponse response;
  Call call(*this, kShort);
  RETURN_IF_ERROR(
      FromSequencer(stub_->Identify(&call.context(), request, &response)));
  return ClaimedCard{response.card_id(), response.profile()};
}

absl::Status SequencerClient::Prepare(const Preparation& preparation,
                                      BundleSink& sink) {
  return TakeBundle(RenderPrepare(preparation), sink);
}

absl::Status SequencerClient::Continue(const Bytes& continuation,
                                       BundleSink& sink) {
  pb::PrepareRequest request;
  request.set_continuation(AsString(continuation));
  return TakeBundle(request, sink);
}

absl::Status SequencerClient::TakeBundle(const pb::PrepareRequest& request,
                                         BundleSink& sink) {
  Call call(*this, kLong);
  const auto reader = stub_->Prepare(&call.context(), request);
  pb::PrepareResponse message;
  bool header = false;
  bool complete = false;
  absl::Status status;
  while (status.ok() && reader->Read(&message)) {
    header = header || message.has_header();
    status = PassOn(message, complete, sink);
  }
  if (!status.ok()) call.context().TryCancel();
  const grpc::Status end = reader->Finish();
  RETURN_IF_ERROR(status);
  RETURN_IF_ERROR(FromSequencer(end));
  if (header && complete) return absl::OkStatus();
  return absl::InternalError("the sequencer's bundle has no end");
}

absl::StatusOr<std::vector<OfflineBundle>> SequencerClient::PrepareOffline(
    const OfflinePreparation& preparation) {
  Call call(*this, kLong);
  const auto reader =
      stub_->PrepareOffline(&call.context(), RenderOffline(preparation));
  pb::PrepareResponse message;
  std::vector<OfflineBundle> bundles;
  bool complete = true;
  while (reader->Read(&message)) {
    if (message.has_header()) {
      bundles.push_back(ParseOffline(message.header()));
      complete = false;
    } else if (!bundles.empty()) {
      const ByteSpan script = AsBytes(message.part().script());
      bundles.back().scripts.emplace_back(script.begin(), script.end());
      complete = message.part().last();
    }
  }
  RETURN_IF_ERROR(FromSequencer(reader->Finish()));
  if (!bundles.empty() && complete) return bundles;
  return absl::InternalError("the sequencer's bundles have no end");
}

absl::StatusOr<std::vector<PlannedStep>> SequencerClient::Plan(
    const PlanQuestion& question) {
  pb::PlanResponse response;
  Call call(*this, kShort);
  RETURN_IF_ERROR(FromSequencer(
      stub_->Plan(&call.context(), RenderPlan(question), &response)));
  return ParsePlan(response);
}

absl::StatusOr<Conclusion> SequencerClient::Conclude(const Bytes& bundle_state,
                                                     const Bytes& transcript) {
  pb::ConcludeRequest request;
  request.set_bundle_state(AsString(bundle_state));
  request.set_transcript(AsString(transcript));
  pb::ConcludeResponse response;
  Call call(*this, kLong);
  RETURN_IF_ERROR(
      FromSequencer(stub_->Conclude(&call.context(), request, &response)));
  return ParseConclusion(response);
}

absl::StatusOr<LoadFile> SequencerClient::PutLoadFile(ByteSpan cap_file) {
  Call call(*this, kLong);
  pb::PutLoadFileResponse response;
  const auto writer = stub_->PutLoadFile(&call.context(), &response);
  for (size_t at = 0; at < cap_file.size(); at += kChunkBytes) {
    pb::PutLoadFileRequest request;
    request.set_chunk(AsString(cap_file.subspan(at, kChunkBytes)));
    // Refused in the middle: Finish says why.
    if (!writer->Write(request)) break;
  }
  writer->WritesDone();
  RETURN_IF_ERROR(FromSequencer(writer->Finish()));
  return ParseLoadFile(response);
}

absl::StatusOr<std::vector<CardProfile>> SequencerClient::ListProfiles() {
  Call call(*this, kShort);
  pb::ListProfilesResponse response;
  RETURN_IF_ERROR(FromSequencer(stub_->ListProfiles(
      &call.context(), pb::ListProfilesRequest(), &response)));
  return ParseProfiles(response);
}

}  // namespace cardferry::orchestrator
