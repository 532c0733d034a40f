#include "tests/conformance/host_sessions.h"

#include <map>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/card/scp/initialize_update_response.h"
#include "lib/card/scp/secure_channel.h"
#include "lib/crypto/padding.h"
#include "tests/conformance/host_primitives.h"
#include "tests/conformance/host_session_checks.h"

namespace cardferry::conformance {
namespace {

using scp::Assurance;
using scp::SessionSeed;

// Both of what the card said and what the vector says that it said.
absl::Status CheckAnswer(const Vector& vector,
                         const scp::InitializeUpdateResponse& answer) {
  std::map<std::string, Bytes> fields = {
      {"key_diversification_data",
       Bytes(answer.key_diversification_data.begin(),
             answer.key_diversification_data.end())},
      {"kvn", {answer.key_version_number}},
      {"card_challenge", answer.card_challenge},
      {"card_cryptogram", answer.card_cryptogram}};
  if (answer.i) fields["i"] = {*answer.i};
  if (IsScp02(vector)) {  // the counter is a part of ours
    Bytes& challenge = fields["card_challenge"];
    challenge.erase(challenge.begin(), challenge.begin() + 2);
  }
  if (vector.Has("sequence") == answer.sequence_counter.empty()) {
    return absl::DataLossError("the sequence counter is there or is not");
  }
  if (vector.Has("sequence")) fields["sequence"] = answer.sequence_counter;
  for (const auto& [field, got] : fields) {
    ASSIGN_OR_RETURN(const Bytes wanted, vector.Hex(field));
    RETURN_IF_ERROR(ExpectBytes(field, got, wanted));
  }
  return absl::OkStatus();
}

// What the card would have been expected to say, where it makes its challenge
// from its counter.
absl::Status CheckPrediction(HostCrypto& crypto, const Vector& vector,
                             const SessionRecord& session) {
  if (!session.computed_challenge) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Bytes challenge, vector.Hex("card_challenge"));
  if (IsScp02(vector)) {
    ASSIGN_OR_RETURN(const Bytes key, vector.Hex("session_keys.mac"));
    return CheckScp02Challenge(crypto, key, session.aid, challenge);
  }
  ASSIGN_OR_RETURN(const Bytes sequence, vector.Hex("sequence", 3));
  return CheckScp03Challenge(crypto, session.keys.enc, sequence, session.aid,
                             challenge);
}

// Encryption without C-MAC, which no specification has: somebody tried it on a
// card that said so. We do not make such a command; its C-MAC is right.
absl::Status CheckWithoutMac(scp::SessionCipher& cipher,
                             absl::Span<const Exchange> exchanges) {
  if (exchanges.size() != 1) {
    return absl::InvalidArgumentError("a session at level 02");
  }
  ASSIGN_OR_RETURN(const card::CommandApdu recorded,
                   WithoutLe(exchanges[0].wrapped));
  const Bytes bytes = recorded.Encode();
  const ByteSpan mac = ByteSpan(bytes).last(8);
  ASSIGN_OR_RETURN(
      const std::vector<Bytes> macs,
      cipher.MacChain({}, {Bytes(bytes.begin(), bytes.end() - 8)}));
  return ExpectBytes("C-MAC of EXTERNAL AUTHENTICATE", macs.at(0), mac);
}

// The packet that `exchanges` were, and the card's answers, verified.
absl::StatusOr<std::vector<scp::VerifiedResponse>> Verify(
    scp::SessionCipher& cipher, scp::SecurityLevel level,
    absl::Span<const Exchange> exchanges) {
  std::vector<card::CommandApdu> commands;
  std::vector<card::ResponseApdu> answers;
  for (const Exchange& exchange : exchanges) {
    commands.push_back(exchange.wrapped);
    answers.push_back(exchange.response);
  }
  return scp::VerifyResponses(cipher, level, commands, answers);
}

// Some test data is padded twice, and its plain form stripped of both.
bool IsAsRecorded(Bytes data, ByteSpan recorded) {
  return data == recorded ||
         (crypto::RemoveIso9797Padding(data).ok() && data == recorded);
}

// Answers at levels with R-MAC: all but errors are proven, and have the data
// that was recorded.
absl::Status CheckAnswers(scp::SessionCipher& cipher, scp::SecurityLevel level,
                          absl::Span<const Exchange> exchanges) {
  ASSIGN_OR_RETURN(const std::vector<scp::VerifiedResponse> results,
                   Verify(cipher, level, exchanges));
  int proven = 0;
  for (size_t i = 0; i < exchanges.size(); ++i) {
    const std::optional<card::ResponseApdu>& plain =
        exchanges[i].response_plain;
    if (!plain) continue;
    const scp::VerifiedResponse& result = results[i];
    const bool is_error =
        plain->sw.sw1() != 0x90 && (plain->sw.sw1() & 0xFE) != 0x62;
    if (result.assurance != Assurance::kProven &&
        !(is_error && result.assurance == Assurance::kReported)) {
      return absl::DataLossError(
          absl::StrCat("answer ", i, " to the packet is not proven"));
    }
    if (!IsAsRecorded(result.data, plain->data)) {
      return ExpectBytes(absl::StrCat("answer ", i, " to the packet"),
                         result.data, plain->data);
    }
    if (result.assurance == Assurance::kProven) ++proven;
  }
  if (proven > 0) return absl::OkStatus();
  return absl::InvalidArgumentError("no answer to be proven");
}

absl::Status CheckKeys(HostCrypto& crypto, const Vector& vector,
                       const SessionRecord& session,
                       const scp::InitializeUpdateResponse& answer,
                       ByteSpan host_challenge) {
  switch (answer.scp) {
    case scp::kScp01:
      return CheckScp01Keys(crypto, vector, session.keys, host_challenge,
                            answer.card_challenge);
    case scp::kScp02:
      return CheckScp02Keys(crypto, vector, "session_keys", session.keys,
                            answer.sequence_counter);
    default:
      return CheckScp03Keys(crypto, vector, "session_keys", session.keys,
                            Concat({host_challenge, answer.card_challenge}));
  }
}

struct Opened {
  SessionRecord record;
  scp::InitializeUpdateResponse answer;
  SessionSeed seed;
  std::unique_ptr<scp::SessionCipher> cipher;

  scp::SecurityLevel level() const {
    return static_cast<scp::SecurityLevel>(record.level);
  }
  absl::Span<const Exchange> AfterOpening() const {
    return absl::MakeConstSpan(record.exchanges).subspan(1);
  }
};

absl::StatusOr<Opened> Open(HostCrypto& crypto, const Vector& vector) {
  Opened opened;
  ASSIGN_OR_RETURN(opened.record, ReadSession(vector));
  const Exchange& initialize_update = opened.record.exchanges[0];
  ASSIGN_OR_RETURN(opened.answer, scp::InitializeUpdateResponse::Parse(
                                      initialize_update.response.data));
  ASSIGN_OR_RETURN(opened.seed,
                   SessionSeed::Create({opened.answer.scp, opened.record.i},
                                       initialize_update.wrapped.data(),
                                       opened.answer.card_challenge));
  ASSIGN_OR_RETURN(opened.cipher,
                   crypto.OpenSession(opened.record.keys, opened.seed));
  return opened;
}

}  // namespace

absl::Status CheckTrace(HostCrypto& crypto, const Vector& vector) {
  ASSIGN_OR_RETURN(const Bytes host_challenge, vector.Hex("host_challenge"));
  ASSIGN_OR_RETURN(const Opened opened, Open(crypto, vector));
  RETURN_IF_ERROR(ExpectBytes("host challenge", opened.seed.host_challenge,
                              host_challenge));
  RETURN_IF_ERROR(CheckAnswer(vector, opened.answer));
  RETURN_IF_ERROR(
      CheckKeys(crypto, vector, opened.record, opened.answer, host_challenge));
  RETURN_IF_ERROR(CheckPrediction(crypto, vector, opened.record));
  RETURN_IF_ERROR(
      CheckCardCryptogram(*opened.cipher, opened.answer.card_cryptogram));
  ASSIGN_OR_RETURN(const Bytes wanted, vector.Hex("host_cryptogram"));
  RETURN_IF_ERROR(CheckHostCryptogram(*opened.cipher, wanted));
  if (opened.record.level == kLevelWithoutMac) {
    return CheckWithoutMac(*opened.cipher, opened.AfterOpening());
  }
  RETURN_IF_ERROR(
      CheckProtected(*opened.cipher, opened.level(), opened.AfterOpening()));
  if (!scp::HasRMac(opened.level())) return absl::OkStatus();
  return CheckAnswers(*opened.cipher, opened.level(), opened.AfterOpening());
}

absl::Status CheckNegativeTrace(HostCrypto& crypto, const Vector& vector) {
  ASSIGN_OR_RETURN(const size_t reject_at, vector.Number("must_reject_at"));
  ASSIGN_OR_RETURN(const Opened opened, Open(crypto, vector));
  RETURN_IF_ERROR(
      CheckCardCryptogram(*opened.cipher, opened.answer.card_cryptogram));
  ASSIGN_OR_RETURN(
      const std::vector<scp::VerifiedResponse> results,
      Verify(*opened.cipher, opened.level(), opened.AfterOpening()));
  size_t first_forged = 0;
  while (first_forged < results.size() &&
         results[first_forged].assurance != Assurance::kForged) {
    ++first_forged;
  }
  // Counted from INITIALIZE UPDATE.
  if (first_forged + 1 == reject_at) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("the first forged answer is ",
                                          first_forged + 1, ", must be ",
                                          reject_at));
}

absl::Status CheckImplicit(HostCrypto& crypto, const Vector& vector) {
  ASSIGN_OR_RETURN(const StaticKeys keys, ReadStaticKeys(vector));
  ASSIGN_OR_RETURN(const uint8_t i, vector.HexByte("i"));
  ASSIGN_OR_RETURN(const Bytes sequence, vector.Hex("sequence", 2));
  ASSIGN_OR_RETURN(const Bytes aid, vector.Hex("aid"));
  ASSIGN_OR_RETURN(const std::vector<Exchange> exchanges,
                   ReadExchanges(vector));
  ASSIGN_OR_RETURN(SessionSeed seed, SessionSeed::CreateImplicit(
                                         {scp::kScp02, i}, sequence, aid));
  seed.quirks.derives_all_from_first_counter = true;
  ASSIGN_OR_RETURN(const Bytes mac, vector.Hex("session_keys.mac", 16));
  RETURN_IF_ERROR(
      crypto.CheckScp02Key(keys.mac, scp::Scp02Constant::kSMac, sequence, mac));
  ASSIGN_OR_RETURN(const std::unique_ptr<scp::SessionCipher> cipher,
                   crypto.OpenSession(keys, seed));
  ASSIGN_OR_RETURN(const scp::ChannelState state,
                   scp::BeginImplicitSession(*cipher));
  RETURN_IF_ERROR(CheckCommands(*cipher, state, exchanges, 0));
  if (vector.kind() == "scp02_implicit") return absl::OkStatus();
  return CheckAnswers(*cipher, state.level, exchanges);
}

}  // namespace cardferry::conformance
