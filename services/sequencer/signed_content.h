#ifndef CARDFERRY_SERVICES_SEQUENCER_SIGNED_CONTENT_H_
#define CARDFERRY_SERVICES_SEQUENCER_SIGNED_CONTENT_H_

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"

namespace cardferry::sequencer {

// Something that somebody has to have signed: by which key, and SHA-256 of what
// is signed.
struct WantedSignature {
  std::string signing_key;
  Bytes digest;

  bool operator<(const WantedSignature& o) const {
    return std::tie(signing_key, digest) < std::tie(o.signing_key, o.digest);
  }
  bool operator==(const WantedSignature& o) const {
    return signing_key == o.signing_key && digest == o.digest;
  }
};

// What approvers have signed, as the keyvault tells it to those who send
// content.
class SignedContent {
 public:
  virtual ~SignedContent() = default;

  // One for each; nullopt for what nobody has approved, or not for now.
  // UNAVAILABLE: may be asked again.
  virtual absl::StatusOr<std::vector<std::optional<Bytes>>> FindApprovals(
      absl::Span<const WantedSignature> wanted) = 0;
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_SIGNED_CONTENT_H_
