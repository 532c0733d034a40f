#include "tests/stage/card_kinds.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace cardferry::stage {
namespace {

std::vector<std::string> NamesOf(const std::vector<CardKind>& kinds) {
  std::vector<std::string> names;
  for (const CardKind& kind : kinds) names.push_back(kind.name);
  return names;
}

const CardKind* FindIn(const std::vector<CardKind>& kinds,
                       const std::string& name) {
  for (const CardKind& kind : kinds) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

}  // namespace

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

const std::vector<CardKind>& FileCardKinds() {
  static const auto* const kinds = new std::vector<CardKind>{
      {"files-aes", "demo-files"},
  };
  return *kinds;
}

std::vector<std::string> CardKindNames() { return NamesOf(CardKinds()); }

std::vector<std::string> FileCardKindNames() {
  return NamesOf(FileCardKinds());
}

bool IsFileCardKind(const std::string& name) {
  return FindIn(FileCardKinds(), name) != nullptr;
}

absl::StatusOr<CardKind> FindCardKind(const std::string& name) {
  const CardKind* kind = FindIn(CardKinds(), name);
  if (kind == nullptr) kind = FindIn(FileCardKinds(), name);
  if (kind != nullptr) return *kind;
  return absl::InvalidArgumentError(absl::StrCat(
      "no kind of card \"", name, "\": ", absl::StrJoin(CardKindNames(), ", "),
      ", ", absl::StrJoin(FileCardKindNames(), ", ")));
}

}  // namespace cardferry::stage
