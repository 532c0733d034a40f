#include "agent/agent.h"

#include <utility>

#include "lib/base/status_macros.h"

namespace cardferry::agent {
namespace {

ReaderWorker::Options WorkerOptions(const AgentConfig& config,
                                    PacketStore& store) {
  ReaderWorker::Options options;
  options.store = &store;
  options.command_patience = config.command_patience;
  return options;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Agent>> Agent::Start(
    std::shared_ptr<grpc::Channel> channel, const AgentConfig& config,
    const Switchboard::MakeSlot& make_slot) {
  ASSIGN_OR_RETURN(Files files, OpenFiles(config));
  return std::unique_ptr<Agent>(
      new Agent(std::move(channel), config, std::move(files), make_slot));
}

absl::StatusOr<Agent::Files> Agent::OpenFiles(const AgentConfig& config) {
  auto random = std::make_unique<SystemRandom>();
  absl::StatusOr<std::unique_ptr<DiskFolder>> journal =
      DiskFolder::Open(config.journal);
  if (!journal.ok()) return Annotate(journal.status(), "the journal's folder");
  absl::StatusOr<std::unique_ptr<DiskFolder>> stored =
      DiskFolder::Open(config.stored);
  if (!stored.ok()) {
    return Annotate(stored.status(), "the stored packets' folder");
  }
  absl::StatusOr<std::unique_ptr<PacketSeal>> seal =
      PacketSeal::Open(config.stored_key, *random);
  if (!seal.ok()) return Annotate(seal.status(), "the stored packets' key");
  return Files{std::move(random), *std::move(journal), *std::move(stored),
               *std::move(seal)};
}

Agent::Agent(std::shared_ptr<grpc::Channel> channel, const AgentConfig& config,
             Files files, const Switchboard::MakeSlot& make_slot)
    : stop_patience_(config.stop_patience),
      random_(std::move(files.random)),
      folder_(std::move(files.journal)),
      stored_folder_(std::move(files.stored)),
      seal_(std::move(files.seal)),
      store_(*stored_folder_, *seal_),
      journal_(*folder_),
      stream_(std::move(channel), *random_),
      outbox_(journal_, stream_),
      switchboard_(stream_, outbox_, make_slot, WorkerOptions(config, store_)) {
  store_.Recover();
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
