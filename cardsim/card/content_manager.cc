#include "cardsim/card/content_manager.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "cardsim/applets/applet_factory.h"
#include "cardsim/card/dap.h"
#include "cardsim/card/domain_module.h"
#include "cardsim/card/extradition.h"
#include "cardsim/card/load_file.h"
#include "cardsim/card/tokens.h"
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

constexpr uint8_t kForExtradition = 0x10;
constexpr uint8_t kForPersonalization = 0x20;
constexpr uint8_t kForRegistryUpdate = 0x40;

constexpr uint8_t kInsStoreData = 0xE2;
constexpr uint8_t kInsLoad = 0xE8;

constexpr uint8_t kLastBlock = 0x80;
constexpr uint8_t kDeleteRelated = 0x80;
constexpr uint32_t kAidTag = 0x4F;

// What an instance takes beside its parameters.
constexpr size_t kInstanceBytes = 128;

// The hash of INSTALL [for load] (GPCS 2.3.1, C.1.2) is known by its length.
struct Hash {
  size_t size;
  Bytes (*compute)(ByteSpan);
};
constexpr Hash kHashes[] = {{20, crypto::Sha1},
                            {32, crypto::Sha256},
                            {48, crypto::Sha384},
                            {64, crypto::Sha512}};

absl::Status CheckHashLength(size_t size) {
  const bool known =
      std::any_of(std::begin(kHashes), std::end(kHashes),
                  [size](const Hash& hash) { return hash.size == size; });
  if (size == 0 || known) return absl::OkStatus();
  return CardError(kWrongData, "the hash is of no kind that is known");
}

absl::Status CheckHash(ByteSpan expected, ByteSpan data_block) {
  for (const Hash& hash : kHashes) {
    if (hash.size == expected.size() &&
        !ConstantTimeEqual(expected, hash.compute(data_block))) {
      return CardError(kWrongData, "load file data block hash does not match");
    }
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

// Whether P1 is that of an INSTALL that changes content.
bool IsManagingInstall(uint8_t p1) {
  return p1 == kForLoad || p1 == kForInstall || p1 == kForMakeSelectable ||
         p1 == (kForInstall | kForMakeSelectable) || p1 == kForExtradition ||
         p1 == kForRegistryUpdate;
}

}  // namespace

void ContentManager::InterruptFor(uint8_t ins) {
  done_.clear();
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
  if (header.p1 == kForPersonalization) {
    return BeginPersonalization(command.data());
  }
  if (!IsManagingInstall(header.p1)) {
    return CardError(kWrongP1P2, "no such INSTALL");
  }
  ASSIGN_OR_RETURN(const TokenSplit split, SplitToken(command));
  RETURN_IF_ERROR(registry_.security().CheckToken(split, IsDelegated()));
  return InstallPlain(header.p1, split.command.data());
}

absl::Status ContentManager::InstallPlain(uint8_t p1, ByteSpan data) {
  switch (p1) {
    case kForLoad:
      return BeginLoad(data);
    case kForInstall:
      return InstallApplication(data, /*make_selectable=*/false);
    case kForInstall | kForMakeSelectable:
      return InstallApplication(data, /*make_selectable=*/true);
    case kForMakeSelectable:
      return MakeSelectable(data);
    case kForExtradition:
      return ExtraditePlain(data);
    default:
      return UpdateRegistry(data, domain_, registry_);
  }
}

bool ContentManager::IsDelegated() const {
  const Application* const self = registry_.FindApplication(domain_);
  return self != nullptr && (self->privileges[1] & kAuthorizedManagement) == 0;
}

std::vector<DapVerifier> ContentManager::Verifiers() const {
  std::vector<DapVerifier> verifiers;
  for (const Application& application : registry_.applications()) {
    const uint8_t privileges = application.privileges[0];
    if (!application.is_domain() || (privileges & kDapVerification) == 0) {
      continue;
    }
    verifiers.push_back(registry_.security().VerifierOf(
        application.aid, (privileges & kMandatedDap) != 0));
  }
  return verifiers;
}

absl::StatusOr<Bytes> ContentManager::Confirm() {
  const std::vector<card::Aid> done = std::exchange(done_, {});
  if (done.empty() || !IsDelegated()) return Bytes{0x00};
  return registry_.security().Confirm(done);
}

absl::Status ContentManager::ExtraditePlain(ByteSpan data) {
  ASSIGN_OR_RETURN(const InstallForExtradition install,
                   ParseInstallForExtradition(data));
  const card::Aid* const owner = registry_.DomainOf(install.object);
  const card::Aid from = owner == nullptr ? domain_ : *owner;
  RETURN_IF_ERROR(Extradite(data, domain_, registry_));
  done_ = {from, install.object, install.domain};
  return absl::OkStatus();
}

absl::Status ContentManager::BeginLoad(ByteSpan data) {
  ASSIGN_OR_RETURN(InstallForLoad install, ParseInstallForLoad(data));
  RETURN_IF_ERROR(CheckHashLength(install.hash.size()));
  const card::Aid& owner = install.security_domain.value_or(domain_);
  if (!registry_.IsDomain(owner)) {
    return CardError(kReferencedDataNotFound, "no such security domain");
  }
  if (domain_ != registry_.isd() && owner != domain_) {
    return CardError(kConditionsNotSatisfied, "a load for another domain");
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
  const card::Aid owner = load_->install().security_domain.value_or(domain_);
  RETURN_IF_ERROR(CheckHash(load_->install().hash, data_block));
  RETURN_IF_ERROR(
      CheckDaps(load_->daps(), load_->install().hash, owner, Verifiers()));
  ASSIGN_OR_RETURN(LoadFile file, ParseLoadFile(data_block));
  if (file.package != load_->install().package) {
    return CardError(kWrongData, "another package than INSTALL announced");
  }
  const card::Aid package = file.package;
  RETURN_IF_ERROR(registry_.AddPackage(
      Package{std::move(file), Bytes(data_block.begin(), data_block.end()),
              std::nullopt}));
  RETURN_IF_ERROR(registry_.Extradite(package, owner));
  done_ = {package, owner};
  return absl::OkStatus();
}

absl::StatusOr<Application> ContentManager::NewInstance(
    const InstallForInstall& install) const {
  const card::Aid& package = *install.package;
  const card::Aid& module = *install.module;
  const bool is_domain =
      (install.privileges[0] & kSecurityDomainPrivilege) != 0;
  const bool for_domains = package.ToHex() == kDomainPackage;
  if (is_domain != for_domains) {
    return CardError(kWrongData, "another privilege than the module is for");
  }
  Application application{install.application,
                          package,
                          module,
                          kInstalled,
                          install.privileges,
                          0,
                          nullptr,
                          domain_,
                          nullptr};
  if (is_domain) {
    if (module.ToHex() != kDomainModule) {
      return CardError(kReferencedDataNotFound, "no such module");
    }
    application.objects = std::make_unique<StoredObjects>();
    return application;
  }
  const Package* const file = registry_.FindPackage(package);
  if (file == nullptr) {
    return CardError(kReferencedDataNotFound, "no such package");
  }
  if (!registry_.MayChange(domain_, package)) {
    return CardError(kConditionsNotSatisfied, "another domain's package");
  }
  const auto& modules = file->file.modules;
  if (std::find(modules.begin(), modules.end(), module) == modules.end()) {
    return CardError(kReferencedDataNotFound, "no such module");
  }
  application.domain = *registry_.DomainOf(package);
  return application;
}

absl::Status ContentManager::InstallApplication(ByteSpan data,
                                                bool make_selectable) {
  ASSIGN_OR_RETURN(const InstallForInstall install,
                   ParseInstallForInstall(data));
  if (!install.package.has_value() || !install.module.has_value()) {
    return CardError(kWrongData, "package or module is not named");
  }
  RETURN_IF_ERROR(
      CheckPrivileges(install.privileges, install.application, registry_));
  ASSIGN_OR_RETURN(Application application, NewInstance(install));
  RETURN_IF_ERROR(CheckMemory(install.memory, registry_.free_bytes()));
  ASSIGN_OR_RETURN(
      application.applet,
      MakeApplet(*install.package, install.application_parameters));
  if (make_selectable) application.life_cycle = kSelectable;
  application.size = kInstanceBytes + install.application_parameters.size();
  if (application.domain == registry_.isd()) application.domain.reset();
  RETURN_IF_ERROR(registry_.AddApplication(std::move(application)));
  done_ = {*install.package, install.application};
  return absl::OkStatus();
}

absl::Status ContentManager::MakeSelectable(ByteSpan data) {
  ASSIGN_OR_RETURN(const InstallForInstall install,
                   ParseInstallForInstall(data));
  Application* const application =
      registry_.FindApplication(install.application);
  if (application == nullptr) {
    return CardError(kReferencedDataNotFound, "no such application");
  }
  if (!registry_.MayChange(domain_, install.application)) {
    return CardError(kConditionsNotSatisfied, "another domain's application");
  }
  RETURN_IF_ERROR(
      CheckPrivileges(install.privileges, install.application, registry_));
  const bool new_default =
      IsForDefault(install) && application->life_cycle == kSelectable;
  if (application->life_cycle != kInstalled && !new_default) {
    return CardError(kConditionsNotSatisfied, "selectable already, or locked");
  }
  application->life_cycle = kSelectable;
  if (IsForDefault(install)) application->privileges[0] |= kDefaultSelected;
  done_ = {application->package, application->aid};
  return absl::OkStatus();
}

absl::Status ContentManager::BeginPersonalization(ByteSpan data) {
  ASSIGN_OR_RETURN(card::Aid aid, ParseInstallForPersonalization(data));
  const Application* const application = registry_.FindApplication(aid);
  if (application == nullptr) {
    return CardError(kReferencedDataNotFound, "no such application");
  }
  if (!application->selectable()) {
    return CardError(kConditionsNotSatisfied, "not selectable or locked");
  }
  if (!registry_.MayChange(domain_, aid)) {
    return CardError(kConditionsNotSatisfied, "another domain's application");
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
  card::ResponseApdu answer;
  if (application->is_domain()) {
    answer.sw = StatusWordOf(application->objects->Store(command));
  } else {
    answer = application->applet->Process(command);
  }
  if ((command.header().p1 & kLastBlock) != 0) personalized_.reset();
  return answer;
}

absl::Status ContentManager::Delete(const card::CommandApdu& command) {
  Interrupt();
  const card::CommandHeader& header = command.header();
  if (header.p1 != 0x00 || (header.p2 & ~kDeleteRelated) != 0) {
    return CardError(kWrongP1P2, "no such DELETE");
  }
  ASSIGN_OR_RETURN(const TokenSplit split, SplitToken(command));
  RETURN_IF_ERROR(registry_.security().CheckToken(split, IsDelegated()));
  return DeletePlain(split.command);
}

absl::Status ContentManager::DeletePlain(const card::CommandApdu& command) {
  const card::CommandHeader& header = command.header();
  const auto object = card::ParseSingleTlv(command.data());
  if (!object.ok() || object->tag != kAidTag) {
    return CardError(kWrongData, "DELETE names one AID");
  }
  const auto aid = card::Aid::Create(object->value);
  if (!aid.ok()) return CardError(kWrongData, "an AID is not one");
  if (*aid == domain_ ||
      (registry_.Has(*aid) && !registry_.MayChange(domain_, *aid))) {
    return CardError(kConditionsNotSatisfied, "not this domain's to delete");
  }
  RETURN_IF_ERROR(registry_.Delete(*aid, header.p2 == kDeleteRelated));
  done_ = {*aid};
  return absl::OkStatus();
}

}  // namespace cardferry::cardsim
