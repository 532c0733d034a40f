#ifndef CARDFERRY_TESTS_E2E_CARD_LOG_H_
#define CARDFERRY_TESTS_E2E_CARD_LOG_H_

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace cardferry::e2e {

// A command that reached the simulated card and its answer, as the card's own
// log tells it: never any data.
struct Exchange {
  std::string header;        // CLA INS P1 P2, hexadecimal
  size_t command_bytes = 0;  // the whole command
  std::string sw;            // hexadecimal; empty: the card gave no answer
  size_t answer_bytes = 0;   // with the status word

  // The INS byte, hexadecimal; empty for what is no command.
  std::string ins() const {
    return header.size() < 4 ? "" : header.substr(2, 2);
  }
  friend bool operator==(const Exchange& a, const Exchange& b) {
    return a.header == b.header && a.command_bytes == b.command_bytes &&
           a.sw == b.sw && a.answer_bytes == b.answer_bytes;
  }
};

std::ostream& operator<<(std::ostream& out, const Exchange& exchange);

// All exchanges in a log of `cardsim --log_apdus`, in order. INVALID_ARGUMENT
// for a line that cardsim does not write; other messages are passed over.
absl::StatusOr<std::vector<Exchange>> ParseCardLog(absl::string_view log);

// The headers of those exchanges whose INS byte (hexadecimal) is one of these.
std::vector<std::string> HeadersOf(const std::vector<Exchange>& exchanges,
                                   const std::vector<std::string>& ins);

}  // namespace cardferry::e2e

#endif  // CARDFERRY_TESTS_E2E_CARD_LOG_H_
