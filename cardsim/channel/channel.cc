#include "cardsim/channel/channel.h"

#include <utility>

#include "cardsim/card_error.h"
#include "cardsim/channel/messaging.h"
#include "cardsim/channel/scp01_protocol.h"
#include "cardsim/channel/scp03_protocol.h"
#include "lib/base/status_macros.h"

namespace cardferry::cardsim {
namespace {

constexpr uint8_t kClaInitializeUpdate = 0x80;
constexpr uint8_t kClaExternalAuthenticate = 0x84;

absl::StatusOr<std::unique_ptr<Protocol>> MakeProtocol(
    const KeySet& keys, const ChannelOptions& options) {
  if (keys.type == KeyType::kAes) return Scp03Protocol::Create(options.scp03_i);
  if (options.scp01_i.has_value()) {
    return Scp01Protocol::Create(*options.scp01_i);
  }
  if ((options.scp02_i & kScp02ThreeKeys) == 0 &&
      (!keys.enc.Equals(keys.mac) || !keys.enc.Equals(keys.dek))) {
    return absl::InvalidArgumentError(
        "an SCP02 card with one base key has three different keys");
  }
  return Scp02Protocol::Create(options.scp02_i, options.last_scp02_sequence);
}

}  // namespace

absl::StatusOr<Channel> Channel::Create(KeySet keys, ChannelOptions options,
                                        std::optional<KeyCounters> counters) {
  RETURN_IF_ERROR(CheckKeySet(keys));
  ASSIGN_OR_RETURN(std::unique_ptr<Protocol> protocol,
                   MakeProtocol(keys, options));
  if (options.fixed_challenge.has_value() &&
      options.fixed_challenge->size() != protocol->card_challenge_size()) {
    return absl::InvalidArgumentError("the fixed challenge does not fit i");
  }
  const KeyCounters at = counters.value_or(FreshCounters(keys.type));
  return Channel(std::move(keys), std::move(options), at, std::move(protocol));
}

Channel::Channel(KeySet keys, ChannelOptions options, KeyCounters counters,
                 std::unique_ptr<Protocol> protocol)
    : keys_(std::move(keys)),
      options_(std::move(options)),
      counters_(counters),
      protocol_(std::move(protocol)) {}

bool Channel::locked() const {
  return options_.failure_limit > 0 &&
         counters_.failures >= options_.failure_limit;
}

void Channel::Close() {
  opening_.reset();
  session_.reset();
}

void Channel::Select(ByteSpan aid) {
  Close();
  options_.aid.assign(aid.begin(), aid.end());
  may_begin_ = true;
}

absl::Status Channel::Replace(KeySet keys) {
  RETURN_IF_ERROR(CheckKeySet(keys));
  ASSIGN_OR_RETURN(protocol_, MakeProtocol(keys, options_));
  counters_ = FreshCounters(keys.type);
  keys_ = std::move(keys);
  return absl::OkStatus();
}

absl::Status Channel::CheckInitializeUpdate(
    const card::CommandApdu& command) const {
  const card::CommandHeader& header = command.header();
  if (header.cla != kClaInitializeUpdate) {
    return CardError(kClaNotSupported, "CLA of INITIALIZE UPDATE is 80");
  }
  if (header.p2 != 0x00) {
    return CardError(kWrongP1P2, "INITIALIZE UPDATE names a key identifier");
  }
  if (command.data().size() != protocol_->host_challenge_size()) {
    return CardError(kWrongLength, "host challenge of another length");
  }
  if (header.p1 != 0x00 && header.p1 != keys_.version) {
    return CardError(kReferencedDataNotFound, "no key set of this version");
  }
  return CheckCounters();
}

absl::Status Channel::CheckCounters() const {
  if (locked()) {
    return CardError(kAuthenticationBlocked, "too many failed authentications");
  }
  if (protocol_->counting() != Protocol::Counting::kNever &&
      counters_.sequence > protocol_->last_sequence()) {
    return CardError(kConditionsNotSatisfied, "sequence counter is used up");
  }
  return absl::OkStatus();
}

absl::StatusOr<Bytes> Channel::InitializeUpdate(
    const card::CommandApdu& command, RandomSource& random) {
  if (protocol_->implicit()) {
    return CardError(kInsNotSupported, "sessions begin by a C-MAC");
  }
  Close();
  RETURN_IF_ERROR(CheckInitializeUpdate(command));
  Handshake handshake{keys_, counters_.sequence, command.data(), options_.aid,
                      std::nullopt};
  if (options_.fixed_challenge.has_value()) {
    handshake.fixed_challenge = *options_.fixed_challenge;
  }
  ASSIGN_OR_RETURN(opening_, protocol_->Open(handshake, random));
  if (protocol_->counting() == Protocol::Counting::kAtInitializeUpdate) {
    ++counters_.sequence;
  }
  const Bytes key_information = {keys_.version, protocol_->number()};
  return Concat(
      {keys_.diversification_data, key_information, opening_->answer});
}

absl::Status Channel::CheckExternalAuthenticate(
    const card::CommandApdu& command) const {
  const card::CommandHeader& header = command.header();
  if (header.cla != kClaExternalAuthenticate) {
    return CardError(kClaNotSupported, "CLA of EXTERNAL AUTHENTICATE is 84");
  }
  if (header.p2 != 0x00 || !protocol_->LevelIsPossible(header.p1)) {
    return CardError(kWrongP1P2, "no such security level");
  }
  if (command.data().size() != 2 * protocol_->mac_size()) {
    return CardError(kWrongLength, "EXTERNAL AUTHENTICATE of another length");
  }
  return absl::OkStatus();
}

absl::Status Channel::ExternalAuthenticate(const card::CommandApdu& command) {
  if (protocol_->implicit()) {
    return CardError(kInsNotSupported, "sessions begin by a C-MAC");
  }
  if (!opening_.has_value()) {
    Close();
    return CardError(kConditionsNotSatisfied,
                     "EXTERNAL AUTHENTICATE without INITIALIZE UPDATE");
  }
  RETURN_IF_ERROR(CheckExternalAuthenticate(command));
  // One try: whatever comes of it, the challenge is used up. The failure is
  // counted first and taken back, as a card does that may lose power between.
  Opening opening = *std::exchange(opening_, std::nullopt);
  ++counters_.failures;
  const ByteSpan shown = ByteSpan(command.data()).first(protocol_->mac_size());
  if (!ConstantTimeEqual(shown, opening.host_cryptogram)) {
    return CardError(kAuthenticationFailed, "host cryptogram does not match");
  }
  RETURN_IF_ERROR(opening.session->OpenExternalAuthenticate(command));
  if (protocol_->counting() == Protocol::Counting::kAtFirstMac) {
    ++counters_.sequence;
  }
  counters_.failures = 0;
  opening.session->set_level(command.header().p1);
  session_ = std::move(opening.session);
  return absl::OkStatus();
}

// One try after a SELECT. Counted as the host's cryptogram is.
absl::StatusOr<card::CommandApdu> Channel::Begin(
    const card::CommandApdu& command) {
  may_begin_ = false;
  RETURN_IF_ERROR(CheckCounters());
  ASSIGN_OR_RETURN(
      std::unique_ptr<Session> session,
      protocol_->Begin(
          {keys_, counters_.sequence, {}, options_.aid, std::nullopt}));
  ++counters_.failures;
  ASSIGN_OR_RETURN(card::CommandApdu plain, session->Unwrap(command));
  ++counters_.sequence;
  counters_.failures = 0;
  session_ = std::move(session);
  return plain;
}

absl::StatusOr<card::CommandApdu> Channel::Unwrap(
    const card::CommandApdu& command) {
  if (session_ == nullptr) {
    if (!HasSecureMessaging(command.header())) return command;
    if (protocol_->implicit() && may_begin_) return Begin(command);
    return CardError(kConditionsNotSatisfied, "no secure channel session");
  }
  absl::StatusOr<card::CommandApdu> plain = session_->Unwrap(command);
  if (!plain.ok()) Close();
  return plain;
}

card::ResponseApdu Channel::Wrap(card::ResponseApdu response) {
  if (session_ == nullptr) return response;
  absl::StatusOr<card::ResponseApdu> wrapped =
      session_->Wrap(std::move(response));
  if (wrapped.ok()) return *std::move(wrapped);
  Close();
  return card::ResponseApdu{{}, StatusWordOf(wrapped.status())};
}

absl::StatusOr<card::ResponseApdu> Channel::ManageRMac(
    const card::CommandApdu& plain) {
  if (session_ == nullptr) {
    return CardError(kConditionsNotSatisfied, "no secure channel session");
  }
  return session_->ManageRMac(plain);
}

absl::StatusOr<SecretBytes> Channel::UnwrapKey(ByteSpan wrapped) const {
  if (session_ == nullptr) {
    return CardError(kConditionsNotSatisfied, "no secure channel session");
  }
  return session_->UnwrapKey(wrapped);
}

}  // namespace cardferry::cardsim
