#include "cardsim/card/content_manager.h"

#include <algorithm>
#include <utility>

#include "cardsim/applets/applet_factory.h"
#include "cardsim/card/dap.h"
#include "cardsim/card/load_file.h"
#include "cardsim/card_error.h"
#include "lib/base/status_macros.h"
#include "lib/card/tlv/tlv.h"
#include "lib/crypto/digest.h"

namespace cardferry::cardsim {
namespace {

// P1 of INSTALL (GPCS 2.3.1, table 11-41).
constexpr uint8_t kForLoad = 0x02;
constexpr uint8_t kForInstall = 0x04;
constexpr uint8_t kForMakeSelectable = 0x08;

constexpr uint8_t kForPersonalization = 0x20;

constexpr uint8_t kInsStoreData = 0xE2;
constexpr uint8_t kInsLoad = 0xE8;

constexpr uint8_t kLastBlock = 0x80;
constexpr uint8_t kDeleteRelated = 0x80;
constexpr uint32_t kAidTag = 0x4F;

// What an instance takes beside its parameters.
constexpr size_t kInstanceBytes = 128;

// The hash of INSTALL [for load] is SHA-1 or SHA-256, known by its length.
constexpr size_t kSha1Size = 20;
constexpr size_t kSha256Size = 32;

absl::Status CheckHashLength(size_t size) {
  if (size == 0 || size == kSha1Size || size == kSha256Size) {
    return absl::OkStatus();
  }
  return CardError(kWrongData, "the hash is not SHA-1 or SHA-256");
}

absl::Status CheckHash(ByteSpan expected, ByteSpan data_block) {
  if (expected.empty()) return absl::OkStatus();
  const Bytes actual = expected.size() == kSha1Size
                           ? crypto::Sha1(data_block)
                           : crypto::Sha256(data_block);
  if (!ConstantTimeEqual(expected, actual)) {
    return CardError(kWrongData, "load file data block hash does not match");
  }
  return absl::OkStatus();
}

// Whether there is room for what INSTALL asks for.
absl::Status CheckMemory(const MemoryNeeds& needs, size_t free_bytes) {
  const size_t code = std::min(needs.code.value_or(0), free_bytes + 1);
  if (code > free_bytes ||
      needs.non_volatile_data.value_or(0) > free_bytes - code) {
    return CardError(kNoSpace, "no space for what C6 and C8 announce");
  }
  if (needs.volatile_data.value_or(0) > kVolatileBytes) {
    return CardError(kNoSpace, "no space for what C7 announces");
  }
  return absl::OkStatus();
}

bool IsForDefault(const InstallForInstall& install) {
  return (install.privileges[0] & kDefaultSelected) != 0;
}

}  // namespace

void ContentManager::InterruptFor(uint8_t ins) {
  if (ins != kInsLoad) load_.reset();
  if (ins != kInsStoreData) {
    personalized_.reset();
    objects_.Interrupt();
  }
}

absl::Status ContentManager::Install(const card::CommandApdu& command) {
  Interrupt();
  const card::CommandHeader& header = command.header();
  if (header.p2 != 0x00) {
    return CardError(kWrongP1P2, "P2 of INSTALL is 00");
  }
  switch (header.p1) {
    case kForLoad:
      return BeginLoad(command.data());
    case kForInstall:
      return InstallApplication(command.data(), /*make_selectable=*/false);
    case kForInstall | kForMakeSelectable:
      return InstallApplication(command.data(), /*make_selectable=*/true);
    case kForMakeSelectable:
      return MakeSelectable(command.data());
    case kForPersonalization:
      return BeginPersonalization(command.data());
    default:
      return CardError(kWrongP1P2, "no such INSTALL");
  }
}

absl::Status ContentManager::BeginLoad(ByteSpan data) {
  ASSIGN_OR_RETURN(InstallForLoad install, ParseInstallForLoad(data));
  RETURN_IF_ERROR(CheckHashLength(install.hash.size()));
  if (install.security_domain.has_value() &&
      *install.security_domain != registry_.isd()) {
    return CardError(kReferencedDataNotFound, "no such security domain");
  }
  if (registry_.Has(install.package)) {
    return CardError(kConditionsNotSatisfied, "AID is on the card");
  }
  RETURN_IF_ERROR(CheckMemory(install.memory, registry_.free_bytes()));
  load_.emplace(std::move(install), registry_.free_bytes());
  return absl::OkStatus();
}

absl::Status ContentManager::Load(const card::CommandApdu& command) {
  const card::CommandHeader& header = command.header();
  if (!load_.has_value()) {
    return CardError(kConditionsNotSatisfied, "LOAD without INSTALL");
  }
  if ((header.p1 & ~kLastBlock) != 0) {
    load_.reset();
    return CardError(kWrongP1P2, "P1 of LOAD is 00 or 80");
  }
  const bool last = header.p1 == kLastBlock;
  absl::Status status = load_->AddBlock(header.p2, last, command.data());
  if (status.ok() && last) status = FinishLoad();
  if (!status.ok() || last) load_.reset();
  return status;
}

absl::Status ContentManager::FinishLoad() {
  const ByteSpan data_block = load_->data_block();
  RETURN_IF_ERROR(CheckHash(load_->install().hash, data_block));
  RETURN_IF_ERROR(CheckDaps(load_->daps(), load_->install().hash,
                            registry_.isd(), /*verifiers=*/{}));
  ASSIGN_OR_RETURN(LoadFile file, ParseLoadFile(data_block));
  if (file.package != load_->install().package) {
    return CardError(kWrongData, "another package than INSTALL announced");
  }
  return registry_.AddPackage(
      Package{std::move(file), Bytes(data_block.begin(), data_block.end())});
}

// One application at a time is selected by default (GPCS 2.3.1, 6.6.1); it is
// so until it is deleted.
absl::Status ContentManager::CheckPrivileges(
    const InstallForInstall& install) const {
  const auto& privileges = install.privileges;
  if ((privileges[0] & ~kDefaultSelected) != 0 || privileges[1] != 0 ||
      privileges[2] != 0) {
    return CardError(kWrongData, "applications are default selected at most");
  }
  const Application* const other = registry_.DefaultSelected();
  if (IsForDefault(install) && other != nullptr &&
      other->aid != install.application) {
    return CardError(kConditionsNotSatisfied, "another one is the default");
  }
  return absl::OkStatus();
}

absl::Status ContentManager::InstallApplication(ByteSpan data,
                                                bool make_selectable) {
  ASSIGN_OR_RETURN(const InstallForInstall install,
                   ParseInstallForInstall(data));
  if (!install.package.has_value() || !install.module.has_value()) {
    return CardError(kWrongData, "package or module is not named");
  }
  RETURN_IF_ERROR(CheckPrivileges(install));
  const Package* const package = registry_.FindPackage(*install.package);
  if (package == nullptr) {
    return CardError(kReferencedDataNotFound, "no such package");
  }
  const auto& modules = package->file.modules;
  if (std::find(modules.begin(), modules.end(), *install.module) ==
      modules.end()) {
    return CardError(kReferencedDataNotFound, "no such module");
  }
  RETURN_IF_ERROR(CheckMemory(install.memory, registry_.free_bytes()));
  ASSIGN_OR_RETURN(
      std::unique_ptr<Applet> applet,
      MakeApplet(*install.package, install.application_parameters));
  return registry_.AddApplication(Application{
      install.application, *install.package, *install.module,
      make_selectable ? kSelectable : kInstalled, install.privileges,
      kInstanceBytes + install.application_parameters.size(),
      std::move(applet)});
}

absl::Status ContentManager::MakeSelectable(ByteSpan data) {
  ASSIGN_OR_RETURN(const InstallForInstall install,
                   ParseInstallForInstall(data));
  Application* const application =
      registry_.FindApplication(install.application);
  if (application == nullptr) {
    return CardError(kReferencedDataNotFound, "no such application");
  }
  RETURN_IF_ERROR(CheckPrivileges(install));
  const bool new_default =
      IsForDefault(install) && application->life_cycle == kSelectable;
  if (application->life_cycle != kInstalled && !new_default) {
    return CardError(kConditionsNotSatisfied, "selectable already, or locked");
  }
  application->life_cycle = kSelectable;
  if (IsForDefault(install)) application->privileges[0] |= kDefaultSelected;
  return absl::OkStatus();
}

absl::Status ContentManager::BeginPersonalization(ByteSpan data) {
  ASSIGN_OR_RETURN(card::Aid aid, ParseInstallForPersonalization(data));
  const Application* const application = registry_.FindApplication(aid);
  if (application == nullptr) {
    return CardError(kReferencedDataNotFound, "no such application");
  }
  if (application->life_cycle != kSelectable) {
    return CardError(kConditionsNotSatisfied, "not selectable or locked");
  }
  personalized_ = std::move(aid);
  return absl::OkStatus();
}

absl::StatusOr<card::ResponseApdu> ContentManager::StoreData(
    const card::CommandApdu& command) {
  if (!personalized_.has_value()) {
    RETURN_IF_ERROR(objects_.Store(command));
    return card::ResponseApdu{{}, card::kSuccess};
  }
  Application* const application = registry_.FindApplication(*personalized_);
  card::ResponseApdu answer = application->applet->Process(command);
  if ((command.header().p1 & kLastBlock) != 0) personalized_.reset();
  return answer;
}

absl::Status ContentManager::Delete(const card::CommandApdu& command) {
  Interrupt();
  const card::CommandHeader& header = command.header();
  if (header.p1 != 0x00 || (header.p2 & ~kDeleteRelated) != 0) {
    return CardError(kWrongP1P2, "no such DELETE");
  }
  const auto object = card::ParseSingleTlv(command.data());
  if (!object.ok() || object->tag != kAidTag) {
    return CardError(kWrongData, "DELETE names one AID");
  }
  const auto aid = card::Aid::Create(object->value);
  if (!aid.ok()) return CardError(kWrongData, "an AID is not one");
  return registry_.Delete(*aid, header.p2 == kDeleteRelated);
}

}  // namespace cardferry::cardsim
