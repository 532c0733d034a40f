#ifndef CARDFERRY_SERVICES_SEQUENCER_TESTING_TEST_PROFILES_H_
#define CARDFERRY_SERVICES_SEQUENCER_TESTING_TEST_PROFILES_H_

#include <string>

#include "lib/base/bytes.h"
#include "services/sequencer/card_profile.h"

namespace cardferry::sequencer {

// A card type without anything special: ISD A000000151000000, SCP03, this key
// version number, keys "<name>-keys", nothing on it.
inline CardProfile TestProfile(const std::string& name,
                               uint8_t key_version_number) {
  const card::ResponseApdu nothing{{}, card::kReferencedDataNotFound};
  return {name,
          {*card::Aid::FromHex("A000000151000000"),
           3,
           {},
           {key_version_number},
           {},
           {},
           {}},
          name + "-keys",
          0x03,
          0,
          card::Descriptor::kLeaveOut,
          {{nothing}, {nothing}},
          {FromHexOrDie("A000000062")}};
}

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_TESTING_TEST_PROFILES_H_
