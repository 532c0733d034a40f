#include "cli/manifest/manifest_text.h"

#include "absl/strings/str_cat.h"
#include "lib/base/bytes.h"

namespace cardferry::cli {
namespace {

using sequencer::v1::DesiredApplet;
using sequencer::v1::DesiredDomain;
using sequencer::v1::DesiredPackage;
using sequencer::v1::DesiredState;

std::string DomainText(const std::string& security_domain) {
  if (security_domain.empty()) return "";
  return absl::StrCat(", of security domain ", ToHex(AsBytes(security_domain)));
}

// Its line, without what is before the AID.
std::string ApplicationText(const DesiredApplet& application) {
  std::string text = ToHex(AsBytes(application.instance_aid()));
  if (application.life_cycle() == sequencer::v1::LIFE_CYCLE_SELECTABLE) {
    absl::StrAppend(&text, ", selectable");
  }
  if (application.life_cycle() == sequencer::v1::LIFE_CYCLE_LOCKED) {
    absl::StrAppend(&text, ", locked");
  }
  if (application.update_privileges()) {
    absl::StrAppend(&text, ", privileges ",
                    ToHex(AsBytes(application.privileges())));
  }
  if (application.personal_data_size() > 0) {
    absl::StrAppend(&text, ", with personal data");
  }
  return absl::StrCat(text, DomainText(application.security_domain()), "\n");
}

}  // namespace

std::string ToJson(const CheckedManifest&) { return "{\"ok\":true}\n"; }

std::string ToJson(const CheckedRows& checked) {
  return absl::StrCat("{\"ok\":true,\"rows\":", checked.count, "}\n");
}

std::string ManifestText(const DesiredState& desired) {
  std::string text;
  for (const DesiredPackage& package : desired.packages()) {
    const std::string name = package.application().empty()
                                 ? ToHex(AsBytes(package.content_hash()))
                                 : package.application();
    absl::StrAppend(
        &text, package.replace() ? "package  (replaces) " : "package  ", name,
        package.version().empty() ? "" : " ", package.version(),
        DomainText(package.security_domain()), "\n");
    for (const DesiredApplet& applet : package.applets()) {
      absl::StrAppend(&text, "  applet ", ApplicationText(applet));
    }
  }
  for (const DesiredDomain& domain : desired.domains()) {
    absl::StrAppend(&text, "security domain  ",
                    ApplicationText(domain.domain()));
  }
  for (const DesiredApplet& application : desired.applications()) {
    absl::StrAppend(&text, "application  ", ApplicationText(application));
  }
  for (const std::string& aid : desired.absent_packages()) {
    absl::StrAppend(&text, "no package  ", ToHex(AsBytes(aid)), "\n");
  }
  for (const std::string& aid : desired.absent_applications()) {
    absl::StrAppend(&text, "no applet   ", ToHex(AsBytes(aid)), "\n");
  }
  return text;
}

}  // namespace cardferry::cli
