#include "lib/pkcs11/an10922_known_answers.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "lib/base/status_macros.h"
#include "lib/pkcs11/an10922.h"

namespace cardferry::pkcs11 {
namespace {

// NXP AN10922, 2.3.1, 2.5.1 (AES), 2.4.1, 2.6.1 (triple DES); what a block of
// zeros is under the key that comes out, by OpenSSL.
struct Example {
  absl::string_view master;
  absl::string_view input;
  absl::string_view zero_under_derived;
};
constexpr Example kAesExamples[] = {
    {"00112233445566778899AABBCCDDEEFF", "04782E21801D803042F54E585020416275",
     "C098FE2E61B0612F8607EB81895732CD"},
    {"00112233445566778899AABBCCDDEEFF0102030405060708090A0B0C0D0E0F00",
     "04782E21801D803042F54E585020416275", "49BE1AD63D1A0CC86DC50DBA2D6A3EC1"},
};
constexpr Example kDesExamples[] = {
    {"00112233445566778899AABBCCDDEEFF", "04782E21801D803042F54E58502041",
     "9DBE5287D83A288A"},
    {"00112233445566778899AABBCCDDEEFF0102030405060708",
     "04782E21801D803042F54E5850", "997BF62CD090F27F"},
};

absl::Status Expect(ByteSpan seen, absl::string_view hex) {
  if (ConstantTimeEqual(seen, FromHexOrDie(hex))) return absl::OkStatus();
  return absl::DataLossError("wrong answer");
}

absl::StatusOr<Object> ImportMaster(const TemplateBuilder& builder,
                                    Session& session, const KeySpec& spec,
                                    const Example& example) {
  return session.ImportKey(SecretBytes::CopyOf(FromHexOrDie(example.master)),
                           builder.ImportedSessionKey(spec));
}

absl::Status RunAes(const TemplateBuilder& builder, Session& session) {
  for (const Example& example : kAesExamples) {
    const size_t length = example.master.size() / 2;
    ASSIGN_OR_RETURN(const Object master,
                     ImportMaster(builder, session,
                                  {CKK_AES,
                                   length,
                                   Usage::kDerive | Usage::kEncrypt,
                                   {CKM_AES_ECB, CKM_AES_ECB_ENCRYPT_DATA}},
                                  example));
    const KeySpec derived = {
        CKK_AES, length, static_cast<unsigned>(Usage::kEncrypt), {CKM_AES_ECB}};
    ASSIGN_OR_RETURN(
        const Object key,
        DeriveCmacKey(session, KdfRecipe::kAesData,
                      {master.handle(), std::nullopt},
                      An10922Input(length, FromHexOrDie(example.input)), length,
                      builder.SessionKey(derived)));
    ASSIGN_OR_RETURN(const Bytes seen,
                     session.Encrypt(Mechanism::Plain(CKM_AES_ECB),
                                     key.handle(), Bytes(kAesBlock)));
    RETURN_IF_ERROR(Expect(seen, example.zero_under_derived));
  }
  return absl::OkStatus();
}

absl::Status RunDes(const TemplateBuilder& builder, Session& session) {
  for (const Example& example : kDesExamples) {
    const size_t length = example.master.size() / 2;
    const CK_KEY_TYPE type = length == 24 ? CKK_DES3 : CKK_DES2;
    ASSIGN_OR_RETURN(const Object master,
                     ImportMaster(builder, session,
                                  {type,
                                   length,
                                   Usage::kDerive | Usage::kEncrypt,
                                   {CKM_DES3_ECB, CKM_DES3_ECB_ENCRYPT_DATA}},
                                  example));
    ASSIGN_OR_RETURN(Mechanism mechanism,
                     An10922DesMechanism(session, master.handle(), length,
                                         FromHexOrDie(example.input)));
    const KeySpec derived = {
        type, length, static_cast<unsigned>(Usage::kEncrypt), {CKM_DES3_CBC}};
    ASSIGN_OR_RETURN(const Object key,
                     session.DeriveKey(std::move(mechanism), master.handle(),
                                       builder.SessionKey(derived)));
    ASSIGN_OR_RETURN(
        const Bytes seen,
        session.Encrypt(Mechanism::Des3Cbc(Bytes(8)), key.handle(), Bytes(8)));
    RETURN_IF_ERROR(Expect(seen, example.zero_under_derived));
  }
  return absl::OkStatus();
}

}  // namespace

Recipe An10922AesRecipe(const TemplateBuilder& builder) {
  return {kRecipeAn10922Aes, "diversification of AES keys by AN10922",
          [builder](Session& session) { return RunAes(builder, session); }};
}

Recipe An10922DesRecipe(const TemplateBuilder& builder) {
  return {kRecipeAn10922Des, "diversification of triple DES keys by AN10922",
          [builder](Session& session) { return RunDes(builder, session); }};
}

}  // namespace cardferry::pkcs11
