#include "services/sequencer/files/file_difference.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace cardferry::sequencer {
namespace {

std::optional<std::string> KindObstacle(const DesiredFile& desired,
                                        const card::FileControl& control) {
  if (!control.descriptor.has_value()) return "the card does not say its kind";
  const card::FileDescriptor& descriptor = *control.descriptor;
  if (descriptor.kind != desired.kind) {
    return absl::StrCat("it is ", card::FileKindName(descriptor.kind),
                        " instead of ", card::FileKindName(desired.kind));
  }
  if (!card::HasRecords(desired.kind)) return std::nullopt;
  if (descriptor.max_record_size != desired.record_size ||
      descriptor.record_count != desired.record_count) {
    return absl::StrCat("it has ", descriptor.record_count, " records of ",
                        descriptor.max_record_size, " bytes instead of ",
                        desired.record_count, " of ", desired.record_size);
  }
  return std::nullopt;
}

}  // namespace

card::FileControl NewFileControl(const DesiredFile& file, uint8_t life_cycle) {
  card::FileControl control;
  control.descriptor = card::FileDescriptor{
      file.kind, false, false, file.record_size, file.record_count};
  control.id = file.id;
  if (file.kind == card::FileKind::kTransparent) control.size = file.size;
  control.df_name = file.df_name;
  if (file.short_id != 0) control.short_id = file.short_id;
  control.life_cycle = life_cycle;
  if (!file.rules.empty()) control.rules = file.rules;
  control.rules_expanded = file.expanded_rules;
  return control;
}

std::optional<std::string> ObstacleIn(const DesiredFile& desired,
                                      const SurveyedFile& actual) {
  const card::FileControl& control = actual.control;
  if (auto obstacle = KindObstacle(desired, control)) return obstacle;
  if (desired.kind == card::FileKind::kTransparent &&
      control.size != desired.size) {
    return absl::StrCat("it has ", control.size.value_or(0),
                        " bytes instead of ", desired.size);
  }
  if (control.df_name != desired.df_name) return "it has another DF name";
  if (control.short_id.value_or(0) != desired.short_id) {
    return absl::StrCat("it has the short identifier ",
                        control.short_id.value_or(0), " instead of ",
                        desired.short_id);
  }
  if (control.has_further_rules ||
      control.rules.value_or(card::AccessRules()) != desired.rules) {
    return "it has other access rules";
  }
  if (desired.kind != card::FileKind::kCyclic &&
      actual.records.size() > desired.records.size()) {
    return absl::StrCat("it has more than ", desired.records.size(),
                        " records");
  }
  return std::nullopt;
}

bool ContentMatches(const DesiredFile& desired, const SurveyedFile& actual) {
  if (!actual.readable) return true;
  return actual.content == desired.content && actual.records == desired.records;
}

}  // namespace cardferry::sequencer
