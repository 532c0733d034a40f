#include "services/sequencer/sequencer_config.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/config.h"
#include "services/sequencer/card_profile_proto.h"
#include "services/sequencer/files/file_profile_proto.h"

namespace cardferry::sequencer {
namespace {

namespace fs = std::filesystem;

constexpr size_t kDefaultCacheBytes = 64u << 20;
constexpr size_t kLeastCacheBytes = 1u << 20;

absl::Status Refuse(absl::string_view reason) {
  return absl::InvalidArgumentError(reason);
}

// A file itself, or what a folder holds of *.textproto, by name.
absl::StatusOr<std::vector<std::string>> FilesOf(const fs::path& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    return std::vector<std::string>{path.string()};
  }
  std::vector<std::string> files;
  for (auto it = fs::directory_iterator(path, error);
       !error && it != fs::directory_iterator(); it.increment(error)) {
    if (it->path().extension() == ".textproto") {
      files.push_back(it->path().string());
    }
  }
  if (error) {
    return Refuse(
        absl::StrCat("profiles: ", path.string(), ": ", error.message()));
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Both kinds of profiles, each in the order of their files.
struct Profiles {
  std::vector<CardProfile> of_packages;
  std::vector<FileProfile> of_files;
};

absl::Status AddProfile(const config::v1::CardProfile& proto, Profiles& out) {
  if (proto.has_file_card()) {
    ASSIGN_OR_RETURN(FileProfile profile, ToFileProfile(proto));
    out.of_files.push_back(std::move(profile));
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(CardProfile profile, ToCardProfile(proto));
  out.of_packages.push_back(std::move(profile));
  return absl::OkStatus();
}

// A plan is asked for by a profile's name alone.
absl::Status CheckNames(const Profiles& profiles) {
  for (const FileProfile& one : profiles.of_files) {
    for (const CardProfile& other : profiles.of_packages) {
      if (one.name != other.name) continue;
      return Refuse(absl::StrCat("two card profiles are called ", one.name));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Profiles> ReadProfiles(const config::v1::SequencerConfig& proto,
                                      const std::string& folder) {
  Profiles profiles;
  for (const std::string& path : proto.profiles()) {
    ASSIGN_OR_RETURN(const std::vector<std::string> files,
                     FilesOf(fs::path(folder) / path));
    for (const std::string& file : files) {
      ASSIGN_OR_RETURN(const config::v1::CardProfile profile,
                       rpc::LoadTextproto<config::v1::CardProfile>(file));
      RETURN_IF_ERROR(Annotate(AddProfile(profile, profiles), file));
    }
  }
  if (profiles.of_packages.empty() && profiles.of_files.empty()) {
    return Refuse("profiles: there is no card profile");
  }
  RETURN_IF_ERROR(Annotate(CheckNames(profiles), "profiles"));
  RETURN_IF_ERROR(Annotate(CheckFileProfiles(profiles.of_files), "profiles"));
  return profiles;
}

absl::StatusOr<size_t> CacheBytes(uint64_t bytes) {
  if (bytes == 0) return kDefaultCacheBytes;
  if (bytes >= kLeastCacheBytes) return static_cast<size_t>(bytes);
  return Refuse(
      absl::StrCat("load_file_cache_bytes: at least ", kLeastCacheBytes));
}

}  // namespace

absl::StatusOr<SequencerConfig> ParseSequencerConfig(
    const config::v1::SequencerConfig& proto, const std::string& folder) {
  if (proto.listen().empty()) return Refuse("listen is missing");
  if (proto.keyvault().empty()) return Refuse("keyvault is missing");
  ASSIGN_OR_RETURN(rpc::TlsFiles tls, rpc::ToTlsFiles(proto.tls()));
  ASSIGN_OR_RETURN(const size_t cache_bytes,
                   CacheBytes(proto.load_file_cache_bytes()));
  ASSIGN_OR_RETURN(Profiles profiles, ReadProfiles(proto, folder));
  absl::StatusOr<ProfileCatalog> catalog =
      ProfileCatalog::Create(std::move(profiles.of_packages));
  if (!catalog.ok()) return Annotate(catalog.status(), "profiles");
  return SequencerConfig{proto.listen(),
                         std::move(tls),
                         proto.keyvault(),
                         *std::move(catalog),
                         std::move(profiles.of_files),
                         cache_bytes};
}

}  // namespace cardferry::sequencer
