#include "hsm-config/signing_key_proto.h"

#include <set>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/bytes.h"
#include "lib/base/status_macros.h"

namespace cardferry::hsm {
namespace {

namespace pb = config::v1;

absl::StatusOr<pkcs11::SigningAlgorithm> ToAlgorithm(
    pb::SigningAlgorithm algorithm) {
  switch (algorithm) {
    case pb::SIGNING_ALGORITHM_RSA_2048_PSS:
      return pkcs11::SigningAlgorithm::kRsa2048Pss;
    case pb::SIGNING_ALGORITHM_ECDSA_P256:
      return pkcs11::SigningAlgorithm::kEcdsaP256;
    case pb::SIGNING_ALGORITHM_ECDSA_P384:
      return pkcs11::SigningAlgorithm::kEcdsaP384;
    default:
      return absl::InvalidArgumentError("no algorithm");
  }
}

absl::StatusOr<ContentSignature> ToSignature(pb::ContentSignature signs) {
  switch (signs) {
    case pb::CONTENT_SIGNATURE_DAP:
      return ContentSignature::kDap;
    case pb::CONTENT_SIGNATURE_TOKEN:
      return ContentSignature::kToken;
    default:
      return absl::InvalidArgumentError("signs neither DAP nor TOKEN");
  }
}

absl::StatusOr<SigningKey> ParseSigningKey(const pb::SigningKey& message) {
  SigningKey key;
  key.name = message.name();
  if (!IsKeyName(key.name)) {
    return absl::InvalidArgumentError("the name is not of a-z, 0-9 and -");
  }
  ASSIGN_OR_RETURN(key.algorithm, ToAlgorithm(message.algorithm()));
  ASSIGN_OR_RETURN(key.signs, ToSignature(message.signs()));
  key.in_token.label = message.label();
  ASSIGN_OR_RETURN(key.in_token.id, FromHex(message.id()));
  if (key.in_token.label.empty() || key.in_token.id.empty()) {
    return absl::InvalidArgumentError("no label, or no id");
  }
  key.used_by.assign(message.used_by().begin(), message.used_by().end());
  if (key.used_by.empty()) {
    return absl::InvalidArgumentError("used_by is empty: who uses it?");
  }
  return key;
}

}  // namespace

absl::StatusOr<std::vector<SigningKey>> ParseSigningKeys(
    const pb::KeyProfile& message) {
  std::vector<SigningKey> keys;
  std::set<std::string> names;
  for (const pb::SigningKey& one : message.signing_keys()) {
    const std::string place = absl::StrCat("signing key ", one.name());
    absl::StatusOr<SigningKey> key = ParseSigningKey(one);
    if (!key.ok()) return Annotate(key.status(), place);
    if (!names.insert(key->name).second) {
      return absl::InvalidArgumentError(absl::StrCat(place, " twice"));
    }
    keys.push_back(*std::move(key));
  }
  return keys;
}

}  // namespace cardferry::hsm
