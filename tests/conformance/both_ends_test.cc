// The host's framing against the simulated card's, which share no code: what
// no recorded session has, both must still agree about.
#include "gtest/gtest.h"
// RapidCheck wants GoogleTest before it.
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "cardsim/channel/channel.h"
#include "lib/base/random.h"
#include "lib/base/secret_bytes.h"
#include "lib/card/gp/content_commands.h"
#include "lib/card/scp/initialize_update_response.h"
#include "lib/card/scp/openssl/openssl_cipher.h"
#include "lib/card/scp/secure_channel.h"

namespace cardferry::conformance {
namespace {

using card::CommandApdu;
using cardsim::Channel;
using scp::ChannelProtocol;
using scp::SecurityLevel;

Bytes AnyBytes(size_t length) {
  return *rc::gen::container<Bytes>(length, rc::gen::arbitrary<uint8_t>());
}

size_t AnyLength(size_t most) { return *rc::gen::inRange<size_t>(0, most + 1); }

CommandApdu AnyCommand(SecurityLevel level) {
  const card::CommandHeader header{
      *rc::gen::element<uint8_t>(0x00, 0x01, 0x80, 0x83, 0x90),
      *rc::gen::arbitrary<uint8_t>(), *rc::gen::arbitrary<uint8_t>(),
      *rc::gen::arbitrary<uint8_t>()};
  std::optional<uint32_t> le;
  if (*rc::gen::arbitrary<bool>()) {
    le = *rc::gen::inRange<uint32_t>(1, 257);
  }
  const size_t most = *rc::gen::element<size_t>(0, 40, 255);
  const size_t length =
      std::min(AnyLength(most), scp::MaxShortDataLength(level));
  const bool extended = *rc::gen::inRange(0, 10) == 0;
  return *CommandApdu::Create(header, AnyBytes(extended ? 300 : length), le);
}

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
  if (protocol.i % 2 == 0) return {base, base, base};
  return {base, AnyBytes(16), AnyBytes(16)};
}

ChannelProtocol AnyScp02() {
  return {scp::kScp02, *rc::gen::element<uint8_t>(0x04, 0x05, 0x14, 0x15, 0x44,
                                                  0x45, 0x54, 0x55)};
}

ChannelProtocol AnyScp03() {
  return {scp::kScp03,
          *rc::gen::element<uint8_t>(0x00, 0x10, 0x20, 0x30, 0x60, 0x70)};
}

Channel MakeCard(const ChannelProtocol& protocol, const CardKeys& keys) {
  cardsim::KeySet set;
  set.enc = SecretBytes::CopyOf(keys.enc);
  set.mac = SecretBytes::CopyOf(keys.mac);
  set.dek = SecretBytes::CopyOf(keys.dek);
  set.version = 0x30;
  cardsim::ChannelOptions options;
  options.aid = FromHexOrDie("A000000151000000");
  if (protocol.scp == scp::kScp02) {
    set.type = cardsim::KeyType::kDes;
    options.scp02_i = protocol.i;
  } else {
    options.scp03_i = protocol.i;
  }
  return *Channel::Create(std::move(set), options);
}

// A card and a host that have just agreed on a session.
class Session {
 public:
  static Session Open(const ChannelProtocol& protocol, SecurityLevel level) {
    const CardKeys keys = AnyKeys(protocol);
    Session session{MakeCard(protocol, keys), {}, {}};
    const Bytes host_challenge = AnyBytes(8);
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
    return session;
  }

  Channel card;
  std::unique_ptr<scp::SessionCipher> cipher;
  scp::ChannelState state;
};

SecurityLevel AnyLevel() {
  return *rc::gen::element(SecurityLevel::kNone, SecurityLevel::kCMac,
                           SecurityLevel::kCDecCMac);
}

void TheCardReadsWhatTheHostWrote(const ChannelProtocol& protocol) {
  const SecurityLevel level = AnyLevel();
  Session session = Session::Open(protocol, level);
  const int batches = *rc::gen::inRange(1, 4);
  for (int batch = 0; batch < batches; ++batch) {
    std::vector<CommandApdu> plain;
    const size_t count = AnyLength(6);
    for (size_t i = 0; i < count; ++i) plain.push_back(AnyCommand(level));
    const auto wrapped =
        scp::ProtectCommands(*session.cipher, session.state, plain);
    RC_ASSERT(wrapped.ok());
    for (size_t i = 0; i < count; ++i) {
      // As it goes over the wire.
      const auto sent = CommandApdu::Parse(wrapped->at(i).Encode());
      RC_ASSERT(sent.ok());
      const auto unwrapped = session.card.Unwrap(*sent);
      RC_ASSERT(unwrapped.ok());
      RC_ASSERT(*unwrapped == plain[i]);
    }
  }
}

// What is not MACed: Le, and the logical channel in CLA.
void TheCardRefusesACommandWithAnyBitFlipped(const ChannelProtocol& protocol) {
  const SecurityLevel level =
      *rc::gen::element(SecurityLevel::kCMac, SecurityLevel::kCDecCMac);
  Session session = Session::Open(protocol, level);
  const CommandApdu plain = AnyCommand(level);
  const auto wrapped =
      scp::ProtectCommands(*session.cipher, session.state, {plain});
  RC_ASSERT(wrapped.ok());
  const CommandApdu without_le =
      *CommandApdu::Create(wrapped->at(0).header(), wrapped->at(0).data());
  Bytes bytes = without_le.Encode();
  const auto bit = *rc::gen::inRange<size_t>(2, bytes.size() * 8);
  bytes[bit / 8] = static_cast<uint8_t>(bytes[bit / 8] ^ 1u << bit % 8);
  const auto sent = CommandApdu::Parse(bytes);
  if (!sent.ok()) return;  // an Lc that does not fit goes nowhere
  RC_ASSERT(!session.card.Unwrap(*sent).ok());
  RC_ASSERT(!session.card.authenticated());
}

void TheCardRefusesACommandOutOfItsOrder(const ChannelProtocol& protocol) {
  const SecurityLevel level =
      *rc::gen::element(SecurityLevel::kCMac, SecurityLevel::kCDecCMac);
  Session session = Session::Open(protocol, level);
  const auto wrapped = scp::ProtectCommands(
      *session.cipher, session.state, {AnyCommand(level), AnyCommand(level)});
  RC_ASSERT(wrapped.ok());
  const bool replay = *rc::gen::arbitrary<bool>();
  if (replay) RC_ASSERT(session.card.Unwrap(wrapped->at(0)).ok());
  RC_ASSERT(!session.card.Unwrap(wrapped->at(replay ? 0 : 1)).ok());
  RC_ASSERT(!session.card.authenticated());
}

// The planner cuts commands by its own number: it may not see the channel.
TEST(LongestCommandTest, IsTheSameForThePlannerAndTheChannel) {
  for (const SecurityLevel level :
       {SecurityLevel::kNone, SecurityLevel::kCMac, SecurityLevel::kCDecCMac}) {
    EXPECT_EQ(card::MaxCommandData(static_cast<uint8_t>(level)).value(),
              scp::MaxShortDataLength(level));
  }
}

RC_GTEST_PROP(BothEndsOfScp02Test, TheCardReadsWhatTheHostWrote, ()) {
  TheCardReadsWhatTheHostWrote(AnyScp02());
}

RC_GTEST_PROP(BothEndsOfScp02Test, TheCardRefusesACommandWithAnyBitFlipped,
              ()) {
  TheCardRefusesACommandWithAnyBitFlipped(AnyScp02());
}

RC_GTEST_PROP(BothEndsOfScp02Test, TheCardRefusesACommandOutOfItsOrder, ()) {
  TheCardRefusesACommandOutOfItsOrder(AnyScp02());
}

RC_GTEST_PROP(BothEndsOfScp03Test, TheCardReadsWhatTheHostWrote, ()) {
  TheCardReadsWhatTheHostWrote(AnyScp03());
}

RC_GTEST_PROP(BothEndsOfScp03Test, TheCardRefusesACommandWithAnyBitFlipped,
              ()) {
  TheCardRefusesACommandWithAnyBitFlipped(AnyScp03());
}

RC_GTEST_PROP(BothEndsOfScp03Test, TheCardRefusesACommandOutOfItsOrder, ()) {
  TheCardRefusesACommandOutOfItsOrder(AnyScp03());
}

}  // namespace
}  // namespace cardferry::conformance
