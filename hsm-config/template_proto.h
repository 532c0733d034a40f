#ifndef CARDFERRY_HSM_CONFIG_TEMPLATE_PROTO_H_
#define CARDFERRY_HSM_CONFIG_TEMPLATE_PROTO_H_

#include <map>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/card/scp/issuer_template.h"
#include "proto/cardferry/config/v1/key_profile.pb.h"

namespace cardferry::hsm {

// INVALID_ARGUMENT unless it is of a-z, 0-9 and '-', as the names of a key
// profile are.
absl::Status CheckProfileName(const std::string& name);

// The templates of a key profile by "name/version". INVALID_ARGUMENT, naming
// the template, for one that is not whole, or there twice. Whether it fits keys
// of some length is CheckTemplate's business.
absl::StatusOr<std::map<std::string, scp::IssuerTemplate>> ParseTemplates(
    const config::v1::KeyProfile& profile);

}  // namespace cardferry::hsm

#endif  // CARDFERRY_HSM_CONFIG_TEMPLATE_PROTO_H_
