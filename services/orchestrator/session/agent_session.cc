#include "services/orchestrator/session/agent_session.h"

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "services/orchestrator/repository/agent_repository.h"
#include "services/orchestrator/repository/journal_repository.h"
#include "services/orchestrator/repository/packet_repository.h"

namespace cardferry::orchestrator {
namespace {

// Packets whose reader is remembered without asking the database.
constexpr size_t kRememberedPackets = 256;

}  // namespace

AgentSession::AgentSession(std::string name, std::shared_ptr<AgentLink> link,
                           const SessionContext& context, Executor& executor)
    : name_(std::move(name)),
      link_(std::move(link)),
      context_(context),
      executor_(executor),
      strand_(Strand::Create(executor, kMaxWaiting)) {}

std::shared_ptr<AgentSession> AgentSession::Create(
    std::string name, std::shared_ptr<AgentLink> link,
    const SessionContext& context, Executor& executor) {
  return absl::WrapUnique(
      new AgentSession(std::move(name), std::move(link), context, executor));
}

std::vector<Reader> AgentSession::readers() const {
  absl::MutexLock lock(&mutex_);
  std::vector<Reader> readers;
  for (const auto& [name, present] : present_)
    readers.push_back({name, present});
  return readers;
}

void AgentSession::OnMessage(FromAgent message) {
  const bool taken =
      strand_->Post([self = shared_from_this(), message = std::move(message)] {
        if (self->over_) return;
        std::visit([&self](const auto& one) { self->Route(one); }, message);
      });
  if (!taken) CloseTooFast();
}

void AgentSession::OnUnreadable(const absl::Status& why) {
  const bool taken = strand_->Post([self = shared_from_this(), why] {
    if (!self->over_) {
      self->Refuse("message.unreadable", std::string(why.message()));
    }
  });
  if (!taken) CloseTooFast();
}

void AgentSession::OnDisconnected() {
  strand_->PostAlways([self = shared_from_this()] {
    if (self->over_) return;
    self->over_ = true;
    for (const auto& [name, slot] : self->slots_) {
      slot->strand->PostAlways([self, slot = slot] {
        slot->session->Handle(Disconnected{});
        slot->session.reset();
      });
    }
    self->slots_.clear();
    if (self->greeted_) self->Journal("agent.disconnected", "");
  });
}

void AgentSession::OnJob(const std::string& reader,
                         const std::string& except_reader) {
  strand_->PostAlways([self = shared_from_this(), reader, except_reader] {
    for (const auto& [name, slot] : self->slots_) {
      if (!reader.empty() && name != reader) continue;
      if (!except_reader.empty() && name == except_reader) continue;
      self->TellOfJob(slot);
    }
  });
}

// However many jobs arrive while the reader is busy, it is told once: nobody
// loses the connection because operators are fast.
void AgentSession::TellOfJob(const std::shared_ptr<Slot>& slot) {
  if (slot->job_told.exchange(true)) return;
  slot->strand->PostAlways([self = shared_from_this(), slot] {
    slot->job_told = false;
    if (slot->session != nullptr) slot->session->Handle(JobArrived{});
  });
}

void AgentSession::CloseTooFast() {
  link_->Close(absl::ResourceExhaustedError(
      "messages come faster than they can be dealt with"));
}

std::shared_ptr<AgentSession::Slot> AgentSession::Find(
    const std::string& reader) const {
  const auto found = slots_.find(reader);
  return found == slots_.end() ? nullptr : found->second;
}

void AgentSession::Give(const std::shared_ptr<Slot>& slot,
                        std::function<void(ReaderSession&)> work) {
  const bool taken = slot->strand->Post(
      [self = shared_from_this(), slot, work = std::move(work)] {
        if (slot->session != nullptr) work(*slot->session);
      });
  if (!taken) CloseTooFast();
}

void AgentSession::SeeReader(const Reader& reader) {
  {
    absl::MutexLock lock(&mutex_);
    present_[reader.name] = reader.card_present;
  }
  const bool present = reader.card_present;
  if (const std::shared_ptr<Slot> slot = Find(reader.name)) {
    Give(slot, [present](ReaderSession& s) { s.Handle(CardSeen{present}); });
    return;
  }
  auto slot = std::make_shared<Slot>();
  slot->strand = Strand::Create(executor_, kMaxWaiting);
  const std::weak_ptr<Slot> weak = slot;
  slot->session = std::make_unique<ReaderSession>(
      ReaderAddress{name_, reader.name}, context_, *link_,
      [weak, strand = slot->strand.get(), link = link_](absl::Duration delay,
                                                        ReaderEvent event) {
        strand->PostAfter(delay, [weak, link, event = std::move(event)] {
          const std::shared_ptr<Slot> alive = weak.lock();
          if (alive != nullptr && alive->session != nullptr) {
            alive->session->Handle(event);
          }
        });
      });
  slots_.emplace(reader.name, slot);
  Give(slot, [present](ReaderSession& s) { s.Handle(Started{present}); });
}

void AgentSession::Route(const HelloMessage& message) {
  if (greeted_) return Refuse("agent.out_of_turn", "A second Hello");
  greeted_ = true;
  const absl::Time now = context_.clock.Now();
  const absl::Status saved =
      context_.database.Write([&](store::Transaction& tx) {
        return AgentRepository(tx).Saw(name_, now);
      });
  if (!saved.ok()) LogError("agent not recorded", {{"status", saved}});
  Journal("agent.connected", absl::StrCat("Version ", message.version, ", ",
                                          message.readers.size(), " readers"));
  for (const Reader& reader : message.readers) {
    Route(ReaderChangedMessage{reader});
  }
}

void AgentSession::Route(const ReaderChangedMessage& message) {
  if (!greeted_) return Refuse("agent.out_of_turn", "No Hello came first");
  if (slots_.size() >= kMaxReaders && Find(message.reader.name) == nullptr) {
    return Refuse("reader.too_many", "More readers than one agent may have");
  }
  SeeReader(message.reader);
}

void AgentSession::Route(const AnsweredMessage& message) {
  const std::shared_ptr<Slot> slot = Find(message.reader);
  if (slot == nullptr) {
    Refuse("reader.unknown", "An answer from a reader that it does not have");
    link_->Send(GiveVerdict{message.answer.opening_id, "", false,
                            "This reader is not known."});
    return;
  }
  Give(slot,
       [answer = message.answer](ReaderSession& s) { s.OnAnswer(answer); });
}

void AgentSession::Route(const Progressed& message) {
  const std::shared_ptr<Slot> slot = Find(ReaderOf(message.packet_id));
  if (slot == nullptr) {
    return Refuse("progress.foreign", "Progress of a packet that is not its");
  }
  Give(slot, [message](ReaderSession& s) { s.Handle(message); });
}

void AgentSession::Route(const PacketReport& message) {
  const std::string reader = ReaderOf(message.packet_id);
  if (reader.empty()) {
    Refuse("report.unknown", "A report of a packet that is not its");
    link_->Send(
        GiveVerdict{"", message.packet_id, false, "This packet is not known."});
    return;
  }
  // A reader may be unplugged by now; its last report counts all the same.
  if (Find(reader) == nullptr) SeeReader({reader, false});
  Give(Find(reader), [message](ReaderSession& s) { s.OnReport(message); });
}

std::string AgentSession::ReaderOf(const std::string& packet_id) {
  const auto found = packet_readers_.find(packet_id);
  if (found != packet_readers_.end()) return found->second;
  const absl::StatusOr<Packet> packet =
      context_.database.Read([&](store::Transaction& tx) {
        return PacketRepository(tx).Get(packet_id);
      });
  if (!packet.ok() || packet->at.agent != name_) return "";
  if (packet_readers_.size() >= kRememberedPackets) packet_readers_.clear();
  packet_readers_[packet_id] = packet->at.reader;
  return packet->at.reader;
}

void AgentSession::Refuse(const std::string& kind, const std::string& text) {
  LogWarning("refused", {{"agent", name_}, {"kind", kind}});
  Journal(kind, text);
  if (++refusals_ == kMaxRefusals) {
    link_->Close(absl::PermissionDeniedError(
        "too many messages that this agent may not send"));
  }
}

void AgentSession::Journal(const std::string& kind, const std::string& text) {
  JournalEntry entry;
  entry.at = context_.clock.Now();
  entry.kind = kind;
  entry.text = text;
  entry.agent = name_;
  const absl::Status saved = context_.database.Write(
      [&](store::Transaction& tx) { return JournalRepository(tx).Add(entry); });
  if (!saved.ok()) LogError("event not recorded", {{"status", saved}});
}

}  // namespace cardferry::orchestrator
