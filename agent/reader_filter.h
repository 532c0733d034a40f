#ifndef CARDFERRY_AGENT_READER_FILTER_H_
#define CARDFERRY_AGENT_READER_FILTER_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace cardferry::agent {

// True when `name` is what `pattern` says: * stands for any characters, also
// none, ? for exactly one; everything else for itself. The whole name counts.
bool MatchesPattern(absl::string_view name, absl::string_view pattern);

// Which readers the agent serves. Both lists hold patterns.
struct ReaderFilter {
  std::vector<std::string> serve;   // empty: all
  std::vector<std::string> ignore;  // has the last word

  bool Serves(absl::string_view reader) const;
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_AGENT_READER_FILTER_H_
