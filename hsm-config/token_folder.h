#ifndef CARDFERRY_HSM_CONFIG_TOKEN_FOLDER_H_
#define CARDFERRY_HSM_CONFIG_TOKEN_FOLDER_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace cardferry::hsm {

// A private folder (0700) for a token's files while a tool works on them:
// SoftHSM rewrites token.object at every login, so nobody but a tool on its own
// copy may open a token that can be written. Removed at the end, unless it was
// published. Move-only.
class TokenFolder {
 public:
  // An empty one beside where the token is going to be.
  static absl::StatusOr<TokenFolder> CreateFor(const std::string& token_dir);
  // A copy of a published token, in the system's folder for temporary files.
  static absl::StatusOr<TokenFolder> CopyOf(const std::string& token_dir);

  TokenFolder(TokenFolder&& other) noexcept;
  TokenFolder& operator=(TokenFolder&&) = delete;
  ~TokenFolder();

  // Where the token's files are.
  const std::string& path() const { return path_; }
  // A place beside them for the tool's own configuration.
  std::string conf_path() const { return path_ + ".conf"; }

  // Makes the token appear as `token_dir`, whole and read-only (folders 0550,
  // files 0440), after everything is on the disk. ALREADY_EXISTS when there is
  // something: a token is never replaced in place.
  absl::Status Publish(const std::string& token_dir);

 private:
  explicit TokenFolder(std::string path) : path_(std::move(path)) {}
  static absl::StatusOr<TokenFolder> Create(std::string pattern);

  std::string path_;
  bool owned_ = true;  // false: published, or moved away
};

}  // namespace cardferry::hsm

#endif  // CARDFERRY_HSM_CONFIG_TOKEN_FOLDER_H_
