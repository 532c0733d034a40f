#include "cardsim/faults/faulty_card_port.h"

#include <utility>

namespace cardferry::cardsim {
namespace {

absl::Status NoAnswer() {
  return absl::DeadlineExceededError("the card does not answer");
}

}  // namespace

FaultyCardPort::FaultyCardPort(CardPort& card, std::vector<Fault> faults,
                               CardPort* other, Sleep sleep)
    : card_(&card),
      faults_(std::move(faults)),
      other_(other),
      sleep_(std::move(sleep)) {}

void FaultyCardPort::Reset() {
  mute_ = false;
  card_->Reset();
}

absl::Status FaultyCardPort::Leave(const Fault& fault) {
  absence_ = fault.out;
  card_->Reset();
  return absl::UnavailableError("the card has left the reader");
}

std::optional<absl::StatusOr<Bytes>> FaultyCardPort::Strike(const Fault& fault,
                                                            ByteSpan command) {
  switch (fault.kind) {
    case FaultKind::kTear:
      (void)card_->Transmit(command);
      return Leave(fault);
    case FaultKind::kPull:
      return Leave(fault);
    case FaultKind::kSwap:
      if (other_ != nullptr) card_ = other_;
      card_->Reset();
      return std::nullopt;
    case FaultKind::kReinsert:
      card_->Reset();
      return std::nullopt;
    case FaultKind::kMute:
      mute_ = true;
      return NoAnswer();
    case FaultKind::kStatusWord:
      card_->RefuseNext(fault.sw);
      return std::nullopt;
    case FaultKind::kSlow:
      sleep_(fault.time);
      return std::nullopt;
  }
  return std::nullopt;
}

absl::StatusOr<Bytes> FaultyCardPort::Transmit(ByteSpan command) {
  if (mute_) return NoAnswer();
  const uint8_t ins = command.size() < 2 ? uint8_t{0} : command[1];
  const size_t of_all = ++commands_;
  const size_t of_ins = ++by_ins_[ins];
  for (const Fault& fault : faults_) {
    if (!fault.Strikes(ins, of_all, of_ins)) continue;
    if (auto answer = Strike(fault, command)) return *std::move(answer);
  }
  return card_->Transmit(command);
}

}  // namespace cardferry::cardsim
