// Holds the vectors of a folder against the secure-channel code.
// Exit status: 0, 1 on failures or when nothing passed, 2 when it could not be
// asked (usage, unreadable files, no HSM).

#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <optional>
#include <string>

#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/status_macros.h"
#include "tests/conformance/coverage_table.h"
#include "tests/conformance/results.h"
#include "tests/conformance/runners.h"
#include "tests/conformance/vector_file.h"

namespace cardferry::conformance {
namespace {

constexpr int kFailed = 1;
constexpr int kNotRun = 2;

int NotRun(const absl::Status& status) {
  std::cerr << "conformance: " << status.message() << "\n";
  return kNotRun;
}

struct Options {
  std::string folder;
  Selection selection;
  std::string table;  // a page; empty: none
};

// The one place where the command line's library may throw. Gives the exit
// status when there is nothing left to do.
std::optional<int> ParseCommandLine(int argc, char** argv, Options& options) {
  try {
    CLI::App app("Holds the vectors of a folder against the channel's code");
    app.add_option("DIR", options.folder, "folder with *.json")->required();
    app.add_option("--cipher", options.selection.cipher,
                   "openssl, pkcs11 or all");
    app.add_option("--side", options.selection.side, "host, card or all");
    app.add_option("--table", options.table,
                   "page in which the table of what was passed is renewed");
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      return app.exit(error) == 0 ? 0 : kNotRun;
    }
    return std::nullopt;
  } catch (const std::exception& error) {
    std::cerr << "conformance: " << error.what() << "\n";
    return kNotRun;
  }
}

absl::Status RenewTable(const std::string& page,
                        absl::Span<const VectorFile> files,
                        const Results& results) {
  constexpr size_t kMaxPageBytes = 1 << 20;
  ASSIGN_OR_RETURN(const std::string text, ReadFile(page, kMaxPageBytes));
  const auto renewed = WithTable(text, CoverageTable(files, results));
  if (!renewed.ok()) return Annotate(renewed.status(), page);
  return WriteFileAtomically(page, AsBytes(*renewed), 0644);
}

int Main(int argc, char** argv) {
  Options options;
  if (const auto status = ParseCommandLine(argc, argv, options)) return *status;
  const auto files = LoadVectorFiles(options.folder);
  if (!files.ok()) return NotRun(files.status());
  const auto runners = MakeRunners(options.selection);
  if (!runners.ok()) return NotRun(runners.status());
  const Results results = RunVectors(*files, *runners);
  Print(results, std::cout);
  if (!results.Ok()) return kFailed;
  if (options.table.empty()) return 0;
  const absl::Status renewed = RenewTable(options.table, *files, results);
  return renewed.ok() ? 0 : NotRun(renewed);
}

}  // namespace
}  // namespace cardferry::conformance

int main(int argc, char** argv) {
  return cardferry::conformance::Main(argc, argv);
}
