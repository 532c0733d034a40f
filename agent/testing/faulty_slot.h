#ifndef CARDFERRY_AGENT_TESTING_FAULTY_SLOT_H_
#define CARDFERRY_AGENT_TESTING_FAULTY_SLOT_H_

#include <memory>
#include <string>

#include "agent/card_slot.h"

namespace cardferry::agent {

// What goes wrong between the agent and a card. Commands are counted from 1 in
// each connection, which begins with the opening: SELECT is mostly 1. Each
// fault happens in every connection that gets so far; 0: never.
struct Faults {
  size_t flip_mac_at = 0;  // the last bit of this command's data is turned
  size_t pause_at = 0;     // held back before this command is sent
  // Made when a command is held back, which goes on when somebody removes it.
  // Empty: held back for ever.
  std::string pause_file;
};

// A slot whose connections do that. For tests only: no agent that ships links
// it.
class FaultySlot final : public CardSlot {
 public:
  FaultySlot(std::shared_ptr<CardSlot> slot, Faults faults)
      : slot_(std::move(slot)), faults_(std::move(faults)) {}

  absl::StatusOr<std::unique_ptr<CardConnection>> Connect() override;

 private:
  const std::shared_ptr<CardSlot> slot_;
  const Faults faults_;
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_TESTING_FAULTY_SLOT_H_
