#include "tests/conformance/card_sessions.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cardsim/card_error.h"
#include "cardsim/channel/channel.h"
#include "cardsim/channel/messaging.h"
#include "cardsim/channel/scp02_protocol.h"
#include "cardsim/channel/scp03_protocol.h"
#include "lib/base/random.h"
#include "lib/base/status_macros.h"
#include "lib/card/status_words/explain.h"
#include "tests/conformance/card_session_material.h"
#include "tests/conformance/session_record.h"

namespace cardferry::conformance {
namespace {

using cardsim::Channel;

constexpr size_t kKvnOffset = 10;
constexpr uint8_t kResponseEncryption = 0x20;  // in the security level

// Where the answer to INITIALIZE UPDATE has what the card has to be given (GPCS
// 2.3.1, D.5.1.6 and E.5.1.6; GPC Amendment D, 7.1.1.6). An empty counter is
// not there.
struct AnswerLayout {
  size_t length;
  size_t challenge;
  size_t challenge_length;
  size_t counter;
  size_t counter_length;
};

AnswerLayout LayoutOf(const SessionRecord& session) {
  if (session.scp01) return {28, 12, 8, 12, 0};
  if (session.scp02) return {28, 14, 6, 12, 2};
  const size_t half = session.s16 ? 16 : 8;
  const size_t end = 13 + 2 * half;
  const bool counts = (session.i & cardsim::kScp03PseudoRandomChallenge) != 0;
  const size_t counter_length = counts ? 3 : 0;
  return {end + counter_length, 13, half, end, counter_length};
}

cardsim::ChannelOptions MakeOptions(const SessionRecord& session) {
  cardsim::ChannelOptions options;
  if (session.scp01) {
    options.scp01_i = session.i;
  } else if (session.scp02) {
    options.scp02_i = session.i;
  } else {
    options.scp03_i = session.i;
  }
  options.last_scp02_sequence = 0xFFFF;  // of any card
  options.aid = session.aid;
  return options;
}

// A card with the keys and the counter of the session, and with its challenge
// where that is not computed: the answer to INITIALIZE UPDATE has them, and is
// then compared with what the card makes of them.
absl::StatusOr<Channel> MakeCard(const SessionRecord& session) {
  const AnswerLayout layout = LayoutOf(session);
  const ByteSpan answer = session.exchanges[0].response.data;
  if (answer.size() != layout.length) {
    return absl::InvalidArgumentError(
        absl::StrCat("INITIALIZE UPDATE answer has ", answer.size(),
                     " bytes, must have ", layout.length));
  }
  cardsim::KeySet keys = MakeKeySet(session.keys);
  if (session.scp01 || session.scp02) keys.type = cardsim::KeyType::kDes;
  std::copy_n(answer.begin(), keys.diversification_data.size(),
              keys.diversification_data.begin());
  keys.version = answer[kKvnOffset];
  cardsim::ChannelOptions options = MakeOptions(session);
  if (!session.computed_challenge) {
    const ByteSpan challenge =
        answer.subspan(layout.challenge, layout.challenge_length);
    options.fixed_challenge = Bytes(challenge.begin(), challenge.end());
  }
  cardsim::KeyCounters counters;
  counters.sequence =
      ReadCounter(answer.subspan(layout.counter, layout.counter_length));
  return Channel::Create(std::move(keys), std::move(options), counters);
}

absl::Status CheckInitializeUpdate(Channel& card, const Exchange& exchange) {
  SystemRandom random;  // not used: the challenge is given or computed
  ASSIGN_OR_RETURN(const Bytes answer,
                   card.InitializeUpdate(exchange.wrapped, random));
  return ExpectBytes("INITIALIZE UPDATE answer", answer,
                     exchange.response.data);
}

// Whether the recorded answer is as long as the padded plain one and its R-MAC.
// In three sessions of another implementation's tests one answer is padded
// twice: there the record's plain answer is not what the application said.
bool IsPaddedOnce(const SessionRecord& session, const Exchange& exchange) {
  if ((session.level & kResponseEncryption) == 0) return true;
  const size_t plain = exchange.response_plain->data.size();
  if (plain == 0) return true;
  return exchange.response.data.size() ==
         (plain / 16 + 1) * 16 + (session.s16 ? 16 : 8);
}

absl::Status CheckCommand(Channel& card, const SessionRecord& session,
                          const Exchange& exchange) {
  ASSIGN_OR_RETURN(const card::CommandApdu plain,
                   card.Unwrap(exchange.wrapped));
  if (exchange.plain) {
    RETURN_IF_ERROR(
        ExpectBytes("plain command", plain.Encode(), exchange.plain->Encode()));
  }
  if (!exchange.response_plain || !IsPaddedOnce(session, exchange)) {
    return absl::OkStatus();
  }
  // In one session an error carries its R-MAC; ours never does, and the answers
  // after it show that its chain moved on all the same.
  const bool error = !cardsim::CarriesRMac(exchange.response.sw);
  return ExpectBytes(
      "answer", card.Wrap(*exchange.response_plain).Encode(),
      error ? exchange.response_plain->Encode() : exchange.response.Encode());
}

// A level that no specification has is refused with the answer that was
// recorded. One that some cards do not have (00) our card takes.
absl::Status CheckExternalAuthenticate(Channel& card,
                                       const SessionRecord& session,
                                       const Exchange& exchange) {
  const absl::Status status = card.ExternalAuthenticate(exchange.wrapped);
  if (session.level != kLevelWithoutMac) return status;
  if (status.ok()) return absl::DataLossError("level 02 was taken");
  return ExpectBytes(
      "answer", card::ResponseApdu{{}, cardsim::StatusWordOf(status)}.Encode(),
      exchange.response.Encode());
}

// Exchange `index` of a session.
absl::Status Check(Channel& card, const SessionRecord& session, size_t index) {
  const Exchange& exchange = session.exchanges[index];
  switch (index) {
    case 0:
      return CheckInitializeUpdate(card, exchange);
    case 1:
      return CheckExternalAuthenticate(card, session, exchange);
    default:
      return CheckCommand(card, session, exchange);
  }
}

absl::Status CheckUpTo(Channel& card, const SessionRecord& session,
                       size_t end) {
  for (size_t i = 0; i < end; ++i) {
    RETURN_IF_ERROR(
        Annotate(Check(card, session, i), absl::StrCat("command ", i)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckCardTrace(const Vector& vector) {
  ASSIGN_OR_RETURN(const SessionRecord session, ReadSession(vector));
  ASSIGN_OR_RETURN(Channel card, MakeCard(session));
  return CheckUpTo(card, session, session.exchanges.size());
}

// Everything before `must_reject_at` is taken, that command is not: with a
// status word of the channel's, and the session is over.
absl::Status CheckCardNegativeTrace(const Vector& vector) {
  ASSIGN_OR_RETURN(const SessionRecord session, ReadSession(vector));
  ASSIGN_OR_RETURN(const size_t bad, vector.Number("must_reject_at"));
  if (bad == 0 || bad >= session.exchanges.size()) {
    return absl::InvalidArgumentError("must_reject_at is not a command");
  }
  ASSIGN_OR_RETURN(Channel card, MakeCard(session));
  RETURN_IF_ERROR(CheckUpTo(card, session, bad));
  const card::CommandApdu& command = session.exchanges[bad].wrapped;
  const absl::Status status = bad == 1 ? card.ExternalAuthenticate(command)
                                       : card.Unwrap(command).status();
  if (status.ok()) {
    return absl::DataLossError(absl::StrCat("command ", bad, " was taken"));
  }
  const card::StatusWord sw = cardsim::StatusWordOf(status);
  if (sw.sw1() != 0x69 && sw != cardsim::kAuthenticationFailed) {
    return Annotate(status, absl::StrCat("command ", bad, " was refused with ",
                                         Describe(sw)));
  }
  if (card.authenticated()) {
    return absl::DataLossError("the session goes on after the refusal");
  }
  return absl::OkStatus();
}

}  // namespace cardferry::conformance
