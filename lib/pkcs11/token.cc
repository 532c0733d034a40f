#include "lib/pkcs11/token.h"

#include <utility>

#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"

namespace cardferry::pkcs11 {
namespace {

absl::Status LogIn(Session& session, const SecretBytes& pin) {
  const ByteSpan text = pin.Read(GrantSecretAccess());
  const CK_USER_TYPE user = CKU_USER;
  return session.module().Call(
      &CK_FUNCTION_LIST::C_Login, "C_Login", session.handle(), user,
      const_cast<CK_UTF8CHAR*>(text.data()), CK_ULONG{text.size()});
}

}  // namespace

absl::StatusOr<std::unique_ptr<Token>> Token::Open(
    const TokenOptions& options) {
  ASSIGN_OR_RETURN(std::unique_ptr<Module> module,
                   Module::Load(options.module));
  ASSIGN_OR_RETURN(const CK_SLOT_ID slot, module->FindToken(options.label));
  ASSIGN_OR_RETURN(Session session,
                   Session::Open(*module, slot, options.access));
  RETURN_IF_ERROR(LogIn(session, options.pin));
  return std::unique_ptr<Token>(
      new Token(std::move(module), slot, std::move(session)));
}

absl::StatusOr<Session> Token::OpenSession(Access access) {
  return Session::Open(*module_, slot_, access);
}

}  // namespace cardferry::pkcs11
