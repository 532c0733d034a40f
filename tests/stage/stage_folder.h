#ifndef CARDFERRY_TESTS_STAGE_STAGE_FOLDER_H_
#define CARDFERRY_TESTS_STAGE_STAGE_FOLDER_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/rpc/tls_files.h"
#include "tests/stage/process.h"
#include "tests/stage/stage_options.h"

namespace cardferry::stage {

// The files of a stage: certificates, token, configurations, logs.
class StageFolder {
 public:
  explicit StageFolder(StageOptions options) : options_(std::move(options)) {}

  // A throw-away authority and everybody's certificates, unless they are
  // there.
  absl::Status MakePki() const;
  // One more certificate of that authority.
  absl::Status Issue(absl::string_view role, absl::string_view name,
                     bool expired = false) const;

  // A SoftHSM2 token with generated masters and a random PIN, read-only,
  // unless it is there.
  absl::Status MakeToken() const;

  // The keys of a simulated card, from the token's masters (or, for a foreign
  // one, from a token's that nobody uses), unless they are there.
  absl::Status MakeCardKeys(const CardChoice& card) const;

  // The configurations of all services, the agent and the command line tool.
  absl::Status WriteConfigurations() const;

  // Everything of the keyvault's becomes its user's, the token only to read.
  // Nothing when we cannot take on another user's identity.
  absl::Status HandOverToKeyVault(uid_t uid) const;

  std::string Path(absl::string_view name) const;
  std::string Log(absl::string_view program) const;
  // A file of one simulated card, below cards/: "scp03-1.keys".
  std::string CardFile(const CardChoice& card, absl::string_view ending) const;
  rpc::TlsFiles Tls(absl::string_view role, absl::string_view name) const;
  // The environment with which SoftHSM2 finds the keyvault's token.
  std::map<std::string, std::string> TokenEnvironment() const;

 private:
  // The key profile's file: the demo's, or one with more keys.
  absl::StatusOr<std::string> KeyProfile() const;
  absl::Status MakeTokenIn(const std::string& folder) const;
  absl::Status Write(absl::string_view name, absl::string_view text) const;
  absl::Status WriteKeyVaultConfiguration() const;
  absl::Status WriteSequencerConfiguration() const;
  absl::Status WriteAgentConfiguration() const;
  std::string Listen(int port) const;
  std::string Target(absl::string_view field, int port) const;

  const StageOptions options_;
};

}  // namespace cardferry::stage

#endif  // CARDFERRY_TESTS_STAGE_STAGE_FOLDER_H_
