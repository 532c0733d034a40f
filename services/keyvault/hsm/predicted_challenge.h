#ifndef CARDFERRY_SERVICES_KEYVAULT_HSM_PREDICTED_CHALLENGE_H_
#define CARDFERRY_SERVICES_KEYVAULT_HSM_PREDICTED_CHALLENGE_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "services/keyvault/hsm/hsm_context.h"
#include "services/keyvault/hsm/hsm_keys.h"

namespace cardferry::keyvault {

// HsmKeys::PredictChallenge with all keys in the HSM. Of the MACs that it takes
// only the challenge comes out.
absl::StatusOr<Bytes> PredictHsmChallenge(HsmContext& hsm,
                                          const CardKeySelection& card,
                                          const ChallengeSource& source);

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_HSM_PREDICTED_CHALLENGE_H_
