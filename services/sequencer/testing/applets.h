#ifndef CARDFERRY_SERVICES_SEQUENCER_TESTING_APPLETS_H_
#define CARDFERRY_SERVICES_SEQUENCER_TESTING_APPLETS_H_

#include <cstdint>
#include <memory>
#include <string>

#include "lib/base/bytes.h"
#include "services/sequencer/load_file_cache.h"

namespace cardferry::sequencer {

// A file of //applets; stops the process when it is not among the test's data.
Bytes ReadApplet(const std::string& name);
std::shared_ptr<const LoadFile> LoadApplet(const std::string& name);
// The same with another version of the package in its Header component.
std::shared_ptr<const LoadFile> LoadApplet(const std::string& name,
                                           uint8_t major, uint8_t minor);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_TESTING_APPLETS_H_
