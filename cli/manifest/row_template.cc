#include "cli/manifest/row_template.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/protobuf/message.h"
#include "lib/base/status_macros.h"

namespace cardferry::cli {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

using Values = std::map<std::string, std::string>;

constexpr absl::string_view kOpen = "${";
constexpr absl::string_view kRow = "row.";

// What stands in the place of ${inside}.
absl::StatusOr<std::string> ValueOf(absl::string_view inside,
                                    const Values& values) {
  absl::string_view name = inside;
  if (!absl::ConsumePrefix(&name, kRow)) {
    return absl::StrCat(kOpen, inside, "}");
  }
  const auto value = values.find(std::string(name));
  if (value != values.end() &&
      value->second.find(kOpen.data()) == std::string::npos) {
    return value->second;
  }
  if (value != values.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the row's value \"", name, "\" has ${ in it"));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("the rows have no value called \"", name,
                   values.empty() ? "\": give them with --rows" : "\""));
}

absl::Status FillField(Message& message, const FieldDescriptor& field,
                       const Values& values) {
  const auto& reflection = *message.GetReflection();
  const bool repeated = field.is_repeated();
  const int count = repeated ? reflection.FieldSize(message, &field) : 1;
  for (int i = 0; i < count; ++i) {
    const std::string text =
        repeated ? reflection.GetRepeatedString(message, &field, i)
                 : reflection.GetString(message, &field);
    absl::StatusOr<std::string> filled = FillRow(text, values);
    if (!filled.ok()) return Annotate(filled.status(), field.name());
    if (repeated) {
      reflection.SetRepeatedString(&message, &field, i, *std::move(filled));
    } else {
      reflection.SetString(&message, &field, *std::move(filled));
    }
  }
  return absl::OkStatus();
}

absl::Status FillMessage(Message& message, const Values& values);

absl::Status FillMessages(Message& message, const FieldDescriptor& field,
                          const Values& values) {
  const auto& reflection = *message.GetReflection();
  if (!field.is_repeated()) {
    return FillMessage(*reflection.MutableMessage(&message, &field), values);
  }
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    RETURN_IF_ERROR(FillMessage(
        *reflection.MutableRepeatedMessage(&message, &field, i), values));
  }
  return absl::OkStatus();
}

// Manifests are a few levels deep: a message that is read holds no other depth.
absl::Status FillMessage(Message& message, const Values& values) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING) {
      RETURN_IF_ERROR(FillField(message, *field, values));
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      RETURN_IF_ERROR(FillMessages(message, *field, values));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> FillRow(absl::string_view text,
                                    const Values& values) {
  std::string filled;
  while (true) {
    const size_t open = text.find(kOpen);
    absl::StrAppend(&filled, text.substr(0, open));
    if (open == absl::string_view::npos) return filled;
    text.remove_prefix(open + kOpen.size());
    const size_t close = text.find('}');
    if (close == absl::string_view::npos) {
      return absl::InvalidArgumentError("a ${ is not closed");
    }
    ASSIGN_OR_RETURN(const std::string value,
                     ValueOf(text.substr(0, close), values));
    filled += value;
    text.remove_prefix(close + 1);
  }
}

absl::StatusOr<config::v1::CardManifest> FillRow(
    const config::v1::CardManifest& manifest, const Values& values) {
  config::v1::CardManifest filled = manifest;
  RETURN_IF_ERROR(FillMessage(filled, values));
  return filled;
}

}  // namespace cardferry::cli
