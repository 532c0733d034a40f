#include "services/orchestrator/job_data/sealed_packet.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace cardferry::orchestrator {
namespace {

// Replaces each probe and script by what `change(purpose, bytes)` makes of it;
// no purpose is another one's.
template <typename Change>
absl::StatusOr<PreparedPacket> ChangeAll(PreparedPacket packet,
                                         const Change& change) {
  for (PreparedAttempt& attempt : packet.attempts) {
    const std::string purpose =
        absl::StrCat("stored packet ", attempt.packet_id);
    ASSIGN_OR_RETURN(attempt.probe,
                     change(absl::StrCat(purpose, " probe"), attempt.probe));
    int part = 0;
    for (Bytes& script : attempt.scripts) {
      ASSIGN_OR_RETURN(script,
                       change(absl::StrCat(purpose, " part ", part++), script));
    }
  }
  return packet;
}

}  // namespace

absl::StatusOr<PreparedPacket> SealPacket(const crypto::SealedBox& box,
                                          PreparedPacket packet) {
  return ChangeAll(std::move(packet),
                   [&box](const std::string& purpose, const Bytes& plain) {
                     return box.Seal(purpose, plain);
                   });
}

absl::StatusOr<PreparedPacket> OpenPacket(const crypto::SealedBox& box,
                                          PreparedPacket sealed) {
  return ChangeAll(std::move(sealed),
                   [&box](const std::string& purpose, const Bytes& bytes) {
                     return box.Open(purpose, bytes);
                   });
}

}  // namespace cardferry::orchestrator
