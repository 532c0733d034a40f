#ifndef CARDFERRY_AGENT_PCSC_READER_MONITOR_H_
#define CARDFERRY_AGENT_PCSC_READER_MONITOR_H_

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "lib/base/bytes.h"

namespace cardferry::agent {

// What the monitor sees at its reader.
struct CardPresence {
  bool present = false;
  Bytes atr;
};

// Watches one reader on a thread of its own, through pcscd restarts and reader
// unplugging, until it is destroyed. `on_change` is called on that thread with
// the first state seen and then for each arrival and removal; a card taken out
// and put back between two looks is shown as removal and arrival when PC/SC
// counts it, and not at all when PC/SC itself missed it.
class ReaderMonitor {
 public:
  using OnChange = std::function<void(const CardPresence&)>;

  ReaderMonitor(std::string reader, OnChange on_change);
  ReaderMonitor(const ReaderMonitor&) = delete;
  ReaderMonitor& operator=(const ReaderMonitor&) = delete;
  ~ReaderMonitor();

 private:
  void Run();
  // Watches until the context fails or the monitor stops.
  void WatchOnce();
  void Show(const CardPresence& presence);

  const std::string reader_;
  const OnChange on_change_;
  std::atomic<bool> stopping_{false};
  bool shown_ = false;  // the watching thread's own
  bool present_ = false;
  std::thread thread_;
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_PCSC_READER_MONITOR_H_
