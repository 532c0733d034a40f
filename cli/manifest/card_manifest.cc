#include "cli/manifest/card_manifest.h"

#include <cstdint>
#include <set>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "lib/base/bytes.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/config.h"

namespace cardferry::cli {
namespace {

using config::v1::CardManifest;
using sequencer::v1::DesiredApplet;
using sequencer::v1::DesiredPackage;
using sequencer::v1::DesiredState;

constexpr int kMaxPackages = 32;
constexpr int kMaxApplets = 64;
constexpr int kMaxRemoved = 64;
constexpr size_t kHashBytes = 32;
// What an INSTALL could carry if it held nothing else.
constexpr size_t kMaxParameterBytes = 255;

absl::Status Refuse(const std::string& field, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", why));
}

// Hexadecimal digits; the fault does not repeat them.
absl::StatusOr<std::string> ToBytes(const std::string& field,
                                    const std::string& hex) {
  const absl::StatusOr<Bytes> bytes = FromHex(hex);
  if (!bytes.ok()) return Refuse(field, "not bytes in hexadecimal");
  return AsString(*bytes);
}

absl::StatusOr<std::string> ToParameters(const std::string& field,
                                         const std::string& hex) {
  ASSIGN_OR_RETURN(std::string bytes, ToBytes(field, hex));
  if (bytes.size() <= kMaxParameterBytes) return bytes;
  return Refuse(field, absl::StrCat(bytes.size(), " bytes, at most ",
                                    kMaxParameterBytes));
}

// One byte of a version, as people write it.
bool IsVersionPart(absl::string_view text) {
  uint32_t value = 0;
  return absl::SimpleAtoi(text, &value) && value <= 0xFF &&
         absl::StrCat(value) == text;
}

absl::Status CheckVersion(const std::string& field,
                          const std::string& version) {
  if (version.empty()) return absl::OkStatus();
  const std::vector<std::string> parts = absl::StrSplit(version, '.');
  if (parts.size() == 2 && IsVersionPart(parts[0]) && IsVersionPart(parts[1])) {
    return absl::OkStatus();
  }
  return Refuse(field, "a version is like 1.0, each part 0 to 255");
}

class Compiler {
 public:
  absl::StatusOr<DesiredState> Compile(const CardManifest& manifest) {
    RETURN_IF_ERROR(CheckCounts(manifest));
    DesiredState desired;
    for (int i = 0; i < manifest.packages_size(); ++i) {
      ASSIGN_OR_RETURN(
          *desired.add_packages(),
          ToPackage(absl::StrCat("packages[", i, "]"), manifest.packages(i)));
    }
    for (const std::string& aid : manifest.remove_packages()) {
      ASSIGN_OR_RETURN(*desired.add_absent_packages(),
                       ToNewAid("remove_packages", aid));
    }
    for (const std::string& aid : manifest.remove_applications()) {
      ASSIGN_OR_RETURN(*desired.add_absent_applications(),
                       ToNewAid("remove_applications", aid));
    }
    return desired;
  }

 private:
  static absl::Status CheckCounts(const CardManifest& manifest) {
    if (manifest.packages_size() > kMaxPackages ||
        manifest.remove_packages_size() > kMaxRemoved ||
        manifest.remove_applications_size() > kMaxRemoved) {
      return absl::InvalidArgumentError(
          absl::StrCat("at most ", kMaxPackages, " packages, ", kMaxRemoved,
                       " of each kind to remove"));
    }
    if (manifest.packages_size() + manifest.remove_packages_size() +
            manifest.remove_applications_size() >
        0) {
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError(
        "the manifest wants nothing: it names no packages and nothing to "
        "remove");
  }

  static absl::StatusOr<std::string> ToAid(const std::string& field,
                                           const std::string& hex) {
    ASSIGN_OR_RETURN(std::string aid, ToBytes(field, hex));
    if (aid.size() >= 5 && aid.size() <= 16) return aid;
    return Refuse(field, "an AID has 5 to 16 bytes");
  }

  // A card has one thing under a name.
  absl::StatusOr<std::string> ToNewAid(const std::string& field,
                                       const std::string& hex) {
    ASSIGN_OR_RETURN(std::string aid, ToAid(field, hex));
    if (names_.insert(aid).second) return aid;
    return Refuse(field, absl::StrCat(ToHex(AsBytes(aid)),
                                      " is named twice in the manifest"));
  }

  absl::StatusOr<DesiredPackage> ToPackage(
      const std::string& field, const CardManifest::Package& package) {
    if (package.application().empty() == package.content_hash().empty()) {
      return Refuse(field, "say either application or content_hash");
    }
    if (package.applets_size() > kMaxApplets) {
      return Refuse(field, absl::StrCat("at most ", kMaxApplets, " applets"));
    }
    DesiredPackage desired;
    desired.set_application(package.application());
    ASSIGN_OR_RETURN(
        *desired.mutable_content_hash(),
        ToBytes(absl::StrCat(field, ".content_hash"), package.content_hash()));
    const size_t hash = desired.content_hash().size();
    if (hash != 0 && hash != kHashBytes) {
      return Refuse(field, "content_hash has 32 bytes, a SHA-256");
    }
    const std::string& name = package.application().empty()
                                  ? desired.content_hash()
                                  : package.application();
    if (!files_.insert(name).second) {
      return Refuse(field, "the same CAP file is named twice");
    }
    RETURN_IF_ERROR(
        CheckVersion(absl::StrCat(field, ".version"), package.version()));
    desired.set_version(package.version());
    desired.set_replace(package.replace());
    for (int i = 0; i < package.applets_size(); ++i) {
      ASSIGN_OR_RETURN(*desired.add_applets(),
                       ToApplet(absl::StrCat(field, ".applets[", i, "]"),
                                package.applets(i)));
    }
    return desired;
  }

  absl::StatusOr<DesiredApplet> ToApplet(const std::string& field,
                                         const CardManifest::Applet& applet) {
    DesiredApplet desired;
    ASSIGN_OR_RETURN(*desired.mutable_module_aid(),
                     ToAid(absl::StrCat(field, ".module"), applet.module()));
    ASSIGN_OR_RETURN(*desired.mutable_instance_aid(),
                     ToNewAid(absl::StrCat(field, ".instance"),
                              applet.instance().empty() ? applet.module()
                                                        : applet.instance()));
    ASSIGN_OR_RETURN(*desired.mutable_privileges(),
                     ToPrivileges(field, applet));
    if (!applet.parameters().empty() && !applet.parameters_text().empty()) {
      return Refuse(field, "say either parameters or parameters_text");
    }
    ASSIGN_OR_RETURN(
        *desired.mutable_install_parameters(),
        ToParameters(absl::StrCat(field, ".parameters"),
                     applet.parameters_text().empty()
                         ? applet.parameters()
                         : ToHex(AsBytes(applet.parameters_text()))));
    ASSIGN_OR_RETURN(*desired.mutable_system_parameters(),
                     ToParameters(absl::StrCat(field, ".system_parameters"),
                                  applet.system_parameters()));
    ASSIGN_OR_RETURN(*desired.mutable_uicc_parameters(),
                     ToParameters(absl::StrCat(field, ".uicc_parameters"),
                                  applet.uicc_parameters()));
    return desired;
  }

  // One byte where that is enough: older cards know no others. The privileges
  // of DAP verification and management are a security domain's (GPCS 2.3.1,
  // tables 6-1 and 6-2).
  static absl::StatusOr<std::string> ToPrivileges(
      const std::string& field, const CardManifest::Applet& applet) {
    std::string bytes(3, '\0');
    const auto set = [&bytes](int bit) {
      const size_t at = static_cast<size_t>(bit) / 8;
      bytes[at] = static_cast<char>(bytes[at] | (0x80 >> (bit % 8)));
    };
    for (const int privilege : applet.privileges()) {
      if (privilege == CardManifest::PRIVILEGE_UNSPECIFIED) {
        return Refuse(field, "PRIVILEGE_UNSPECIFIED is no privilege");
      }
      set(privilege - 1);
      const bool dap = privilege == CardManifest::MANDATED_DAP_VERIFICATION;
      if (dap) set(CardManifest::DAP_VERIFICATION - 1);
    }
    const auto has = [&bytes](size_t at, int bits) {
      return (static_cast<uint8_t>(bytes[at]) & bits) != 0;
    };
    const bool of_domains = has(0, 0x61) || has(1, 0xF0) || has(2, 0xC0);
    if (of_domains && !has(0, 0x80)) {
      return Refuse(absl::StrCat(field, ".privileges"),
                    "DAP, management, tokens and receipts are privileges of "
                    "security domains: SECURITY_DOMAIN is missing");
    }
    if (has(0, 0x20) && has(1, 0x40)) {
      return Refuse(absl::StrCat(field, ".privileges"),
                    "delegated and authorized management exclude each other");
    }
    if (!has(1, 0xFF) && !has(2, 0xFF)) bytes.resize(1);
    return bytes;
  }

  std::set<std::string> names_;
  std::set<std::string> files_;
};

}  // namespace

absl::StatusOr<DesiredState> CompileManifest(const CardManifest& manifest) {
  return Compiler().Compile(manifest);
}

absl::StatusOr<DesiredState> ReadManifest(const std::string& path) {
  ASSIGN_OR_RETURN(const CardManifest manifest,
                   rpc::LoadTextproto<CardManifest>(path));
  absl::StatusOr<DesiredState> desired = CompileManifest(manifest);
  if (!desired.ok()) return Annotate(desired.status(), path);
  return desired;
}

std::string ToJson(const CheckedManifest&) { return "{\"ok\":true}\n"; }

std::string ManifestText(const DesiredState& desired) {
  std::string text;
  for (const DesiredPackage& package : desired.packages()) {
    const std::string name = package.application().empty()
                                 ? ToHex(AsBytes(package.content_hash()))
                                 : package.application();
    absl::StrAppend(
        &text, package.replace() ? "package  (replaces) " : "package  ", name,
        package.version().empty() ? "" : " ", package.version(), "\n");
    for (const DesiredApplet& applet : package.applets()) {
      absl::StrAppend(&text, "  applet ", ToHex(AsBytes(applet.instance_aid())),
                      "\n");
    }
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
