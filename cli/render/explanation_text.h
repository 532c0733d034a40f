#ifndef CARDFERRY_CLI_RENDER_EXPLANATION_TEXT_H_
#define CARDFERRY_CLI_RENDER_EXPLANATION_TEXT_H_

#include <string>
#include <vector>

#include "lib/card/apdu/status_word.h"
#include "lib/card/status_words/explain.h"

namespace cardferry::cli {

// A status word and what it means, after any command and after some.
struct ExplainedStatusWord {
  card::StatusWord sw;
  std::vector<card::Explanation> explanations;
};

// For people; lines of at most 80 columns.
std::string ExplanationText(const ExplainedStatusWord& explained);

// For programs: one JSON object on one line; no command: after any.
std::string ToJson(const ExplainedStatusWord& explained);

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_RENDER_EXPLANATION_TEXT_H_
