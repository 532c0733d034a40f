#include "tests/conformance/host_primitives.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "tests/conformance/key_check_value.h"

namespace cardferry::conformance {
namespace {

// Derivation constant of SCP03's card challenge (GPC Amendment D, table 4-1).
constexpr uint8_t kCardChallengeConstant = 0x02;

constexpr size_t kDesBlock = 8;

struct MacInput {
  Bytes key;
  Bytes icv;  // zeros when the vector has none
  Bytes message;
  Bytes expected;
};

absl::StatusOr<MacInput> ReadMacInput(const Vector& vector) {
  MacInput input;
  ASSIGN_OR_RETURN(input.key, vector.Hex("key", 16));
  ASSIGN_OR_RETURN(input.message, vector.Hex("data"));
  ASSIGN_OR_RETURN(input.expected, vector.Hex("expected", kDesBlock));
  input.icv.resize(kDesBlock);
  if (vector.Has("icv")) {
    ASSIGN_OR_RETURN(input.icv, vector.Hex("icv", kDesBlock));
  }
  return input;
}

absl::Status CheckScp03PseudoChallenge(HostCrypto& crypto,
                                       const Vector& vector) {
  ASSIGN_OR_RETURN(const Bytes key, vector.Hex("key_enc"));
  ASSIGN_OR_RETURN(const Bytes sequence, vector.Hex("sequence", 3));
  ASSIGN_OR_RETURN(const Bytes aid, vector.Hex("aid"));
  ASSIGN_OR_RETURN(const Bytes expected, vector.Hex("expected", 8));
  ASSIGN_OR_RETURN(const Bytes expected_s16, vector.Hex("expected_s16", 16));
  RETURN_IF_ERROR(CheckScp03Challenge(crypto, key, sequence, aid, expected));
  return CheckScp03Challenge(crypto, key, sequence, aid, expected_s16);
}

absl::Status CheckScp02PseudoChallenge(HostCrypto& crypto,
                                       const Vector& vector) {
  ASSIGN_OR_RETURN(const Bytes key, vector.Hex("key_mac"));
  ASSIGN_OR_RETURN(const Bytes sequence, vector.Hex("sequence", 2));
  ASSIGN_OR_RETURN(const Bytes session_mac, vector.Hex("session_mac", 16));
  ASSIGN_OR_RETURN(const Bytes aid, vector.Hex("aid"));
  ASSIGN_OR_RETURN(const Bytes expected, vector.Hex("expected", 6));
  RETURN_IF_ERROR(crypto.CheckScp02Key(key, scp::Scp02Constant::kSMac, sequence,
                                       session_mac));
  return CheckScp02Challenge(crypto, session_mac, aid, expected);
}

// VISA's first scheme, which is none of ours but a template like an issuer's.
scp::IssuerTemplate Visa1() {
  using Kind = scp::TemplatePart::Kind;
  const scp::TemplatePart first = {Kind::kCardData, 0, 4, {}};
  const scp::TemplatePart second = {Kind::kCardData, 8, 2, {}};
  const scp::TemplatePart number = {Kind::kKeyNumber, 0, 0, {}};
  return {"visa1",
          1,
          scp::TemplateMethod::kEcb,
          {first,
           second,
           {Kind::kConstant, 0, 0, {0xF0}},
           number,
           first,
           second,
           {Kind::kConstant, 0, 0, {0x0F}},
           number}};
}

}  // namespace

absl::Status CheckKdfScp03(HostCrypto& crypto, const Vector& vector) {
  ASSIGN_OR_RETURN(const Bytes key, vector.Hex("key"));
  ASSIGN_OR_RETURN(const uint8_t constant, vector.HexByte("constant"));
  ASSIGN_OR_RETURN(const Bytes context, vector.Hex("context"));
  ASSIGN_OR_RETURN(const size_t bits, vector.Number("bits"));
  ASSIGN_OR_RETURN(const Bytes expected, vector.Hex("expected", bits / 8));
  return crypto.CheckScp03Kdf(key, constant, context, expected);
}

absl::Status CheckKdfCounter(HostCrypto& crypto, const Vector& vector) {
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
  RETURN_IF_ERROR(crypto.CheckCounterKdf(key, before, after, expected));
  if (!vector.Has("expected_kcv")) return absl::OkStatus();
  ASSIGN_OR_RETURN(const Bytes kcv, vector.Hex("expected_kcv"));
  return CheckKeyCheckValue("derived", KeyKind::kAes, expected, kcv);
}

absl::Status CheckScp02Challenge(HostCrypto& crypto, ByteSpan session_mac,
                                 ByteSpan aid, ByteSpan expected) {
  ASSIGN_OR_RETURN(const Bytes mac,
                   crypto.RetailMac(session_mac, Bytes(kDesBlock),
                                    HostCrypto::Icv::kPlain, aid));
  return ExpectBytes("card challenge", ByteSpan(mac).first(expected.size()),
                     expected);
}

absl::Status CheckScp03Challenge(HostCrypto& crypto, ByteSpan static_enc,
                                 ByteSpan sequence, ByteSpan aid,
                                 ByteSpan expected) {
  return Annotate(crypto.CheckScp03Kdf(static_enc, kCardChallengeConstant,
                                       Concat({sequence, aid}), expected),
                  "card challenge");
}

absl::Status CheckPseudoChallenge(HostCrypto& crypto, const Vector& vector) {
  return vector.Text("protocol") == "SCP02"
             ? CheckScp02PseudoChallenge(crypto, vector)
             : CheckScp03PseudoChallenge(crypto, vector);
}

absl::Status CheckAesCmac(HostCrypto& crypto, const Vector& vector) {
  ASSIGN_OR_RETURN(const Bytes key, vector.Hex("key"));
  ASSIGN_OR_RETURN(const Bytes message, vector.Hex("message"));
  ASSIGN_OR_RETURN(const Bytes expected, vector.Hex("expected"));
  return crypto.CheckCmac(key, message, expected);
}

absl::Status CheckRetailMac(HostCrypto& crypto, const Vector& vector) {
  ASSIGN_OR_RETURN(const MacInput input, ReadMacInput(vector));
  ASSIGN_OR_RETURN(const Bytes mac,
                   crypto.RetailMac(input.key, input.icv,
                                    HostCrypto::Icv::kPlain, input.message));
  return ExpectBytes("MAC", mac, input.expected);
}

absl::Status CheckFullTdesMac(HostCrypto& crypto, const Vector& vector) {
  ASSIGN_OR_RETURN(const MacInput input, ReadMacInput(vector));
  ASSIGN_OR_RETURN(const Bytes mac,
                   crypto.TdesMac(input.key, input.icv, input.message));
  return ExpectBytes("MAC", mac, input.expected);
}

absl::Status CheckAn10922(HostCrypto& crypto, const Vector& vector) {
  ASSIGN_OR_RETURN(const Bytes master, vector.Hex("master"));
  ASSIGN_OR_RETURN(const Bytes input, vector.Hex("input"));
  ASSIGN_OR_RETURN(
      const Bytes expected,
      vector.Hex(vector.Has("expected_raw") ? "expected_raw" : "expected"));
  const bool is_aes = vector.Text("cipher") == "aes";
  return crypto.CheckAn10922(
      is_aes ? scp::KeyKind::kAes : scp::KeyKind::kTripleDes, master, input,
      expected);
}

absl::Status CheckDiversification(HostCrypto& crypto, const Vector& vector) {
  static const auto* const kSchemes =
      new std::map<std::string, scp::Diversification>{
          {"VISA2", scp::Diversification::kVisa2},
          {"EMV-CPS-1.1", scp::Diversification::kEmvCps11},
          {"KDF3", scp::Diversification::kKdf3}};
  const auto scheme = kSchemes->find(vector.Text("algorithm"));
  const bool is_visa1 = vector.Text("algorithm") == "VISA1";
  if (scheme == kSchemes->end() && !is_visa1) {
    return absl::InternalError("a diversification without a check");
  }
  const bool is_aes =
      !is_visa1 && scheme->second == scp::Diversification::kKdf3;
  ASSIGN_OR_RETURN(const Bytes master, vector.Hex("master"));
  ASSIGN_OR_RETURN(const Bytes kdd, vector.Hex("kdd", 10));
  const std::string path = vector.Has("derived.enc") ? "derived" : "expected";
  int checked = 0;
  for (const auto& [name, number] :
       std::map<std::string, uint8_t>{{".enc", 1}, {".mac", 2}, {".dek", 3}}) {
    if (!vector.Has(path + name)) continue;
    ASSIGN_OR_RETURN(const Bytes expected, vector.Hex(path + name));
    RETURN_IF_ERROR(Annotate(
        is_visa1 ? crypto.CheckByTemplate(Visa1(), scp::KeyKind::kTripleDes,
                                          master, number, kdd, expected)
                 : crypto.CheckDiversified(scheme->second, master, number, kdd,
                                           expected),
        path + name));
    ++checked;
  }
  if (checked == 0) return absl::InvalidArgumentError("no derived key");
  return CheckKeyCheckValues(vector, is_aes ? KeyKind::kAes : KeyKind::kTdes,
                             path,
                             vector.Has("kcv.enc") ? "kcv" : "expected_kcv");
}

}  // namespace cardferry::conformance
