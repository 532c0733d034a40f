#ifndef CARDFERRY_AGENT_PCSC_PCSC_SLOT_H_
#define CARDFERRY_AGENT_PCSC_PCSC_SLOT_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "agent/card_slot.h"

namespace cardferry::agent {

// The card in a PC/SC reader. Each connection has a context of its own, so that
// one that outlived its pcscd is never used again.
class PcscSlot final : public CardSlot {
 public:
  explicit PcscSlot(std::string reader) : reader_(std::move(reader)) {}

  absl::StatusOr<std::unique_ptr<CardConnection>> Connect() override;

 private:
  std::string reader_;
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_PCSC_PCSC_SLOT_H_
