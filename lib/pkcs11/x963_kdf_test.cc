#include "lib/pkcs11/x963_kdf.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/secret_bytes.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "lib/pkcs11/mechanism.h"
#include "lib/pkcs11/testing/test_token.h"
#include "lib/pkcs11/token.h"

namespace cardferry::pkcs11 {
namespace {

using Json = nlohmann::json;

Bytes Hex(const Json& record, const char* field) {
  return FromHexOrDie(record[field].get<std::string>());
}

// Openings of variant a, where each side has two private keys.
std::vector<Json> LoadOpenings() {
  std::vector<Json> openings;
  std::ifstream stream("tests/vectors/generated_scp11.json");
  for (const Json& record : Json::parse(stream)) {
    const bool is_nist = record["curve"] != "brainpoolP256r1";
    if (record["protocol"] == "SCP11a" && is_nist) openings.push_back(record);
  }
  return openings;
}

class X963KdfTest : public testing::Test {
 protected:
  void Use(TestModule module) {
    ASSERT_OK_AND_ASSIGN(test_token_, TestToken::Create(module));
    ASSERT_OK_AND_ASSIGN(token_,
                         Token::Open(test_token_->Options(Access::kReadOnly)));
    builder_ = std::make_unique<TemplateBuilder>(
        TemplateRulesFor(token_->module().manufacturer()));
  }

  Session& session() { return token_->keep_alive(); }

  // A private key for key agreement.
  absl::StatusOr<Object> ImportPrivate(bool is_p384, ByteSpan value) {
    Template key;
    key.AddUlong(CKA_CLASS, CKO_PRIVATE_KEY);
    key.AddUlong(CKA_KEY_TYPE, CKK_EC);
    key.AddBytes(CKA_EC_PARAMS, FromHexOrDie(is_p384 ? "06052B81040022"
                                                     : "06082A8648CE3D030107"));
    key.AddBool(CKA_TOKEN, false);
    key.AddBool(CKA_PRIVATE, true);
    key.AddBool(CKA_SENSITIVE, true);
    key.AddBool(CKA_EXTRACTABLE, false);
    key.AddBool(CKA_DERIVE, true);
    return session().ImportKey(SecretBytes::CopyOf(value), std::move(key));
  }

  // The five keys of an opening, in one object.
  absl::StatusOr<Object> Derive(const Json& opening) {
    const bool is_p384 = opening["curve"] == "P-384";
    const Json& keys = opening["keys"];
    ASSIGN_OR_RETURN(const Object ephemeral,
                     ImportPrivate(is_p384, Hex(keys, "ESK_OCE_ECKA")));
    ASSIGN_OR_RETURN(const Object own,
                     ImportPrivate(is_p384, Hex(keys, "SK_OCE_ECKA")));
    const Bytes answer = Hex(opening, "authenticate_response");
    const size_t point = is_p384 ? 97 : 65;  // behind 5F49 and its length
    const Bytes shown(answer.begin() + 3,
                      answer.begin() + 3 + static_cast<ptrdiff_t>(point));
    const X963Hash hash =
        opening["kdf_hash"] == "sha384" ? X963Hash::kSha384 : X963Hash::kSha256;
    return DeriveX963Material(
        session(), *builder_, hash,
        {{ephemeral.handle(), shown}, {own.handle(), Hex(keys, "PK_SD_ECKA")}},
        point / 2, Hex(opening, "shared_info"), 5 * KeyLength(opening));
  }

  static size_t KeyLength(const Json& opening) {
    return opening["key_bits"].get<size_t>() / 8;
  }

  static KeySpec Spec(size_t length) {
    return {
        CKK_AES, length, static_cast<unsigned>(Usage::kEncrypt), {CKM_AES_ECB}};
  }

  // What a key makes of one block: the HSM does not show the key.
  absl::StatusOr<Bytes> Shown(ObjectHandle key) {
    return session().Encrypt(Mechanism::Plain(CKM_AES_ECB), key, Bytes(16));
  }

  absl::StatusOr<Bytes> ShownOfKnown(const Bytes& value) {
    ASSIGN_OR_RETURN(
        const Object key,
        session().ImportKey(SecretBytes::CopyOf(value),
                            builder_->ImportedSessionKey(Spec(value.size()))));
    return Shown(key.handle());
  }

  std::unique_ptr<TestToken> test_token_;
  std::unique_ptr<Token> token_;
  std::unique_ptr<TemplateBuilder> builder_;
};

TEST_F(X963KdfTest, NssGivesTheKeysOfEveryOpeningByHandlesOnly) {
  ASSERT_NO_FATAL_FAILURE(Use(TestModule::kNss));
  const std::vector<Json> openings = LoadOpenings();
  ASSERT_EQ(openings.size(), 7u);
  for (const Json& opening : openings) {
    SCOPED_TRACE(opening["name"].get<std::string>());
    ASSERT_OK_AND_ASSIGN(const Object material, Derive(opening));
    const Json& keys = opening["session_keys"];
    const std::vector<Bytes> wanted = {Hex(opening, "receipt_key"),
                                       Hex(keys, "enc"), Hex(keys, "mac"),
                                       Hex(keys, "rmac"), Hex(keys, "dek")};
    const size_t length = KeyLength(opening);
    for (size_t i = 0; i < wanted.size(); ++i) {
      ASSERT_OK_AND_ASSIGN(const Object key,
                           TakeKey(session(), *builder_, material.handle(),
                                   i * length, Spec(length)));
      ASSERT_OK_AND_ASSIGN(const Bytes got, Shown(key.handle()));
      ASSERT_OK_AND_ASSIGN(const Bytes want, ShownOfKnown(wanted[i]));
      EXPECT_EQ(ToHex(got), ToHex(want)) << i;
    }
  }
}

TEST_F(X963KdfTest, NssShowsNothingOfWhatItDerives) {
  ASSERT_NO_FATAL_FAILURE(Use(TestModule::kNss));
  ASSERT_OK_AND_ASSIGN(const Object material, Derive(LoadOpenings()[0]));
  EXPECT_FALSE(session().GetBytes(material.handle(), CKA_VALUE).ok());
  ASSERT_OK_AND_ASSIGN(
      const Object key,
      TakeKey(session(), *builder_, material.handle(), 16, Spec(16)));
  EXPECT_FALSE(session().GetBytes(key.handle(), CKA_VALUE).ok());
  EXPECT_THAT(session().GetBool(key.handle(), CKA_SENSITIVE),
              IsOkAndHolds(true));
  EXPECT_THAT(session().GetBool(key.handle(), CKA_EXTRACTABLE),
              IsOkAndHolds(false));
}

// When this fails, SoftHSM has learned it: see the decision on SCP11 in the
// HSM.
TEST_F(X963KdfTest, SoftHsmAgreesButCannotDeriveByHandles) {
  ASSERT_NO_FATAL_FAILURE(Use(TestModule::kSoftHsm));
  ASSERT_OK_AND_ASSIGN(
      const Object key,
      ImportPrivate(false, Hex(LoadOpenings()[0]["keys"], "SK_OCE_ECKA")));
  EXPECT_OK(session().DeriveKey(
      Mechanism::Ecdh(Hex(LoadOpenings()[0]["keys"], "PK_SD_ECKA")),
      key.handle(),
      builder_->SessionKey({CKK_GENERIC_SECRET,
                            32,
                            static_cast<unsigned>(Usage::kDerive),
                            {CKM_CONCATENATE_BASE_AND_KEY}})));
  EXPECT_THAT(Derive(LoadOpenings()[0]).status().ToString(),
              testing::HasSubstr("CKR_MECHANISM_INVALID"));
}

TEST_F(X963KdfTest, RefusesToDeriveFromOrToNothing) {
  ASSERT_NO_FATAL_FAILURE(Use(TestModule::kNss));
  EXPECT_THAT(DeriveX963Material(session(), *builder_, X963Hash::kSha256, {},
                                 32, {}, 16),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace cardferry::pkcs11
