#ifndef CARDFERRY_AGENT_SIGHTING_H_
#define CARDFERRY_AGENT_SIGHTING_H_

#include <string>

#include "lib/base/bytes.h"

namespace cardferry::agent {

// What has been seen at a reader. Between kReaderFound and kReaderGone the
// card sightings alternate between something there and nothing there.
struct Sighting {
  enum class Kind {
    kReaderFound,  // with nothing in it, as far as is known
    kReaderGone,   // unplugged; its card is gone with it
    kCardIn,       // a card that answered the reset
    kCardMute,     // something that does not answer the reset
    kCardOut,
  };

  Kind kind = Kind::kReaderFound;
  std::string reader;
  Bytes atr = {};  // of kCardIn

  bool operator==(const Sighting& o) const {
    return kind == o.kind && reader == o.reader && atr == o.atr;
  }
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_SIGHTING_H_
