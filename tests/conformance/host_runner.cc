#include "tests/conformance/host_runner.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/card/scp/initialize_update_response.h"
#include "lib/card/scp/secure_channel.h"
#include "tests/conformance/key_check_value.h"

namespace cardferry::conformance {
namespace {

// Derivation constants of SCP03 (GPC Amendment D, table 4-1).
constexpr uint8_t kCardChallengeConstant = 0x02;
constexpr uint8_t kSEncConstant = 0x04;
constexpr uint8_t kSMacConstant = 0x06;
constexpr uint8_t kSRmacConstant = 0x07;

std::optional<std::string> NotScp03(const Vector& vector) {
  const std::string protocol = vector.Text("protocol");
  if (protocol != "SCP03") return protocol;
  return std::nullopt;
}

std::optional<std::string> WhyNoTrace(const Vector& vector) {
  if (auto other = NotScp03(vector)) return other;
  if (vector.Text("mode") != "S8") return vector.Text("mode");
  const std::string level = vector.Text("security_level");
  if (level == "00" || level == "01" || level == "03") return std::nullopt;
  return "R-MAC";
}

std::optional<std::string> WhyNoNegativeTrace(const Vector& vector) {
  const std::string mutation = vector.Text("mutation");
  if (mutation == "flip_rmac" || mutation == "drop_rmac") return "R-MAC";
  return "for the card's side";
}

std::optional<std::string> WhyNoDiversification(const Vector& vector) {
  const std::string algorithm = vector.Text("algorithm");
  if (algorithm != "KDF3") return algorithm;
  return std::nullopt;
}

std::optional<std::string> WhyNoCmac(const Vector& vector) {
  const std::string cipher = vector.Text("cipher");
  if (cipher != "aes") return cipher;
  return std::nullopt;
}

std::optional<std::string> WhyNoCounterKdf(const Vector& vector) {
  if (vector.Has("rlen") && vector.Text("rlen") != "8") {
    return absl::StrCat("counter of ", vector.Text("rlen"), " bits");
  }
  return std::nullopt;
}

// Both of what the card said and what the vector says that it said.
absl::Status CheckAnswer(const Vector& vector,
                         const scp::InitializeUpdateResponse& answer) {
  const std::map<std::string, Bytes> fields = {
      {"key_diversification_data",
       Bytes(answer.key_diversification_data.begin(),
             answer.key_diversification_data.end())},
      {"kvn", {answer.key_version_number}},
      {"i", {answer.i.value_or(0)}},
      {"card_challenge",
       Bytes(answer.card_challenge.begin(), answer.card_challenge.end())},
      {"card_cryptogram",
       Bytes(answer.card_cryptogram.begin(), answer.card_cryptogram.end())}};
  for (const auto& [field, got] : fields) {
    ASSIGN_OR_RETURN(const Bytes wanted, vector.Hex(field));
    RETURN_IF_ERROR(ExpectBytes(field, got, wanted));
  }
  if (vector.Has("sequence") == answer.sequence_counter.empty()) {
    return absl::DataLossError("the sequence counter is there or is not");
  }
  if (answer.sequence_counter.empty()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Bytes sequence, vector.Hex("sequence"));
  return ExpectBytes("sequence", answer.sequence_counter, sequence);
}

absl::Status CheckCardCryptogram(scp::SessionCipher& cipher,
                                 ByteSpan cryptogram) {
  ASSIGN_OR_RETURN(const bool matches,
                   scp::CardCryptogramMatches(cipher, cryptogram));
  if (matches) return absl::OkStatus();
  return absl::DataLossError("the card cryptogram does not match");
}

// Some tools append Le to EXTERNAL AUTHENTICATE; it is not MACed, and we do not
// send it.
absl::Status CheckExternalAuthenticate(const card::CommandApdu& got,
                                       const card::CommandApdu& recorded) {
  ASSIGN_OR_RETURN(
      const card::CommandApdu wanted,
      card::CommandApdu::Create(recorded.header(), recorded.data()));
  return ExpectBytes("EXTERNAL AUTHENTICATE", got.Encode(), wanted.Encode());
}

absl::Status CheckCommands(scp::SessionCipher& cipher, scp::ChannelState state,
                           absl::Span<const Exchange> exchanges) {
  std::vector<card::CommandApdu> plain;
  for (const Exchange& exchange : exchanges) {
    if (!exchange.plain) {
      return absl::InvalidArgumentError("a command has no plain form");
    }
    plain.push_back(*exchange.plain);
  }
  ASSIGN_OR_RETURN(const std::vector<card::CommandApdu> wrapped,
                   scp::ProtectCommands(cipher, state, plain));
  for (size_t i = 0; i < exchanges.size(); ++i) {
    RETURN_IF_ERROR(ExpectBytes(absl::StrCat("command ", i + 2),
                                wrapped[i].Encode(),
                                exchanges[i].wrapped_bytes));
  }
  return absl::OkStatus();
}

}  // namespace

std::optional<std::string> HostRunner::WhyNot(const Vector& vector) const {
  using Rule = std::optional<std::string> (*)(const Vector&);
  static const auto* const kRules = new std::map<std::string, Rule>{
      {"trace", WhyNoTrace},
      {"negative_trace", WhyNoNegativeTrace},
      {"session_keys", NotScp03},
      {"kdf_scp03", NotScp03},
      {"pseudo_challenge", NotScp03},
      {"kdf_counter", WhyNoCounterKdf},
      {"cmac", WhyNoCmac},
      {"diversification", WhyNoDiversification},
  };
  const auto rule = kRules->find(vector.kind());
  if (rule == kRules->end()) return "kind is not there";
  return rule->second(vector);
}

absl::Status HostRunner::Run(const Vector& vector) {
  const std::string kind = vector.kind();
  if (kind == "trace") return RunTrace(vector);
  if (kind == "session_keys") return RunSessionKeys(vector);
  if (kind == "kdf_scp03") return RunScp03Kdf(vector);
  if (kind == "kdf_counter") return RunCounterKdf(vector);
  if (kind == "pseudo_challenge") return RunPseudoChallenge(vector);
  if (kind == "cmac") return RunCmac(vector);
  if (kind == "diversification") return RunDiversification(vector);
  return absl::InternalError("a kind without a check");
}

absl::Status HostRunner::RunTrace(const Vector& vector) {
  ASSIGN_OR_RETURN(const SessionRecord session, ReadSession(vector));
  ASSIGN_OR_RETURN(const Bytes host_challenge, vector.Hex("host_challenge", 8));
  const Exchange& initialize_update = session.exchanges[0];
  RETURN_IF_ERROR(ExpectBytes(
      "host challenge", initialize_update.wrapped.data(), host_challenge));
  ASSIGN_OR_RETURN(
      const scp::InitializeUpdateResponse answer,
      scp::InitializeUpdateResponse::Parse(initialize_update.response.data));
  RETURN_IF_ERROR(CheckAnswer(vector, answer));
  RETURN_IF_ERROR(
      CheckSessionKeys(vector, "session_keys", session.keys,
                       Concat({host_challenge, answer.card_challenge})));

  ASSIGN_OR_RETURN(
      const scp::SessionSeed seed,
      scp::SessionSeed::Create({answer.scp, session.i}, host_challenge,
                               answer.card_challenge));
  ASSIGN_OR_RETURN(const std::unique_ptr<scp::SessionCipher> cipher,
                   crypto_->OpenSession(session.keys, seed));
  RETURN_IF_ERROR(CheckCardCryptogram(*cipher, answer.card_cryptogram));
  ASSIGN_OR_RETURN(const Bytes wanted, vector.Hex("host_cryptogram", 8));
  ASSIGN_OR_RETURN(const Bytes cryptogram, cipher->HostCryptogram());
  RETURN_IF_ERROR(ExpectBytes("host cryptogram", cryptogram, wanted));
  ASSIGN_OR_RETURN(
      const scp::Authentication authentication,
      scp::AuthenticateHost(*cipher,
                            static_cast<scp::SecurityLevel>(session.level)));
  RETURN_IF_ERROR(CheckExternalAuthenticate(
      authentication.external_authenticate, session.exchanges[1].wrapped));
  return CheckCommands(*cipher, authentication.state,
                       absl::MakeConstSpan(session.exchanges).subspan(2));
}

absl::Status HostRunner::CheckSessionKeys(const Vector& vector,
                                          const std::string& path,
                                          const StaticKeys& keys,
                                          ByteSpan context) {
  struct Key {
    const char* name;
    uint8_t constant;
    const Bytes& base;
  };
  for (const Key& key : {Key{".enc", kSEncConstant, keys.enc},
                         Key{".mac", kSMacConstant, keys.mac},
                         Key{".rmac", kSRmacConstant, keys.mac}}) {
    ASSIGN_OR_RETURN(const Bytes wanted, vector.Hex(path + key.name));
    RETURN_IF_ERROR(Annotate(
        crypto_->CheckScp03Kdf(key.base, key.constant, context, wanted),
        path + key.name));
  }
  return absl::OkStatus();
}

absl::Status HostRunner::RunSessionKeys(const Vector& vector) {
  ASSIGN_OR_RETURN(const StaticKeys keys, ReadStaticKeys(vector));
  if (vector.Has("context")) {
    ASSIGN_OR_RETURN(const Bytes context, vector.Hex("context"));
    RETURN_IF_ERROR(CheckSessionKeys(vector, "session_keys", keys, context));
    return CheckKeyCheckValues(vector, "session_keys", "expected_kcv");
  }
  ASSIGN_OR_RETURN(const Bytes host_challenge, vector.Hex("host_challenge", 8));
  ASSIGN_OR_RETURN(const Bytes card_challenge, vector.Hex("card_challenge", 8));
  RETURN_IF_ERROR(CheckSessionKeys(vector, "expected", keys,
                                   Concat({host_challenge, card_challenge})));
  ASSIGN_OR_RETURN(const scp::SessionSeed seed,
                   scp::SessionSeed::Create({scp::kScp03, 0x00}, host_challenge,
                                            card_challenge));
  ASSIGN_OR_RETURN(const std::unique_ptr<scp::SessionCipher> cipher,
                   crypto_->OpenSession(keys, seed));
  ASSIGN_OR_RETURN(const Bytes card, vector.Hex("expected.card_cryptogram"));
  RETURN_IF_ERROR(CheckCardCryptogram(*cipher, card));
  ASSIGN_OR_RETURN(const Bytes wanted, vector.Hex("expected.host_cryptogram"));
  ASSIGN_OR_RETURN(const Bytes host, cipher->HostCryptogram());
  return ExpectBytes("host cryptogram", host, wanted);
}

absl::Status HostRunner::RunScp03Kdf(const Vector& vector) {
  ASSIGN_OR_RETURN(const Bytes key, vector.Hex("key"));
  ASSIGN_OR_RETURN(const uint8_t constant, vector.HexByte("constant"));
  ASSIGN_OR_RETURN(const Bytes context, vector.Hex("context"));
  ASSIGN_OR_RETURN(const size_t bits, vector.Number("bits"));
  ASSIGN_OR_RETURN(const Bytes expected, vector.Hex("expected", bits / 8));
  return crypto_->CheckScp03Kdf(key, constant, context, expected);
}

absl::Status HostRunner::RunCounterKdf(const Vector& vector) {
  // Two spellings of one thing.
  const bool letters = vector.Has("layout");
  ASSIGN_OR_RETURN(const Bytes key, vector.Hex("key"));
  ASSIGN_OR_RETURN(const Bytes before,
                   vector.Hex(letters ? "a" : "fixed_before"));
  ASSIGN_OR_RETURN(const Bytes after,
                   vector.Hex(letters ? "b" : "fixed_after"));
  ASSIGN_OR_RETURN(const size_t bits, vector.Number("bits"));
  ASSIGN_OR_RETURN(const Bytes expected,
                   vector.Hex(letters ? "derived" : "expected", bits / 8));
  RETURN_IF_ERROR(crypto_->CheckCounterKdf(key, before, after, expected));
  if (!vector.Has("expected_kcv")) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Bytes kcv, vector.Hex("expected_kcv"));
  return CheckKeyCheckValue("derived", expected, kcv);
}

absl::Status HostRunner::RunPseudoChallenge(const Vector& vector) {
  ASSIGN_OR_RETURN(const Bytes key, vector.Hex("key_enc"));
  ASSIGN_OR_RETURN(const Bytes sequence, vector.Hex("sequence", 3));
  ASSIGN_OR_RETURN(const Bytes aid, vector.Hex("aid"));
  ASSIGN_OR_RETURN(const Bytes expected, vector.Hex("expected", 8));
  ASSIGN_OR_RETURN(const Bytes expected_s16, vector.Hex("expected_s16", 16));
  const Bytes context = Concat({sequence, aid});
  RETURN_IF_ERROR(
      crypto_->CheckScp03Kdf(key, kCardChallengeConstant, context, expected));
  return crypto_->CheckScp03Kdf(key, kCardChallengeConstant, context,
                                expected_s16);
}

absl::Status HostRunner::RunCmac(const Vector& vector) {
  ASSIGN_OR_RETURN(const Bytes key, vector.Hex("key"));
  ASSIGN_OR_RETURN(const Bytes message, vector.Hex("message"));
  ASSIGN_OR_RETURN(const Bytes expected, vector.Hex("expected"));
  return crypto_->CheckCmac(key, message, expected);
}

absl::Status HostRunner::RunDiversification(const Vector& vector) {
  ASSIGN_OR_RETURN(const Bytes master, vector.Hex("master"));
  ASSIGN_OR_RETURN(const Bytes kdd, vector.Hex("kdd", 10));
  const std::string path = vector.Has("derived.enc") ? "derived" : "expected";
  int checked = 0;
  for (const auto& [name, number] :
       std::map<std::string, uint8_t>{{".enc", 1}, {".mac", 2}, {".dek", 3}}) {
    if (!vector.Has(path + name)) continue;
    ASSIGN_OR_RETURN(const Bytes expected, vector.Hex(path + name));
    RETURN_IF_ERROR(Annotate(crypto_->CheckKdf3(master, number, kdd, expected),
                             path + name));
    ++checked;
  }
  if (checked == 0) return absl::InvalidArgumentError("no derived key");
  return CheckKeyCheckValues(vector, path,
                             vector.Has("kcv.enc") ? "kcv" : "expected_kcv");
}

}  // namespace cardferry::conformance
