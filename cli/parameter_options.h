#ifndef CARDFERRY_CLI_PARAMETER_OPTIONS_H_
#define CARDFERRY_CLI_PARAMETER_OPTIONS_H_

#include <istream>
#include <string>

#include "absl/status/statusor.h"

namespace CLI {
class App;
}

namespace cardferry::cli {

// --param-file, --param-hex and --param-text: install parameters. At most one
// is given.
struct ParameterOptions {
  std::string file;
  std::string hex;
  std::string text;

  bool empty() const { return file.empty() && hex.empty() && text.empty(); }
};

// Adds the three to a subcommand; `options` lives longer.
void AddParameterOptions(CLI::App& subcommand, ParameterOptions& options);

// The bytes; "-" for a file is `in`. INVALID_ARGUMENT for what is not
// hexadecimal; the file's own errors.
absl::StatusOr<std::string> ReadParameters(const ParameterOptions& options,
                                           std::istream& in);

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_PARAMETER_OPTIONS_H_
