#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_APPLICATION_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_APPLICATION_H_

#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/bytes.h"

namespace cardferry::orchestrator {

// What the sequencer found in a CAP file. The hash names it everywhere.
struct LoadFile {
  Bytes content_hash;  // SHA-256 of the file, as the sequencer says
  Bytes package_aid;
  std::string version;  // "1.0"
  std::vector<Bytes> applet_aids;
  uint32_t load_file_bytes = 0;  // what a card is sent
};

// A load file under the name that operators give it.
struct Application {
  std::string name;
  LoadFile load_file;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_APPLICATION_H_
