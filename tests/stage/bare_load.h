#ifndef CARDFERRY_TESTS_STAGE_BARE_LOAD_H_
#define CARDFERRY_TESTS_STAGE_BARE_LOAD_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace cardferry::stage {

// A load that is driven by a bare loop over SCardTransmit instead of an agent.
struct BareLoad {
  std::string reader;
  std::string keys_file;  // of the simulated card
  std::string cap_file;
  // CLA INS P1 P2 of every command, in hexadecimal: what an agent sent to such
  // a card. Those of the channel are protected at level 33.
  std::vector<std::string> headers;
};

struct BareLoadCost {
  size_t commands = 0;
  absl::Duration time;  // in SCardTransmit and the loop around it
};

// Sends the same commands with the same lengths. What protects them is made
// before the clock runs. INTERNAL when the card refuses one.
absl::StatusOr<BareLoadCost> RunBareLoad(const BareLoad& load);

}  // namespace cardferry::stage

#endif  // CARDFERRY_TESTS_STAGE_BARE_LOAD_H_
