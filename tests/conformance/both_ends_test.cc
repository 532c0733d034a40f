// The host's framing against the simulated card's, which share no code: what
// no recorded session has, both must still agree about.
#include "gtest/gtest.h"
// RapidCheck wants GoogleTest before it.
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "lib/card/gp/content_commands.h"
#include "tests/conformance/both_ends_session.h"

namespace cardferry::conformance {
namespace {

using card::CommandApdu;
using scp::ChannelProtocol;
using scp::SecurityLevel;

void TheCardReadsWhatTheHostWrote(const ChannelProtocol& protocol) {
  const SecurityLevel level = AnyLevel(protocol, Any);
  Session session = Session::Open(protocol, level);
  const int batches = *rc::gen::inRange(1, 4);
  for (int batch = 0; batch < batches; ++batch) {
    std::vector<CommandApdu> plain;
    const size_t count = AnyLength(6);
    for (size_t i = 0; i < count; ++i)
      plain.push_back(AnyCommand(protocol, level));
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
  const SecurityLevel level = AnyLevel(protocol, scp::HasCMac);
  Session session = Session::Open(protocol, level);
  const CommandApdu plain = AnyCommand(protocol, level);
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
  const SecurityLevel level = AnyLevel(protocol, scp::HasCMac);
  Session session = Session::Open(protocol, level);
  const auto wrapped = scp::ProtectCommands(
      *session.cipher, session.state,
      {AnyCommand(protocol, level), AnyCommand(protocol, level)});
  RC_ASSERT(wrapped.ok());
  const bool replay = *rc::gen::arbitrary<bool>();
  if (replay) RC_ASSERT(session.card.Unwrap(wrapped->at(0)).ok());
  RC_ASSERT(!session.card.Unwrap(wrapped->at(replay ? 0 : 1)).ok());
  RC_ASSERT(!session.card.authenticated());
}

RC_GTEST_PROP(BothEndsOfImplicitScp02Test, TheCardReadsWhatTheHostWrote, ()) {
  const ChannelProtocol protocol = AnyImplicit();
  Session session = Session::OpenImplicitly(protocol);
  const size_t count = 1 + AnyLength(6);
  for (size_t i = 0; i < count; ++i) {
    const CommandApdu plain = AnyCommand(protocol, SecurityLevel::kCMac);
    RC_ASSERT(session.Send(plain) == plain);
  }
}

// The planner cuts commands by its own number: it may not see the channel.
TEST(LongestCommandTest, IsTheSameForThePlannerAndTheChannel) {
  for (const SecurityLevel level :
       {SecurityLevel::kNone, SecurityLevel::kCMac, SecurityLevel::kCDecCMac,
        SecurityLevel::kCMacRMac, SecurityLevel::kCDecCMacRMacREnc}) {
    const auto bits = static_cast<uint8_t>(level);
    EXPECT_EQ(card::MaxCommandData(bits).value(),
              scp::MaxShortDataLength({scp::kScp03, 0x70}, level));
    EXPECT_EQ(card::MaxCommandData({bits, 16}).value(),
              scp::MaxShortDataLength({scp::kScp03, 0x71}, level));
  }
}

RC_GTEST_PROP(BothEndsOfScp01Test, TheCardReadsWhatTheHostWrote, ()) {
  TheCardReadsWhatTheHostWrote(AnyScp01());
}

RC_GTEST_PROP(BothEndsOfScp01Test, TheCardRefusesACommandWithAnyBitFlipped,
              ()) {
  TheCardRefusesACommandWithAnyBitFlipped(AnyScp01());
}

RC_GTEST_PROP(BothEndsOfScp01Test, TheCardRefusesACommandOutOfItsOrder, ()) {
  TheCardRefusesACommandOutOfItsOrder(AnyScp01());
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
