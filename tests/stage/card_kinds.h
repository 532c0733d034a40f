#ifndef CARDFERRY_TESTS_STAGE_CARD_KINDS_H_
#define CARDFERRY_TESTS_STAGE_CARD_KINDS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace cardferry::stage {

// A kind of simulated card that the demo's keys and profiles serve.
struct CardKind {
  std::string name;     // also cardsim's --card
  std::string key_set;  // of hsm-config/profiles/demo.textproto
};

const std::vector<CardKind>& CardKinds();
std::vector<std::string> CardKindNames();

// INVALID_ARGUMENT that names the kinds there are.
absl::StatusOr<CardKind> FindCardKind(const std::string& name);

}  // namespace cardferry::stage

#endif  // CARDFERRY_TESTS_STAGE_CARD_KINDS_H_
