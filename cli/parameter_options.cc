#include "cli/parameter_options.h"

#include <iterator>

#include "CLI/CLI.hpp"
#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/status_macros.h"

namespace cardferry::cli {
namespace {

// More is refused by the orchestrator anyway.
constexpr size_t kMaxParameterBytes = 4096;

}  // namespace

void AddParameterOptions(CLI::App& subcommand, ParameterOptions& options) {
  CLI::Option* file = subcommand.add_option(
      "--param-file", options.file,
      "install parameters: the bytes of this file, '-' for standard input");
  CLI::Option* hex = subcommand.add_option(
      "--param-hex", options.hex,
      "install parameters in hexadecimal; not for secrets");
  CLI::Option* text = subcommand.add_option(
      "--param-text", options.text,
      "install parameters as text; not for secrets: every user of this\n"
      "machine can read them in `ps`, and your shell remembers them");
  file->excludes(hex)->excludes(text);
  hex->excludes(text);
}

absl::StatusOr<std::string> ReadParameters(const ParameterOptions& options,
                                           std::istream& in) {
  if (options.file == "-") {
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  if (!options.file.empty()) {
    return ReadFile(options.file, kMaxParameterBytes);
  }
  if (!options.hex.empty()) {
    ASSIGN_OR_RETURN(const Bytes bytes, FromHex(options.hex));
    return AsString(bytes);
  }
  return options.text;
}

}  // namespace cardferry::cli
