#ifndef CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_PROFILE_H_
#define CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_PROFILE_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/bytes.h"

namespace cardferry::sequencer {

// Of a file-oriented card, as EF.GDO says it.
using SerialNumber = std::array<uint8_t, 10>;

// A type of file-oriented card.
struct FileProfile {
  std::string name;
  std::string key_set;
  Bytes serial_number_prefix;   // empty: any
  uint8_t password_digits = 0;  // 0: no password is verified
  uint8_t password_number = 1;
  std::string text = {};  // the whole profile as people write it

  bool MayBe(const SerialNumber& serial_number) const;
};

// INVALID_ARGUMENT when two could be of one card, or have one name.
absl::Status CheckFileProfiles(const std::vector<FileProfile>& profiles);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_FILES_FILE_PROFILE_H_
