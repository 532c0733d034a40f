// Holds the vectors of a folder against the secure-channel code.
// Exit status: 0, 1 on failures or when nothing passed, 2 when it could not be
// asked (usage, unreadable files, no HSM).

#include <CLI/CLI.hpp>
#include <iostream>
#include <string>

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

int Main(int argc, char** argv) {
  std::string folder;
  Selection selection;
  CLI::App app("Holds the vectors of a folder against the channel's code");
  app.add_option("DIR", folder, "folder with *.json")->required();
  app.add_option("--cipher", selection.cipher, "openssl, pkcs11 or all");
  app.add_option("--side", selection.side, "host, card or all");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kNotRun;
  }
  const auto files = LoadVectorFiles(folder);
  if (!files.ok()) return NotRun(files.status());
  const auto runners = MakeRunners(selection);
  if (!runners.ok()) return NotRun(runners.status());
  const Results results = RunVectors(*files, *runners);
  Print(results, std::cout);
  return results.Ok() ? 0 : kFailed;
}

}  // namespace
}  // namespace cardferry::conformance

int main(int argc, char** argv) {
  return cardferry::conformance::Main(argc, argv);
}
