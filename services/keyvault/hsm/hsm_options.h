#ifndef CARDFERRY_SERVICES_KEYVAULT_HSM_HSM_OPTIONS_H_
#define CARDFERRY_SERVICES_KEYVAULT_HSM_HSM_OPTIONS_H_

#include <cstddef>
#include <string>

#include "hsm-config/key_profile.h"
#include "lib/pkcs11/session_pool.h"
#include "lib/pkcs11/token.h"

namespace cardferry::keyvault {

// Where the vault's keys are and how to talk to them.
struct HsmOptions {
  // Module path (and NSS's init string), token label, PIN.
  pkcs11::TokenOptions token;
  // Sessions at most, and how long a request waits for one.
  pkcs11::SessionPool::Options pool;
  hsm::KeyProfile profile;

  // A C-MAC chain as one CBC encryption. Off: one C_Sign a command, for
  // modules whose policy refuses ENCRYPT on MAC keys (which their known-answer
  // tests find out, too).
  bool mac_by_cbc = true;
  // The most bytes that one call takes; input is split there. The default
  // holds the C-MACs of the largest load that short APDUs can carry.
  size_t most_bytes_a_call = 256 * 1024;

  // The folder whose files are the token, where it is one: the vault refuses
  // to serve if it could write there. Empty for an HSM that is a machine.
  std::string token_dir;
  bool allow_writable_token = false;  // development only
  bool allow_test_keys = false;       // demo only: published keys as masters
};

}  // namespace cardferry::keyvault

#endif  // CARDFERRY_SERVICES_KEYVAULT_HSM_HSM_OPTIONS_H_
