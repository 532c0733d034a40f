#include "agent/pcsc/pcsc_slot.h"

#include <winscard.h>

#include <chrono>
#include <string>
#include <utility>

#include "agent/pcsc/pcsc_context.h"
#include "agent/pcsc/pcsc_status.h"
#include "agent/transport_answers.h"
#include "lib/base/bytes.h"
#include "lib/base/status_macros.h"

namespace cardferry::agent {
namespace {

// With a status word (ISO/IEC 7816-4, 5.2).
constexpr size_t kLongestShortAnswer = 256 + 2;
constexpr size_t kLongestExtendedAnswer = 65536 + 2;

// Extended length shows as a fifth byte of zero with more behind it: short Lc
// is never zero.
size_t LongestAnswer(ByteSpan command) {
  const bool extended = command.size() > 5 && command[4] == 0;
  return extended ? kLongestExtendedAnswer : kLongestShortAnswer;
}

// Which of the two is the card's: it says so in its answer to reset.
constexpr DWORD kProtocols = SCARD_PROTOCOL_T0 | SCARD_PROTOCOL_T1;

// pcscd looks into its readers every 0.4 s.
constexpr std::chrono::milliseconds kPcscdLooks(1000);

// Waits until pcscd has seen that the card went; false when it has not within
// that time, because the card is there. True also when pcscd or the reader is
// not there any more.
bool AwaitAbsence(SCARDCONTEXT context, const std::string& reader) {
  using SteadyClock = std::chrono::steady_clock;
  const SteadyClock::time_point deadline = SteadyClock::now() + kPcscdLooks;
  SCARD_READERSTATE state = {};
  state.szReader = reader.c_str();
  state.dwCurrentState = SCARD_STATE_UNAWARE;  // the first look never waits
  LONG code = SCardGetStatusChange(context, 0, &state, 1);
  // The high half counts arrivals and removals.
  const DWORD events = state.dwEventState >> 16;
  while (code == SCARD_S_SUCCESS) {
    if ((state.dwEventState & SCARD_STATE_PRESENT) == 0) return true;
    if (state.dwEventState >> 16 != events) return true;  // and came back
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - SteadyClock::now());
    if (left.count() <= 0) return false;
    state.dwCurrentState = state.dwEventState;
    code = SCardGetStatusChange(context, static_cast<DWORD>(left.count()),
                                &state, 1);
  }
  return code != SCARD_E_TIMEOUT;
}

// The one owner of an SCARDHANDLE.
class CardHandle {
 public:
  CardHandle(SCARDHANDLE handle, DWORD protocol)
      : handle_(handle), protocol_(protocol) {}
  CardHandle(const CardHandle&) = delete;
  CardHandle& operator=(const CardHandle&) = delete;
  ~CardHandle() { SCardDisconnect(handle_, disposition_); }

  SCARDHANDLE get() const { return handle_; }
  const SCARD_IO_REQUEST* pci() const {
    return protocol_ == SCARD_PROTOCOL_T0 ? SCARD_PCI_T0 : SCARD_PCI_T1;
  }
  bool is_t0() const { return protocol_ == SCARD_PROTOCOL_T0; }
  DWORD disposition() const { return disposition_; }
  void ResetAtEnd() { disposition_ = SCARD_RESET_CARD; }
  void LeaveAtEnd() { disposition_ = SCARD_LEAVE_CARD; }

 private:
  SCARDHANDLE handle_;
  DWORD protocol_;
  DWORD disposition_ = SCARD_LEAVE_CARD;
};

class PcscConnection final : public CardConnection {
 public:
  PcscConnection(PcscContext context, std::string reader,
                 std::unique_ptr<CardHandle> handle)
      : context_(std::move(context)),
        reader_(std::move(reader)),
        handle_(std::move(handle)) {}
  ~PcscConnection() override {
    // pcscd 1.9 that resets a card which has gone unseen takes the reader for
    // empty, and does not find a card that is back by then.
    if (lost_answer_ && handle_->disposition() == SCARD_RESET_CARD &&
        AwaitAbsence(context_.handle(), reader_)) {
      handle_->LeaveAtEnd();
    }
    SCardEndTransaction(handle_->get(), handle_->disposition());
  }

  absl::StatusOr<card::ResponseApdu> Transmit(
      const card::CommandApdu& command) override {
    absl::StatusOr<card::ResponseApdu> answer =
        TransmitWhole(command, handle_->is_t0(),
                      [this](ByteSpan bytes) { return Exchange(bytes); });
    lost_answer_ = lost_answer_ || !answer.ok();
    return answer;
  }

  // T=0 has one byte for a length; what a reader for T=1 cannot carry it
  // refuses before the card sees it.
  bool TakesExtendedLength() const override { return !handle_->is_t0(); }

  void ResetAtEnd() override { handle_->ResetAtEnd(); }

 private:
  absl::StatusOr<Bytes> Exchange(ByteSpan command) {
    const size_t room = LongestAnswer(command);
    if (buffer_.size() < room) buffer_.resize(room);
    DWORD length = static_cast<DWORD>(buffer_.size());
    RETURN_IF_ERROR(
        PcscStatus(SCardTransmit(handle_->get(), handle_->pci(), command.data(),
                                 static_cast<DWORD>(command.size()), nullptr,
                                 buffer_.data(), &length),
                   "SCardTransmit"));
    // Only now: after an error the length says nothing. Some readers call it a
    // success that a card which has just gone answers nothing.
    if (length == 0) {
      return absl::UnavailableError(
          "the card gave no answer: it was taken out, or lost its power");
    }
    return Bytes(buffer_.data(), buffer_.data() + length);
  }

  PcscContext context_;  // outlives the handle: declared first
  const std::string reader_;
  std::unique_ptr<CardHandle> handle_;
  bool lost_answer_ = false;  // the card may have gone
  Bytes buffer_;
};

// Another program may have reset the card between our connecting and this:
// then the handle has to be told first.
absl::Status BeginTransaction(SCARDHANDLE handle) {
  LONG code = SCardBeginTransaction(handle);
  if (code == SCARD_W_RESET_CARD) {
    DWORD protocol = 0;
    RETURN_IF_ERROR(
        PcscStatus(SCardReconnect(handle, SCARD_SHARE_SHARED, kProtocols,
                                  SCARD_LEAVE_CARD, &protocol),
                   "SCardReconnect"));
    code = SCardBeginTransaction(handle);
  }
  return PcscStatus(code, "SCardBeginTransaction");
}

}  // namespace

absl::StatusOr<std::unique_ptr<CardConnection>> PcscSlot::Connect() {
  ASSIGN_OR_RETURN(PcscContext context, PcscContext::Establish());
  SCARDHANDLE handle = 0;
  DWORD protocol = 0;
  RETURN_IF_ERROR(PcscStatus(
      SCardConnect(context.handle(), reader_.c_str(), SCARD_SHARE_SHARED,
                   kProtocols, &handle, &protocol),
      "SCardConnect"));
  auto owner = std::make_unique<CardHandle>(handle, protocol);
  // Held for the whole session: pcscd powers the card off soon after the last
  // handle closes, and another program's command would break the channel.
  RETURN_IF_ERROR(BeginTransaction(handle));
  return std::make_unique<PcscConnection>(std::move(context), reader_,
                                          std::move(owner));
}

}  // namespace cardferry::agent
