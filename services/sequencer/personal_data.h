#ifndef CARDFERRY_SERVICES_SEQUENCER_PERSONAL_DATA_H_
#define CARDFERRY_SERVICES_SEQUENCER_PERSONAL_DATA_H_

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/card/gp/store_data.h"

namespace cardferry::sequencer {

// One data grouping or data object, or a piece of plain data.
struct PersonalObject {
  uint32_t identifier = 0;  // of a data grouping, or a tag; 0: plain
  Bytes value;

  bool operator==(const PersonalObject& o) const {
    return identifier == o.identifier && value == o.value;
  }
};

// What one INSTALL [for personalization] and the STORE DATA commands after it
// bring to an application. Personal data: never logged.
struct PersonalData {
  card::StoreDataFormat format = card::StoreDataFormat::kPlain;
  std::vector<PersonalObject> objects;
  // What a card's record knows it by: from a keyed hash of all that is above,
  // so that nobody can guess the data from it. kFingerprintBytes.
  Bytes fingerprint;
};

inline constexpr size_t kFingerprintBytes = 32;

// The objects as STORE DATA has them. INVALID_ARGUMENT, without repeating
// values, for none, for identifiers that the format does not have, and for
// those that a security domain takes for its own (11.11.3, table 11-90; keys
// are refused by the keyvault besides): if the application could not be chosen,
// and the commands after that were sent all the same, the issuer security
// domain would store them.
absl::StatusOr<std::vector<Bytes>> EncodeObjects(const PersonalData& data);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_PERSONAL_DATA_H_
