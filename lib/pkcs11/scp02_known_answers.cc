#include "lib/pkcs11/scp02_known_answers.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lib/base/status_macros.h"
#include "lib/pkcs11/des_kdf.h"
#include "lib/pkcs11/retail_mac.h"

namespace cardferry::pkcs11 {
namespace {

constexpr size_t kMostBytesACall = 1024;
constexpr absl::string_view kTestKey = "404142434445464748494A4B4C4D4E4F";
constexpr absl::string_view kLongTestKey =
    "404142434445464748494A4B4C4D4E4F5051525354555657";

absl::StatusOr<Object> Import(Session& session, const TemplateBuilder& builder,
                              const KeySpec& spec, absl::string_view hex) {
  return session.ImportKey(SecretBytes::CopyOf(FromHexOrDie(hex)),
                           builder.ImportedSessionKey(spec));
}

KeySpec Encrypting() {
  return {CKK_DES2, 16, static_cast<unsigned>(Usage::kEncrypt), {CKM_DES3_CBC}};
}

KeySpec Deriving(CK_KEY_TYPE type, size_t length) {
  return {type,
          length,
          static_cast<unsigned>(Usage::kDerive),
          {CKM_DES3_ECB_ENCRYPT_DATA, CKM_DES3_CBC_ENCRYPT_DATA}};
}

absl::Status Expect(ByteSpan seen, absl::string_view hex) {
  if (ConstantTimeEqual(seen, FromHexOrDie(hex))) return absl::OkStatus();
  return absl::DataLossError("wrong answer");
}

// That the key derived from `base` encrypts a block of zeros to this.
absl::Status ExpectDerived(Session& session, const TemplateBuilder& builder,
                           const Object& base, Mechanism mechanism,
                           absl::string_view zero_under_derived) {
  ASSIGN_OR_RETURN(const Object derived,
                   session.DeriveKey(std::move(mechanism), base.handle(),
                                     builder.SessionKey(Encrypting())));
  ASSIGN_OR_RETURN(const Bytes seen,
                   session.Encrypt(Mechanism::Des3Cbc(Bytes(kDesBlock)),
                                   derived.handle(), Bytes(kDesBlock)));
  return Expect(seen, zero_under_derived);
}

// GlobalPlatformPro's TestPlaintextKeys gives the first three bytes of each,
// OpenSSL the rest.
absl::Status Des2Derivation(const TemplateBuilder& builder, Session& session) {
  ASSIGN_OR_RETURN(const Object key,
                   Import(session, builder, Deriving(CKK_DES2, 16), kTestKey));
  const Bytes kdd = FromHexOrDie("00010203040506070809");
  const Bytes counter(2);
  const auto expect = [&](Mechanism mechanism, absl::string_view answer) {
    return ExpectDerived(session, builder, key, std::move(mechanism), answer);
  };
  RETURN_IF_ERROR(expect(Mechanism::Des3EcbEncryptData(Visa2Data(1, kdd)),
                         "2BE59847A8A40AA9"));
  RETURN_IF_ERROR(expect(Mechanism::Des3EcbEncryptData(EmvCpsData(1, kdd)),
                         "C33013591635620A"));
  RETURN_IF_ERROR(
      expect(Mechanism::Des3CbcEncryptData(Scp02KeyData(kScp02SEnc, counter)),
             "F2DCDD67931E9578"));
  RETURN_IF_ERROR(
      expect(Mechanism::Des3CbcEncryptData(Scp02KeyData(kScp02CMac, counter)),
             "5FCC692078AA5364"));
  return expect(
      Mechanism::Des3EcbEncryptData(Scp02LeftKeyData(kScp02CMac, counter)),
      "B80DA5D968DFF0EF");
}

// OpenSSL's triple DES.
absl::Status Des3Derivation(const TemplateBuilder& builder, Session& session) {
  ASSIGN_OR_RETURN(
      const Object key,
      Import(session, builder, Deriving(CKK_DES3, 24), kLongTestKey));
  const Bytes kdd = FromHexOrDie("00010203040506070809");
  RETURN_IF_ERROR(ExpectDerived(
      session, builder, key, Mechanism::Des3EcbEncryptData(Visa2Data(1, kdd)),
      "BA3DA8CA82B08110"));
  return ExpectDerived(session, builder, key,
                       Mechanism::Des3EcbEncryptData(EmvCpsData(2, kdd)),
                       "50273D036010EF9E");
}

// github.com/status-im/keycard-go, globalplatform/crypto, commit
// 5bb74ca24f5b843672f12cb0cc587fa3ead56a4d: EXTERNAL AUTHENTICATE and the
// command after it, SCP02 with i 15.
absl::Status RetailMacChain(const TemplateBuilder& builder, Session& session) {
  ASSIGN_OR_RETURN(const Object whole,
                   Import(session, builder, Encrypting(),
                          "2983BA77D709C2DAA1E6000ABCCAC951"));
  ASSIGN_OR_RETURN(const Object left,
                   Import(session, builder, Encrypting(),
                          "2983BA77D709C2DA2983BA77D709C2DA"));
  const RetailMacKey key = {whole.handle(), left.handle()};
  ASSIGN_OR_RETURN(
      const Bytes first,
      RetailMac(session, key, Bytes(kDesBlock), Icv::kPlain,
                FromHexOrDie("84820100101D4DE92EAF7A2C9F"), kMostBytesACall));
  RETURN_IF_ERROR(Expect(first, "8F9B0DF681C1D3EC"));
  ASSIGN_OR_RETURN(const Bytes second,
                   RetailMac(session, key, first, Icv::kEncrypted,
                             FromHexOrDie("84F280020A4F00"), kMostBytesACall));
  return Expect(second, "30F149209E17B397");
}

// OpenSSL's triple DES.
absl::Status Des3CbcDecrypt(const TemplateBuilder& builder, Session& session) {
  const KeySpec spec = {
      CKK_DES2, 16, Usage::kEncrypt | Usage::kDecrypt, {CKM_DES3_CBC}};
  ASSIGN_OR_RETURN(const Object key, Import(session, builder, spec, kTestKey));
  ASSIGN_OR_RETURN(
      const Bytes seen,
      session.Decrypt(Mechanism::Des3Cbc(FromHexOrDie("0001020304050607")),
                      key.handle(),
                      FromHexOrDie("8BAF473F2F8FD0944EE8E7D23EEF7CE8")));
  return Expect(seen, "000102030405060708090A0B0C0D0E0F");
}

}  // namespace

std::vector<Recipe> Scp02Recipes(const TemplateBuilder& builder) {
  const auto with = [builder](
                        absl::Status (*run)(const TemplateBuilder&, Session&)) {
    return [builder, run](Session& session) { return run(builder, session); };
  };
  return {
      {kRecipeDes2Derivation, "triple DES key derivation",
       with(&Des2Derivation)},
      {kRecipeDes3Derivation, "triple DES key derivation from 24 bytes",
       with(&Des3Derivation)},
      {kRecipeRetailMac, "retail MAC", with(&RetailMacChain)},
      {kRecipeDes3CbcDecrypt, "triple DES decryption", with(&Des3CbcDecrypt)},
  };
}

}  // namespace cardferry::pkcs11
