#ifndef CARDFERRY_HSM_CONFIG_KEY_USAGE_PROTO_H_
#define CARDFERRY_HSM_CONFIG_KEY_USAGE_PROTO_H_

#include "absl/status/statusor.h"
#include "lib/pkcs11/cryptoki.h"
#include "lib/pkcs11/key_template.h"
#include "proto/cardferry/config/v1/key_profile.pb.h"

namespace cardferry::hsm {

// What a key may do, by the words of the profile. INVALID_ARGUMENT for a number
// that stands for nothing.
absl::StatusOr<pkcs11::Usage> ToUsage(config::v1::Usage usage);
absl::StatusOr<CK_MECHANISM_TYPE> ToMechanism(config::v1::Mechanism mechanism);

}  // namespace cardferry::hsm

#endif  // CARDFERRY_HSM_CONFIG_KEY_USAGE_PROTO_H_
