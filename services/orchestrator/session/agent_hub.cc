#include "services/orchestrator/session/agent_hub.h"

#include <utility>

namespace cardferry::orchestrator {
namespace {

constexpr absl::Duration kRefusalPause = absl::Hours(1);
constexpr size_t kRememberedRefusals = 1000;
constexpr size_t kRememberedJournals = 10'000;

}  // namespace

std::shared_ptr<AgentSession> AgentHub::Connect(
    const std::string& name, std::shared_ptr<AgentLink> link) {
  const std::shared_ptr<AgentSession> session = AgentSession::Create(
      name, std::move(link), context_, executor_,
      {[this](const std::string& refused) { return NoteRefusal(refused); },
       JournalOf(name)});
  std::shared_ptr<AgentSession> old;
  bool closed = false;
  {
    absl::MutexLock lock(&mutex_);
    closed = closed_;
    std::shared_ptr<AgentSession>& current = sessions_[name];
    old = std::exchange(current, session);
  }
  // Not before Revoke can find it: one or the other sees a revocation.
  session->Start();
  if (old != nullptr) {
    old->Close(absl::AbortedError("a new connection of this agent took over"));
  }
  if (closed) session->Close(absl::UnavailableError("the service stops"));
  return session;
}

void AgentHub::Disconnect(const std::shared_ptr<AgentSession>& session) {
  {
    absl::MutexLock lock(&mutex_);
    const auto found = sessions_.find(session->name());
    if (found != sessions_.end() && found->second == session) {
      sessions_.erase(found);
    }
  }
  session->OnDisconnected();
}

void AgentHub::Revoke(const std::string& name) {
  std::shared_ptr<AgentSession> session;
  {
    absl::MutexLock lock(&mutex_);
    const auto found = sessions_.find(name);
    if (found != sessions_.end()) session = found->second;
  }
  if (session == nullptr) return;
  session->Close(absl::PermissionDeniedError(
      "this agent was revoked; an operator lets it in again: cardferry agent "
      "add " +
      name));
}

std::shared_ptr<JournalQueue> AgentHub::JournalOf(const std::string& name) {
  absl::MutexLock lock(&mutex_);
  if (journals_.size() >= kRememberedJournals) journals_.clear();
  std::shared_ptr<JournalQueue>& journal = journals_[name];
  if (journal == nullptr) journal = JournalQueue::Create(context_, executor_);
  return journal;
}

bool AgentHub::NoteRefusal(const std::string& name) {
  const absl::Time now = context_.clock.Now();
  absl::MutexLock lock(&mutex_);
  const auto found = refused_.find(name);
  if (found != refused_.end() && now - found->second < kRefusalPause) {
    return false;
  }
  if (refused_.size() >= kRememberedRefusals) refused_.clear();
  refused_[name] = now;
  return true;
}

void AgentHub::CloseAll() {
  std::map<std::string, std::shared_ptr<AgentSession>> sessions;
  {
    absl::MutexLock lock(&mutex_);
    closed_ = true;
    sessions = sessions_;
  }
  for (const auto& [name, session] : sessions) {
    session->Close(absl::UnavailableError("the service stops; connect again"));
  }
}

void AgentHub::JobWaits(const JobTarget& target, const ReaderAddress& except) {
  std::vector<std::shared_ptr<AgentSession>> told;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [name, session] : sessions_) {
      if (target.card_id.empty() && name != target.agent) continue;
      told.push_back(session);
    }
  }
  const std::string reader = target.card_id.empty() ? target.reader : "";
  for (const std::shared_ptr<AgentSession>& session : told) {
    session->OnJob(reader,
                   session->name() == except.agent ? except.reader : "");
  }
}

void AgentHub::Give(const std::string& agent, const PreparedPacket& packet) {
  std::shared_ptr<AgentSession> session;
  {
    absl::MutexLock lock(&mutex_);
    const auto found = sessions_.find(agent);
    if (found != sessions_.end()) session = found->second;
  }
  if (session != nullptr && session->greeted()) {
    session->Give(GiveStored{packet});
  }
}

std::map<std::string, std::vector<Reader>> AgentHub::Connected() const {
  absl::MutexLock lock(&mutex_);
  std::map<std::string, std::vector<Reader>> connected;
  for (const auto& [name, session] : sessions_) {
    if (session->greeted()) connected[name] = session->readers();
  }
  return connected;
}

}  // namespace cardferry::orchestrator
