#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_READER_ADDRESS_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_READER_ADDRESS_H_

#include <string>

namespace cardferry::orchestrator {

// One card reader: whose it is (the name in the agent's certificate) and what
// the agent calls it.
struct ReaderAddress {
  std::string agent;
  std::string reader;

  friend bool operator==(const ReaderAddress& a, const ReaderAddress& b) {
    return a.agent == b.agent && a.reader == b.reader;
  }
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_READER_ADDRESS_H_
