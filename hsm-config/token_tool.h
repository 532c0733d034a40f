#ifndef CARDFERRY_HSM_CONFIG_TOKEN_TOOL_H_
#define CARDFERRY_HSM_CONFIG_TOKEN_TOOL_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace cardferry::hsm {

// What keyvault-token is told. Each function sets SOFTHSM2_CONF for its own
// process, so only one runs at a time.
struct TokenToolOptions {
  std::string module = "/usr/lib/softhsm/libsofthsm2.so";
  std::string profile;
  std::string token_label = "cardferry";
  std::string token_dir;     // or what --softhsm_conf names, for a token there
  std::string pin_file;      // mode 0400
  std::string softhsm_conf;  // of the serving vault; `init` writes it
};

struct CardKeysOptions {
  std::string key_set;
  unsigned master_version = 1;
  std::string key_diversification_data;  // 10 bytes in hexadecimal
  std::string out;                       // written with mode 0400
  bool development_only = false;         // the caller says that he knows
};

// Makes a token with the profile's keys, generated inside it, each tried before
// it becomes a token object, and publishes it read-only. Nothing of it is to be
// seen before it is whole. The security officer's PIN is random and thrown
// away. ALREADY_EXISTS when token_dir is there.
absl::Status InitToken(const TokenToolOptions& options);

// Writes a simulated card's keys (card_keys.h). FAILED_PRECONDITION unless
// development_only is set.
absl::Status WriteCardKeys(const TokenToolOptions& options,
                           const CardKeysOptions& card);

// The key sets and GlobalPlatform key check values of a token whose attributes
// are as the profile says, as text for a person; never a key value.
absl::StatusOr<std::string> ShowToken(const TokenToolOptions& options);

}  // namespace cardferry::hsm

#endif  // CARDFERRY_HSM_CONFIG_TOKEN_TOOL_H_
