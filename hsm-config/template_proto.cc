#include "hsm-config/template_proto.h"

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/base/bytes.h"
#include "lib/base/status_macros.h"

namespace cardferry::hsm {
namespace {

namespace pb = config::v1;
using scp::IssuerTemplate;
using scp::TemplateMethod;
using scp::TemplatePart;
using Kind = TemplatePart::Kind;

absl::StatusOr<TemplateMethod> ToMethod(pb::DerivationTemplate::Method method) {
  switch (method) {
    case pb::DerivationTemplate::METHOD_ECB:
      return TemplateMethod::kEcb;
    case pb::DerivationTemplate::METHOD_CMAC_COUNTER:
      return TemplateMethod::kCmacCounter;
    case pb::DerivationTemplate::METHOD_AN10922:
      return TemplateMethod::kAn10922;
    default:
      return absl::InvalidArgumentError("no method");
  }
}

// A part that says nothing but its kind, which must say so.
absl::StatusOr<TemplatePart> Plain(Kind kind, bool is_there) {
  if (is_there) return TemplatePart{kind, 0, 0, {}};
  return absl::InvalidArgumentError("a part that is false: leave it out");
}

absl::StatusOr<TemplatePart> ParsePart(const pb::DerivationTemplate::Part& p) {
  switch (p.part_case()) {
    case pb::DerivationTemplate::Part::kCardData:
      return TemplatePart{
          Kind::kCardData, p.card_data().offset(), p.card_data().length(), {}};
    case pb::DerivationTemplate::Part::kConstant: {
      ASSIGN_OR_RETURN(Bytes constant, FromHex(p.constant()));
      return TemplatePart{Kind::kConstant, 0, 0, std::move(constant)};
    }
    case pb::DerivationTemplate::Part::kKeyNumber:
      return Plain(Kind::kKeyNumber, p.key_number());
    case pb::DerivationTemplate::Part::kCounter:
      return Plain(Kind::kCounter, p.counter());
    case pb::DerivationTemplate::Part::kKeyLength:
      return Plain(Kind::kKeyLength, p.key_length());
    default:
      return absl::InvalidArgumentError("an empty part");
  }
}

absl::StatusOr<IssuerTemplate> ParseTemplate(
    const pb::DerivationTemplate& message) {
  IssuerTemplate form;
  RETURN_IF_ERROR(CheckProfileName(message.name()));
  form.name = message.name();
  if (message.version() == 0) {
    return absl::InvalidArgumentError("version starts at 1");
  }
  form.version = message.version();
  ASSIGN_OR_RETURN(form.method, ToMethod(message.method()));
  for (const pb::DerivationTemplate::Part& part : message.parts()) {
    absl::StatusOr<TemplatePart> parsed = ParsePart(part);
    if (!parsed.ok()) {
      return Annotate(parsed.status(),
                      absl::StrCat("part ", form.parts.size()));
    }
    form.parts.push_back(*std::move(parsed));
  }
  return form;
}

}  // namespace

absl::Status CheckProfileName(const std::string& name) {
  if (name.empty()) return absl::InvalidArgumentError("no name");
  for (const char c : name) {
    if (!absl::ascii_islower(static_cast<unsigned char>(c)) &&
        !absl::ascii_isdigit(static_cast<unsigned char>(c)) && c != '-') {
      return absl::InvalidArgumentError("name has other than a-z, 0-9 and -");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::map<std::string, IssuerTemplate>> ParseTemplates(
    const pb::KeyProfile& profile) {
  std::map<std::string, IssuerTemplate> templates;
  for (const pb::DerivationTemplate& message : profile.templates()) {
    const std::string name =
        absl::StrCat(message.name(), "/", message.version());
    absl::StatusOr<IssuerTemplate> form = ParseTemplate(message);
    if (!form.ok()) {
      return Annotate(form.status(), absl::StrCat("template ", name));
    }
    if (!templates.emplace(name, *std::move(form)).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("template ", name, " twice"));
    }
  }
  return templates;
}

}  // namespace cardferry::hsm
