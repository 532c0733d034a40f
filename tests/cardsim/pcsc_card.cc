#include "tests/cardsim/pcsc_card.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/base/status_macros.h"

namespace cardferry::cardsim {
namespace {

absl::Status PcscStatus(LONG rv, absl::string_view what) {
  if (rv == SCARD_S_SUCCESS) return absl::OkStatus();
  return absl::UnavailableError(
      absl::StrCat(what, ": ", pcsc_stringify_error(rv)));
}

// Waits until the reader has a card, or none.
absl::Status AwaitCard(SCARDCONTEXT context, const std::string& reader,
                       bool present, absl::Duration patience) {
  const absl::Time deadline = absl::Now() + patience;
  SCARD_READERSTATE state = {};
  state.szReader = reader.c_str();
  state.dwCurrentState = SCARD_STATE_UNAWARE;
  while (absl::Now() < deadline) {
    const LONG rv = SCardGetStatusChange(context, 500, &state, 1);
    if (rv != SCARD_S_SUCCESS && rv != static_cast<LONG>(SCARD_E_TIMEOUT) &&
        rv != static_cast<LONG>(SCARD_E_UNKNOWN_READER)) {
      return PcscStatus(rv, "SCardGetStatusChange");
    }
    const DWORD wanted = present ? SCARD_STATE_PRESENT : SCARD_STATE_EMPTY;
    if ((state.dwEventState & wanted) != 0) return absl::OkStatus();
    state.dwCurrentState = state.dwEventState;
  }
  return absl::DeadlineExceededError(present ? "no card came into the reader"
                                             : "the card is in the reader yet");
}

}  // namespace

absl::StatusOr<PcscCard> PcscCard::Connect(const std::string& reader,
                                           absl::Duration patience) {
  SCARDCONTEXT context = 0;
  RETURN_IF_ERROR(PcscStatus(
      SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context),
      "SCardEstablishContext"));
  absl::Status status = AwaitCard(context, reader, /*present=*/true, patience);
  SCARDHANDLE card = 0;
  DWORD protocol = 0;
  if (status.ok()) {
    status = PcscStatus(
        SCardConnect(context, reader.c_str(), SCARD_SHARE_EXCLUSIVE,
                     SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1, &card, &protocol),
        "SCardConnect");
  }
  if (!status.ok()) {
    SCardReleaseContext(context);
    return status;
  }
  return PcscCard(context, card, protocol);
}

absl::Status PcscCard::AwaitAbsence(const std::string& reader,
                                    absl::Duration patience) {
  SCARDCONTEXT context = 0;
  RETURN_IF_ERROR(PcscStatus(
      SCardEstablishContext(SCARD_SCOPE_SYSTEM, nullptr, nullptr, &context),
      "SCardEstablishContext"));
  absl::Status status = AwaitCard(context, reader, /*present=*/false, patience);
  SCardReleaseContext(context);
  return status;
}

PcscCard::PcscCard(PcscCard&& other) noexcept
    : context_(std::exchange(other.context_, 0)),
      card_(other.card_),
      protocol_(other.protocol_) {}

PcscCard::~PcscCard() {
  if (context_ == 0) return;
  SCardDisconnect(card_, SCARD_RESET_CARD);
  SCardReleaseContext(context_);
}

absl::StatusOr<Bytes> PcscCard::Atr() const {
  Bytes atr(MAX_ATR_SIZE);
  DWORD size = atr.size();
  DWORD name_size = 0;
  RETURN_IF_ERROR(PcscStatus(SCardStatus(card_, nullptr, &name_size, nullptr,
                                         nullptr, atr.data(), &size),
                             "SCardStatus"));
  atr.resize(size);
  return atr;
}

absl::StatusOr<Bytes> PcscCard::Transmit(ByteSpan command) const {
  Bytes answer(MAX_BUFFER_SIZE_EXTENDED);
  DWORD size = answer.size();
  const SCARD_IO_REQUEST* const how =
      protocol_ == SCARD_PROTOCOL_T1 ? SCARD_PCI_T1 : SCARD_PCI_T0;
  RETURN_IF_ERROR(
      PcscStatus(SCardTransmit(card_, how, command.data(), command.size(),
                               nullptr, answer.data(), &size),
                 "SCardTransmit"));
  answer.resize(size);
  return answer;
}

}  // namespace cardferry::cardsim
