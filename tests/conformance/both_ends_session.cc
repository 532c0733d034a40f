#include "tests/conformance/both_ends_session.h"

#include "gtest/gtest.h"
// RapidCheck wants GoogleTest before it.
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "lib/base/random.h"
#include "lib/base/secret_bytes.h"
#include "lib/card/scp/initialize_update_response.h"
#include "lib/card/scp/openssl/openssl_cipher.h"

namespace cardferry::conformance {
namespace {

using card::CommandApdu;
using card::ResponseApdu;
using cardsim::Channel;
using scp::ChannelProtocol;
using scp::SecurityLevel;

// The static keys of a card. With one base key, an even `i` of SCP02, all three
// are the same.
struct CardKeys {
  Bytes enc;
  Bytes mac;
  Bytes dek;
};

CardKeys AnyKeys(const ChannelProtocol& protocol) {
  if (protocol.scp == scp::kScp03) {
    const size_t length = *rc::gen::element<size_t>(16, 24, 32);
    return {AnyBytes(length), AnyBytes(length), AnyBytes(length)};
  }
  const Bytes base = AnyBytes(16);
  const bool one_key = protocol.scp == scp::kScp02 && protocol.i % 2 == 0;
  if (one_key) return {base, base, base};
  return {base, AnyBytes(16), AnyBytes(16)};
}

const Bytes& Aid() {
  static const auto* const aid = new Bytes(FromHexOrDie("A000000151000000"));
  return *aid;
}

Channel MakeCard(const ChannelProtocol& protocol, const CardKeys& keys) {
  cardsim::KeySet set;
  set.enc = SecretBytes::CopyOf(keys.enc);
  set.mac = SecretBytes::CopyOf(keys.mac);
  set.dek = SecretBytes::CopyOf(keys.dek);
  set.version = 0x30;
  cardsim::ChannelOptions options;
  options.aid = Aid();
  if (protocol.scp == scp::kScp03) {
    options.scp03_i = protocol.i;
  } else {
    set.type = cardsim::KeyType::kDes;
    if (protocol.scp == scp::kScp01) options.scp01_i = protocol.i;
    if (protocol.scp == scp::kScp02) options.scp02_i = protocol.i;
  }
  return *Channel::Create(std::move(set), options);
}

}  // namespace

Bytes AnyBytes(size_t length) {
  return *rc::gen::container<Bytes>(length, rc::gen::arbitrary<uint8_t>());
}

size_t AnyLength(size_t most) { return *rc::gen::inRange<size_t>(0, most + 1); }

CommandApdu AnyCommand(const ChannelProtocol& protocol, SecurityLevel level) {
  // BEGIN and END R-MAC SESSION are the channel's own.
  const uint8_t ins = *rc::gen::suchThat<uint8_t>(
      [](uint8_t one) { return one != 0x78 && one != 0x7A; });
  const card::CommandHeader header{
      *rc::gen::element<uint8_t>(0x00, 0x01, 0x80, 0x83, 0x90), ins,
      *rc::gen::arbitrary<uint8_t>(), *rc::gen::arbitrary<uint8_t>()};
  std::optional<uint32_t> le;
  if (*rc::gen::arbitrary<bool>()) {
    le = *rc::gen::inRange<uint32_t>(1, 257);
  }
  const size_t most = *rc::gen::element<size_t>(0, 40, 255);
  const size_t length =
      std::min(AnyLength(most), scp::MaxShortDataLength(protocol, level));
  // SCP01 encrypts no more than fits a short command.
  const bool extended =
      protocol.scp != scp::kScp01 && *rc::gen::inRange(0, 10) == 0;
  return *CommandApdu::Create(header, AnyBytes(extended ? 300 : length), le);
}

ChannelProtocol AnyScp01() {
  return {scp::kScp01, *rc::gen::element<uint8_t>(0x05, 0x15)};
}

// With explicit initiation.
ChannelProtocol AnyScp02() {
  const uint8_t i = *rc::gen::element<uint8_t>(0x04, 0x05, 0x14, 0x15, 0x44,
                                               0x45, 0x54, 0x55);
  return {scp::kScp02,
          static_cast<uint8_t>(i | *rc::gen::element<uint8_t>(0x00, 0x20))};
}

ChannelProtocol AnyScp03() {
  const uint8_t i =
      *rc::gen::element<uint8_t>(0x00, 0x10, 0x20, 0x30, 0x60, 0x70);
  return {scp::kScp03,
          static_cast<uint8_t>(i | *rc::gen::element<uint8_t>(0x00, 0x01))};
}

ChannelProtocol AnyImplicit() {
  const uint8_t i = *rc::gen::element<uint8_t>(0x0A, 0x0B, 0x1A, 0x1B);
  return {scp::kScp02,
          static_cast<uint8_t>(i | *rc::gen::element<uint8_t>(0x00, 0x20))};
}

SecurityLevel AnyLevel(const ChannelProtocol& protocol,
                       bool (*wanted)(SecurityLevel)) {
  std::vector<SecurityLevel> levels;
  for (const int level : {0x00, 0x01, 0x03, 0x11, 0x13, 0x33}) {
    const auto one = static_cast<SecurityLevel>(level);
    if (scp::IsLegal(protocol, one) && wanted(one)) levels.push_back(one);
  }
  return *rc::gen::elementOf(levels);
}

bool Any(SecurityLevel) { return true; }

Session Session::Open(const ChannelProtocol& protocol, SecurityLevel level) {
  const CardKeys keys = AnyKeys(protocol);
  Session session{MakeCard(protocol, keys), {}, {}, {}};
  const Bytes host_challenge = AnyBytes(scp::ChallengeLength(protocol));
  SystemRandom random;
  const Bytes data = *session.card.InitializeUpdate(
      *CommandApdu::Create({0x80, 0x50, 0x00, 0x00}, host_challenge, 256),
      random);
  const auto answer = *scp::InitializeUpdateResponse::Parse(data);
  RC_ASSERT(answer.scp == protocol.scp);
  session.cipher = *scp::CreateOpensslCipher(
      SecretBytes::CopyOf(keys.enc), SecretBytes::CopyOf(keys.mac),
      *scp::SessionSeed::Create(protocol, host_challenge,
                                answer.card_challenge));
  RC_ASSERT(
      *scp::CardCryptogramMatches(*session.cipher, answer.card_cryptogram));
  scp::Authentication authentication =
      *scp::AuthenticateHost(*session.cipher, level);
  RC_ASSERT(
      session.card.ExternalAuthenticate(authentication.external_authenticate)
          .ok());
  session.state = authentication.state;
  session.packet = {authentication.external_authenticate};
  return session;
}

Session Session::OpenImplicitly(const ChannelProtocol& protocol) {
  const CardKeys keys = AnyKeys(protocol);
  Session session{MakeCard(protocol, keys), {}, {}, {}};
  const uint32_t counter = session.card.counters().sequence;
  session.cipher = *scp::CreateOpensslCipher(
      SecretBytes::CopyOf(keys.enc), SecretBytes::CopyOf(keys.mac),
      *scp::SessionSeed::CreateImplicit(
          protocol,
          Bytes{static_cast<uint8_t>(counter >> 8),
                static_cast<uint8_t>(counter)},
          Aid()));
  session.state = *scp::BeginImplicitSession(*session.cipher);
  return session;
}

CommandApdu Session::Send(const CommandApdu& plain) {
  const auto wrapped = scp::ProtectCommands(*cipher, state, {plain});
  RC_ASSERT(wrapped.ok());
  // As it goes over the wire.
  packet.push_back(*CommandApdu::Parse(wrapped->at(0).Encode()));
  const auto unwrapped = card.Unwrap(packet.back());
  RC_ASSERT(unwrapped.ok());
  return *unwrapped;
}

absl::StatusOr<std::vector<scp::VerifiedResponse>> Session::Verify(
    const std::vector<ResponseApdu>& answers) const {
  return scp::VerifyResponses(*cipher, state.level, packet, answers);
}

}  // namespace cardferry::conformance
