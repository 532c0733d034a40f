#include "tests/stage/card_kinds.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace cardferry::stage {

const std::vector<CardKind>& CardKinds() {
  static const auto* const kinds = new std::vector<CardKind>{
      {"scp01", "demo-scp01"},
      {"scp01-i15", "demo-scp01"},
      {"scp02", "demo-des"},
      {"scp02-rmac", "demo-des"},
      {"scp02-implicit", "demo-des"},
      {"scp03", "demo-aes128"},
      {"scp03-aes256", "demo-aes256"},
      {"scp03-s16", "demo-aes128"},
      {"scp03-s16-aes256", "demo-aes256"},
  };
  return *kinds;
}

std::vector<std::string> CardKindNames() {
  std::vector<std::string> names;
  for (const CardKind& kind : CardKinds()) names.push_back(kind.name);
  return names;
}

absl::StatusOr<CardKind> FindCardKind(const std::string& name) {
  for (const CardKind& kind : CardKinds()) {
    if (kind.name == name) return kind;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("no kind of card \"", name,
                   "\": ", absl::StrJoin(CardKindNames(), ", ")));
}

}  // namespace cardferry::stage
