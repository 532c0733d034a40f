#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_JOB_DATA_SEALED_PACKET_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_JOB_DATA_SEALED_PACKET_H_

#include "absl/status/statusor.h"
#include "lib/crypto/sealed_box.h"
#include "services/orchestrator/model/packet.h"

// Whoever has a packet that waits for its card can run it there: in the
// database its probes and scripts are sealed, each for its attempt.
namespace cardferry::orchestrator {

// For the database.
absl::StatusOr<PreparedPacket> SealPacket(const crypto::SealedBox& box,
                                          PreparedPacket packet);

// From the database. DATA_LOSS when it was changed there, or when the service
// has another key than it was sealed with.
absl::StatusOr<PreparedPacket> OpenPacket(const crypto::SealedBox& box,
                                          PreparedPacket sealed);

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_JOB_DATA_SEALED_PACKET_H_
