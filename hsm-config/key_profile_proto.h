#ifndef CARDFERRY_HSM_CONFIG_KEY_PROFILE_PROTO_H_
#define CARDFERRY_HSM_CONFIG_KEY_PROFILE_PROTO_H_

#include <string>

#include "absl/status/statusor.h"
#include "hsm-config/key_profile.h"

namespace cardferry::hsm {

// A key profile from its textproto (cardferry.config.v1.KeyProfile), checked
// whole. INVALID_ARGUMENT says which key is wrong and why:
//   names, versions, key lengths; labels and identifiers that occur twice;
//   usages that a role does not need or lacks; mechanisms missing.
absl::StatusOr<KeyProfile> ParseKeyProfile(const std::string& textproto);

// The same from a file of at most 1 MiB.
absl::StatusOr<KeyProfile> ReadKeyProfile(const std::string& path);

}  // namespace cardferry::hsm

#endif  // CARDFERRY_HSM_CONFIG_KEY_PROFILE_PROTO_H_
