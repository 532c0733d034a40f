#include "cardsim/testing/content_vectors.h"

#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "lib/base/file.h"
#include "nlohmann/json.hpp"

namespace cardferry::cardsim {
namespace {

using Json = nlohmann::json;

constexpr char kFile[] = "tests/vectors/generated_primitives.json";
constexpr size_t kMaxFile = 16 << 20;

Bytes Hex(const Json& object, const char* field) {
  std::string hex = object.value(field, "");
  if (hex.size() % 2 != 0) hex.insert(0, "0");
  return FromHexOrDie(hex);
}

ContentKey KeyOf(const Json& vector) {
  static const auto* const kCurves = new std::map<std::string, crypto::Curve>{
      {"P-256", crypto::Curve::kP256},
      {"P-384", crypto::Curve::kP384},
      {"P-521", crypto::Curve::kP521},
      {"brainpoolP256r1", crypto::Curve::kBrainpoolP256r1}};
  if (vector.contains("rsa")) {
    const Json& rsa = vector["rsa"];
    return ContentKey(
        crypto::VerificationKey::Rsa(Hex(rsa, "n"), Hex(rsa, "e")).value());
  }
  if (vector.contains("curve")) {
    return ContentKey(crypto::VerificationKey::Ec(
                          kCurves->at(vector["curve"].get<std::string>()),
                          Hex(vector, "public"))
                          .value());
  }
  const std::string algorithm = vector["algorithm"];
  const KeyType type =
      absl::StartsWith(algorithm, "DES") ? KeyType::kDes : KeyType::kAes;
  return ContentKey::Symmetric(type, SecretBytes::CopyOf(Hex(vector, "key")))
      .value();
}

}  // namespace

std::vector<ContentVector> ContentVectors(const std::string& kind) {
  std::vector<ContentVector> vectors;
  const Json file = Json::parse(ReadFile(kFile, kMaxFile).value());
  for (const Json& vector : file) {
    if (vector.value("kind", "") != kind) continue;
    vectors.push_back({vector["name"], vector.contains("key"), KeyOf(vector),
                       Hex(vector, "message"), Hex(vector, "signature"),
                       vector.value("command", ""),
                       Hex(vector, "command_data_without_token"),
                       Hex(vector, "confirmation_data")});
  }
  return vectors;
}

}  // namespace cardferry::cardsim
