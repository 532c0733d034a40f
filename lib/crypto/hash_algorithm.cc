#include "lib/crypto/hash_algorithm.h"

#include "lib/crypto/digest.h"

namespace cardferry::crypto {
namespace {

struct Entry {
  HashAlgorithm algorithm;
  const char* name;
  Bytes (*compute)(ByteSpan);
};

// In the order of HashAlgorithm.
constexpr Entry kEntries[] = {{HashAlgorithm::kSha1, "sha-1", Sha1},
                              {HashAlgorithm::kSha256, "sha-256", Sha256},
                              {HashAlgorithm::kSha384, "sha-384", Sha384},
                              {HashAlgorithm::kSha512, "sha-512", Sha512}};

const Entry& Of(HashAlgorithm algorithm) {
  return kEntries[static_cast<size_t>(algorithm)];
}

}  // namespace

Bytes Digest(HashAlgorithm algorithm, ByteSpan message) {
  return Of(algorithm).compute(message);
}

const char* NameOf(HashAlgorithm algorithm) { return Of(algorithm).name; }

std::optional<HashAlgorithm> HashNamed(absl::string_view name) {
  for (const Entry& entry : kEntries) {
    if (name == entry.name) return entry.algorithm;
  }
  return std::nullopt;
}

}  // namespace cardferry::crypto
