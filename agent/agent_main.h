#ifndef CARDFERRY_AGENT_AGENT_MAIN_H_
#define CARDFERRY_AGENT_AGENT_MAIN_H_

#include <functional>
#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "agent/card_slot.h"

namespace cardferry::agent {

// What a program with an agent in it may add: tests put faults between the
// agent and its cards.
struct AgentExtras {
  // Adds flags; may be empty.
  std::function<void(CLI::App&)> add_flags;
  // Puts something around the slot of a reader; may be empty.
  std::function<std::shared_ptr<CardSlot>(const std::string& reader,
                                          std::shared_ptr<CardSlot> slot)>
      wrap_slot;
};

// main() of the reader agent; the exit code.
int AgentMain(int argc, char** argv, const AgentExtras& extras);

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_AGENT_MAIN_H_
