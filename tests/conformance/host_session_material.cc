#include "tests/conformance/host_session_material.h"

#include <utility>

#include "lib/base/status_macros.h"
#include "lib/card/scp/initialize_update_response.h"
#include "tests/conformance/host_session_checks.h"
#include "tests/conformance/key_check_value.h"
#include "tests/conformance/session_mac_cipher.h"

namespace cardferry::conformance {
namespace {

using scp::SessionSeed;

bool IsScp01(const Vector& vector) {
  return vector.Text("protocol") == "SCP01";
}

// The seed of a vector that has challenges. What makes `i` matter, the chain of
// MACs, is not in these vectors, and some do not say it.
absl::StatusOr<SessionSeed> ReadSeed(const Vector& vector) {
  ASSIGN_OR_RETURN(const Bytes host_challenge, vector.Hex("host_challenge", 8));
  ASSIGN_OR_RETURN(Bytes card_challenge, vector.Hex("card_challenge"));
  if (IsScp01(vector)) {
    return SessionSeed::Create({scp::kScp01, 0x15}, host_challenge,
                               card_challenge);
  }
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

absl::Status CheckScp01SessionKeys(HostCrypto& crypto, const Vector& vector,
                                   const StaticKeys& keys) {
  ASSIGN_OR_RETURN(const Bytes host, vector.Hex("host_challenge", 8));
  ASSIGN_OR_RETURN(const Bytes card, vector.Hex("card_challenge", 8));
  RETURN_IF_ERROR(CheckScp01Keys(crypto, vector, keys, host, card));
  return CheckKeyCheckValues(vector, KeyKind::kTdes, "session_keys",
                             "expected_kcv");
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

absl::Status CheckSessionKeys(HostCrypto& crypto, const Vector& vector) {
  ASSIGN_OR_RETURN(const StaticKeys keys, ReadStaticKeys(vector));
  if (IsScp01(vector)) return CheckScp01SessionKeys(crypto, vector, keys);
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
    if (IsScp01(vector)) {
      ASSIGN_OR_RETURN(const SessionSeed seed, ReadSeed(vector));
      return CheckCryptograms(crypto, vector, keys, seed, "expected.card",
                              "expected.host");
    }
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
