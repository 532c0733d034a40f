#include "tests/conformance/runners.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "tests/conformance/card_runner.h"
#include "tests/conformance/host_runner.h"
#include "tests/conformance/openssl_host_crypto.h"
#include "tests/conformance/pkcs11_host_crypto.h"

namespace cardferry::conformance {
namespace {

absl::Status Check(const std::string& option, const std::string& value,
                   const std::string& first, const std::string& second) {
  if (value == "all" || value == first || value == second) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat(
      option, " is ", first, ", ", second, " or all, not ", value));
}

bool Wants(const std::string& value, const std::string& one) {
  return value == "all" || value == one;
}

}  // namespace

absl::StatusOr<std::vector<std::unique_ptr<Runner>>> MakeRunners(
    const Selection& selection) {
  RETURN_IF_ERROR(Check("side", selection.side, "host", "card"));
  RETURN_IF_ERROR(Check("cipher", selection.cipher, "openssl", "pkcs11"));
  if (selection.side == "card" && selection.cipher != "all") {
    return absl::InvalidArgumentError("the card's side has its own cipher");
  }
  std::vector<std::unique_ptr<Runner>> runners;
  if (Wants(selection.side, "host") && Wants(selection.cipher, "openssl")) {
    runners.push_back(
        std::make_unique<HostRunner>(std::make_unique<OpensslHostCrypto>()));
  }
  if (Wants(selection.side, "host") && Wants(selection.cipher, "pkcs11")) {
    ASSIGN_OR_RETURN(std::unique_ptr<HostCrypto> hsm,
                     Pkcs11HostCrypto::Create());
    runners.push_back(std::make_unique<HostRunner>(std::move(hsm)));
  }
  if (Wants(selection.side, "card") && selection.cipher == "all") {
    runners.push_back(std::make_unique<CardRunner>());
  }
  return runners;
}

}  // namespace cardferry::conformance
