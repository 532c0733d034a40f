#ifndef CARDFERRY_SERVICES_SEQUENCER_SEQUENCER_CONFIG_H_
#define CARDFERRY_SERVICES_SEQUENCER_SEQUENCER_CONFIG_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "lib/rpc/tls_files.h"
#include "proto/cardferry/config/v1/sequencer.pb.h"
#include "services/sequencer/card_profile.h"
#include "services/sequencer/files/file_profile.h"

namespace cardferry::sequencer {

// The sequencer's configuration, whole and checked.
struct SequencerConfig {
  std::string listen;
  rpc::TlsFiles tls;
  std::string keyvault;
  ProfileCatalog profiles;
  std::vector<FileProfile> file_profiles;  // of file-oriented cards
  size_t load_file_cache_bytes = 0;
};

// INVALID_ARGUMENT, naming the field or the profile's file, for whatever is
// missing or wrong. `folder`: where relative paths of profiles begin.
absl::StatusOr<SequencerConfig> ParseSequencerConfig(
    const config::v1::SequencerConfig& proto, const std::string& folder);

}  // namespace cardferry::sequencer

#endif  // CARDFERRY_SERVICES_SEQUENCER_SEQUENCER_CONFIG_H_
