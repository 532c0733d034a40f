#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_AGENT_HUB_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_AGENT_HUB_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/orchestrator/model/agent.h"
#include "services/orchestrator/model/job.h"
#include "services/orchestrator/session/agent_session.h"
#include "services/orchestrator/session/journal_queue.h"
#include "services/orchestrator/session/session_context.h"
#include "services/orchestrator/work/executor.h"

namespace cardferry::orchestrator {

// Who is connected. One connection an agent: a new one ends the old one, which
// may be dead without knowing. Safe from any thread; nothing waits.
class AgentHub {
 public:
  // All outlive it. `context.job_waits` may be this hub's JobWaits.
  AgentHub(const SessionContext& context, Executor& executor)
      : context_(context), executor_(executor) {}

  // A new connection of the agent with this certificate.
  std::shared_ptr<AgentSession> Connect(const std::string& name,
                                        std::shared_ptr<AgentLink> link);
  // This connection is gone.
  void Disconnect(const std::shared_ptr<AgentSession>& session);
  // This agent is served no more: its connection, if there is one, ends.
  void Revoke(const std::string& name);
  // No connection is accepted any more, and all end: the service stops.
  void CloseAll();

  // Tells the readers that a waiting job may concern, but not `except`.
  void JobWaits(const JobTarget& target, const ReaderAddress& except);

  // Gives the agent a packet for a card that is not there, if it is connected;
  // else it gets it when it is.
  void Give(const std::string& agent, const PreparedPacket& packet);

  // The connected ones that are served, by name.
  std::map<std::string, std::vector<Reader>> Connected() const;

 private:
  // A refused agent tries again and again; the journal hears of it now and
  // then.
  bool NoteRefusal(const std::string& name);
  // One for all connections of an agent: who connects anew may not write more.
  std::shared_ptr<JournalQueue> JournalOf(const std::string& name);

  const SessionContext& context_;
  Executor& executor_;
  mutable absl::Mutex mutex_;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  std::map<std::string, std::shared_ptr<AgentSession>> sessions_
      ABSL_GUARDED_BY(mutex_);
  std::map<std::string, absl::Time> refused_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::shared_ptr<JournalQueue>> journals_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_AGENT_HUB_H_
