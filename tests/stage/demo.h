#ifndef CARDFERRY_TESTS_STAGE_DEMO_H_
#define CARDFERRY_TESTS_STAGE_DEMO_H_

#include <string>

#include "absl/status/status.h"
#include "tests/stage/report.h"
#include "tests/stage/stage.h"

namespace cardferry::stage {

struct DemoOptions {
  StageOptions stage;
  std::string applet;  // a CAP file
  std::string report;  // where the figures go as JSON; empty: nowhere
};

// Raises the stack, loads an applet the way an operator would (with the shipped
// command line tool), asks the card with an independent PC/SC client, and says
// what it cost. Prints what it does.
absl::Status RunDemo(const DemoOptions& options);

}  // namespace cardferry::stage

#endif  // CARDFERRY_TESTS_STAGE_DEMO_H_
