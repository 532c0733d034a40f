#ifndef CARDFERRY_AGENT_PCSC_READER_TABLE_H_
#define CARDFERRY_AGENT_PCSC_READER_TABLE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "agent/sighting.h"
#include "lib/base/bytes.h"

namespace cardferry::agent {

// What one look of PC/SC at one reader shows.
struct ReaderLook {
  std::string reader;
  bool present = false;
  bool mute = false;    // what is present did not answer the reset
  uint32_t events = 0;  // PC/SC's count of arrivals and removals
  Bytes atr = {};
};

// What is known of the readers, and what has changed with a new look: pure
// bookkeeping, without PC/SC.
class ReaderTable {
 public:
  // These readers are plugged in now. Names that come for the first time are
  // found, those that are missing are gone, and their cards with them.
  std::vector<Sighting> SetReaders(const std::vector<std::string>& readers);

  // A card taken out and put back between two looks is shown as removal and
  // arrival when PC/SC counts it, and not at all when PC/SC itself missed it
  // (within 0.4 s): what identifies a card is its answers, never a sighting.
  // Nothing for a reader that is not known.
  std::vector<Sighting> Look(const ReaderLook& look);

  // The PC/SC service is gone: no card can be reached. The readers are kept
  // until the next SetReaders, counts begin anew.
  std::vector<Sighting> LoseService();

 private:
  enum class Content { kNothing, kCard, kMute };
  struct Reader {
    Content content = Content::kNothing;
    bool counted = false;  // `events` has been seen
    uint32_t events = 0;
  };

  std::map<std::string, Reader> readers_;
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_PCSC_READER_TABLE_H_
