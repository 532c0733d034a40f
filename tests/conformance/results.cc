#include "tests/conformance/results.h"

#include <optional>

#include "absl/strings/str_format.h"

namespace cardferry::conformance {
namespace {

void RunOne(const Vector& vector, const std::string& file, Runner& runner,
            Results& results) {
  Tally& tally = results.tallies[{file, runner.name()}];
  if (const std::optional<std::string> reason = runner.WhyNot(vector)) {
    ++tally.skipped;
    ++results.skips[{runner.name(), vector.kind(), *reason}];
    return;
  }
  const absl::Status status = runner.Run(vector);
  if (status.ok()) {
    ++tally.passed;
    results.passed_by[&vector].insert(runner.name());
    return;
  }
  ++tally.failed;
  results.failures.push_back(
      {file, vector.name(), runner.name(), status.ToString()});
}

}  // namespace

Tally Results::Total() const {
  Tally total;
  for (const auto& [place, tally] : tallies) {
    total.passed += tally.passed;
    total.failed += tally.failed;
    total.skipped += tally.skipped;
  }
  return total;
}

bool Results::Ok() const {
  const Tally total = Total();
  return total.passed > 0 && total.failed == 0;
}

Results RunVectors(absl::Span<const VectorFile> files,
                   absl::Span<const std::unique_ptr<Runner>> runners) {
  Results results;
  for (const VectorFile& file : files) {
    for (const std::unique_ptr<Runner>& runner : runners) {
      for (const Vector& vector : file.vectors) {
        RunOne(vector, file.name, *runner, results);
      }
    }
  }
  return results;
}

void Print(const Results& results, std::ostream& out) {
  for (const auto& [what, count] : results.skips) {
    const auto& [runner, kind, reason] = what;
    out << absl::StreamFormat("skipped %4d  %-13s %-20s %s\n", count, runner,
                              kind, reason);
  }
  for (const Failure& failure : results.failures) {
    out << absl::StreamFormat("FAILED %s %s (%s): %s\n", failure.file,
                              failure.vector, failure.runner, failure.message);
  }
  out << absl::StreamFormat("\n%-40s %-13s %7s %7s %7s\n", "file", "side",
                            "passed", "failed", "skipped");
  for (const auto& [place, tally] : results.tallies) {
    out << absl::StreamFormat("%-40s %-13s %7d %7d %7d\n", place.first,
                              place.second, tally.passed, tally.failed,
                              tally.skipped);
  }
  const Tally total = results.Total();
  if (total.passed == 0) out << "\nNo vector was passed: nothing is shown.\n";
  out << absl::StreamFormat("\n%d passed, %d failed, %d skipped\n",
                            total.passed, total.failed, total.skipped);
}

}  // namespace cardferry::conformance
