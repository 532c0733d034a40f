#ifndef CARDFERRY_LIB_PKCS11_TOKEN_H_
#define CARDFERRY_LIB_PKCS11_TOKEN_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "lib/base/secret_bytes.h"
#include "lib/pkcs11/module.h"
#include "lib/pkcs11/session.h"

namespace cardferry::pkcs11 {

struct TokenOptions {
  ModuleOptions module;
  std::string label;
  SecretBytes pin;
  Access access = Access::kReadOnly;  // of the keep-alive session
};

// A token that this process is logged in to: the module, its slot, and one
// session that stays open, since closing a token's last session logs out. One
// login covers all sessions of the process. Ends after everything made from it.
class Token {
 public:
  // NOT_FOUND: no such module or token. UNAUTHENTICATED: wrong PIN.
  static absl::StatusOr<std::unique_ptr<Token>> Open(
      const TokenOptions& options);

  Module& module() { return *module_; }

  // Owns session objects that live as long as the token is open. Not locked:
  // for the start, before there are other threads, and for what is locked by
  // its owner.
  Session& keep_alive() { return keep_alive_; }

  // Another session, logged in like all. Safe from any thread.
  absl::StatusOr<Session> OpenSession(Access access);

 private:
  Token(std::unique_ptr<Module> module, CK_SLOT_ID slot, Session keep_alive)
      : module_(std::move(module)),
        slot_(slot),
        keep_alive_(std::move(keep_alive)) {}

  std::unique_ptr<Module> module_;
  CK_SLOT_ID slot_;
  Session keep_alive_;
};

}  // namespace cardferry::pkcs11

#endif  // CARDFERRY_LIB_PKCS11_TOKEN_H_
