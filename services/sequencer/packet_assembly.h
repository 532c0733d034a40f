#ifndef CARDFERRY_SERVICES_SEQUENCER_PACKET_ASSEMBLY_H_
#define CARDFERRY_SERVICES_SEQUENCER_PACKET_ASSEMBLY_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/card/script/script.h"
#include "services/sequencer/bundle.h"
#include "services/sequencer/bundle_state.h"
#include "services/sequencer/card_profile.h"
#include "services/sequencer/card_record.h"
#include "services/sequencer/content_plan.h"
#include "services/sequencer/desired_state.h"
#include "services/sequencer/keyvault.h"

namespace cardferry::sequencer {

// INTERNAL unless the keyvault has opened the session that was asked for.
absl::Status CheckSession(const Keyvault::Session& session,
                          const std::string& card_id, uint8_t floor);

// What a packet says of its card, for when its answers come.
struct PacketSubject {
  const CardProfile& profile;
  const CardRecord& record;
  const StatusSnapshot& expected;
  const DesiredState& desired;
  const ContentPlan& plan;
};

// A bundle as the card will take it: EXTERNAL AUTHENTICATE, unless the session
// is implicit, then its commands with their protected form; and what has to be
// known of it. The keyvault's errors pass through.
struct SecuredPacket {
  card::Script script;
  BundleState state;
};
absl::StatusOr<SecuredPacket> SecurePacket(Keyvault& keyvault,
                                           const Keyvault::Session& session,
                                           Bundle bundle,
                                           const PacketSubject& subject);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_PACKET_ASSEMBLY_H_
