#include "agent/pcsc/reader_monitor.h"

#include <winscard.h>

#include <utility>

#include "absl/time/clock.h"
#include "agent/pcsc/pcsc_context.h"
#include "agent/pcsc/pcsc_status.h"
#include "lib/base/log.h"

namespace cardferry::agent {
namespace {

// How long one look may block: also the longest time that stopping takes.
constexpr DWORD kLookMillis = 250;
constexpr absl::Duration kRetryAfter = absl::Milliseconds(250);

// The high half of dwEventState counts arrivals and removals.
DWORD EventCount(DWORD state) { return state >> 16; }

CardPresence Presence(const SCARD_READERSTATE& state) {
  CardPresence presence;
  presence.present = (state.dwEventState & SCARD_STATE_PRESENT) != 0 &&
                     (state.dwEventState & SCARD_STATE_MUTE) == 0;
  if (presence.present) {
    presence.atr.assign(state.rgbAtr, state.rgbAtr + state.cbAtr);
  }
  return presence;
}

}  // namespace

ReaderMonitor::ReaderMonitor(std::string reader, OnChange on_change)
    : reader_(std::move(reader)), on_change_(std::move(on_change)) {
  thread_ = std::thread([this] { Run(); });
}

ReaderMonitor::~ReaderMonitor() {
  stopping_ = true;
  thread_.join();
}

void ReaderMonitor::Run() {
  while (!stopping_) {
    WatchOnce();
    if (stopping_) return;
    Show(CardPresence());
    absl::SleepFor(kRetryAfter);
  }
}

void ReaderMonitor::WatchOnce() {
  absl::StatusOr<PcscContext> context = PcscContext::Establish();
  if (!context.ok()) return;
  SCARD_READERSTATE state = {};
  state.szReader = reader_.c_str();
  state.dwCurrentState = SCARD_STATE_UNAWARE;
  bool first = true;
  DWORD count = 0;
  while (!stopping_) {
    const LONG code =
        SCardGetStatusChange(context->handle(), kLookMillis, &state, 1);
    if (code == SCARD_E_TIMEOUT) continue;
    if (code != SCARD_S_SUCCESS) {
      LogWarning("reader cannot be watched",
                 {{"reader", reader_},
                  {"status", PcscStatus(code, "SCardGetStatusChange")}});
      return;
    }
    if ((state.dwEventState & SCARD_STATE_UNKNOWN) != 0) return;
    const CardPresence presence = Presence(state);
    // Two events or more between two looks: the card was taken out and put
    // back, or swapped.
    if (!first && presence.present && present_ &&
        EventCount(state.dwEventState) != count) {
      Show(CardPresence());
    }
    Show(presence);
    first = false;
    count = EventCount(state.dwEventState);
    state.dwCurrentState = state.dwEventState;
  }
}

void ReaderMonitor::Show(const CardPresence& presence) {
  if (shown_ && presence.present == present_) return;
  shown_ = true;
  present_ = presence.present;
  on_change_(presence);
}

}  // namespace cardferry::agent
