#ifndef CARDFERRY_SERVICES_SEQUENCER_TESTING_FAKE_SIGNED_CONTENT_H_
#define CARDFERRY_SERVICES_SEQUENCER_TESTING_FAKE_SIGNED_CONTENT_H_

#include <map>
#include <optional>
#include <vector>

#include "services/sequencer/signed_content.h"

namespace cardferry::sequencer {

// Knows the signatures that a test puts in, and keeps what it was asked for. It
// verifies nothing.
class FakeSignedContent final : public SignedContent {
 public:
  std::map<WantedSignature, Bytes> signatures;
  std::vector<WantedSignature> asked;
  absl::Status fault;

  absl::StatusOr<std::vector<std::optional<Bytes>>> FindApprovals(
      absl::Span<const WantedSignature> wanted) override {
    asked.assign(wanted.begin(), wanted.end());
    if (!fault.ok()) return fault;
    std::vector<std::optional<Bytes>> found;
    for (const WantedSignature& one : wanted) {
      const auto known = signatures.find(one);
      found.push_back(known == signatures.end()
                          ? std::nullopt
                          : std::optional<Bytes>(known->second));
    }
    return found;
  }
};

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_TESTING_FAKE_SIGNED_CONTENT_H_
