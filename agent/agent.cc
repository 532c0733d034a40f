#include "agent/agent.h"

#include <utility>

#include "lib/base/status_macros.h"

namespace cardferry::agent {
namespace {

ReaderWorker::Options WorkerOptions(const AgentConfig& config) {
  ReaderWorker::Options options;
  options.command_patience = config.command_patience;
  return options;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Agent>> Agent::Start(
    std::shared_ptr<grpc::Channel> channel, const AgentConfig& config,
    const Switchboard::MakeSlot& make_slot) {
  absl::StatusOr<std::unique_ptr<DiskFolder>> folder =
      DiskFolder::Open(config.journal);
  if (!folder.ok()) return Annotate(folder.status(), "the journal's folder");
  return std::unique_ptr<Agent>(
      new Agent(std::move(channel), config, *std::move(folder), make_slot));
}

Agent::Agent(std::shared_ptr<grpc::Channel> channel, const AgentConfig& config,
             std::unique_ptr<DiskFolder> folder,
             const Switchboard::MakeSlot& make_slot)
    : stop_patience_(config.stop_patience),
      folder_(std::move(folder)),
      journal_(*folder_),
      stream_(std::move(channel), random_),
      outbox_(journal_, stream_),
      switchboard_(stream_, outbox_, make_slot, WorkerOptions(config)) {
  outbox_.Recover();
  stream_.Start(
      [this](AddressedEvent event) { switchboard_.Post(std::move(event)); });
  watch_ = std::make_unique<ReaderWatch>(
      config.readers, [this](const Sighting& s) { switchboard_.Post(s); });
}

Agent::~Agent() {
  watch_ = nullptr;
  switchboard_.Finish(stop_patience_);
  stream_.Stop(kLastWords);
}

}  // namespace cardferry::agent
