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

Bytes SecurityDomain::FileControlInformation() const {
  constexpr uint8_t kMaxCommandData = 0xFF;
  Bytes fields = card::EncodeTlv(0x84, registry_.isd().bytes());
  card::AppendTlv(fields, 0xA5, card::EncodeTlv(0x9F65, {kMaxCommandData}));
  return card::EncodeTlv(0x6F, fields);
}

void SecurityDomain::Interrupt() {
  content_.Interrupt();
  get_status_.Reset();
}

void SecurityDomain::Deselect() {
  keys_.Select();
  Interrupt();
}

card::ResponseApdu SecurityDomain::Process(const card::CommandApdu& command) {
  const card::CommandHeader& header = command.header();
  if (header.ins == kInsInitializeUpdate && !HasSecureMessaging(header)) {
    Interrupt();
    return Answer(keys_.InitializeUpdate(command, random_));
  }
  if (header.ins == kInsExternalAuthenticate) {
    const absl::Status status = keys_.ExternalAuthenticate(command);
    if (!status.ok()) content_.Interrupt();
    return {{}, StatusWordOf(status)};
  }
  const absl::StatusOr<card::CommandApdu> plain = keys_.Unwrap(command);
  if (!plain.ok()) {
    Interrupt();
    return {{}, StatusWordOf(plain.status())};
  }
  absl::StatusOr<card::ResponseApdu> response = Execute(*plain);
  if (!response.ok()) {
    return keys_.Wrap({{}, StatusWordOf(response.status())});
  }
  return keys_.Wrap(*std::move(response));
}

card::ResponseApdu SecurityDomain::Refuse(const card::CommandApdu& command,
                                          card::StatusWord sw) {
  const uint8_t ins = command.header().ins;
  if (ins == kInsInitializeUpdate || ins == kInsExternalAuthenticate) {
    keys_.Close();
    Interrupt();
    return {{}, sw};
  }
  const absl::StatusOr<card::CommandApdu> plain = keys_.Unwrap(command);
  Interrupt();
  if (!plain.ok()) return {{}, StatusWordOf(plain.status())};
  return keys_.Wrap({{}, sw});
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
    return keys_.ManageRMac(plain);
  }
  if (!IsManagement(header.ins)) {
    return CardError(kInsNotSupported, "no such command");
  }
  if (!keys_.authenticated()) {
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
  if (std::optional<Bytes> stored = content_.objects().Find(tag)) {
    return card::ResponseApdu{*std::move(stored), card::kSuccess};
  }
  if (tag == kExtendedCardResources) {
    return card::ResponseApdu{CardResources(registry_), card::kSuccess};
  }
  CardNumbers numbers = numbers_;
  numbers.production =
      content_.objects().Production(std::move(numbers.production));
  ASSIGN_OR_RETURN(Bytes object, ReadCardData(tag, keys_, numbers));
  return card::ResponseApdu{std::move(object), card::kSuccess};
}

absl::StatusOr<card::ResponseApdu> SecurityDomain::Manage(
    const card::CommandApdu& plain) {
  switch (plain.header().ins) {
    case kInsGetStatus:
      return get_status_.Process(plain, registry_);
    case kInsStoreData:
      return content_.StoreData(plain);
    case kInsPutKey: {
      ASSIGN_OR_RETURN(Bytes answer, PutKey(plain, keys_));
      return card::ResponseApdu{std::move(answer), card::kSuccess};
    }
    case kInsSetStatus:
      RETURN_IF_ERROR(SetStatus(plain, registry_));
      return card::ResponseApdu{{}, card::kSuccess};
    case kInsInstall:
      RETURN_IF_ERROR(content_.Install(plain));
      break;
    case kInsLoad:
      RETURN_IF_ERROR(content_.Load(plain));
      break;
    default:
      RETURN_IF_ERROR(IsDeleteKey(plain) ? DeleteKey(plain, keys_)
                                         : content_.Delete(plain));
  }
  // One byte: no confirmation follows (GPCS 2.3.1, 11.1.6).
  return card::ResponseApdu{{0x00}, card::kSuccess};
}

}  // namespace cardferry::cardsim
