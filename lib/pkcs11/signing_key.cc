#include "lib/pkcs11/signing_key.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"

namespace cardferry::pkcs11 {
namespace {

constexpr CK_ULONG kRsaBits = 2048;
constexpr uint8_t kRsaExponent[] = {0x01, 0x00, 0x01};
constexpr size_t kPssSaltBytes = 32;
constexpr uint8_t kUncompressed = 0x04;
constexpr uint8_t kOctetString = 0x04;

// Object identifiers of the curves, in DER.
constexpr uint8_t kP256[] = {0x06, 0x08, 0x2A, 0x86, 0x48,
                             0xCE, 0x3D, 0x03, 0x01, 0x07};
constexpr uint8_t kP384[] = {0x06, 0x05, 0x2B, 0x81, 0x04, 0x00, 0x22};

bool IsRsa(SigningAlgorithm algorithm) {
  return algorithm == SigningAlgorithm::kRsa2048Pss;
}

CK_KEY_TYPE TypeOf(SigningAlgorithm algorithm) {
  return IsRsa(algorithm) ? CKK_RSA : CKK_EC;
}

ByteSpan CurveOf(SigningAlgorithm algorithm) {
  if (algorithm == SigningAlgorithm::kEcdsaP384) return kP384;
  return kP256;
}

size_t PointBytes(SigningAlgorithm algorithm) {
  return algorithm == SigningAlgorithm::kEcdsaP384 ? 97 : 65;
}

CK_MECHANISM_TYPE MechanismOf(SigningAlgorithm algorithm) {
  return IsRsa(algorithm) ? CKM_SHA256_RSA_PKCS_PSS : CKM_ECDSA;
}

Template Named(CK_OBJECT_CLASS type, const KeyPairName& name) {
  Template object;
  object.AddUlong(CKA_CLASS, type);
  object.AddBool(CKA_TOKEN, true);
  object.AddBytes(CKA_LABEL, AsBytes(name.label));
  object.AddBytes(CKA_ID, name.id);
  return object;
}

Template PublicTemplate(SigningAlgorithm algorithm, const KeyPairName& name) {
  Template key = Named(CKO_PUBLIC_KEY, name);
  key.AddUlong(CKA_KEY_TYPE, TypeOf(algorithm));
  key.AddBool(CKA_VERIFY, true);
  key.AddBool(CKA_ENCRYPT, false);
  key.AddBool(CKA_WRAP, false);
  if (IsRsa(algorithm)) {
    key.AddUlong(CKA_MODULUS_BITS, kRsaBits);
    key.AddBytes(CKA_PUBLIC_EXPONENT, kRsaExponent);
  } else {
    key.AddBytes(CKA_EC_PARAMS, CurveOf(algorithm));
  }
  return key;
}

// CKA_MODIFIABLE last: SoftHSM refuses everything after it.
Template PrivateTemplate(SigningAlgorithm algorithm, const TemplateRules& rules,
                         const KeyPairName& name) {
  Template key = Named(CKO_PRIVATE_KEY, name);
  key.AddUlong(CKA_KEY_TYPE, TypeOf(algorithm));
  key.AddBool(CKA_PRIVATE, true);
  key.AddBool(CKA_SENSITIVE, true);
  key.AddBool(CKA_EXTRACTABLE, false);
  key.AddBool(CKA_SIGN, true);
  for (const CK_ATTRIBUTE_TYPE other :
       {CKA_DECRYPT, CKA_SIGN_RECOVER, CKA_UNWRAP, CKA_DERIVE}) {
    key.AddBool(other, false);
  }
  if (rules.token_keys_name_mechanisms) {
    key.AddMechanisms({MechanismOf(algorithm)});
  }
  key.AddBool(CKA_MODIFIABLE, false);
  return key;
}

absl::StatusOr<ObjectHandle> FindOnly(Session& session, CK_OBJECT_CLASS type,
                                      const KeyPairName& name) {
  ASSIGN_OR_RETURN(const std::vector<ObjectHandle> found,
                   session.Find(Named(type, name)));
  if (found.size() == 1) return found[0];
  const std::string which =
      absl::StrCat("signing key ", name.label, " (id ", ToHex(name.id), ")");
  if (found.empty()) {
    return absl::NotFoundError(absl::StrCat(which, " is not in the token"));
  }
  return absl::FailedPreconditionError(
      absl::StrCat(which, " is in the token ", found.size(), " times"));
}

absl::Status Differs(const KeyPairName& name, const std::string& how) {
  return absl::FailedPreconditionError(absl::StrCat(
      "signing key ", name.label, " is not as the key profile says: ", how));
}

// That no attribute with the key's value can be read.
absl::Status CheckSecret(Session& session, SigningAlgorithm algorithm,
                         ObjectHandle key, const KeyPairName& name) {
  CK_ATTRIBUTE value = {IsRsa(algorithm) ? CKA_PRIVATE_EXPONENT : CKA_VALUE,
                        nullptr, 0};
  const CK_RV rv = session.module().CallRaw(
      &CK_FUNCTION_LIST::C_GetAttributeValue, session.handle(),
      static_cast<CK_OBJECT_HANDLE>(key), &value, CK_ULONG{1});
  if (rv == CKR_ATTRIBUTE_SENSITIVE) return absl::OkStatus();
  return Differs(name, "its value is readable");
}

// An EC point comes as it is, or in an OCTET STRING (04 length).
absl::StatusOr<Bytes> ToPoint(SigningAlgorithm algorithm, Bytes encoded) {
  const size_t size = PointBytes(algorithm);
  if (encoded.size() == size + 2 && encoded[0] == kOctetString &&
      encoded[1] == size) {
    encoded.erase(encoded.begin(), encoded.begin() + 2);
  }
  if (encoded.size() != size || encoded[0] != kUncompressed) {
    return absl::UnavailableError("the module's EC point is none");
  }
  return encoded;
}

}  // namespace

absl::Status GenerateSigningKey(Session& session, const TemplateRules& rules,
                                SigningAlgorithm algorithm,
                                const KeyPairName& name) {
  const absl::Status existing = FindPrivateKey(session, name).status();
  if (existing.ok()) {
    return absl::AlreadyExistsError(
        absl::StrCat("signing key ", name.label, " is in the token"));
  }
  if (!absl::IsNotFound(existing)) return existing;
  return session.GenerateTokenKeyPair(
      IsRsa(algorithm) ? CKM_RSA_PKCS_KEY_PAIR_GEN : CKM_EC_KEY_PAIR_GEN,
      PublicTemplate(algorithm, name), PrivateTemplate(algorithm, rules, name));
}

absl::StatusOr<ObjectHandle> FindPrivateKey(Session& session,
                                            const KeyPairName& name) {
  return FindOnly(session, CKO_PRIVATE_KEY, name);
}

absl::Status CheckSigningKey(Session& session, const TemplateRules& rules,
                             SigningAlgorithm algorithm, ObjectHandle key,
                             const KeyPairName& name) {
  struct Wanted {
    CK_ATTRIBUTE_TYPE type;
    const char* name;
    bool value;
  };
  constexpr Wanted kWanted[] = {
      {CKA_TOKEN, "TOKEN", true},
      {CKA_PRIVATE, "PRIVATE", true},
      {CKA_SENSITIVE, "SENSITIVE", true},
      {CKA_EXTRACTABLE, "EXTRACTABLE", false},
      {CKA_SIGN, "SIGN", true},
      {CKA_DECRYPT, "DECRYPT", false},
      {CKA_UNWRAP, "UNWRAP", false},
      {CKA_DERIVE, "DERIVE", false},
  };
  for (const Wanted& wanted : kWanted) {
    const absl::StatusOr<bool> seen = session.GetBool(key, wanted.type);
    if (!seen.ok() || *seen != wanted.value) {
      return Differs(name, absl::StrCat(wanted.name, " is not ",
                                        wanted.value ? "on" : "off"));
    }
  }
  const absl::StatusOr<CK_ULONG> type = session.GetUlong(key, CKA_KEY_TYPE);
  if (!type.ok() || *type != TypeOf(algorithm)) {
    return Differs(name, "it is of another type");
  }
  if (rules.token_keys_name_mechanisms) {
    Template only;
    only.AddMechanisms({MechanismOf(algorithm)});
    const auto allowed = session.GetBytes(key, CKA_ALLOWED_MECHANISMS);
    const CK_ATTRIBUTE raw = only.Get()[0];
    if (!allowed.ok() ||
        ByteSpan(*allowed) !=
            ByteSpan(static_cast<uint8_t*>(raw.pValue), raw.ulValueLen)) {
      return Differs(name, "ALLOWED_MECHANISMS are others");
    }
  }
  return CheckSecret(session, algorithm, key, name);
}

absl::StatusOr<PublicKey> ReadPublicKey(Session& session,
                                        SigningAlgorithm algorithm,
                                        const KeyPairName& name) {
  ASSIGN_OR_RETURN(const ObjectHandle key,
                   FindOnly(session, CKO_PUBLIC_KEY, name));
  PublicKey read;
  if (IsRsa(algorithm)) {
    ASSIGN_OR_RETURN(read.modulus, session.GetBytes(key, CKA_MODULUS));
    ASSIGN_OR_RETURN(read.exponent, session.GetBytes(key, CKA_PUBLIC_EXPONENT));
    return read;
  }
  ASSIGN_OR_RETURN(Bytes encoded, session.GetBytes(key, CKA_EC_POINT));
  ASSIGN_OR_RETURN(read.point, ToPoint(algorithm, std::move(encoded)));
  return read;
}

absl::StatusOr<Bytes> SignContent(Session& session, SigningAlgorithm algorithm,
                                  ObjectHandle key, const SigningInput& input) {
  if (!IsRsa(algorithm)) {
    return session.Sign(Mechanism::Plain(CKM_ECDSA), key, input.digest);
  }
  return session.Sign(Mechanism::Sha256RsaPss(kPssSaltBytes), key,
                      input.message);
}

}  // namespace cardferry::pkcs11
