#include "cli/manifest/card_manifest.h"

#include <cstdint>
#include <set>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "cli/manifest/manifest_value.h"
#include "cli/manifest/personal_data.h"
#include "lib/base/bytes.h"
#include "lib/base/status_macros.h"

namespace cardferry::cli {
namespace {

using config::v1::CardManifest;
using sequencer::v1::CardValue;
using sequencer::v1::DesiredApplet;
using sequencer::v1::DesiredDomain;
using sequencer::v1::DesiredPackage;
using sequencer::v1::DesiredState;

constexpr int kMaxPackages = 32;
constexpr int kMaxApplets = 64;
constexpr int kMaxRemoved = 64;
constexpr size_t kHashBytes = 32;
// What most cards make security domains of.
constexpr char kDomainPackage[] = "A0000001515350";
constexpr char kDomainModule[] = "A000000151535041";

class Compiler {
 public:
  absl::StatusOr<DesiredState> Compile(const CardManifest& manifest) {
    RETURN_IF_ERROR(CheckCounts(manifest));
    DesiredState desired;
    desired.set_allow_data_loss(manifest.allow_data_loss());
    for (int i = 0; i < manifest.packages_size(); ++i) {
      ASSIGN_OR_RETURN(
          *desired.add_packages(),
          ToPackage(absl::StrCat("packages[", i, "]"), manifest.packages(i)));
    }
    for (int i = 0; i < manifest.security_domains_size(); ++i) {
      ASSIGN_OR_RETURN(*desired.add_domains(),
                       ToDomain(absl::StrCat("security_domains[", i, "]"),
                                manifest.security_domains(i)));
    }
    for (int i = 0; i < manifest.applications_size(); ++i) {
      ASSIGN_OR_RETURN(*desired.add_applications(),
                       ToApplication(absl::StrCat("applications[", i, "]"),
                                     manifest.applications(i)));
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
        manifest.security_domains_size() > kMaxApplets ||
        manifest.applications_size() > kMaxApplets ||
        manifest.remove_packages_size() > kMaxRemoved ||
        manifest.remove_applications_size() > kMaxRemoved) {
      return absl::InvalidArgumentError(
          absl::StrCat("at most ", kMaxPackages, " packages, ", kMaxApplets,
                       " security domains and as many applications, ",
                       kMaxRemoved, " of each kind to remove"));
    }
    if (manifest.packages_size() + manifest.security_domains_size() +
            manifest.applications_size() + manifest.remove_packages_size() +
            manifest.remove_applications_size() >
        0) {
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError(
        "the manifest wants nothing: it names no packages, security domains "
        "or applications, and nothing to remove");
  }

  static absl::StatusOr<std::string> ToAid(const std::string& field,
                                           const std::string& hex) {
    ASSIGN_OR_RETURN(std::string aid, ToBytes(field, hex));
    if (aid.size() >= 5 && aid.size() <= 16) return aid;
    return Refuse(field, "an AID has 5 to 16 bytes");
  }

  static absl::StatusOr<std::string> ToOptionalAid(const std::string& field,
                                                   const std::string& hex) {
    if (hex.empty()) return std::string();
    return ToAid(field, hex);
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
    ASSIGN_OR_RETURN(*desired.mutable_security_domain(),
                     ToOptionalAid(absl::StrCat(field, ".security_domain"),
                                   package.security_domain()));
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
                     ToPrivileges(field, applet.privileges()));
    RETURN_IF_ERROR(SetRegistryEntry(field, applet, desired));
    RETURN_IF_ERROR(AddPersonalData(field, applet, desired));
    if (!applet.parameters().empty() && !applet.parameters_text().empty()) {
      return Refuse(field, "say either parameters or parameters_text");
    }
    ASSIGN_OR_RETURN(
        const Value parameters,
        ToValue(absl::StrCat(field, ".parameters"), applet.parameters(),
                applet.parameters_text(), kMaxParameterBytes));
    desired.set_install_parameters(parameters.bytes);
    for (const CardValue& fact : parameters.facts) {
      *desired.add_install_parameter_facts() = fact;
    }
    ASSIGN_OR_RETURN(*desired.mutable_system_parameters(),
                     ToParameters(absl::StrCat(field, ".system_parameters"),
                                  applet.system_parameters()));
    ASSIGN_OR_RETURN(*desired.mutable_uicc_parameters(),
                     ToParameters(absl::StrCat(field, ".uicc_parameters"),
                                  applet.uicc_parameters()));
    return desired;
  }

  // What an applet, a security domain and an application have in common.
  template <typename T>
  static absl::Status SetRegistryEntry(const std::string& field, const T& entry,
                                       DesiredApplet& desired) {
    ASSIGN_OR_RETURN(*desired.mutable_security_domain(),
                     ToOptionalAid(absl::StrCat(field, ".security_domain"),
                                   entry.security_domain()));
    desired.set_update_privileges(entry.update_privileges());
    switch (entry.life_cycle()) {
      case CardManifest::LIFE_CYCLE_UNSPECIFIED:
        return absl::OkStatus();
      case CardManifest::SELECTABLE:
        desired.set_life_cycle(sequencer::v1::LIFE_CYCLE_SELECTABLE);
        return absl::OkStatus();
      case CardManifest::LOCKED:
        desired.set_life_cycle(sequencer::v1::LIFE_CYCLE_LOCKED);
        return absl::OkStatus();
      default:
        return Refuse(field, "no such life-cycle state");
    }
  }

  template <typename T>
  static absl::Status AddPersonalData(const std::string& field, const T& entry,
                                      DesiredApplet& desired) {
    if (entry.personal_data_size() > kMaxApplets) {
      return Refuse(field, absl::StrCat("at most ", kMaxApplets,
                                        " entries of personal_data"));
    }
    for (int i = 0; i < entry.personal_data_size(); ++i) {
      ASSIGN_OR_RETURN(
          *desired.add_personal_data(),
          ToPersonalData(absl::StrCat(field, ".personal_data[", i, "]"),
                         entry.personal_data(i)));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<DesiredDomain> ToDomain(
      const std::string& field, const CardManifest::SecurityDomain& domain) {
    DesiredDomain desired;
    ASSIGN_OR_RETURN(
        *desired.mutable_package_aid(),
        ToAid(absl::StrCat(field, ".package"),
              domain.package().empty() ? kDomainPackage : domain.package()));
    DesiredApplet& applet = *desired.mutable_domain();
    ASSIGN_OR_RETURN(
        *applet.mutable_module_aid(),
        ToAid(absl::StrCat(field, ".module"),
              domain.module().empty() ? kDomainModule : domain.module()));
    ASSIGN_OR_RETURN(
        *applet.mutable_instance_aid(),
        ToNewAid(absl::StrCat(field, ".instance"), domain.instance()));
    CardManifest::SecurityDomain privileged = domain;
    privileged.add_privileges(CardManifest::SECURITY_DOMAIN);
    ASSIGN_OR_RETURN(*applet.mutable_privileges(),
                     ToPrivileges(field, privileged.privileges()));
    ASSIGN_OR_RETURN(
        *applet.mutable_install_parameters(),
        ToParameters(absl::StrCat(field, ".parameters"), domain.parameters()));
    ASSIGN_OR_RETURN(*applet.mutable_system_parameters(),
                     ToParameters(absl::StrCat(field, ".system_parameters"),
                                  domain.system_parameters()));
    RETURN_IF_ERROR(SetRegistryEntry(field, domain, applet));
    return desired;
  }

  absl::StatusOr<DesiredApplet> ToApplication(
      const std::string& field, const CardManifest::Application& application) {
    DesiredApplet desired;
    ASSIGN_OR_RETURN(
        *desired.mutable_instance_aid(),
        ToNewAid(absl::StrCat(field, ".instance"), application.instance()));
    if (application.privileges_size() > 0 && !application.update_privileges()) {
      return Refuse(field,
                    "privileges of an application that is there change only "
                    "with update_privileges");
    }
    ASSIGN_OR_RETURN(*desired.mutable_privileges(),
                     ToPrivileges(field, application.privileges()));
    RETURN_IF_ERROR(SetRegistryEntry(field, application, desired));
    RETURN_IF_ERROR(AddPersonalData(field, application, desired));
    return desired;
  }

  // One byte where that is enough: older cards know no others. The privileges
  // of DAP verification and management are a security domain's (GPCS 2.3.1,
  // tables 6-1 and 6-2).
  static absl::StatusOr<std::string> ToPrivileges(
      const std::string& field,
      const google::protobuf::RepeatedField<int>& privileges) {
    std::string bytes(3, '\0');
    const auto set = [&bytes](int bit) {
      const size_t at = static_cast<size_t>(bit) / 8;
      bytes[at] = static_cast<char>(bytes[at] | (0x80 >> (bit % 8)));
    };
    for (const int privilege : privileges) {
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

}  // namespace cardferry::cli
