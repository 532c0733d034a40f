// The reader agent: moves packets of the orchestrator to the cards in PC/SC
// readers. See README.md beside this file.
#include "agent/agent_main.h"

int main(int argc, char** argv) {
  return cardferry::agent::AgentMain(argc, argv, {});
}
