#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_ORCHESTRATOR_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_ORCHESTRATOR_H_

#include <memory>

#include "absl/status/statusor.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/crypto/sealed_box.h"
#include "lib/store/database.h"
#include "services/orchestrator/gateway/gateway_service.h"
#include "services/orchestrator/jobs/job_board.h"
#include "services/orchestrator/operators/offline_desk.h"
#include "services/orchestrator/operators/operator_desk.h"
#include "services/orchestrator/operators/orchestrator_service.h"
#include "services/orchestrator/sequencing/sequencer.h"
#include "services/orchestrator/session/agent_hub.h"
#include "services/orchestrator/session/session_context.h"
#include "services/orchestrator/session/sweeper.h"
#include "services/orchestrator/work/thread_pool.h"

namespace cardferry::orchestrator {

// The whole service but its sockets: what main() and tests put on a server.
class Orchestrator {
 public:
  // What it is made of; not owned, outlives it.
  struct Parts {
    store::Database& database;
    Sequencer& sequencer;
    const Clock& clock;
    RandomSource& random;
    const crypto::SealedBox& box;
    int workers = 16;
    GatewayService::NameOf name_of = GatewayService::FromPeer;
    bool admit_unlisted_agents = false;
    Sweeper::Retention retention = {};
  };

  // Takes up what an earlier process left under way.
  static absl::StatusOr<std::unique_ptr<Orchestrator>> Create(
      const Parts& parts);

  Orchestrator(const Orchestrator&) = delete;
  Orchestrator& operator=(const Orchestrator&) = delete;
  // After the server has shut down: finishes what streams have left behind.
  ~Orchestrator();

  grpc::Service& gateway() { return gateway_; }
  grpc::Service& operators() { return service_; }

  // Ends all streams, so that the server can shut down.
  void Drain();

 private:
  explicit Orchestrator(const Parts& parts);

  ThreadPool pool_;
  JobBoard board_;
  SessionContext context_;
  AgentHub hub_;
  const std::shared_ptr<Sweeper> sweeper_;
  OperatorDesk desk_;
  OfflineDesk offline_;
  GatewayService gateway_;
  OrchestratorService service_;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_ORCHESTRATOR_H_
