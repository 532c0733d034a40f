#include "tests/conformance/card_session_material.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cardsim/channel/scp01_keys.h"
#include "cardsim/channel/scp02_keys.h"
#include "cardsim/channel/scp02_session.h"
#include "cardsim/channel/scp03_keys.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/secret_bytes.h"
#include "lib/base/status_macros.h"

namespace cardferry::conformance {
namespace {

using cardsim::Scp02SessionKeys;
using cardsim::Scp03SessionKeys;

bool IsScp01(const Vector& vector) {
  return vector.Text("protocol") == "SCP01";
}

bool IsScp02(const Vector& vector) {
  return vector.Text("protocol") == "SCP02";
}

absl::StatusOr<bool> IsImplicit(const Vector& vector) {
  if (!vector.Has("i")) return false;
  ASSIGN_OR_RETURN(const uint8_t i, vector.HexByte("i"));
  return (i & cardsim::kScp02Explicit) == 0;
}

absl::Status ExpectKey(const std::string& path, const SecretBytes& got,
                       const Vector& vector) {
  ASSIGN_OR_RETURN(const Bytes wanted, vector.Hex(path));
  return ExpectBytes(path, got.Read(GrantSecretAccess()), wanted);
}

absl::Status ExpectCryptogram(const std::string& path,
                              const absl::StatusOr<Bytes>& got,
                              const Vector& vector) {
  RETURN_IF_ERROR(got.status());
  ASSIGN_OR_RETURN(const Bytes wanted, vector.Hex(path));
  return ExpectBytes(path, *got, wanted);
}

// Those of the keys that are there, at least one.
absl::Status CheckKeys(const Vector& vector,
                       const std::map<std::string, const SecretBytes*>& keys) {
  const std::string path =
      vector.Has("session_keys.enc") ? "session_keys" : "expected";
  int checked = 0;
  for (const auto& [name, key] : keys) {
    if (!vector.Has(path + name)) continue;
    RETURN_IF_ERROR(ExpectKey(path + name, *key, vector));
    ++checked;
  }
  if (checked == 0) return absl::InvalidArgumentError("no session key");
  return absl::OkStatus();
}

absl::Status CheckScp03SessionKeys(const Vector& vector,
                                   const StaticKeys& keys) {
  if (vector.Has("context")) {  // of what a derivation is, not of a session
    ASSIGN_OR_RETURN(const Bytes context, vector.Hex("context"));
    ASSIGN_OR_RETURN(const Scp03SessionKeys derived,
                     cardsim::DeriveSessionKeys(MakeKeySet(keys), context, {}));
    return CheckKeys(vector, {{".enc", &derived.enc},
                              {".mac", &derived.mac},
                              {".rmac", &derived.rmac}});
  }
  ASSIGN_OR_RETURN(const Bytes host, vector.Hex("host_challenge"));
  ASSIGN_OR_RETURN(const Bytes card, vector.Hex("card_challenge"));
  ASSIGN_OR_RETURN(const Scp03SessionKeys session,
                   cardsim::DeriveSessionKeys(MakeKeySet(keys), host, card));
  RETURN_IF_ERROR(ExpectKey("expected.enc", session.enc, vector));
  RETURN_IF_ERROR(ExpectKey("expected.mac", session.mac, vector));
  RETURN_IF_ERROR(ExpectKey("expected.rmac", session.rmac, vector));
  RETURN_IF_ERROR(ExpectCryptogram("expected.card_cryptogram",
                                   cardsim::CardCryptogram(session, host, card),
                                   vector));
  return ExpectCryptogram("expected.host_cryptogram",
                          cardsim::HostCryptogram(session, host, card), vector);
}

absl::Status CheckScp01SessionKeys(const Vector& vector,
                                   const StaticKeys& keys) {
  ASSIGN_OR_RETURN(const Bytes host, vector.Hex("host_challenge", 8));
  ASSIGN_OR_RETURN(const Bytes card, vector.Hex("card_challenge", 8));
  ASSIGN_OR_RETURN(
      const cardsim::Scp01SessionKeys session,
      cardsim::DeriveScp01SessionKeys(MakeKeySet(keys), host, card));
  return CheckKeys(vector, {{".enc", &session.enc}, {".mac", &session.mac}});
}

// S-DEK and S-RMAC of a session without a handshake come from another counter
// than the vectors', which nothing published decides.
absl::Status CheckScp02Keys(const Vector& vector,
                            const Scp02SessionKeys& session) {
  std::map<std::string, const SecretBytes*> keys = {{".enc", &session.enc},
                                                    {".mac", &session.mac}};
  ASSIGN_OR_RETURN(const bool implicit, IsImplicit(vector));
  if (!implicit) {
    keys[".dek"] = &session.dek;
    keys[".rmac"] = &session.rmac;
  }
  return CheckKeys(vector, keys);
}

absl::Status CheckScp02SessionKeys(const Vector& vector,
                                   const StaticKeys& keys) {
  ASSIGN_OR_RETURN(const Bytes sequence, vector.Hex("sequence", 2));
  const uint32_t counter = ReadCounter(sequence);
  ASSIGN_OR_RETURN(const Scp02SessionKeys session,
                   cardsim::DeriveScp02SessionKeys(MakeKeySet(keys), counter));
  RETURN_IF_ERROR(CheckScp02Keys(vector, session));
  if (!vector.Has("host_challenge")) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Bytes host, vector.Hex("host_challenge", 8));
  ASSIGN_OR_RETURN(const Bytes card, vector.Hex("card_challenge", 6));
  RETURN_IF_ERROR(ExpectCryptogram(
      "expected.card_cryptogram",
      cardsim::Scp02CardCryptogram(session, counter, host, card), vector));
  return ExpectCryptogram(
      "expected.host_cryptogram",
      cardsim::Scp02HostCryptogram(session, counter, host, card), vector);
}

// `counter_and_challenge`: sequence counter (2) | card challenge (6).
absl::Status CheckCryptograms(const Vector& vector,
                              const Scp02SessionKeys& session,
                              ByteSpan counter_and_challenge) {
  ASSIGN_OR_RETURN(const Bytes host, vector.Hex("host_challenge", 8));
  const uint32_t counter = ReadCounter(counter_and_challenge.first(2));
  const ByteSpan card = counter_and_challenge.subspan(2);
  if (vector.Has("expected.card")) {
    RETURN_IF_ERROR(ExpectCryptogram(
        "expected.card",
        cardsim::Scp02CardCryptogram(session, counter, host, card), vector));
  }
  if (!vector.Has("expected.host")) return absl::OkStatus();
  return ExpectCryptogram(
      "expected.host",
      cardsim::Scp02HostCryptogram(session, counter, host, card), vector);
}

absl::Status CheckScp01Cryptograms(const Vector& vector) {
  ASSIGN_OR_RETURN(const StaticKeys keys, ReadStaticKeys(vector));
  ASSIGN_OR_RETURN(const Bytes host, vector.Hex("host_challenge", 8));
  ASSIGN_OR_RETURN(const Bytes card, vector.Hex("card_challenge", 8));
  ASSIGN_OR_RETURN(
      const cardsim::Scp01SessionKeys session,
      cardsim::DeriveScp01SessionKeys(MakeKeySet(keys), host, card));
  RETURN_IF_ERROR(ExpectCryptogram(
      "expected.card", cardsim::Scp01CardCryptogram(session, host, card),
      vector));
  return ExpectCryptogram("expected.host",
                          cardsim::Scp01HostCryptogram(session, host, card),
                          vector);
}

absl::Status CheckScp03PseudoChallenge(const Vector& vector) {
  ASSIGN_OR_RETURN(const Bytes key, vector.Hex("key_enc"));
  ASSIGN_OR_RETURN(const Bytes sequence, vector.Hex("sequence", 3));
  ASSIGN_OR_RETURN(const Bytes aid, vector.Hex("aid"));
  const cardsim::KeySet keys = MakeKeySet({key, key, key});
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

absl::Status CheckScp02PseudoChallenge(const Vector& vector) {
  ASSIGN_OR_RETURN(const Bytes key, vector.Hex("key_mac"));
  ASSIGN_OR_RETURN(const Bytes sequence, vector.Hex("sequence", 2));
  ASSIGN_OR_RETURN(const Bytes aid, vector.Hex("aid"));
  ASSIGN_OR_RETURN(const Bytes wanted, vector.Hex("expected", 6));
  ASSIGN_OR_RETURN(const Scp02SessionKeys session,
                   cardsim::DeriveScp02SessionKeys(MakeKeySet({key, key, key}),
                                                   ReadCounter(sequence)));
  RETURN_IF_ERROR(ExpectKey("session_mac", session.mac, vector));
  ASSIGN_OR_RETURN(const Bytes challenge,
                   cardsim::Scp02PseudoRandomChallenge(session, aid));
  return ExpectBytes("expected", challenge, wanted);
}

}  // namespace

cardsim::KeySet MakeKeySet(const StaticKeys& keys) {
  cardsim::KeySet set;
  set.enc = SecretBytes::CopyOf(keys.enc);
  set.mac = SecretBytes::CopyOf(keys.mac);
  set.dek = SecretBytes::CopyOf(keys.dek);
  return set;
}

uint32_t ReadCounter(ByteSpan bytes) {
  uint32_t counter = 0;
  for (const uint8_t byte : bytes) counter = counter << 8 | byte;
  return counter;
}

absl::Status CheckCardSessionKeys(const Vector& vector) {
  ASSIGN_OR_RETURN(const StaticKeys keys, ReadStaticKeys(vector));
  if (IsScp01(vector)) return CheckScp01SessionKeys(vector, keys);
  return IsScp02(vector) ? CheckScp02SessionKeys(vector, keys)
                         : CheckScp03SessionKeys(vector, keys);
}

absl::Status CheckCardCryptograms(const Vector& vector) {
  if (IsScp01(vector)) return CheckScp01Cryptograms(vector);
  if (!vector.Has("keys")) {  // of the session keys only S-ENC is known
    Scp02SessionKeys session;
    ASSIGN_OR_RETURN(const Bytes key, vector.Hex("session_enc", 16));
    session.enc = SecretBytes::CopyOf(key);
    ASSIGN_OR_RETURN(const Bytes card, vector.Hex("card_challenge", 8));
    return CheckCryptograms(vector, session, card);
  }
  ASSIGN_OR_RETURN(const StaticKeys keys, ReadStaticKeys(vector));
  // Key diversification data (10), KVN (1) and protocol (1) before them.
  ASSIGN_OR_RETURN(const Bytes answer,
                   vector.Hex("initialize_update_response", 28));
  const ByteSpan card = ByteSpan(answer).subspan(12, 8);
  ASSIGN_OR_RETURN(const Scp02SessionKeys session,
                   cardsim::DeriveScp02SessionKeys(MakeKeySet(keys),
                                                   ReadCounter(card.first(2))));
  return CheckCryptograms(vector, session, card);
}

absl::Status CheckCardCmacChain(const Vector& vector) {
  ASSIGN_OR_RETURN(const uint8_t i, vector.HexByte("i"));
  ASSIGN_OR_RETURN(const uint8_t level, vector.HexByte("level"));
  ASSIGN_OR_RETURN(const Bytes key, vector.Hex("session_mac", 16));
  ASSIGN_OR_RETURN(const std::vector<Exchange> exchanges,
                   ReadExchanges(vector));
  if (exchanges.empty()) {
    return absl::InvalidArgumentError("no EXTERNAL AUTHENTICATE");
  }
  Scp02SessionKeys keys;
  keys.mac = SecretBytes::CopyOf(key);
  ASSIGN_OR_RETURN(const auto session,
                   cardsim::Scp02Session::Create(std::move(keys), i, {}));
  RETURN_IF_ERROR(session->OpenExternalAuthenticate(exchanges[0].wrapped));
  session->set_level(level);
  for (size_t at = 1; at < exchanges.size(); ++at) {
    const Exchange& exchange = exchanges[at];
    if (!exchange.plain) {
      return absl::InvalidArgumentError("a command has no plain form");
    }
    ASSIGN_OR_RETURN(const card::CommandApdu plain,
                     session->Unwrap(exchange.wrapped));
    RETURN_IF_ERROR(ExpectBytes(absl::StrCat("command ", at), plain.Encode(),
                                exchange.plain->Encode()));
  }
  return absl::OkStatus();
}

absl::Status CheckCardPseudoChallenge(const Vector& vector) {
  return IsScp02(vector) ? CheckScp02PseudoChallenge(vector)
                         : CheckScp03PseudoChallenge(vector);
}

}  // namespace cardferry::conformance
