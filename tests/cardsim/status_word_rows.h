#ifndef CARDFERRY_TESTS_CARDSIM_STATUS_WORD_ROWS_H_
#define CARDFERRY_TESTS_CARDSIM_STATUS_WORD_ROWS_H_

#include <functional>
#include <string>
#include <vector>

#include "cardsim/testing/test_card.h"

namespace cardferry::cardsim {

// Something that a host does, and what a new card answers to it.
struct StatusWordRow {
  const char* what;
  const char* sw;
  // The answer to the command that the row is about.
  std::function<std::string(TestCard&)> run;
};

// In the order in which a host meets them.
std::vector<StatusWordRow> StatusWordRows();

// Those about R-MAC sessions and sessions without a handshake, which come after
// the other sessions, on cards that have them.
std::vector<StatusWordRow> ImplicitSessionRows();

// Those about security domains beside the issuer's, which come after content.
std::vector<StatusWordRow> DomainRows();

// Those about the card's keys, which are the last of them.
std::vector<StatusWordRow> KeyRows();

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_TESTS_CARDSIM_STATUS_WORD_ROWS_H_
