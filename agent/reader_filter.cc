#include "agent/reader_filter.h"

#include <algorithm>

namespace cardferry::agent {
namespace {

bool MatchesAny(absl::string_view name,
                const std::vector<std::string>& patterns) {
  return std::any_of(
      patterns.begin(), patterns.end(),
      [name](const std::string& p) { return MatchesPattern(name, p); });
}

}  // namespace

// Goes back to the last star only: no pattern takes more than
// name x pattern steps.
bool MatchesPattern(absl::string_view name, absl::string_view pattern) {
  size_t n = 0;
  size_t p = 0;
  size_t star = absl::string_view::npos;
  size_t after_star = 0;  // where in the name the last star's text ends
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      after_star = n;
    } else if (p < pattern.size() &&
               (pattern[p] == '?' || pattern[p] == name[n])) {
      ++p;
      ++n;
    } else if (star != absl::string_view::npos) {
      p = star + 1;
      n = ++after_star;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

bool ReaderFilter::Serves(absl::string_view reader) const {
  if (MatchesAny(reader, ignore)) return false;
  return serve.empty() || MatchesAny(reader, serve);
}

}  // namespace cardferry::agent
