#include "cardsim/card/card.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cardsim/card/card_memory.h"
#include "cardsim/card/domain_module.h"
#include "cardsim/card/extradition.h"
#include "cardsim/card/life_cycle.h"
#include "cardsim/card/registry_state.h"
#include "cardsim/card_error.h"
#include "cardsim/channel/messaging.h"
#include "lib/base/status_macros.h"

namespace cardferry::cardsim {
namespace {

constexpr char kIssuerSecurityDomain[] = "A000000151000000";

constexpr uint8_t kInsManageChannel = 0x70;
constexpr uint8_t kInsSelect = 0xA4;
constexpr uint8_t kSelectByName = 0x04;
constexpr uint8_t kFirst = 0x00;
constexpr uint8_t kNext = 0x02;
constexpr uint8_t kFirstWithoutAnswer = 0x0C;

// Classes 00-0F and 80-8F have four logical channels in their low bits, 40-7F
// and C0-FE sixteen more (GPCS 2.3.1, 11.1.4).
constexpr uint8_t kClaFurther = 0x40;
constexpr uint8_t kClaChannelBits = 0x03;
constexpr uint8_t kClaHighBits = 0x30;

absl::Status CheckClass(const card::CommandHeader& header) {
  if (header.cla == 0xFF) return CardError(kClaNotSupported, "CLA is FF");
  const bool further = (header.cla & kClaFurther) != 0;
  if (further || (header.cla & kClaChannelBits) != 0) {
    return CardError(kChannelNotSupported, "only the basic logical channel");
  }
  if ((header.cla & kClaHighBits) != 0) {
    return CardError(kClaNotSupported, "no such class");
  }
  return absl::OkStatus();
}

bool BeginsWith(const card::Aid& aid, ByteSpan name) {
  return aid.bytes().size() >= name.size() &&
         std::equal(name.begin(), name.end(), aid.bytes().begin());
}

bool IsSelectByName(const card::CommandHeader& header) {
  return header.cla == 0x00 && header.ins == kInsSelect &&
         header.p1 == kSelectByName;
}

// Le is a limit for the answers of plain commands.
bool FitsLe(const card::CommandApdu& command,
            const card::ResponseApdu& response) {
  return HasSecureMessaging(command.header()) || !command.le().has_value() ||
         response.data.size() <= *command.le();
}

std::string ShowParameters(std::optional<uint8_t> scp01_i, uint8_t scp02_i,
                           uint8_t scp03_i) {
  const std::string des = scp01_i.has_value()
                              ? absl::StrFormat("SCP01 with i %02X", *scp01_i)
                              : absl::StrFormat("SCP02 with i %02X", scp02_i);
  return absl::StrFormat("%s and SCP03 with i %02X", des, scp03_i);
}

card::StatusWord WrongLe(size_t right) {
  return card::StatusWord(static_cast<uint16_t>(0x6C00 | (right & 0xFF)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Card>> Card::Create(KeySet keys,
                                                   CardOptions options,
                                                   RandomSource& random) {
  SecurityDomainState domain;
  domain.numbers = WithDefaults(options.numbers, keys.diversification_data);
  const KeyCounters counters = FreshCounters(keys.type);
  domain.key_sets.push_back({std::move(keys), counters});
  ASSIGN_OR_RETURN(std::unique_ptr<Card> card,
                   Create(std::move(domain), options, random));
  RETURN_IF_ERROR(card->AddDomains());
  return card;
}

absl::Status Card::AddDomains() {
  for (const DomainOption& option : options_.domains) {
    Application domain = MakeSecurityDomain(option.aid, option.privileges);
    absl::Status status =
        CheckPrivileges(option.privileges, option.aid, registry_);
    if (!domain.is_domain()) status = absl::InvalidArgumentError("none");
    if (status.ok()) status = registry_.AddApplication(std::move(domain));
    if (!status.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("there can be no security domain ", option.aid.ToHex(),
                       " with these privileges"));
    }
  }
  further_.Follow();
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<Card>> Card::Create(SecurityDomainState domain,
                                                   CardOptions options,
                                                   RandomSource& random) {
  RETURN_IF_ERROR(CheckCardNumbers(domain.numbers));
  ASSIGN_OR_RETURN(card::Aid isd, card::Aid::FromHex(kIssuerSecurityDomain));
  ChannelOptions channel_options;
  channel_options.scp01_i = options.scp01_i;
  channel_options.scp02_i = options.scp02_i;
  channel_options.scp03_i = options.scp03_i;
  channel_options.aid = isd.bytes();
  channel_options.failure_limit = options.failure_limit;
  ASSIGN_OR_RETURN(KeyRing keys, KeyRing::Create(std::move(domain.key_sets),
                                                 channel_options));
  return absl::WrapUnique(new Card(std::move(keys), std::move(channel_options),
                                   std::move(domain), std::move(isd), options,
                                   random));
}

Card::Card(KeyRing keys, ChannelOptions channel, SecurityDomainState domain,
           card::Aid isd, const CardOptions& options, RandomSource& random)
    : options_(options),
      registry_(std::move(isd), options.eeprom_bytes),
      domain_(registry_.isd(), std::move(keys), std::move(domain.numbers),
              objects_, registry_, random),
      further_(std::move(channel), domain_, registry_, random) {
  objects_.Restore(std::move(domain.objects));
  registry_.set_card_life_cycle(options.life_cycle);
  if (options.content_keys != nullptr) {
    const CardNumbers& of_card = domain_.numbers();
    registry_.security() = ContentSecurity(
        *options.content_keys,
        Concat({of_card.issuer_identification, of_card.card_image}));
  }
}

absl::StatusOr<std::unique_ptr<Card>> Card::Restore(const CardState& state,
                                                    CardOptions options,
                                                    RandomSource& random) {
  ASSIGN_OR_RETURN(CardMemory memory, ParseCardMemory(state));
  const std::string has =
      ShowParameters(memory.scp01_i, memory.scp02_i, memory.scp03_i);
  const std::string wanted =
      ShowParameters(options.scp01_i, options.scp02_i, options.scp03_i);
  if (has != wanted) {
    return absl::FailedPreconditionError(
        absl::StrCat("the card has ", has, ", and ", wanted,
                     " is asked for: a card does not change them"));
  }
  options.content_keys = memory.content_keys;
  absl::StatusOr<std::unique_ptr<Card>> card = Create(
      SecurityDomainState{std::move(memory.key_sets), std::move(memory.numbers),
                          std::move(memory.objects)},
      options, random);
  if (!card.ok()) return absl::DataLossError(card.status().message());
  RETURN_IF_ERROR(RestoreRegistry(memory.registry, (*card)->registry_));
  RETURN_IF_ERROR(
      (*card)->further_.Restore(std::move(memory.further_key_sets)));
  (*card)->Reset();
  return card;
}

CardState Card::ToState() const {
  SecurityDomainState domain = domain_.ToState();
  return EncodeCardMemory(
      CardMemory{options_.scp01_i, options_.scp02_i, options_.scp03_i,
                 std::move(domain.key_sets), further_.ToKeys(),
                 std::move(domain.numbers), std::move(domain.objects),
                 EncodeRegistry(registry_), options_.content_keys});
}

absl::Status Card::KeepIn(CardStateStore& store) {
  return kept_.Begin(store, ToState());
}

absl::Status Card::Keep() {
  return kept_.begun() ? kept_.Update(ToState()) : absl::OkStatus();
}

Bytes Card::Transmit(ByteSpan command) {
  const absl::StatusOr<card::CommandApdu> apdu =
      card::CommandApdu::Parse(command);
  if (!apdu.ok()) {
    const auto refusal = std::exchange(refusal_, std::nullopt);
    return card::ResponseApdu{{}, refusal.value_or(kWrongLength)}.Encode();
  }
  return Process(*apdu).Encode();
}

card::ResponseApdu Card::Process(const card::CommandApdu& command) {
  if (memory_failed_) return {{}, kMemoryFailure};
  card::ResponseApdu response = Answer(command);
  further_.Follow();
  memory_failed_ = !Keep().ok();
  if (memory_failed_) return {{}, kMemoryFailure};
  return response;
}

card::ResponseApdu Card::Answer(const card::CommandApdu& command) {
  std::optional<Waiting> waiting = std::exchange(waiting_, std::nullopt);
  const bool again = waiting.has_value() && !refusal_.has_value() &&
                     waiting->header == command.header() &&
                     waiting->data == command.data();
  card::ResponseApdu response =
      again ? std::move(waiting->response) : Dispatch(command);
  if (FitsLe(command, response)) return response;
  const card::StatusWord wrong_le = WrongLe(response.data.size());
  waiting_ = Waiting{command.header(), command.data(), std::move(response)};
  return {{}, wrong_le};
}

card::ResponseApdu Card::Refuse(const card::CommandApdu& command,
                                card::StatusWord sw) {
  const card::CommandHeader& header = command.header();
  SecurityDomain* const domain = SelectedDomain();
  const bool for_domain =
      domain != nullptr && !IsSelectByName(header) && CheckClass(header).ok();
  if (for_domain) return domain->Refuse(command, sw);
  return {{}, sw};
}

void Card::Reset() {
  waiting_.reset();
  refusal_.reset();
  Deselect();
  if (auto aid = DefaultSelected()) SelectApplication(*std::move(aid), false);
}

SecurityDomain* Card::SelectedDomain() {
  return selected_.has_value() ? further_.Find(*selected_) : &domain_;
}

void Card::Deselect() {
  domain_.Deselect();
  further_.Deselect();
  selected_.reset();
  domain_.Select();
}

card::ResponseApdu Card::SelectApplication(card::Aid aid, bool wants_answer) {
  Deselect();
  selected_ = std::move(aid);
  SecurityDomain* const domain = SelectedDomain();
  if (domain == nullptr) return {{}, card::kSuccess};
  domain->Select();
  return {wants_answer ? domain->FileControlInformation() : Bytes(),
          card::kSuccess};
}

std::optional<card::Aid> Card::DefaultSelected() const {
  const Application* const application = registry_.DefaultSelected();
  if (application == nullptr || !application->selectable() ||
      registry_.card_life_cycle() == kCardLocked ||
      registry_.card_life_cycle() == kTerminated) {
    return std::nullopt;
  }
  return application->aid;
}

card::ResponseApdu Card::Dispatch(const card::CommandApdu& command) {
  if (const auto refusal = std::exchange(refusal_, std::nullopt)) {
    return Refuse(command, *refusal);
  }
  const card::CommandHeader& header = command.header();
  const absl::Status status = CheckClass(header);
  if (!status.ok()) return {{}, StatusWordOf(status)};
  if (registry_.card_life_cycle() == kTerminated) {
    if (selected_.has_value()) Deselect();
    if (!CardAllows(kTerminated, header.ins)) {
      return {{}, kConditionsNotSatisfied};
    }
  }
  if (IsSelectByName(header)) {
    absl::StatusOr<card::ResponseApdu> response = Select(command);
    if (!response.ok()) return {{}, StatusWordOf(response.status())};
    return *std::move(response);
  }
  if (header.cla == 0x00 && header.ins == kInsManageChannel) {
    return {{}, kChannelNotSupported};
  }
  if (SecurityDomain* const domain = SelectedDomain()) {
    return domain->Process(command);
  }
  Application* const application = registry_.FindApplication(*selected_);
  if (application == nullptr) return {{}, kConditionsNotSatisfied};
  return application->applet->Process(command);
}

std::vector<card::Aid> Card::Selectable(ByteSpan name) const {
  std::vector<card::Aid> aids;
  if (BeginsWith(registry_.isd(), name)) aids.push_back(registry_.isd());
  for (const Application& application : registry_.applications()) {
    if (!application.selectable()) continue;
    if (BeginsWith(application.aid, name)) aids.push_back(application.aid);
  }
  // A whole AID comes before those that only begin like it.
  std::stable_partition(aids.begin(), aids.end(), [&](const card::Aid& aid) {
    return ByteSpan(aid.bytes()) == name;
  });
  return aids;
}

absl::StatusOr<card::Aid> Card::FindSelectable(ByteSpan name, bool next) const {
  const std::vector<card::Aid> aids = Selectable(name);
  auto found = aids.begin();
  if (next) {
    found = std::find(aids.begin(), aids.end(),
                      selected_.value_or(registry_.isd()));
    found = found == aids.end() ? aids.begin() : found + 1;
  }
  if (found == aids.end()) return CardError(kNotFound, "no such application");
  return *found;
}

card::ResponseApdu Card::SelectIssuerDomain(bool wants_answer) {
  Deselect();
  const bool locked = registry_.card_life_cycle() == kCardLocked;
  return {wants_answer ? domain_.FileControlInformation() : Bytes(),
          locked ? kCardIsLocked : card::kSuccess};
}

// SELECT by name (GPCS 2.3.1, 11.9). The session of the security domain ends
// with a SELECT that succeeds; one that fails leaves everything as it is.
absl::StatusOr<card::ResponseApdu> Card::Select(
    const card::CommandApdu& command) {
  const uint8_t p2 = command.header().p2;
  if (p2 != kFirst && p2 != kNext && p2 != kFirstWithoutAnswer) {
    return CardError(kWrongP1P2, "SELECT of the first or the next one");
  }
  const Bytes& name = command.data();
  if (name.size() > 16) return CardError(kWrongLength, "an AID is shorter");
  ASSIGN_OR_RETURN(card::Aid aid, FindSelectable(name, p2 == kNext));
  if (name.empty() && p2 != kNext) {
    aid = DefaultSelected().value_or(registry_.isd());
  }
  if (aid == registry_.isd()) {
    return SelectIssuerDomain(p2 != kFirstWithoutAnswer);
  }
  if (registry_.card_life_cycle() == kCardLocked) {
    return CardError(kFunctionNotSupported, "the card is locked");
  }
  return SelectApplication(std::move(aid), p2 != kFirstWithoutAnswer);
}

}  // namespace cardferry::cardsim
