#ifndef CARDFERRY_HSM_CONFIG_TESTING_TEST_PROFILE_H_
#define CARDFERRY_HSM_CONFIG_TESTING_TEST_PROFILE_H_

#include <string>
#include <vector>

#include "hsm-config/key_profile.h"

namespace cardferry::hsm {

// A key set as a test wants it; everything else of its profile follows.
struct TestKeySet {
  std::string name = "test";
  size_t key_bits = 128;
  Diversification diversification = Diversification::kKdf3;
  uint32_t master_version = 1;
  uint8_t key_version_number = 0x30;
  // For kTemplate: "ecb/1" (for keys of 16 bytes), "cmac/1" (AES) or "nxp/2"
  // (AN10922), which the profile has.
  std::string form = "";
  bool file_cards = false;
  bool receipts = false;  // whether it has a master for them
};

// The diversification of this name (DiversificationName); for the name of a
// template kTemplate.
Diversification DiversificationNamed(const std::string& name);

// The textproto of a valid profile with these key sets.
std::string TestProfileText(const std::vector<TestKeySet>& sets);

// The same, parsed.
KeyProfile TestProfile(const std::vector<TestKeySet>& sets);

}  // namespace cardferry::hsm

#endif  // CARDFERRY_HSM_CONFIG_TESTING_TEST_PROFILE_H_
