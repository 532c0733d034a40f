// The simulated card's answers, and what the host proves of them. They share no
// code.
#include "gtest/gtest.h"
// RapidCheck wants GoogleTest before it.
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/conformance/both_ends_session.h"

namespace cardferry::conformance {
namespace {

using card::CommandApdu;
using card::ResponseApdu;
using scp::ChannelProtocol;
using scp::SecurityLevel;

// An answer of any application: errors have no data.
ResponseApdu AnyAnswer() {
  const card::StatusWord sw{
      *rc::gen::element<uint16_t>(0x9000, 0x9000, 0x6310, 0x6283, 0x6A88)};
  const size_t length = *rc::gen::element<size_t>(0, 20, 200);
  return {sw.sw1() == 0x6A ? Bytes() : AnyBytes(AnyLength(length)), sw};
}

// Sends a few commands and collects the card's answers, beside what its
// applications said.
struct Dialogue {
  std::vector<ResponseApdu> said;
  std::vector<ResponseApdu> sent;
};

void Exchange(Session& session, const ChannelProtocol& protocol,
              SecurityLevel level, Dialogue& dialogue) {
  const size_t count = AnyLength(6);
  for (size_t i = 0; i < count; ++i) {
    session.Send(AnyCommand(protocol, level));
    dialogue.said.push_back(AnyAnswer());
    dialogue.sent.push_back(session.card.Wrap(dialogue.said.back()));
  }
}

// All of them proven, but errors.
void ExpectProven(const Dialogue& dialogue, size_t from,
                  absl::Span<const scp::VerifiedResponse> results) {
  for (size_t i = from; i < results.size(); ++i) {
    const bool is_error = dialogue.said[i].sw.sw1() == 0x6A;
    RC_ASSERT(results[i].assurance ==
              (is_error ? scp::Assurance::kReported : scp::Assurance::kProven));
    RC_ASSERT(results[i].data == dialogue.said[i].data);
    RC_ASSERT(results[i].sw == dialogue.said[i].sw);
  }
}

ChannelProtocol WithRMac(ChannelProtocol protocol) {
  protocol.i = static_cast<uint8_t>(protocol.i | 0x20);
  return protocol;
}

void TheHostProvesWhatTheCardSaid(const ChannelProtocol& protocol) {
  const SecurityLevel level = AnyLevel(protocol, scp::HasRMac);
  Session session = Session::Open(protocol, level);
  Dialogue dialogue{{{{}, card::kSuccess}}, {{{}, card::kSuccess}}};
  Exchange(session, protocol, level, dialogue);
  const auto results = session.Verify(dialogue.sent);
  RC_ASSERT(results.ok());
  RC_ASSERT(results->at(0).assurance == scp::Assurance::kReported);
  ExpectProven(dialogue, 1, *results);
}

void TheHostProvesNoAnswerWithAnyBitFlipped(const ChannelProtocol& protocol) {
  const SecurityLevel level = AnyLevel(protocol, scp::HasRMac);
  Session session = Session::Open(protocol, level);
  Dialogue dialogue{{{{}, card::kSuccess}}, {{{}, card::kSuccess}}};
  Exchange(session, protocol, level, dialogue);
  const auto which = *rc::gen::inRange<size_t>(0, dialogue.sent.size());
  Bytes encoded = dialogue.sent[which].Encode();
  const auto bit = *rc::gen::inRange<size_t>(0, encoded.size() * 8);
  encoded[bit / 8] = static_cast<uint8_t>(encoded[bit / 8] ^ 1u << bit % 8);
  dialogue.sent[which] = *ResponseApdu::Parse(encoded);
  const auto results = session.Verify(dialogue.sent);
  RC_ASSERT(results.ok());
  RC_ASSERT(results->at(which).assurance != scp::Assurance::kProven);
}

// BEGIN and END R-MAC SESSION, with and without data of the host's.
CommandApdu RMacCommand(uint8_t ins, uint8_t p1, uint8_t p2) {
  Bytes data;
  if (ins == 0x7A && *rc::gen::arbitrary<bool>()) {
    data = Concat({{8}, AnyBytes(8)});
  }
  return *CommandApdu::Create({0x80, ins, p1, p2}, data);
}

void Manage(Session& session, const CommandApdu& command, Dialogue& dialogue) {
  const auto answer = session.card.ManageRMac(session.Send(command));
  RC_ASSERT(answer.ok());
  dialogue.said.push_back(*answer);
  dialogue.sent.push_back(session.card.Wrap(*answer));
}

RC_GTEST_PROP(BothEndsOfImplicitScp02Test, TheHostProvesWhatTheCardSaid, ()) {
  const ChannelProtocol protocol = WithRMac(AnyImplicit());
  const auto level = SecurityLevel::kCMac;
  Session session = Session::OpenImplicitly(protocol);
  Dialogue dialogue;
  Exchange(session, protocol, level, dialogue);
  Manage(session, RMacCommand(0x7A, 0x10, 0x01), dialogue);
  const size_t begun = dialogue.sent.size();
  Exchange(session, protocol, level, dialogue);
  Manage(session, RMacCommand(0x78, 0x00, 0x01), dialogue);
  Exchange(session, protocol, level, dialogue);
  Manage(session, RMacCommand(0x78, 0x00, 0x03), dialogue);
  const size_t ended = dialogue.sent.size();
  Exchange(session, protocol, level, dialogue);
  const auto results = session.Verify(dialogue.sent);
  RC_ASSERT(results.ok());
  for (size_t i = 0; i < results->size(); ++i) {
    if (i >= begun && i < ended) continue;
    RC_ASSERT(results->at(i).assurance == scp::Assurance::kReported);
  }
  ExpectProven(dialogue, begun, absl::MakeConstSpan(*results).first(ended));
}

RC_GTEST_PROP(BothEndsOfScp02Test, TheHostProvesWhatTheCardSaid, ()) {
  TheHostProvesWhatTheCardSaid(WithRMac(AnyScp02()));
}

RC_GTEST_PROP(BothEndsOfScp02Test, TheHostProvesNoAnswerWithAnyBitFlipped, ()) {
  TheHostProvesNoAnswerWithAnyBitFlipped(WithRMac(AnyScp02()));
}

RC_GTEST_PROP(BothEndsOfScp03Test, TheHostProvesWhatTheCardSaid, ()) {
  TheHostProvesWhatTheCardSaid(WithRMac(AnyScp03()));
}

RC_GTEST_PROP(BothEndsOfScp03Test, TheHostProvesNoAnswerWithAnyBitFlipped, ()) {
  TheHostProvesNoAnswerWithAnyBitFlipped(WithRMac(AnyScp03()));
}

}  // namespace
}  // namespace cardferry::conformance
