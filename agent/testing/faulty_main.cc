// The reader agent with faults between it and its cards. For tests only.
#include <memory>

#include "agent/agent_main.h"
#include "agent/testing/faulty_slot.h"

int main(int argc, char** argv) {
  namespace agent = cardferry::agent;
  agent::Faults faults;
  agent::AgentExtras extras;
  extras.add_flags = [&faults](CLI::App& app) {
    app.add_option("--flip_mac_at", faults.flip_mac_at,
                   "turn the last bit of the N-th command of each connection");
    app.add_option("--pause_at", faults.pause_at,
                   "hold the N-th command of each connection back");
    app.add_option("--pause_file", faults.pause_file,
                   "made when a command is held back; remove it to go on");
  };
  extras.wrap_slot = [&faults](const std::string&,
                               std::shared_ptr<agent::CardSlot> slot) {
    return std::make_shared<agent::FaultySlot>(std::move(slot), faults);
  };
  return agent::AgentMain(argc, argv, extras);
}
