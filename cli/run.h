#ifndef CARDFERRY_CLI_RUN_H_
#define CARDFERRY_CLI_RUN_H_

#include <string>
#include <vector>

#include "cli/command.h"

namespace cardferry::cli {

// One run of `cardferry ARGUMENTS...` (without the program's name); its exit
// code.
int RunCardferry(const std::vector<std::string>& arguments, World world);

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_RUN_H_
