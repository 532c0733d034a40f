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
  CardProfile profile{name, {*card::Aid::FromHex("A000000151000000"), 3}};
  profile.match.key_version_numbers = {key_version_number};
  profile.key_set = name + "-keys";
  profile.factory_content = {{nothing}, {nothing}, {}};
  profile.built_in_packages = {FromHexOrDie("A000000062")};
  profile.text = "name: \"" + name + "\"";
  return profile;
}

// The same for SCP02, with this `i` also when the card does not say it.
inline CardProfile Scp02TestProfile(const std::string& name,
                                    uint8_t key_version_number, uint8_t i) {
  CardProfile profile = TestProfile(name, key_version_number);
  profile.match.scp = 2;
  profile.match.i = {i};
  profile.fallback_i = i;
  return profile;
}

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_TESTING_TEST_PROFILES_H_
