#include "services/orchestrator/session/agent_session.h"

#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "services/orchestrator/repository/agent_repository.h"
#include "services/orchestrator/repository/packet_repository.h"
#include "services/orchestrator/session/prepared_packets.h"

namespace cardferry::orchestrator {
namespace {

// Packets whose reader is remembered without asking the database.
constexpr size_t kRememberedPackets = 256;

// What one message takes while it waits, about.
struct Weight {
  size_t operator()(const HelloMessage& m) {
    return 256 + m.readers.size() * 256;
  }
  size_t operator()(const ReaderChangedMessage&) { return 256; }
  size_t operator()(const AnsweredMessage& m) {
    return 512 + m.answer.answer.identify.size() +
           m.answer.answer.challenge.size();
  }
  size_t operator()(const Progressed&) { return 256; }
  size_t operator()(const PacketReport& m) { return 512 + m.transcript.size(); }
  size_t operator()(const StoredMessage& m) { return 256 + m.ids.size() * 128; }
};

}  // namespace

AgentSession::AgentSession(std::string name, std::shared_ptr<AgentLink> link,
                           const SessionContext& context, Executor& executor,
                           Memory memory)
    : name_(std::move(name)),
      link_(std::move(link)),
      context_(context),
      executor_(executor),
      note_refusal_(std::move(memory.note_refusal)),
      strand_(Strand::Create(executor, kMaxWaiting)),
      journal_(std::move(memory.journal)),
      budget_(ByteBudget::Create(kMaxWaitingBytes)) {}

std::shared_ptr<AgentSession> AgentSession::Create(
    std::string name, std::shared_ptr<AgentLink> link,
    const SessionContext& context, Executor& executor, Memory memory) {
  return absl::WrapUnique(new AgentSession(
      std::move(name), std::move(link), context, executor, std::move(memory)));
}

void AgentSession::Start() {
  strand_->PostAlways([self = shared_from_this()] { self->Admit(); });
}

void AgentSession::Admit() {
  const absl::StatusOr<AgentStanding> standing =
      context_.database.Read([&](store::Transaction& tx) {
        return AgentRepository(tx).Standing(name_);
      });
  if (!standing.ok()) {
    LogError("agent not looked up", {{"status", standing.status()}});
    over_ = true;
    link_->Close(absl::UnavailableError("the database does not answer"));
    return;
  }
  switch (*standing) {
    case AgentStanding::kAdded:
      return;
    case AgentStanding::kUnlisted:
      if (context_.admit_unlisted_agents) return;
      return TurnAway(absl::PermissionDeniedError(
          absl::StrCat("agent ", name_,
                       " was not added here; an operator "
                       "lets it in: cardferry agent add ",
                       name_)));
    case AgentStanding::kRevoked:
      return TurnAway(absl::PermissionDeniedError(
          absl::StrCat("agent ", name_,
                       " was revoked; an operator lets it in "
                       "again: cardferry agent add ",
                       name_)));
  }
}

void AgentSession::TurnAway(const absl::Status& why) {
  over_ = true;
  LogWarning("agent refused", {{"agent", name_}, {"status", why}});
  if (note_refusal_(name_)) {
    Journal("agent.refused", AsSentence(why.message()));
  }
  link_->Close(why);
}

std::vector<Reader> AgentSession::readers() const {
  absl::MutexLock lock(&mutex_);
  std::vector<Reader> readers;
  for (const auto& [name, present] : present_)
    readers.push_back({name, present});
  return readers;
}

void AgentSession::OnMessage(FromAgent message) {
  const ByteBudget::Charge charge =
      ByteBudget::Take(budget_, std::visit(Weight(), message));
  if (charge == nullptr) return CloseTooFast();
  const bool taken = strand_->Post(
      [self = shared_from_this(), charge, message = std::move(message)] {
        if (self->over_) return;
        self->charge_ = charge;
        std::visit([&self](const auto& one) { self->Route(one); }, message);
        self->charge_ = nullptr;
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
    for (const auto& [name, slot] : self->slots_) self->End(slot);
    self->slots_.clear();
    if (self->greeted_) self->Journal("agent.disconnected", "");
  });
}

// However fast operators are: what waits here does not grow with them.
void AgentSession::OnJob(const std::string& reader,
                         const std::string& except_reader) {
  {
    absl::MutexLock lock(&mutex_);
    const bool posted = !jobs_told_.empty();
    if (jobs_told_.size() >= kMaxWaiting) jobs_told_ = {{"", ""}};
    jobs_told_.emplace(reader, except_reader);
    if (posted) return;
  }
  strand_->PostAlways([self = shared_from_this()] { self->PassJobsOn(); });
}

void AgentSession::PassJobsOn() {
  std::set<std::pair<std::string, std::string>> told;
  {
    absl::MutexLock lock(&mutex_);
    told.swap(jobs_told_);
  }
  for (const auto& [reader, except_reader] : told) {
    for (const auto& [name, slot] : slots_) {
      if (!reader.empty() && name != reader) continue;
      if (!except_reader.empty() && name == except_reader) continue;
      TellOfJob(slot);
    }
  }
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
  const bool taken =
      slot->strand->Post([self = shared_from_this(), slot, charge = charge_,
                          work = std::move(work)] {
        if (slot->session != nullptr) work(*slot->session);
      });
  if (!taken) CloseTooFast();
}

std::shared_ptr<AgentSession::Slot> AgentSession::MakeSlot(
    const std::string& reader) {
  auto slot = std::make_shared<Slot>();
  slot->reader = reader;
  slot->strand = Strand::Create(executor_, kMaxWaiting);
  const std::weak_ptr<Slot> weak = slot;
  slot->session = std::make_unique<ReaderSession>(
      ReaderAddress{name_, reader}, context_, *link_,
      [weak, strand = slot->strand.get(), link = link_](absl::Duration delay,
                                                        ReaderEvent event) {
        strand->PostAfter(delay, [weak, link, event = std::move(event)] {
          const std::shared_ptr<Slot> alive = weak.lock();
          if (alive != nullptr && alive->session != nullptr) {
            alive->session->Handle(event);
          }
        });
      });
  return slot;
}

void AgentSession::End(const std::shared_ptr<Slot>& slot) {
  slot->strand->PostAlways([self = shared_from_this(), slot] {
    slot->session->Handle(Disconnected{});
    slot->session.reset();
  });
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
  const std::shared_ptr<Slot> slot = MakeSlot(reader.name);
  slots_.emplace(reader.name, slot);
  Give(slot, [present](ReaderSession& s) { s.Handle(Started{present}); });
}

// What runs there is lost; a report of it still counts.
void AgentSession::RemoveReader(const std::string& reader) {
  {
    absl::MutexLock lock(&mutex_);
    present_.erase(reader);
  }
  const auto found = slots_.find(reader);
  if (found == slots_.end()) return;
  End(found->second);
  slots_.erase(found);
  Journal("reader.removed", reader);
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
    if (HasRoomFor(reader.name)) SeeReader(reader);
  }
  GiveStoredPackets();
}

bool AgentSession::HasRoomFor(const std::string& reader) {
  if (slots_.size() < kMaxReaders || Find(reader) != nullptr) return true;
  Refuse("reader.too_many", "More readers than one agent may have");
  return false;
}

void AgentSession::Route(const ReaderChangedMessage& message) {
  if (!greeted_) return Refuse("agent.out_of_turn", "No Hello came first");
  const Reader& reader = message.reader;
  if (message.removed) return RemoveReader(reader.name);
  if (!HasRoomFor(reader.name)) return;
  const bool known = Find(reader.name) != nullptr;
  const bool had_card = HasCard(reader.name);
  SeeReader(reader);
  if (!known) Journal("reader.added", reader.name);
  if (reader.card_present != had_card) {
    Journal(had_card ? "card.removed" : "card.inserted", reader.name);
  }
  std::string& trouble = Find(reader.name)->trouble;
  if (trouble == message.trouble) return;
  trouble = message.trouble;
  Journal(trouble.empty() ? "reader.works" : "reader.trouble",
          absl::StrCat(reader.name, trouble.empty() ? "" : ": ", trouble));
}

bool AgentSession::HasCard(const std::string& reader) const {
  absl::MutexLock lock(&mutex_);
  const auto found = present_.find(reader);
  return found != present_.end() && found->second;
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
  std::shared_ptr<Slot> slot = Find(reader);
  if (slot == nullptr) slot = MakeSlot(reader);
  Give(slot, [message](ReaderSession& s) { s.OnReport(message); });
}

// An agent that has none does not say so.
void AgentSession::GiveStoredPackets() { Route(StoredMessage{}); }

void AgentSession::Route(const StoredMessage& message) {
  if (!greeted_) return Refuse("agent.out_of_turn", "No Hello came first");
  const absl::Status done =
      PreparedPackets(context_).OnStored(name_, message.ids, *link_);
  // It says so again with its next connection.
  if (!done.ok()) LogError("stored packets not noted", {{"status", done}});
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
  entry.kind = kind;
  entry.text = text;
  entry.agent = name_;
  journal_->Add(std::move(entry));
}

}  // namespace cardferry::orchestrator
