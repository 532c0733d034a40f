#include "cardsim/card/security_domain.h"

#include <optional>
#include <utility>

#include "cardsim/card/card_resources.h"
#include "cardsim/card/life_cycle.h"
#include "cardsim/card/put_key.h"
#include "cardsim/card/set_status.h"
#include "cardsim/card_error.h"
#include "cardsim/channel/messaging.h"
#include "lib/base/status_macros.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::cardsim {
namespace {

constexpr uint8_t kClaIso = 0x00;
constexpr uint8_t kClaGlobalPlatform = 0x80;

constexpr uint8_t kInsInitializeUpdate = 0x50;
constexpr uint8_t kInsExternalAuthenticate = 0x82;
constexpr uint8_t kInsGetData = 0xCA;
constexpr uint8_t kInsDelete = 0xE4;
constexpr uint8_t kInsInstall = 0xE6;
constexpr uint8_t kInsLoad = 0xE8;
constexpr uint8_t kInsGetStatus = 0xF2;
constexpr uint8_t kInsSetStatus = 0xF0;
constexpr uint8_t kInsStoreData = 0xE2;
constexpr uint8_t kInsPutKey = 0xD8;
constexpr uint8_t kInsBeginRMac = 0x7A;
constexpr uint8_t kInsEndRMac = 0x78;

bool IsManagement(uint8_t ins) {
  return ins == kInsDelete || ins == kInsInstall || ins == kInsLoad ||
         ins == kInsGetStatus || ins == kInsSetStatus || ins == kInsStoreData ||
         ins == kInsPutKey;
}

card::ResponseApdu Answer(absl::StatusOr<Bytes> data) {
  if (!data.ok()) return {{}, StatusWordOf(data.status())};
  return {*std::move(data), card::kSuccess};
}

}  // namespace

SecurityDomain::SecurityDomain(card::Aid aid, KeyRing keys, CardNumbers numbers,
                               StoredObjects& objects, Registry& registry,
                               RandomSource& random, SecurityDomain* issuer)
    : aid_(std::move(aid)),
      keys_(std::move(keys)),
      speaking_(&keys_),
      numbers_(std::move(numbers)),
      objects_(objects),
      registry_(registry),
      random_(random),
      issuer_(issuer),
      content_(aid_, objects, registry) {}

Bytes SecurityDomain::FileControlInformation() const {
  constexpr uint8_t kMaxCommandData = 0xFF;
  Bytes fields = card::EncodeTlv(0x84, aid_.bytes());
  card::AppendTlv(fields, 0xA5, card::EncodeTlv(0x9F65, {kMaxCommandData}));
  return card::EncodeTlv(0x6F, fields);
}

void SecurityDomain::Interrupt() {
  content_.Interrupt();
  get_status_.Reset();
}

void SecurityDomain::Deselect() {
  speaking_->Close();
  Interrupt();
}

void SecurityDomain::Select() {
  speaking_ = keys_.empty() ? &issuer_->keys_ : &keys_;
  speaking_->Select(aid_.bytes());
}

card::ResponseApdu SecurityDomain::Process(const card::CommandApdu& command) {
  const card::CommandHeader& header = command.header();
  if (header.ins == kInsInitializeUpdate && !HasSecureMessaging(header)) {
    Interrupt();
    return Answer(speaking_->InitializeUpdate(command, random_));
  }
  if (header.ins == kInsExternalAuthenticate) {
    const absl::Status status = speaking_->ExternalAuthenticate(command);
    if (!status.ok()) content_.Interrupt();
    return {{}, StatusWordOf(status)};
  }
  const absl::StatusOr<card::CommandApdu> plain = speaking_->Unwrap(command);
  if (!plain.ok()) {
    Interrupt();
    return {{}, StatusWordOf(plain.status())};
  }
  absl::StatusOr<card::ResponseApdu> response = Execute(*plain);
  if (!response.ok()) {
    return speaking_->Wrap({{}, StatusWordOf(response.status())});
  }
  return speaking_->Wrap(*std::move(response));
}

card::ResponseApdu SecurityDomain::Refuse(const card::CommandApdu& command,
                                          card::StatusWord sw) {
  const uint8_t ins = command.header().ins;
  if (ins == kInsInitializeUpdate || ins == kInsExternalAuthenticate) {
    speaking_->Close();
    Interrupt();
    return {{}, sw};
  }
  const absl::StatusOr<card::CommandApdu> plain = speaking_->Unwrap(command);
  Interrupt();
  if (!plain.ok()) return {{}, StatusWordOf(plain.status())};
  return speaking_->Wrap({{}, sw});
}

absl::StatusOr<card::ResponseApdu> SecurityDomain::Execute(
    const card::CommandApdu& plain) {
  const card::CommandHeader& header = plain.header();
  // LOAD and STORE DATA are rows of commands with nothing between them, and
  // pages are fetched at once.
  content_.InterruptFor(header.ins);
  if (header.ins != kInsGetStatus) get_status_.Reset();
  if (header.cla != kClaGlobalPlatform && header.cla != kClaIso) {
    return CardError(kClaNotSupported, "no such class");
  }
  if (header.ins == kInsGetData) return ReadData(plain);
  if (header.cla != kClaGlobalPlatform) {
    return CardError(kClaNotSupported, "CLA of GlobalPlatform is 80");
  }
  if (header.ins == kInsBeginRMac || header.ins == kInsEndRMac) {
    return speaking_->ManageRMac(plain);
  }
  if (!IsManagement(header.ins)) {
    return CardError(kInsNotSupported, "no such command");
  }
  if (!speaking_->authenticated()) {
    return CardError(kSecurityNotSatisfied, "host is not authenticated");
  }
  if (!CardAllows(registry_.card_life_cycle(), header.ins)) {
    return CardError(kConditionsNotSatisfied, "the card is locked");
  }
  return Manage(plain);
}

absl::StatusOr<card::ResponseApdu> SecurityDomain::ReadData(
    const card::CommandApdu& plain) {
  if (!plain.data().empty()) {
    return CardError(kWrongLength, "GET DATA has no data");
  }
  const uint16_t tag =
      static_cast<uint16_t>(plain.header().p1 << 8 | plain.header().p2);
  if (std::optional<Bytes> stored = objects_.Find(tag)) {
    return card::ResponseApdu{*std::move(stored), card::kSuccess};
  }
  if (tag == kExtendedCardResources) {
    return card::ResponseApdu{CardResources(registry_), card::kSuccess};
  }
  if (issuer_ != nullptr &&
      (tag == kIssuerIdentificationNumber || tag == kCardImageNumber)) {
    return CardError(kReferencedDataNotFound, "this domain has no number");
  }
  // Of the keys those that one speaks with, but the list of the domain's own.
  const KeyRing& keys = tag == kKeyInformation ? keys_ : *speaking_;
  const SecurityDomain& of_card = issuer_ == nullptr ? *this : *issuer_;
  CardNumbers numbers = of_card.numbers_;
  numbers.production =
      of_card.objects_.Production(std::move(numbers.production));
  ASSIGN_OR_RETURN(Bytes object, ReadCardData(tag, keys, numbers));
  return card::ResponseApdu{std::move(object), card::kSuccess};
}

absl::Status SecurityDomain::CheckContentRight() const {
  if (issuer_ == nullptr) return absl::OkStatus();
  const Application* const self = registry_.FindApplication(aid_);
  if (self != nullptr && ((self->privileges[1] & kAuthorizedManagement) != 0 ||
                          (self->privileges[0] & kDelegatedManagement) != 0)) {
    return absl::OkStatus();
  }
  return CardError(kConditionsNotSatisfied,
                   "neither Authorized nor Delegated Management");
}

absl::StatusOr<Bytes> SecurityDomain::PutKeys(const card::CommandApdu& plain) {
  const bool first = keys_.empty();
  ASSIGN_OR_RETURN(Bytes answer, PutKey(plain, *speaking_, keys_));
  Application* const self = registry_.FindApplication(aid_);
  if (first && self != nullptr && self->life_cycle == kSelectable) {
    self->life_cycle = kPersonalized;
  }
  return answer;
}

absl::StatusOr<card::ResponseApdu> SecurityDomain::Manage(
    const card::CommandApdu& plain) {
  switch (plain.header().ins) {
    case kInsGetStatus:
      return get_status_.Process(plain, registry_, aid_);
    case kInsStoreData:
      return content_.StoreData(plain);
    case kInsPutKey: {
      ASSIGN_OR_RETURN(Bytes answer, PutKeys(plain));
      return card::ResponseApdu{std::move(answer), card::kSuccess};
    }
    case kInsSetStatus:
      RETURN_IF_ERROR(SetStatus(plain, aid_, registry_));
      return card::ResponseApdu{{}, card::kSuccess};
    case kInsInstall:
      RETURN_IF_ERROR(CheckContentRight());
      RETURN_IF_ERROR(content_.Install(plain));
      break;
    case kInsLoad:
      RETURN_IF_ERROR(CheckContentRight());
      RETURN_IF_ERROR(content_.Load(plain));
      break;
    default:
      if (IsDeleteKey(plain)) {
        RETURN_IF_ERROR(DeleteKey(plain, keys_));
        break;
      }
      RETURN_IF_ERROR(CheckContentRight());
      RETURN_IF_ERROR(content_.Delete(plain));
  }
  ASSIGN_OR_RETURN(Bytes answer, content_.Confirm());
  return card::ResponseApdu{std::move(answer), card::kSuccess};
}

}  // namespace cardferry::cardsim
