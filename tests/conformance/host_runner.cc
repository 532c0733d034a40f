#include "tests/conformance/host_runner.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "lib/card/scp/channel_protocol.h"
#include "tests/conformance/host_content.h"
#include "tests/conformance/host_primitives.h"
#include "tests/conformance/host_put_key.h"
#include "tests/conformance/host_scp11.h"
#include "tests/conformance/host_session_material.h"
#include "tests/conformance/host_sessions.h"

namespace cardferry::conformance {
namespace {

using Reason = std::optional<std::string>;

Reason NotSpoken(const Vector& vector) {
  const std::string protocol = vector.Text("protocol");
  if (protocol == "SCP01" || protocol == "SCP02" || protocol == "SCP03") {
    return std::nullopt;
  }
  return protocol;
}

Reason WhyNoNegativeTrace(const Vector& vector) {
  const std::string mutation = vector.Text("mutation");
  if (mutation == "flip_rmac" || mutation == "drop_rmac") {
    return NotSpoken(vector);
  }
  return "for the card's side";
}

Reason Always(const Vector&) { return std::nullopt; }

Reason WhyNoDiversification(const Vector& vector) {
  const std::string algorithm = vector.Text("algorithm");
  if (algorithm == "VISA1" || algorithm == "VISA2" ||
      algorithm == "EMV-CPS-1.1" || algorithm == "KDF3") {
    return std::nullopt;
  }
  return algorithm;
}

Reason WhyNoCmac(const Vector& vector) {
  const std::string cipher = vector.Text("cipher");
  if (cipher != "aes") return cipher;
  return std::nullopt;
}

Reason WhyNoMac(const Vector& vector) {
  if (vector.Text("padding") == "none") return "without padding";
  return std::nullopt;
}

Reason WhyNoCounterKdf(const Vector& vector) {
  if (vector.Has("rlen") && vector.Text("rlen") != "8") {
    return absl::StrCat("counter of ", vector.Text("rlen"), " bits");
  }
  return std::nullopt;
}

struct Kind {
  Reason (*why_not)(const Vector&);
  absl::Status (*check)(HostCrypto&, const Vector&);
};

const Kind* FindKind(const Vector& vector) {
  static const auto* const kKinds = new std::map<std::string, Kind>{
      {"trace", {NotSpoken, CheckTrace}},
      {"negative_trace", {WhyNoNegativeTrace, CheckNegativeTrace}},
      {"scp02_implicit", {NotSpoken, CheckImplicit}},
      {"scp02_implicit_rmac", {NotSpoken, CheckImplicit}},
      {"scp11", {Always, CheckScp11}},
      {"session_keys", {NotSpoken, CheckSessionKeys}},
      {"cryptogram", {NotSpoken, CheckCryptogram}},
      {"cmac_chain", {NotSpoken, CheckCmacChain}},
      {"kdf_scp03", {NotSpoken, CheckKdfScp03}},
      {"kdf_counter", {WhyNoCounterKdf, CheckKdfCounter}},
      {"pseudo_challenge", {NotSpoken, CheckPseudoChallenge}},
      {"cmac", {WhyNoCmac, CheckAesCmac}},
      {"retail_mac", {WhyNoMac, CheckRetailMac}},
      {"mac_full_3des", {WhyNoMac, CheckFullTdesMac}},
      {"diversification", {WhyNoDiversification, CheckDiversification}},
      {"token", {Always, CheckToken}},
      {"dap", {Always, CheckDap}},
      {"receipt", {Always, CheckReceipt}},
      {"lfdbh", {Always, CheckLoadFileHash}},
      {"an10922", {Always, CheckAn10922}},
      {"put_key_block", {Always, CheckHostPutKeyBlock}},
      {"put_key_apdu", {Always, CheckHostPutKeyApdu}},
  };
  const auto kind = kKinds->find(vector.kind());
  return kind == kKinds->end() ? nullptr : &kind->second;
}

}  // namespace

std::optional<std::string> HostRunner::WhyNot(const Vector& vector) const {
  const Kind* const kind = FindKind(vector);
  if (kind == nullptr) return "kind is not there";
  Reason reason = kind->why_not(vector);
  if (reason || vector.kind() != "scp11" || crypto_->has_scp11()) return reason;
  return vector.Text("protocol");
}

absl::Status HostRunner::Run(const Vector& vector) {
  const Kind* const kind = FindKind(vector);
  if (kind == nullptr) {
    return absl::InternalError("a kind without a check");
  }
  return kind->check(*crypto_, vector);
}

}  // namespace cardferry::conformance
