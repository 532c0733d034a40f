#include "agent/testing/faulty_slot.h"

#include <unistd.h>

#include <utility>

#include "absl/time/clock.h"
#include "lib/base/file.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"

namespace cardferry::agent {
namespace {

constexpr absl::Duration kLookAgain = absl::Milliseconds(5);

// Holds the calling thread back until the file is removed.
void Pause(const std::string& file) {
  if (!file.empty()) {
    const absl::Status made = WriteFileAtomically(file, {}, 0600);
    if (!made.ok()) LogError("no pause file", {{"status", made}});
  }
  while (file.empty() || access(file.c_str(), F_OK) == 0) {
    absl::SleepFor(kLookAgain);
  }
}

class FaultyConnection final : public CardConnection {
 public:
  FaultyConnection(std::unique_ptr<CardConnection> card, const Faults& faults)
      : card_(std::move(card)), faults_(faults) {}

  absl::StatusOr<card::ResponseApdu> Transmit(
      const card::CommandApdu& command) override {
    ++sent_;
    if (sent_ == faults_.pause_at) {
      LogWarning("command is held back",
                 {{"number", static_cast<uint64_t>(sent_)}});
      Pause(faults_.pause_file);
    }
    if (sent_ != faults_.flip_mac_at || command.data().empty()) {
      return card_->Transmit(command);
    }
    LogWarning("last bit of a command is turned",
               {{"number", static_cast<uint64_t>(sent_)}});
    Bytes data = command.data();
    data.back() ^= 1;
    ASSIGN_OR_RETURN(
        const card::CommandApdu flipped,
        card::CommandApdu::Create(command.header(), data, command.le()));
    return card_->Transmit(flipped);
  }

  bool TakesExtendedLength() const override {
    return card_->TakesExtendedLength();
  }
  void ResetAtEnd() override { card_->ResetAtEnd(); }

 private:
  const std::unique_ptr<CardConnection> card_;
  const Faults faults_;
  size_t sent_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<CardConnection>> FaultySlot::Connect() {
  ASSIGN_OR_RETURN(std::unique_ptr<CardConnection> card, slot_->Connect());
  return std::make_unique<FaultyConnection>(std::move(card), faults_);
}

}  // namespace cardferry::agent
