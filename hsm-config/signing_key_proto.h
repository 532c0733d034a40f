#ifndef CARDFERRY_HSM_CONFIG_SIGNING_KEY_PROTO_H_
#define CARDFERRY_HSM_CONFIG_SIGNING_KEY_PROTO_H_

#include <vector>

#include "absl/status/statusor.h"
#include "hsm-config/key_profile.h"
#include "proto/cardferry/config/v1/key_profile.pb.h"

namespace cardferry::hsm {

// The signing keys of a key profile. INVALID_ARGUMENT, naming the key, for one
// that is not whole, and for a name that is there twice. That labels and
// identifiers differ from all others of the profile is not looked at.
absl::StatusOr<std::vector<SigningKey>> ParseSigningKeys(
    const config::v1::KeyProfile& message);

}  // namespace cardferry::hsm

#endif  // CARDFERRY_HSM_CONFIG_SIGNING_KEY_PROTO_H_
