#include "hsm-config/readable_derivation.h"

#include <algorithm>
#include <utility>

#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"

namespace cardferry::hsm {
namespace {

using pkcs11::Object;
using pkcs11::Session;
using pkcs11::Template;

Template Readable(size_t length) {
  Template secret;
  secret.AddUlong(CKA_CLASS, CKO_SECRET_KEY);
  secret.AddUlong(CKA_KEY_TYPE, CKK_GENERIC_SECRET);
  secret.AddUlong(CKA_VALUE_LEN, length);
  secret.AddBool(CKA_TOKEN, false);
  secret.AddBool(CKA_PRIVATE, true);
  secret.AddBool(CKA_SENSITIVE, false);
  secret.AddBool(CKA_EXTRACTABLE, true);
  return secret;
}

absl::StatusOr<SecretBytes> ReadValue(Session& session, const Object& object,
                                      size_t length) {
  SecretBytes value(length);
  const absl::Span<uint8_t> bytes = value.Write(GrantSecretAccess());
  CK_ATTRIBUTE attribute = {CKA_VALUE, bytes.data(), bytes.size()};
  RETURN_IF_ERROR(session.module().Call(
      &CK_FUNCTION_LIST::C_GetAttributeValue, "C_GetAttributeValue",
      session.handle(), static_cast<CK_OBJECT_HANDLE>(object.handle()),
      &attribute, CK_ULONG{1}));
  if (attribute.ulValueLen != length) {
    return absl::UnavailableError("a derived value has another length");
  }
  return value;
}

}  // namespace

absl::StatusOr<pkcs11::AesBlock> EncryptByDerivation(
    Session& session, pkcs11::ObjectHandle base,
    const pkcs11::AesBlock& block) {
  ASSIGN_OR_RETURN(
      const SecretBytes value,
      DeriveReadable(session, pkcs11::Mechanism::AesEcbEncryptData(block), base,
                     block.size()));
  return pkcs11::BlockAt(value.Read(GrantSecretAccess()), 0);
}

absl::StatusOr<SecretBytes> DeriveReadable(Session& session,
                                           pkcs11::Mechanism mechanism,
                                           pkcs11::ObjectHandle base,
                                           size_t length) {
  ASSIGN_OR_RETURN(
      const Object made,
      session.DeriveKey(std::move(mechanism), base, Readable(length)));
  return ReadValue(session, made, length);
}

absl::StatusOr<SecretBytes> DeriveReadable(Session& session,
                                           const pkcs11::KdfBase& base,
                                           const pkcs11::KdfInput& input,
                                           size_t length) {
  ASSIGN_OR_RETURN(
      const Object made,
      pkcs11::DeriveCmacKey(session, pkcs11::KdfRecipe::kAesData, base, input,
                            length, Readable(length)));
  return ReadValue(session, made, length);
}

}  // namespace cardferry::hsm
