#include "tests/conformance/host_sessions.h"

#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/card/scp/initialize_update_response.h"
#include "lib/card/scp/secure_channel.h"
#include "tests/conformance/host_primitives.h"
#include "tests/conformance/key_check_value.h"
#include "tests/conformance/session_mac_cipher.h"

namespace cardferry::conformance {
namespace {

using scp::Scp02Constant;
using scp::SessionSeed;

// Derivation constants of SCP03 (GPC Amendment D, table 4-1).
constexpr uint8_t kSEncConstant = 0x04;
constexpr uint8_t kSMacConstant = 0x06;
constexpr uint8_t kSRmacConstant = 0x07;

bool IsScp02(const Vector& vector) {
  return vector.Text("protocol") == "SCP02";
}

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

// The session keys below `path` that are there, at least one.
absl::Status CheckScp02Keys(HostCrypto& crypto, const Vector& vector,
                            const std::string& path, const StaticKeys& keys,
                            ByteSpan sequence) {
  struct Key {
    const char* name;
    Scp02Constant constant;
    const Bytes& base;
  };
  int checked = 0;
  for (const Key& key : {Key{".enc", Scp02Constant::kSEnc, keys.enc},
                         Key{".mac", Scp02Constant::kSMac, keys.mac},
                         Key{".rmac", Scp02Constant::kSRmac, keys.mac},
                         Key{".dek", Scp02Constant::kSDek, keys.dek}}) {
    if (!vector.Has(path + key.name)) continue;
    ASSIGN_OR_RETURN(const Bytes wanted, vector.Hex(path + key.name));
    RETURN_IF_ERROR(
        Annotate(crypto.CheckScp02Key(key.base, key.constant, sequence, wanted),
                 path + key.name));
    ++checked;
  }
  if (checked == 0) return absl::InvalidArgumentError("no session key");
  return absl::OkStatus();
}

absl::Status CheckScp03Keys(HostCrypto& crypto, const Vector& vector,
                            const std::string& path, const StaticKeys& keys,
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
    RETURN_IF_ERROR(
        Annotate(crypto.CheckScp03Kdf(key.base, key.constant, context, wanted),
                 path + key.name));
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

absl::Status CheckCardCryptogram(scp::SessionCipher& cipher,
                                 ByteSpan cryptogram) {
  ASSIGN_OR_RETURN(const bool matches,
                   scp::CardCryptogramMatches(cipher, cryptogram));
  if (matches) return absl::OkStatus();
  return absl::DataLossError("the card cryptogram does not match");
}

absl::Status CheckHostCryptogram(scp::SessionCipher& cipher, ByteSpan wanted) {
  ASSIGN_OR_RETURN(const Bytes cryptogram, cipher.HostCryptogram());
  return ExpectBytes("host cryptogram", cryptogram, wanted);
}

// Some tools append Le to EXTERNAL AUTHENTICATE; it is not MACed, and we do not
// send it.
absl::StatusOr<card::CommandApdu> WithoutLe(const card::CommandApdu& command) {
  return card::CommandApdu::Create(command.header(), command.data());
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

// EXTERNAL AUTHENTICATE (the first of `exchanges`), and what follows it.
absl::Status CheckProtected(scp::SessionCipher& cipher,
                            scp::SecurityLevel level,
                            absl::Span<const Exchange> exchanges) {
  ASSIGN_OR_RETURN(const scp::Authentication authentication,
                   scp::AuthenticateHost(cipher, level));
  ASSIGN_OR_RETURN(const card::CommandApdu recorded,
                   WithoutLe(exchanges[0].wrapped));
  RETURN_IF_ERROR(ExpectBytes("EXTERNAL AUTHENTICATE",
                              authentication.external_authenticate.Encode(),
                              recorded.Encode()));
  return CheckCommands(cipher, authentication.state, exchanges.subspan(1));
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

// The seed of a vector that has challenges. What makes `i` matter, the chain of
// MACs, is not in these vectors, and some do not say it.
absl::StatusOr<SessionSeed> ReadSeed(const Vector& vector) {
  ASSIGN_OR_RETURN(const Bytes host_challenge, vector.Hex("host_challenge", 8));
  ASSIGN_OR_RETURN(Bytes card_challenge, vector.Hex("card_challenge"));
  if (!IsScp02(vector)) {
    return SessionSeed::Create({scp::kScp03, 0x00}, host_challenge,
                               card_challenge);
  }
  ASSIGN_OR_RETURN(const Bytes sequence, vector.Hex("sequence", 2));
  return SessionSeed::Create({scp::kScp02, 0x15}, host_challenge,
                             Concat({sequence, card_challenge}));
}

absl::Status CheckCryptograms(HostCrypto& crypto, const Vector& vector,
                              const StaticKeys& keys, const SessionSeed& seed,
                              const std::string& card,
                              const std::string& host) {
  ASSIGN_OR_RETURN(const std::unique_ptr<scp::SessionCipher> cipher,
                   crypto.OpenSession(keys, seed));
  ASSIGN_OR_RETURN(const Bytes of_card, vector.Hex(card, 8));
  RETURN_IF_ERROR(CheckCardCryptogram(*cipher, of_card));
  ASSIGN_OR_RETURN(const Bytes of_host, vector.Hex(host, 8));
  return CheckHostCryptogram(*cipher, of_host);
}

absl::Status CheckScp02SessionKeys(HostCrypto& crypto, const Vector& vector,
                                   const StaticKeys& keys) {
  ASSIGN_OR_RETURN(const Bytes sequence, vector.Hex("sequence", 2));
  const std::string path =
      vector.Has("session_keys.enc") ? "session_keys" : "expected";
  RETURN_IF_ERROR(CheckScp02Keys(crypto, vector, path, keys, sequence));
  return CheckKeyCheckValues(vector, KeyKind::kTdes, path, "expected_kcv");
}

absl::Status CheckScp03SessionKeys(HostCrypto& crypto, const Vector& vector,
                                   const StaticKeys& keys) {
  if (vector.Has("context")) {
    ASSIGN_OR_RETURN(const Bytes context, vector.Hex("context"));
    RETURN_IF_ERROR(
        CheckScp03Keys(crypto, vector, "session_keys", keys, context));
    return CheckKeyCheckValues(vector, KeyKind::kAes, "session_keys",
                               "expected_kcv");
  }
  ASSIGN_OR_RETURN(const SessionSeed seed, ReadSeed(vector));
  return CheckScp03Keys(crypto, vector, "expected", keys,
                        Concat({seed.host_challenge, seed.card_challenge}));
}

}  // namespace

absl::Status CheckTrace(HostCrypto& crypto, const Vector& vector) {
  ASSIGN_OR_RETURN(const SessionRecord session, ReadSession(vector));
  ASSIGN_OR_RETURN(const Bytes host_challenge, vector.Hex("host_challenge", 8));
  const Exchange& initialize_update = session.exchanges[0];
  RETURN_IF_ERROR(ExpectBytes(
      "host challenge", initialize_update.wrapped.data(), host_challenge));
  ASSIGN_OR_RETURN(
      const scp::InitializeUpdateResponse answer,
      scp::InitializeUpdateResponse::Parse(initialize_update.response.data));
  RETURN_IF_ERROR(CheckAnswer(vector, answer));
  ASSIGN_OR_RETURN(const SessionSeed seed,
                   SessionSeed::Create({answer.scp, session.i}, host_challenge,
                                       answer.card_challenge));
  RETURN_IF_ERROR(
      IsScp02(vector)
          ? CheckScp02Keys(crypto, vector, "session_keys", session.keys,
                           answer.sequence_counter)
          : CheckScp03Keys(crypto, vector, "session_keys", session.keys,
                           Concat({host_challenge, answer.card_challenge})));
  RETURN_IF_ERROR(CheckPrediction(crypto, vector, session));

  ASSIGN_OR_RETURN(const std::unique_ptr<scp::SessionCipher> cipher,
                   crypto.OpenSession(session.keys, seed));
  RETURN_IF_ERROR(CheckCardCryptogram(*cipher, answer.card_cryptogram));
  ASSIGN_OR_RETURN(const Bytes wanted, vector.Hex("host_cryptogram", 8));
  RETURN_IF_ERROR(CheckHostCryptogram(*cipher, wanted));
  const auto after_opening = absl::MakeConstSpan(session.exchanges).subspan(1);
  if (session.level == kLevelWithoutMac) {
    return CheckWithoutMac(*cipher, after_opening);
  }
  return CheckProtected(*cipher, static_cast<scp::SecurityLevel>(session.level),
                        after_opening);
}

absl::Status CheckSessionKeys(HostCrypto& crypto, const Vector& vector) {
  ASSIGN_OR_RETURN(const StaticKeys keys, ReadStaticKeys(vector));
  RETURN_IF_ERROR(IsScp02(vector)
                      ? CheckScp02SessionKeys(crypto, vector, keys)
                      : CheckScp03SessionKeys(crypto, vector, keys));
  if (!vector.Has("host_challenge")) return absl::OkStatus();
  ASSIGN_OR_RETURN(const SessionSeed seed, ReadSeed(vector));
  return CheckCryptograms(crypto, vector, keys, seed,
                          "expected.card_cryptogram",
                          "expected.host_cryptogram");
}

absl::Status CheckCryptogram(HostCrypto& crypto, const Vector& vector) {
  ASSIGN_OR_RETURN(const Bytes host, vector.Hex("host_challenge", 8));
  if (vector.Has("keys")) {
    ASSIGN_OR_RETURN(const StaticKeys keys, ReadStaticKeys(vector));
    ASSIGN_OR_RETURN(const Bytes data,
                     vector.Hex("initialize_update_response"));
    ASSIGN_OR_RETURN(const scp::InitializeUpdateResponse answer,
                     scp::InitializeUpdateResponse::Parse(data));
    ASSIGN_OR_RETURN(
        const SessionSeed seed,
        SessionSeed::Create({answer.scp, 0x15}, host, answer.card_challenge));
    return CheckCryptograms(crypto, vector, keys, seed, "expected.card",
                            "expected.host");
  }
  // Of the session keys only S-ENC is known (GPCS 2.3.1, E.4.2).
  ASSIGN_OR_RETURN(const Bytes key, vector.Hex("session_enc", 16));
  ASSIGN_OR_RETURN(const Bytes card, vector.Hex("card_challenge", 8));
  const bool of_card = vector.Has("expected.card");
  ASSIGN_OR_RETURN(const Bytes wanted,
                   vector.Hex(of_card ? "expected.card" : "expected.host", 8));
  ASSIGN_OR_RETURN(
      const Bytes cryptogram,
      crypto.TdesMac(key, Bytes(8),
                     of_card ? Concat({host, card}) : Concat({card, host})));
  return ExpectBytes("cryptogram", cryptogram, wanted);
}

absl::Status CheckCmacChain(HostCrypto& crypto, const Vector& vector) {
  ASSIGN_OR_RETURN(const uint8_t i, vector.HexByte("i"));
  ASSIGN_OR_RETURN(const uint8_t level, vector.HexByte("level"));
  ASSIGN_OR_RETURN(Bytes session_mac, vector.Hex("session_mac", 16));
  ASSIGN_OR_RETURN(const std::vector<Exchange> exchanges,
                   ReadExchanges(vector));
  if (exchanges.empty() || !exchanges[0].plain) {
    return absl::InvalidArgumentError("no EXTERNAL AUTHENTICATE");
  }
  SessionMacCipher cipher(crypto, i, std::move(session_mac),
                          exchanges[0].plain->data());
  return CheckProtected(cipher, static_cast<scp::SecurityLevel>(level),
                        exchanges);
}

}  // namespace cardferry::conformance
