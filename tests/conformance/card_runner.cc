#include "tests/conformance/card_runner.h"

#include <map>

#include "tests/conformance/card_implicit.h"
#include "tests/conformance/card_put_key.h"
#include "tests/conformance/card_scp11.h"
#include "tests/conformance/card_session_material.h"
#include "tests/conformance/card_sessions.h"

namespace cardferry::conformance {
namespace {

using Reason = std::optional<std::string>;

constexpr char kForTheHost[] = "for the host's side";

Reason NotSpoken(const Vector& vector) {
  const std::string protocol = vector.Text("protocol");
  if (protocol != "SCP01" && protocol != "SCP02" && protocol != "SCP03") {
    return protocol;
  }
  return std::nullopt;
}

Reason WhyNoNegativeTrace(const Vector& vector) {
  const std::string mutation = vector.Text("mutation");
  if (mutation == "flip_rmac" || mutation == "drop_rmac") return kForTheHost;
  return NotSpoken(vector);
}

Reason Always(const Vector&) { return std::nullopt; }

Reason ForTheHost(const Vector&) { return kForTheHost; }

struct Kind {
  Reason (*why_not)(const Vector&);
  absl::Status (*check)(const Vector&);  // null: never run
};

const Kind* FindKind(const Vector& vector) {
  static const auto* const kKinds = new std::map<std::string, Kind>{
      {"trace", {NotSpoken, CheckCardTrace}},
      {"negative_trace", {WhyNoNegativeTrace, CheckCardNegativeTrace}},
      {"session_keys", {NotSpoken, CheckCardSessionKeys}},
      {"cryptogram", {NotSpoken, CheckCardCryptograms}},
      {"cmac_chain", {NotSpoken, CheckCardCmacChain}},
      {"scp02_implicit", {NotSpoken, CheckCardImplicit}},
      {"scp02_implicit_rmac", {NotSpoken, CheckCardImplicitRMac}},
      {"put_key_block", {NotSpoken, CheckCardPutKeyBlock}},
      {"put_key_apdu", {NotSpoken, CheckCardPutKeyApdu}},
      {"pseudo_challenge", {NotSpoken, CheckCardPseudoChallenge}},
      {"scp11", {Always, CheckCardScp11}},
      {"kdf_scp03", {ForTheHost, nullptr}},
      {"kdf_counter", {ForTheHost, nullptr}},
      {"cmac", {ForTheHost, nullptr}},
      {"retail_mac", {ForTheHost, nullptr}},
      {"mac_full_3des", {ForTheHost, nullptr}},
      {"diversification", {ForTheHost, nullptr}},
  };
  const auto kind = kKinds->find(vector.kind());
  return kind == kKinds->end() ? nullptr : &kind->second;
}

}  // namespace

std::optional<std::string> CardRunner::WhyNot(const Vector& vector) const {
  const Kind* const kind = FindKind(vector);
  if (kind == nullptr) return "kind is not there";
  return kind->why_not(vector);
}

absl::Status CardRunner::Run(const Vector& vector) {
  const Kind* const kind = FindKind(vector);
  if (kind == nullptr || kind->check == nullptr) {
    return absl::InternalError("a kind without a check");
  }
  return kind->check(vector);
}

}  // namespace cardferry::conformance
