#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_AGENT_SESSION_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_AGENT_SESSION_H_

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "services/orchestrator/model/agent.h"
#include "services/orchestrator/model/job.h"
#include "services/orchestrator/session/agent_link.h"
#include "services/orchestrator/session/byte_budget.h"
#include "services/orchestrator/session/journal_queue.h"
#include "services/orchestrator/session/reader_session.h"
#include "services/orchestrator/session/session_context.h"
#include "services/orchestrator/work/strand.h"

namespace cardferry::orchestrator {

// What an agent can say; agent.proto says when.
struct HelloMessage {
  std::string version;
  std::vector<Reader> readers;
};
struct ReaderChangedMessage {
  Reader reader;
  bool removed = false;      // it is not there any more
  std::string trouble = {};  // what is wrong with it, for people
};
struct AnsweredMessage {
  std::string reader;
  AnswerMessage answer;
};
// All packets that wait at the agent for their cards.
struct StoredMessage {
  std::vector<std::string> ids;
};
using FromAgent =
    std::variant<HelloMessage, ReaderChangedMessage, AnsweredMessage,
                 Progressed, PacketReport, StoredMessage>;

// One connection of one agent: brings each message to the reader that it is
// about. Its methods never wait; what they start runs on strands, one for the
// connection and one for each reader, so that readers do not wait for each
// other. Safe from any thread.
class AgentSession : public std::enable_shared_from_this<AgentSession> {
 public:
  static constexpr size_t kMaxReaders = 64;
  // Messages of one connection (and of one reader) that may wait, and how many
  // bytes of them together.
  static constexpr size_t kMaxWaiting = 64;
  static constexpr size_t kMaxWaitingBytes = 8 << 20;

  // Whether the journal should hear that this agent was refused.
  using NoteRefusal = std::function<bool(const std::string& name)>;

  // What outlives an agent's connections.
  struct Memory {
    NoteRefusal note_refusal;
    std::shared_ptr<JournalQueue> journal;
  };

  // `context` and `executor` outlive it. `name` is the certificate's.
  static std::shared_ptr<AgentSession> Create(std::string name,
                                              std::shared_ptr<AgentLink> link,
                                              const SessionContext& context,
                                              Executor& executor,
                                              Memory memory);

  // Before any message: finds out whether this agent is served. If not, the
  // connection ends with PERMISSION_DENIED. Whoever revokes the agent after
  // that has to find this session, and close it.
  void Start();
  // A message from the agent. One that comes faster than messages can be
  // dealt with ends the connection.
  void OnMessage(FromAgent message);
  // The agent has said something that cannot be read.
  void OnUnreadable(const absl::Status& why);
  // The connection is gone. Nothing comes after this.
  void OnDisconnected();
  // A job waits that may concern this reader; empty: any of them.
  void OnJob(const std::string& reader, const std::string& except_reader);

  // Gives the agent a packet for a card that is not there.
  void Give(GiveStored packet) { link_->Send(std::move(packet)); }

  // Ends the connection from this side.
  void Close(const absl::Status& reason) { link_->Close(reason); }

  const std::string& name() const { return name_; }
  // It is served, and has said Hello.
  bool greeted() const { return greeted_; }
  // As the agent last said.
  std::vector<Reader> readers() const;

 private:
  // A reader and where its work runs.
  struct Slot {
    std::string reader;
    std::string trouble;  // as the agent last said; strand_'s
    std::shared_ptr<Strand> strand;
    std::unique_ptr<ReaderSession> session;
    std::atomic<bool> job_told{false};  // and it has not heard it yet
  };

  AgentSession(std::string name, std::shared_ptr<AgentLink> link,
               const SessionContext& context, Executor& executor,
               Memory memory);

  // Everything below runs on strand_.
  void Admit();
  void TurnAway(const absl::Status& why);
  void Route(const HelloMessage& message);
  void Route(const ReaderChangedMessage& message);
  void Route(const AnsweredMessage& message);
  void Route(const Progressed& message);
  void Route(const PacketReport& message);
  void Route(const StoredMessage& message);
  void GiveStoredPackets();
  void SeeReader(const Reader& reader);
  bool HasRoomFor(const std::string& reader);
  bool HasCard(const std::string& reader) const;
  void RemoveReader(const std::string& reader);
  std::shared_ptr<Slot> MakeSlot(const std::string& reader);
  void End(const std::shared_ptr<Slot>& slot);
  // The reader that a packet was made for; empty when it is not ours.
  std::string ReaderOf(const std::string& packet_id);
  std::shared_ptr<Slot> Find(const std::string& reader) const;
  void Give(const std::shared_ptr<Slot>& slot,
            std::function<void(ReaderSession&)> work);
  void PassJobsOn();
  void TellOfJob(const std::shared_ptr<Slot>& slot);
  void CloseTooFast();
  void Refuse(const std::string& kind, const std::string& text);
  void Journal(const std::string& kind, const std::string& text);

  const std::string name_;
  const std::shared_ptr<AgentLink> link_;
  const SessionContext& context_;
  Executor& executor_;
  const NoteRefusal note_refusal_;
  const std::shared_ptr<Strand> strand_;
  const std::shared_ptr<JournalQueue> journal_;
  const std::shared_ptr<ByteBudget> budget_;
  std::atomic<bool> greeted_{false};
  ByteBudget::Charge charge_;  // of the message that is dealt with
  bool over_ = false;
  int refusals_ = 0;
  std::map<std::string, std::shared_ptr<Slot>> slots_;
  std::map<std::string, std::string> packet_readers_;
  mutable absl::Mutex mutex_;
  // Jobs that were told of and not passed on yet: reader, but not this one.
  std::set<std::pair<std::string, std::string>> jobs_told_
      ABSL_GUARDED_BY(mutex_);
  std::map<std::string, bool> present_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_AGENT_SESSION_H_
