#ifndef CARDFERRY_AGENT_PCSC_READER_WATCH_H_
#define CARDFERRY_AGENT_PCSC_READER_WATCH_H_

#include <winscard.h>

#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "agent/pcsc/pcsc_context.h"
#include "agent/pcsc/reader_table.h"
#include "agent/reader_filter.h"
#include "agent/sighting.h"

namespace cardferry::agent {

// Watches all readers that the filter lets through on one thread, until it is
// destroyed: readers come and go, pcscd dies and comes back (a new context,
// after a wait that doubles up to 5 s), or is not there at the start.
class ReaderWatch {
 public:
  // Called on the watch's thread; should not block.
  using OnSighting = std::function<void(const Sighting&)>;

  ReaderWatch(ReaderFilter filter, OnSighting on_sighting);
  ReaderWatch(const ReaderWatch&) = delete;
  ReaderWatch& operator=(const ReaderWatch&) = delete;
  ~ReaderWatch();

 private:
  void Run();
  // Watches until the service fails (the status says how) or the watch stops.
  absl::Status WatchService();
  // One look at all readers, waiting for a change for a while.
  absl::Status LookOnce(const PcscContext& context);
  std::vector<std::string> Served(std::vector<std::string> readers) const;
  void Show(const std::vector<Sighting>& sightings);
  bool Stopping() const;
  // Sleeps; false when the watch is being stopped.
  bool Wait(absl::Duration time) const;

  const ReaderFilter filter_;
  const OnSighting on_sighting_;

  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  // The watching thread's own.
  ReaderTable table_;
  std::map<std::string, DWORD> states_;  // as PC/SC last said
  bool in_service_ = false;

  std::thread thread_;
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_PCSC_READER_WATCH_H_
