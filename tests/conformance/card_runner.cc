#include "tests/conformance/card_runner.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cardsim/card_error.h"
#include "cardsim/channel/channel.h"
#include "cardsim/channel/scp03_keys.h"
#include "cardsim/channel/scp03_protocol.h"
#include "lib/base/random.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/secret_bytes.h"
#include "lib/base/status_macros.h"
#include "tests/conformance/session_record.h"

namespace cardferry::conformance {
namespace {

using cardsim::Channel;

// Offsets in the answer to INITIALIZE UPDATE (GPC Amendment D, 7.1.1.6).
constexpr size_t kKvnOffset = 10;
constexpr size_t kChallengeOffset = 13;
constexpr size_t kCounterLength = 3;

constexpr uint8_t kResponseEncryption = 0x20;  // in the security level

constexpr char kForTheHost[] = "for the host's side";

std::optional<std::string> NotScp03(const Vector& vector) {
  const std::string protocol = vector.Text("protocol");
  if (protocol != "SCP03") return protocol;
  return std::nullopt;
}

std::optional<std::string> WhyNoNegativeTrace(const Vector& vector) {
  const std::string mutation = vector.Text("mutation");
  if (mutation == "flip_rmac" || mutation == "drop_rmac") return kForTheHost;
  return NotScp03(vector);
}

std::optional<std::string> WhyNoSessionKeys(const Vector& vector) {
  if (!vector.Has("host_challenge")) return kForTheHost;
  return NotScp03(vector);
}

std::optional<std::string> ForTheHost(const Vector&) { return kForTheHost; }

uint32_t ReadCounter(ByteSpan bytes) {
  uint32_t counter = 0;
  for (const uint8_t byte : bytes) counter = counter << 8 | byte;
  return counter;
}

cardsim::KeySet KeySet(const StaticKeys& keys) {
  cardsim::KeySet set;
  set.enc = SecretBytes::CopyOf(keys.enc);
  set.mac = SecretBytes::CopyOf(keys.mac);
  set.dek = SecretBytes::CopyOf(keys.dek);
  return set;
}

// A card with the keys and the counter of the session, and with its challenge
// where that is not computed: the answer to INITIALIZE UPDATE has them, and is
// then compared with what the card makes of them.
absl::StatusOr<Channel> MakeCard(const SessionRecord& session) {
  const size_t challenge_length = session.s16 ? 16 : 8;
  const bool has_counter =
      (session.i & cardsim::kScp03PseudoRandomChallenge) != 0;
  const ByteSpan answer = session.exchanges[0].response.data;
  const size_t length = kChallengeOffset + 2 * challenge_length +
                        (has_counter ? kCounterLength : 0);
  if (answer.size() != length) {
    return absl::InvalidArgumentError(
        absl::StrCat("INITIALIZE UPDATE answer has ", answer.size(),
                     " bytes, must have ", length));
  }
  cardsim::KeySet keys = KeySet(session.keys);
  std::copy_n(answer.begin(), keys.diversification_data.size(),
              keys.diversification_data.begin());
  keys.version = answer[kKvnOffset];
  cardsim::ChannelOptions options;
  options.scp03_i = session.i;
  options.aid = session.aid;
  cardsim::KeyCounters counters;
  if (has_counter) {
    counters.sequence =
        ReadCounter(answer.subspan(answer.size() - kCounterLength));
  }
  if (!session.computed_challenge) {
    const ByteSpan challenge =
        answer.subspan(kChallengeOffset, challenge_length);
    options.fixed_challenge = Bytes(challenge.begin(), challenge.end());
  }
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
  return ExpectBytes("answer", card.Wrap(*exchange.response_plain).Encode(),
                     exchange.response.Encode());
}

// Exchange `index` of a session.
absl::Status Check(Channel& card, const SessionRecord& session, size_t index) {
  const Exchange& exchange = session.exchanges[index];
  switch (index) {
    case 0:
      return CheckInitializeUpdate(card, exchange);
    case 1:
      return card.ExternalAuthenticate(exchange.wrapped);
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

absl::Status RunTrace(const Vector& vector) {
  ASSIGN_OR_RETURN(const SessionRecord session, ReadSession(vector));
  ASSIGN_OR_RETURN(Channel card, MakeCard(session));
  return CheckUpTo(card, session, session.exchanges.size());
}

// Everything before `must_reject_at` is taken, that command is not: with a
// status word of the channel's, and the session is over.
absl::Status RunNegativeTrace(const Vector& vector) {
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

absl::Status Expect(const std::string& what, const SecretBytes& got,
                    const Vector& vector) {
  ASSIGN_OR_RETURN(const Bytes wanted, vector.Hex(what));
  return ExpectBytes(what, got.Read(GrantSecretAccess()), wanted);
}

absl::Status RunSessionKeys(const Vector& vector) {
  ASSIGN_OR_RETURN(const StaticKeys keys, ReadStaticKeys(vector));
  ASSIGN_OR_RETURN(const Bytes host, vector.Hex("host_challenge"));
  ASSIGN_OR_RETURN(const Bytes card, vector.Hex("card_challenge"));
  ASSIGN_OR_RETURN(const cardsim::Scp03SessionKeys session,
                   cardsim::DeriveSessionKeys(KeySet(keys), host, card));
  RETURN_IF_ERROR(Expect("expected.enc", session.enc, vector));
  RETURN_IF_ERROR(Expect("expected.mac", session.mac, vector));
  RETURN_IF_ERROR(Expect("expected.rmac", session.rmac, vector));
  ASSIGN_OR_RETURN(const Bytes card_cryptogram,
                   cardsim::CardCryptogram(session, host, card));
  ASSIGN_OR_RETURN(const Bytes host_cryptogram,
                   cardsim::HostCryptogram(session, host, card));
  ASSIGN_OR_RETURN(const Bytes of_card, vector.Hex("expected.card_cryptogram"));
  RETURN_IF_ERROR(ExpectBytes("card cryptogram", card_cryptogram, of_card));
  ASSIGN_OR_RETURN(const Bytes of_host, vector.Hex("expected.host_cryptogram"));
  return ExpectBytes("host cryptogram", host_cryptogram, of_host);
}

absl::Status RunPseudoChallenge(const Vector& vector) {
  ASSIGN_OR_RETURN(const Bytes key, vector.Hex("key_enc"));
  ASSIGN_OR_RETURN(const Bytes sequence, vector.Hex("sequence", 3));
  ASSIGN_OR_RETURN(const Bytes aid, vector.Hex("aid"));
  const cardsim::KeySet keys = KeySet({key, key, key});
  for (const auto& [field, size] :
       std::map<std::string, size_t>{{"expected", 8}, {"expected_s16", 16}}) {
    ASSIGN_OR_RETURN(const Bytes wanted, vector.Hex(field, size));
    ASSIGN_OR_RETURN(
        const Bytes challenge,
        cardsim::PseudoRandomChallenge(keys, ReadCounter(sequence), aid, size));
    RETURN_IF_ERROR(ExpectBytes(field, challenge, wanted));
  }
  return absl::OkStatus();
}

}  // namespace

std::optional<std::string> CardRunner::WhyNot(const Vector& vector) const {
  using Rule = std::optional<std::string> (*)(const Vector&);
  static const auto* const kRules = new std::map<std::string, Rule>{
      {"trace", NotScp03},
      {"negative_trace", WhyNoNegativeTrace},
      {"session_keys", WhyNoSessionKeys},
      {"pseudo_challenge", NotScp03},
      {"kdf_scp03", ForTheHost},
      {"kdf_counter", ForTheHost},
      {"cmac", ForTheHost},
      {"diversification", ForTheHost},
  };
  const auto rule = kRules->find(vector.kind());
  if (rule == kRules->end()) return "kind is not there";
  return rule->second(vector);
}

absl::Status CardRunner::Run(const Vector& vector) {
  const std::string kind = vector.kind();
  if (kind == "trace") return RunTrace(vector);
  if (kind == "negative_trace") return RunNegativeTrace(vector);
  if (kind == "session_keys") return RunSessionKeys(vector);
  if (kind == "pseudo_challenge") return RunPseudoChallenge(vector);
  return absl::InternalError("a kind without a check");
}

}  // namespace cardferry::conformance
