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
  // What the new card is like.
  CardOptions options = {};
};

// What rows share: the test package's module as an instance, and a card that
// has the package, and that instance if `install`.
inline constexpr char kSelectModule[] = "00A4040009F04346455252590A0100";
inline constexpr char kSelectIsd[] = "00A4040008A00000015100000000";
inline constexpr char kDeletePackage[] = "80E400000A4F08F04346455252590A";
void Fill(TestCard& card, bool install);
// What leads up to a row has to work, or the row would be about something else:
// fails the test unless the answer says 9000.
void ExpectDone(const std::string& answer);

// In the order in which a host meets them.
std::vector<StatusWordRow> StatusWordRows();

// Those about R-MAC sessions and sessions without a handshake, which come after
// the other sessions, on cards that have them.
std::vector<StatusWordRow> ImplicitSessionRows();

// Those about security domains beside the issuer's, which come after content.
std::vector<StatusWordRow> DomainRows();

// Those about life cycles and personalization.
std::vector<StatusWordRow> LifeCycleRows();

// Those about the card's keys, which are the last of them.
std::vector<StatusWordRow> KeyRows();

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_TESTS_CARDSIM_STATUS_WORD_ROWS_H_
