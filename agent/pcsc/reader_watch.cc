#include "agent/pcsc/reader_watch.h"

#include <algorithm>
#include <utility>

#include "agent/pcsc/pcsc_status.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"

namespace cardferry::agent {
namespace {

// PC/SC's pseudo reader: wakes a look when a reader comes.
constexpr char kNewReaders[] = "\\\\?PnP?\\Notification";

// How long one look may block: also the longest time that stopping takes, and
// within which a reader is found whose arrival fell between two looks.
constexpr DWORD kLookMillis = 250;
constexpr absl::Duration kFirstWait = absl::Milliseconds(250);
constexpr absl::Duration kLongestWait = absl::Seconds(5);
// After a look that failed because a reader went at that moment.
constexpr absl::Duration kLookAgain = absl::Milliseconds(50);

ReaderLook ToLook(const SCARD_READERSTATE& state) {
  ReaderLook look;
  look.reader = state.szReader;
  look.present = (state.dwEventState & SCARD_STATE_PRESENT) != 0;
  look.mute = (state.dwEventState & SCARD_STATE_MUTE) != 0;
  // The high half counts arrivals and removals.
  look.events = static_cast<uint32_t>(state.dwEventState >> 16) & 0xFFFF;
  if (look.present) {
    look.atr.assign(
        state.rgbAtr,
        state.rgbAtr + std::min<size_t>(state.cbAtr, sizeof(state.rgbAtr)));
  }
  return look;
}

bool CannotTell(const SCARD_READERSTATE& state) {
  return (state.dwEventState &
          (SCARD_STATE_UNKNOWN | SCARD_STATE_UNAVAILABLE)) != 0;
}

}  // namespace

ReaderWatch::ReaderWatch(ReaderFilter filter, OnSighting on_sighting)
    : filter_(std::move(filter)), on_sighting_(std::move(on_sighting)) {
  thread_ = std::thread([this] { Run(); });
}

ReaderWatch::~ReaderWatch() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

bool ReaderWatch::Stopping() const {
  absl::MutexLock lock(&mutex_);
  return stopping_;
}

bool ReaderWatch::Wait(absl::Duration time) const {
  absl::MutexLock lock(&mutex_);
  return !mutex_.AwaitWithTimeout(absl::Condition(&stopping_), time);
}

void ReaderWatch::Run() {
  absl::Duration wait = kFirstWait;
  bool told = false;
  do {
    in_service_ = false;
    const absl::Status status = WatchService();
    if (in_service_) wait = kFirstWait;
    Show(table_.LoseService());
    states_.clear();
    if (!status.ok() && (in_service_ || !told)) {
      LogWarning("PC/SC service (pcscd) is away; trying again",
                 {{"status", status}});
      told = true;
    }
    if (!Wait(wait)) return;
    wait = std::min(wait * 2, kLongestWait);
  } while (!Stopping());
}

absl::Status ReaderWatch::WatchService() {
  ASSIGN_OR_RETURN(const PcscContext context, PcscContext::Establish());
  bool told = false;
  while (!Stopping()) {
    ASSIGN_OR_RETURN(std::vector<std::string> readers, context.ListReaders());
    if (!in_service_) LogInfo("PC/SC service is there");
    in_service_ = true;
    readers = Served(std::move(readers));
    if (readers.empty() && !told) {
      LogWarning("no reader to serve is plugged in; waiting for one");
    }
    told = readers.empty();
    Show(table_.SetReaders(readers));
    std::map<std::string, DWORD> states;
    for (const std::string& reader : readers) states[reader] = states_[reader];
    states_ = std::move(states);
    RETURN_IF_ERROR(LookOnce(context));
  }
  return absl::OkStatus();
}

absl::Status ReaderWatch::LookOnce(const PcscContext& context) {
  std::vector<SCARD_READERSTATE> states;
  for (const auto& [name, state] : states_) {
    states.push_back({});
    states.back().szReader = name.c_str();
    states.back().dwCurrentState = state;  // 0: SCARD_STATE_UNAWARE
  }
  states.push_back({});
  states.back().szReader = kNewReaders;
  const LONG code =
      SCardGetStatusChange(context.handle(), kLookMillis, states.data(),
                           static_cast<DWORD>(states.size()));
  if (code == SCARD_E_TIMEOUT) return absl::OkStatus();
  if (code == SCARD_E_UNKNOWN_READER || code == SCARD_E_READER_UNAVAILABLE) {
    Wait(kLookAgain);
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(PcscStatus(code, "SCardGetStatusChange"));
  states.pop_back();
  for (const SCARD_READERSTATE& state : states) {
    if (CannotTell(state)) {
      Wait(kLookAgain);
      continue;
    }
    Show(table_.Look(ToLook(state)));
    states_[state.szReader] =
        state.dwEventState & ~static_cast<DWORD>(SCARD_STATE_CHANGED);
  }
  return absl::OkStatus();
}

std::vector<std::string> ReaderWatch::Served(
    std::vector<std::string> readers) const {
  readers.erase(std::remove_if(readers.begin(), readers.end(),
                               [this](const std::string& reader) {
                                 return !filter_.Serves(reader);
                               }),
                readers.end());
  return readers;
}

void ReaderWatch::Show(const std::vector<Sighting>& sightings) {
  for (const Sighting& sighting : sightings) on_sighting_(sighting);
}

}  // namespace cardferry::agent
