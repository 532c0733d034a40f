#include "cardsim/card/registry_state.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "cardsim/applets/applet_factory.h"
#include "cardsim/card/load_file.h"
#include "lib/base/status_macros.h"
#include "lib/card/apdu/aid.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::cardsim {
namespace {

constexpr uint32_t kLifeCycle = 0x9F70;
constexpr uint32_t kConfirmations = 0xC1;
constexpr uint32_t kPackage = 0xE1;
constexpr uint32_t kApplication = 0xE2;
constexpr uint32_t kPackageOfDomain = 0xE6;
constexpr uint32_t kDataBlock = 0xC4;
constexpr uint32_t kDomain = 0xCC;

// The fields of an application, in this order; then perhaps CC.
constexpr std::array<uint32_t, 7> kFields = {0x4F, 0xC4, 0x84, kLifeCycle,
                                             0xC5, 0xC2, 0xC3};

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("the card's content: ", what));
}

// A refusal of the registry, which speaks of status words.
absl::Status Refused(const absl::Status& status) {
  if (status.ok()) return status;
  if (absl::IsResourceExhausted(status)) {
    return absl::ResourceExhaustedError(
        "the card holds more than its memory: give it more");
  }
  return Damaged(status.message());
}

Bytes EncodeApplication(const Application& application) {
  const auto size = static_cast<uint32_t>(application.size);
  const std::array<Bytes, kFields.size()> values = {
      application.aid.bytes(),
      application.package.bytes(),
      application.module.bytes(),
      {application.life_cycle},
      {application.privileges.begin(), application.privileges.end()},
      {static_cast<uint8_t>(size >> 24), static_cast<uint8_t>(size >> 16),
       static_cast<uint8_t>(size >> 8), static_cast<uint8_t>(size)},
      application.is_domain() ? application.objects->Encode()
                              : application.applet->State()};
  Bytes fields;
  for (size_t i = 0; i < kFields.size(); ++i) {
    card::AppendTlv(fields, kFields[i], values[i]);
  }
  if (application.domain.has_value()) {
    card::AppendTlv(fields, kDomain, application.domain->bytes());
  }
  return card::EncodeTlv(kApplication, fields);
}

bool IsApplicationState(uint8_t state) {
  const int unlocked = state & ~kApplicationLocked;
  return unlocked == kInstalled || unlocked == kSelectable ||
         unlocked == kPersonalized;
}

absl::Status RestoreKept(ByteSpan kept, Application& application) {
  if (!application.is_domain()) return application.applet->Restore(kept);
  application.objects = std::make_unique<StoredObjects>();
  return application.objects->Decode(kept);
}

absl::StatusOr<Application> DecodeApplication(ByteSpan bytes) {
  const auto tlvs = card::ParseTlvs(bytes);
  if (!tlvs.ok() || tlvs->size() < kFields.size() ||
      tlvs->size() > kFields.size() + 1 ||
      (tlvs->size() > kFields.size() && tlvs->back().tag != kDomain)) {
    return Damaged("an application has other fields");
  }
  for (size_t i = 0; i < kFields.size(); ++i) {
    if ((*tlvs)[i].tag != kFields[i]) return Damaged("a field is another one");
  }
  const auto value = [&tlvs](size_t i) { return (*tlvs)[i].value; };
  if (value(3).size() != 1 || !IsApplicationState(value(3)[0]) ||
      value(4).size() != 3 || value(5).size() != 4) {
    return Damaged("an application that cannot be");
  }
  ASSIGN_OR_RETURN(card::Aid aid, card::Aid::Create(value(0)));
  ASSIGN_OR_RETURN(card::Aid package, card::Aid::Create(value(1)));
  ASSIGN_OR_RETURN(card::Aid module, card::Aid::Create(value(2)));
  ASSIGN_OR_RETURN(std::unique_ptr<Applet> applet, MakeApplet(package, {}));
  Application application{std::move(aid),
                          std::move(package),
                          std::move(module),
                          value(3)[0],
                          {},
                          0,
                          std::move(applet),
                          std::nullopt,
                          nullptr};
  std::copy_n(value(4).begin(), 3, application.privileges.begin());
  RETURN_IF_ERROR(RestoreKept(value(6), application));
  if (tlvs->size() > kFields.size()) {
    ASSIGN_OR_RETURN(application.domain, card::Aid::Create(value(7)));
  }
  for (const uint8_t byte : value(5)) {
    application.size = application.size << 8 | byte;
  }
  return application;
}

absl::Status RestorePackage(ByteSpan data_block,
                            std::optional<card::Aid> domain,
                            Registry& registry) {
  absl::StatusOr<LoadFile> file = ParseLoadFile(data_block);
  if (!file.ok()) return Damaged(file.status().message());
  return Refused(registry.AddPackage(
      Package{*std::move(file), Bytes(data_block.begin(), data_block.end()),
              std::move(domain)}));
}

absl::Status RestorePackageOfDomain(ByteSpan fields, Registry& registry) {
  const auto tlvs = card::ParseTlvs(fields);
  if (!tlvs.ok() || tlvs->size() != 2 || (*tlvs)[0].tag != kDomain ||
      (*tlvs)[1].tag != kDataBlock) {
    return Damaged("a package has other fields");
  }
  absl::StatusOr<card::Aid> domain = card::Aid::Create((*tlvs)[0].value);
  if (!domain.ok()) return Damaged(domain.status().message());
  return RestorePackage((*tlvs)[1].value, *std::move(domain), registry);
}

absl::Status RestoreApplication(ByteSpan fields, Registry& registry) {
  absl::StatusOr<Application> application = DecodeApplication(fields);
  if (!application.ok()) return Damaged(application.status().message());
  if (!application->is_domain() &&
      registry.FindPackage(application->package) == nullptr) {
    return Damaged("an application without package");
  }
  return Refused(registry.AddApplication(*std::move(application)));
}

// Everything belongs to a security domain that is there.
absl::Status CheckDomains(const Registry& registry) {
  bool all_there = true;
  for (const Package& package : registry.packages()) {
    all_there &= registry.IsDomain(*registry.DomainOf(package.file.package));
  }
  for (const Application& application : registry.applications()) {
    all_there &= registry.IsDomain(*registry.DomainOf(application.aid));
  }
  if (all_there) return absl::OkStatus();
  return Damaged("something belongs to a security domain that is not there");
}

absl::Status RestoreConfirmations(ByteSpan value, Registry& registry) {
  const int count = value.size() == 2 ? value[0] << 8 | value[1] : 0;
  if (count == 0 || registry.security().confirmations() != 0) {
    return Damaged("confirmations that cannot be");
  }
  registry.security().set_confirmations(static_cast<uint16_t>(count));
  return absl::OkStatus();
}

absl::Status RestoreObject(const card::Tlv& object, Registry& registry) {
  switch (object.tag) {
    case kLifeCycle:
      if (object.value.size() != 1 || !IsCardState(object.value[0])) {
        return Damaged("a life cycle state that is none");
      }
      registry.set_card_life_cycle(object.value[0]);
      return absl::OkStatus();
    case kConfirmations:
      return RestoreConfirmations(object.value, registry);
    case kPackage:
      return RestorePackage(object.value, std::nullopt, registry);
    case kPackageOfDomain:
      return RestorePackageOfDomain(object.value, registry);
    case kApplication:
      return RestoreApplication(object.value, registry);
    default:
      return Damaged("an unknown object");
  }
}

}  // namespace

Bytes EncodeRegistry(const Registry& registry) {
  Bytes out = card::EncodeTlv(kLifeCycle, {registry.card_life_cycle()});
  if (const uint16_t count = registry.security().confirmations()) {
    card::AppendTlv(
        out, kConfirmations,
        {static_cast<uint8_t>(count >> 8), static_cast<uint8_t>(count)});
  }
  for (const Package& package : registry.packages()) {
    if (!package.domain.has_value()) {
      card::AppendTlv(out, kPackage, package.data_block);
      continue;
    }
    Bytes fields = card::EncodeTlv(kDomain, package.domain->bytes());
    card::AppendTlv(fields, kDataBlock, package.data_block);
    card::AppendTlv(out, kPackageOfDomain, fields);
  }
  for (const Application& application : registry.applications()) {
    Append(out, EncodeApplication(application));
  }
  return out;
}

absl::Status RestoreRegistry(ByteSpan bytes, Registry& registry) {
  const auto objects = card::ParseTlvs(bytes);
  if (!objects.ok()) return Damaged("not BER-TLV");
  if (objects->empty() || objects->front().tag != kLifeCycle) {
    return Damaged("the life cycle is missing");
  }
  for (const card::Tlv& object : *objects) {
    RETURN_IF_ERROR(RestoreObject(object, registry));
  }
  return CheckDomains(registry);
}

}  // namespace cardferry::cardsim
