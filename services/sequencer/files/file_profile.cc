#include "services/sequencer/files/file_profile.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace cardferry::sequencer {
namespace {

bool BeginsWith(ByteSpan bytes, ByteSpan prefix) {
  return bytes.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

}  // namespace

bool FileProfile::MayBe(const SerialNumber& serial_number) const {
  return BeginsWith(serial_number, serial_number_prefix);
}

absl::Status CheckFileProfiles(const std::vector<FileProfile>& profiles) {
  for (size_t i = 0; i < profiles.size(); ++i) {
    for (size_t j = i + 1; j < profiles.size(); ++j) {
      const Bytes& a = profiles[i].serial_number_prefix;
      const Bytes& b = profiles[j].serial_number_prefix;
      if (profiles[i].name != profiles[j].name && !BeginsWith(a, b) &&
          !BeginsWith(b, a)) {
        continue;
      }
      return absl::InvalidArgumentError(absl::StrCat(
          "the card profiles ", profiles[i].name, " and ", profiles[j].name,
          " could match one file-oriented card: tell them apart "
          "by file_card.serial_number_prefix"));
    }
  }
  return absl::OkStatus();
}

}  // namespace cardferry::sequencer
