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

// Cards that applets are loaded onto.
const std::vector<CardKind>& CardKinds();
std::vector<std::string> CardKindNames();

// Cards of files (ISO/IEC 7816-4), which hold no applet.
const std::vector<CardKind>& FileCardKinds();
std::vector<std::string> FileCardKindNames();
bool IsFileCardKind(const std::string& name);

// Of either. INVALID_ARGUMENT that names the kinds there are.
absl::StatusOr<CardKind> FindCardKind(const std::string& name);

}  // namespace cardferry::stage

#endif  // CARDFERRY_TESTS_STAGE_CARD_KINDS_H_
