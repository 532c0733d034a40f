#include "cli/manifest/personal_data.h"

#include "absl/strings/str_cat.h"
#include "cli/manifest/manifest_value.h"
#include "lib/base/bytes.h"
#include "lib/base/status_macros.h"

namespace cardferry::cli {
namespace {

using config::v1::CardManifest;
using sequencer::v1::CardValue;
using sequencer::v1::PersonalData;
using sequencer::v1::PersonalObject;

void SetValue(const Value& value, PersonalObject& object) {
  object.set_value(value.bytes);
  for (const CardValue& fact : value.facts) *object.add_facts() = fact;
}

absl::StatusOr<PersonalObject> ToObject(
    const std::string& field, const CardManifest::DataObject& object) {
  PersonalObject desired;
  ASSIGN_OR_RETURN(
      const std::string identifier,
      ToBytes(absl::StrCat(field, ".identifier"), object.identifier()));
  if (identifier.empty() || identifier.size() > 3) {
    return Refuse(absl::StrCat(field, ".identifier"),
                  "a data grouping has 2 bytes, a tag 1 to 3");
  }
  uint32_t number = 0;
  for (const uint8_t byte : AsBytes(identifier)) number = number << 8 | byte;
  desired.set_identifier(number);
  ASSIGN_OR_RETURN(const Value value,
                   ToValue(absl::StrCat(field, ".value"), object.value(),
                           object.value_text(), kMaxValueBytes));
  SetValue(value, desired);
  return desired;
}

}  // namespace

absl::StatusOr<PersonalData> ToPersonalData(
    const std::string& field, const CardManifest::PersonalData& data) {
  const bool plain = !data.data().empty() || !data.data_text().empty();
  const int forms = (plain ? 1 : 0) + (data.data_groups_size() > 0 ? 1 : 0) +
                    (data.data_objects_size() > 0 ? 1 : 0);
  if (forms != 1) {
    return Refuse(field, "say one of data_groups, data_objects and data");
  }
  PersonalData desired;
  if (plain) {
    ASSIGN_OR_RETURN(const Value value,
                     ToValue(absl::StrCat(field, ".data"), data.data(),
                             data.data_text(), kMaxValueBytes));
    SetValue(value, *desired.add_objects());
    return desired;
  }
  const bool groups = data.data_groups_size() > 0;
  desired.set_format(groups ? sequencer::v1::DATA_FORMAT_DGI
                            : sequencer::v1::DATA_FORMAT_BER_TLV);
  const auto& objects = groups ? data.data_groups() : data.data_objects();
  for (int i = 0; i < objects.size(); ++i) {
    ASSIGN_OR_RETURN(
        *desired.add_objects(),
        ToObject(
            absl::StrCat(field, groups ? ".data_groups[" : ".data_objects[", i,
                         "]"),
            objects[i]));
  }
  return desired;
}

}  // namespace cardferry::cli
