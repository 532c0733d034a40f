#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_TESTING_AGENT_FIXTURE_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_TESTING_AGENT_FIXTURE_H_

#include <string>

#include "services/orchestrator/gateway/testing/fake_agent.h"
#include "services/orchestrator/testing/whole_fixture.h"

namespace cardferry::orchestrator {

inline constexpr char kReader[] = "Reader 0";

// The whole service, and agents with one reader.
class AgentFixture : public WholeFixture {
 protected:
  // An agent that has connected once, so that jobs may name it.
  void Introduce(const std::string& name) {
    FakeAgent agent(channel_, name);
    agent.Hello({kReader});
    agent.ReadOpening();
    agent.HangUp();
  }
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_TESTING_AGENT_FIXTURE_H_
