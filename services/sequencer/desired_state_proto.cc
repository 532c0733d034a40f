#include "services/sequencer/desired_state_proto.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/bytes.h"
#include "lib/base/status_macros.h"
#include "lib/card/gp/store_data.h"
#include "services/sequencer/personal_data.h"

namespace cardferry::sequencer {
namespace {

namespace pb = v1;

constexpr int kMaxPackages = 32;
constexpr int kMaxApplets = 64;
constexpr int kMaxAbsent = 64;
constexpr int kMaxPersonalData = 64;

Bytes ToBytes(const std::string& text) {
  const ByteSpan bytes = AsBytes(text);
  return Bytes(bytes.begin(), bytes.end());
}

absl::StatusOr<card::Aid> ToAid(absl::string_view field,
                                const std::string& bytes) {
  absl::StatusOr<card::Aid> aid = card::Aid::Create(AsBytes(bytes));
  if (!aid.ok()) return Annotate(aid.status(), field);
  return aid;
}

// No bytes for none.
absl::StatusOr<std::optional<card::Aid>> ToOptionalAid(
    absl::string_view field, const std::string& bytes) {
  if (bytes.empty()) return std::optional<card::Aid>();
  ASSIGN_OR_RETURN(card::Aid aid, ToAid(field, bytes));
  return std::optional<card::Aid>(std::move(aid));
}

absl::StatusOr<DesiredLifeCycle> ToLifeCycle(pb::LifeCycle life_cycle) {
  switch (life_cycle) {
    case pb::LIFE_CYCLE_UNSPECIFIED:
      return DesiredLifeCycle::kAny;
    case pb::LIFE_CYCLE_SELECTABLE:
      return DesiredLifeCycle::kSelectable;
    case pb::LIFE_CYCLE_LOCKED:
      return DesiredLifeCycle::kLocked;
    default:
      return absl::InvalidArgumentError("no such life-cycle state");
  }
}

absl::StatusOr<card::StoreDataFormat> ToFormat(pb::DataFormat format) {
  switch (format) {
    case pb::DATA_FORMAT_PLAIN:
      return card::StoreDataFormat::kPlain;
    case pb::DATA_FORMAT_DGI:
      return card::StoreDataFormat::kDgi;
    case pb::DATA_FORMAT_BER_TLV:
      return card::StoreDataFormat::kBerTlv;
    default:
      return absl::InvalidArgumentError("personal data of no known format");
  }
}

// The objects are looked at here, so that nothing unsound is planned.
absl::StatusOr<PersonalData> ToPersonalData(const pb::PersonalData& data) {
  if (data.fingerprint().size() != kFingerprintBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("personal data: a fingerprint of ",
                     data.fingerprint().size(), " bytes"));
  }
  PersonalData parsed;
  ASSIGN_OR_RETURN(parsed.format, ToFormat(data.format()));
  for (const pb::PersonalObject& object : data.objects()) {
    parsed.objects.push_back({object.identifier(), ToBytes(object.value())});
  }
  parsed.fingerprint = ToBytes(data.fingerprint());
  RETURN_IF_ERROR(EncodeObjects(parsed).status());
  return parsed;
}

absl::StatusOr<DesiredApplet> ToApplet(const pb::DesiredApplet& applet) {
  ASSIGN_OR_RETURN(card::Aid module, ToAid("module_aid", applet.module_aid()));
  card::Aid instance = module;
  if (!applet.instance_aid().empty()) {
    ASSIGN_OR_RETURN(instance, ToAid("instance_aid", applet.instance_aid()));
  }
  Bytes privileges = ToBytes(applet.privileges());
  if (privileges.empty()) privileges = {0x00};
  DesiredApplet desired{std::move(module),
                        std::move(instance),
                        std::move(privileges),
                        ToBytes(applet.install_parameters()),
                        ToBytes(applet.system_parameters()),
                        ToBytes(applet.uicc_parameters())};
  ASSIGN_OR_RETURN(desired.life_cycle, ToLifeCycle(applet.life_cycle()));
  desired.update_privileges = applet.update_privileges();
  ASSIGN_OR_RETURN(desired.security_domain,
                   ToOptionalAid("security_domain", applet.security_domain()));
  if (applet.personal_data_size() > kMaxPersonalData) {
    return absl::InvalidArgumentError(
        absl::StrCat("personal data: ", applet.personal_data_size(),
                     " steps, at most ", kMaxPersonalData));
  }
  for (const pb::PersonalData& data : applet.personal_data()) {
    ASSIGN_OR_RETURN(PersonalData parsed, ToPersonalData(data));
    desired.personal_data.push_back(std::move(parsed));
  }
  return desired;
}

// Only the instance is named.
absl::StatusOr<DesiredApplet> ToApplication(const pb::DesiredApplet& applet) {
  pb::DesiredApplet named = applet;
  named.set_module_aid(applet.instance_aid());
  return ToApplet(named);
}

absl::StatusOr<DesiredDomain> ToDomain(const pb::DesiredDomain& domain) {
  ASSIGN_OR_RETURN(card::Aid package,
                   ToAid("package_aid", domain.package_aid()));
  ASSIGN_OR_RETURN(DesiredApplet applet, ToApplet(domain.domain()));
  constexpr uint8_t kSecurityDomain = 0x80;
  if ((applet.privileges[0] & kSecurityDomain) == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("security domain ", applet.instance.ToHex(),
                     " without the privilege of one"));
  }
  return DesiredDomain{std::move(package), std::move(applet)};
}

absl::StatusOr<DesiredPackage> ToPackage(const pb::DesiredPackage& package,
                                         LoadFileCache& load_files) {
  if (package.applets_size() > kMaxApplets) {
    return absl::InvalidArgumentError(
        absl::StrCat(package.applets_size(),
                     " applets of one package: at most ", kMaxApplets));
  }
  DesiredPackage desired;
  desired.replace = package.replace();
  ASSIGN_OR_RETURN(desired.file,
                   load_files.Get(AsBytes(package.content_hash())));
  const card::PackageVersion& found = desired.package();
  const std::string version = absl::StrCat(found.major, ".", found.minor);
  if (!package.version().empty() && package.version() != version) {
    return absl::InvalidArgumentError(absl::StrCat(
        "version ", package.version(), " of package ", found.aid.ToHex(),
        " is wanted, the CAP file has version ", version));
  }
  ASSIGN_OR_RETURN(desired.security_domain,
                   ToOptionalAid("security_domain", package.security_domain()));
  for (const pb::DesiredApplet& applet : package.applets()) {
    ASSIGN_OR_RETURN(DesiredApplet parsed, ToApplet(applet));
    desired.applets.push_back(std::move(parsed));
  }
  return desired;
}

template <typename PbAids>
absl::StatusOr<std::vector<card::Aid>> ToAids(absl::string_view field,
                                              const PbAids& aids) {
  if (aids.size() > kMaxAbsent) {
    return absl::InvalidArgumentError(
        absl::StrCat(field, ": ", aids.size(), " AIDs, at most ", kMaxAbsent));
  }
  std::vector<card::Aid> parsed;
  for (const std::string& bytes : aids) {
    ASSIGN_OR_RETURN(card::Aid aid, ToAid(field, bytes));
    parsed.push_back(std::move(aid));
  }
  return parsed;
}

// Security domains, and what is there already.
absl::Status ToApplications(const pb::DesiredState& desired,
                            DesiredState& state) {
  if (desired.domains_size() > kMaxApplets ||
      desired.applications_size() > kMaxApplets) {
    return absl::InvalidArgumentError(absl::StrCat(
        desired.domains_size(), " security domains and ",
        desired.applications_size(), " applications: at most ", kMaxApplets));
  }
  for (const pb::DesiredDomain& domain : desired.domains()) {
    ASSIGN_OR_RETURN(DesiredDomain parsed, ToDomain(domain));
    state.domains.push_back(std::move(parsed));
  }
  for (const pb::DesiredApplet& application : desired.applications()) {
    ASSIGN_OR_RETURN(DesiredApplet parsed, ToApplication(application));
    state.applications.push_back(std::move(parsed));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<DesiredState> ParseDesiredState(const pb::DesiredState& desired,
                                               LoadFileCache& load_files) {
  if (desired.packages_size() > kMaxPackages) {
    return absl::InvalidArgumentError(absl::StrCat(
        desired.packages_size(), " packages: at most ", kMaxPackages));
  }
  DesiredState state;
  for (const pb::DesiredPackage& package : desired.packages()) {
    ASSIGN_OR_RETURN(DesiredPackage parsed, ToPackage(package, load_files));
    state.packages.push_back(std::move(parsed));
  }
  RETURN_IF_ERROR(ToApplications(desired, state));
  state.allow_data_loss = desired.allow_data_loss();
  ASSIGN_OR_RETURN(state.absent_packages,
                   ToAids("absent_packages", desired.absent_packages()));
  ASSIGN_OR_RETURN(
      state.absent_applications,
      ToAids("absent_applications", desired.absent_applications()));
  return state;
}

}  // namespace cardferry::sequencer
