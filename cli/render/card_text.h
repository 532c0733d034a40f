#ifndef CARDFERRY_CLI_RENDER_CARD_TEXT_H_
#define CARDFERRY_CLI_RENDER_CARD_TEXT_H_

#include <string>
#include <vector>

#include "proto/cardferry/orchestrator/v1/orchestrator.pb.h"

namespace cardferry::cli {

// A line a card. An empty list says what to do.
std::string CardTable(const std::vector<orchestrator::v1::Card>& cards);

// What is known of one card, but for what is on it.
std::string CardText(const orchestrator::v1::Card& card);

// What is on one card: a table of packages, a table of applications.
std::string CardContentText(const orchestrator::v1::Card& card);

// A line for each thing that a card has confirmed.
std::string ReceiptTable(
    const std::vector<orchestrator::v1::Receipt>& receipts);

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_RENDER_CARD_TEXT_H_
