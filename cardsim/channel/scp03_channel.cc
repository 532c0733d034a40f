#include "cardsim/channel/scp03_channel.h"

#include <algorithm>
#include <utility>

#include "cardsim/card_error.h"
#include "lib/base/status_macros.h"

namespace cardferry::cardsim {
namespace {

constexpr uint8_t kClaInitializeUpdate = 0x80;
constexpr uint8_t kClaExternalAuthenticate = 0x84;
constexpr uint8_t kScp03 = 0x03;

absl::Status CheckKeys(const Scp03KeySet& keys) {
  const size_t size = keys.enc.size();
  if (size != 16 && size != 24 && size != 32) {
    return absl::InvalidArgumentError("an AES key has 16, 24 or 32 bytes");
  }
  if (keys.mac.size() != size || keys.dek.size() != size) {
    return absl::InvalidArgumentError("the three keys differ in length");
  }
  return absl::OkStatus();
}

absl::Status CheckOptions(const Scp03Options& options, size_t challenge_size) {
  const uint8_t known =
      kS16Mode | kPseudoRandomChallenge | kRMacSupport | kREncSupport;
  const bool r_enc_alone =
      (options.i & kREncSupport) != 0 && (options.i & kRMacSupport) == 0;
  if ((options.i & ~known) != 0 || r_enc_alone) {
    return absl::InvalidArgumentError("no such SCP03 parameter i");
  }
  if (options.fixed_challenge.has_value() &&
      options.fixed_challenge->size() != challenge_size) {
    return absl::InvalidArgumentError("the fixed challenge does not fit i");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Scp03Channel> Scp03Channel::Create(Scp03KeySet keys,
                                                  Scp03Options options,
                                                  Scp03Counters counters) {
  RETURN_IF_ERROR(CheckKeys(keys));
  Scp03Channel channel(std::move(keys), std::move(options), counters);
  RETURN_IF_ERROR(CheckOptions(channel.options_, channel.ChallengeSize()));
  return channel;
}

Scp03Channel::Scp03Channel(Scp03KeySet keys, Scp03Options options,
                           Scp03Counters counters)
    : keys_(std::move(keys)),
      options_(std::move(options)),
      counters_(counters) {}

size_t Scp03Channel::ChallengeSize() const {
  return (options_.i & kS16Mode) != 0 ? 16 : 8;
}

// The levels of GPC Amendment D, 7.1.2.1, that `i` allows.
bool Scp03Channel::LevelIsPossible(uint8_t level) const {
  switch (level) {
    case 0x00:
    case kLevelCMac:
    case kLevelCMac | kLevelCDec:
      return true;
    case kLevelCMac | kLevelRMac:
    case kLevelCMac | kLevelCDec | kLevelRMac:
      return (options_.i & kRMacSupport) != 0;
    case kLevelCMac | kLevelCDec | kLevelRMac | kLevelREnc:
      return (options_.i & kREncSupport) != 0;
    default:
      return false;
  }
}

bool Scp03Channel::locked() const {
  return options_.failure_limit > 0 &&
         counters_.failures >= options_.failure_limit;
}

void Scp03Channel::Close() {
  pending_.reset();
  session_.reset();
}

absl::Status Scp03Channel::CheckInitializeUpdate(
    const card::CommandApdu& command) const {
  const card::CommandHeader& header = command.header();
  if (header.cla != kClaInitializeUpdate) {
    return CardError(kClaNotSupported, "CLA of INITIALIZE UPDATE is 80");
  }
  if (header.p2 != 0x00) {
    return CardError(kWrongP1P2, "INITIALIZE UPDATE names a key identifier");
  }
  if (command.data().size() != ChallengeSize()) {
    return CardError(kWrongLength, "host challenge of another length");
  }
  if (header.p1 != 0x00 && header.p1 != keys_.version) {
    return CardError(kReferencedDataNotFound, "no key set of this version");
  }
  if (locked()) {
    return CardError(kAuthenticationBlocked, "too many failed authentications");
  }
  const bool counts = (options_.i & kPseudoRandomChallenge) != 0;
  if (counts && counters_.sequence > kLastSequenceCounter) {
    return CardError(kConditionsNotSatisfied, "sequence counter is used up");
  }
  return absl::OkStatus();
}

absl::StatusOr<Bytes> Scp03Channel::MakeChallenge(RandomSource& random) const {
  if (options_.fixed_challenge.has_value()) return *options_.fixed_challenge;
  if ((options_.i & kPseudoRandomChallenge) == 0) {
    return random.Draw(ChallengeSize());
  }
  return PseudoRandomChallenge(keys_, counters_.sequence, options_.aid,
                               ChallengeSize());
}

absl::StatusOr<Bytes> Scp03Channel::InitializeUpdate(
    const card::CommandApdu& command, RandomSource& random) {
  Close();
  RETURN_IF_ERROR(CheckInitializeUpdate(command));
  const Bytes& host = command.data();
  ASSIGN_OR_RETURN(const Bytes card, MakeChallenge(random));
  ASSIGN_OR_RETURN(Scp03SessionKeys session_keys,
                   DeriveSessionKeys(keys_, host, card));
  ASSIGN_OR_RETURN(const Bytes card_cryptogram,
                   CardCryptogram(session_keys, host, card));
  ASSIGN_OR_RETURN(Bytes host_cryptogram,
                   HostCryptogram(session_keys, host, card));
  pending_ = Pending{Scp03Session(std::move(session_keys), ChallengeSize()),
                     std::move(host_cryptogram)};

  const Bytes key_information = {keys_.version, kScp03, options_.i};
  Bytes answer = Concat(
      {keys_.diversification_data, key_information, card, card_cryptogram});
  if ((options_.i & kPseudoRandomChallenge) != 0) {
    const uint32_t sequence = counters_.sequence++;
    answer.push_back(static_cast<uint8_t>(sequence >> 16));
    answer.push_back(static_cast<uint8_t>(sequence >> 8));
    answer.push_back(static_cast<uint8_t>(sequence));
  }
  return answer;
}

absl::Status Scp03Channel::CheckExternalAuthenticate(
    const card::CommandApdu& command) const {
  const card::CommandHeader& header = command.header();
  if (header.cla != kClaExternalAuthenticate) {
    return CardError(kClaNotSupported, "CLA of EXTERNAL AUTHENTICATE is 84");
  }
  if (header.p2 != 0x00 || !LevelIsPossible(header.p1)) {
    return CardError(kWrongP1P2, "no such security level");
  }
  if (command.data().size() != 2 * ChallengeSize()) {
    return CardError(kWrongLength, "EXTERNAL AUTHENTICATE of another length");
  }
  return absl::OkStatus();
}

absl::Status Scp03Channel::ExternalAuthenticate(
    const card::CommandApdu& command) {
  if (!pending_.has_value()) {
    Close();
    return CardError(kConditionsNotSatisfied,
                     "EXTERNAL AUTHENTICATE without INITIALIZE UPDATE");
  }
  RETURN_IF_ERROR(CheckExternalAuthenticate(command));
  // One try: whatever comes of it, the challenge is used up. The failure is
  // counted first and taken back, as a card does that may lose power between.
  Pending pending = *std::exchange(pending_, std::nullopt);
  ++counters_.failures;
  const ByteSpan shown = ByteSpan(command.data()).first(ChallengeSize());
  if (!ConstantTimeEqual(shown, pending.host_cryptogram)) {
    return CardError(kAuthenticationFailed, "host cryptogram does not match");
  }
  RETURN_IF_ERROR(pending.session.OpenExternalAuthenticate(command).status());
  counters_.failures = 0;
  pending.session.set_level(command.header().p1);
  session_ = std::move(pending.session);
  return absl::OkStatus();
}

absl::StatusOr<card::CommandApdu> Scp03Channel::Unwrap(
    const card::CommandApdu& command) {
  if (!session_.has_value()) {
    if (!HasSecureMessaging(command.header())) return command;
    return CardError(kConditionsNotSatisfied, "no secure channel session");
  }
  absl::StatusOr<card::CommandApdu> plain = session_->Unwrap(command);
  if (!plain.ok()) Close();
  return plain;
}

card::ResponseApdu Scp03Channel::Wrap(card::ResponseApdu response) {
  if (!session_.has_value()) return response;
  absl::StatusOr<card::ResponseApdu> wrapped =
      session_->Wrap(std::move(response));
  if (wrapped.ok()) return *std::move(wrapped);
  Close();
  return card::ResponseApdu{{}, StatusWordOf(wrapped.status())};
}

}  // namespace cardferry::cardsim
