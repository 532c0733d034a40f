#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_PAGE_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_PAGE_H_

#include <string>
#include <vector>

namespace cardferry::orchestrator {

// Part of a list that may be long, and where the next part begins.
template <typename Value>
struct Page {
  std::vector<Value> values;
  std::string next;  // empty: this is the last
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_MODEL_PAGE_H_
