#include "hsm-config/softhsm_conf.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"

namespace cardferry::hsm {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

std::string WriteConf(const std::string& text) {
  const std::string path = testing::TempDir() + "/softhsm2.conf";
  EXPECT_OK(WriteFileAtomically(path, AsBytes(text), 0600));
  return path;
}

std::string ConfOf(SoftHsmUse use, const KeyProfile& profile = KeyProfile()) {
  return SoftHsmConf("/var/lib/tokens", use, profile);
}

TEST(SoftHsmConf, NamesItsTokenFolder) {
  const std::string path = WriteConf(ConfOf(SoftHsmUse::kServing));
  EXPECT_THAT(TokenDirOfSoftHsmConf(path), IsOkAndHolds("/var/lib/tokens"));
}

TEST(SoftHsmConf, LetsOnlyTheCeremonyMakeKeys) {
  EXPECT_THAT(ConfOf(SoftHsmUse::kCeremony), HasSubstr("CKM_AES_KEY_GEN"));
  EXPECT_THAT(ConfOf(SoftHsmUse::kServing), Not(HasSubstr("KEY_GEN")));
}

TEST(SoftHsmConf, LeavesNoKeysToAForkedChild) {
  EXPECT_THAT(ConfOf(SoftHsmUse::kServing),
              HasSubstr("library.reset_on_fork = true\n"));
}

TEST(SoftHsmConf, AllowsTripleDesOnlyWhereAKeySetHasIt) {
  KeyProfile profile;
  profile.key_sets.resize(1);
  EXPECT_THAT(ConfOf(SoftHsmUse::kCeremony, profile), Not(HasSubstr("DES")));
  profile.key_sets[0].scheme.key_bits = 112;
  EXPECT_THAT(ConfOf(SoftHsmUse::kServing, profile),
              HasSubstr(",CKM_DES3_CBC,CKM_DES3_ECB_ENCRYPT_DATA,"
                        "CKM_DES3_CBC_ENCRYPT_DATA\n"));
  EXPECT_THAT(ConfOf(SoftHsmUse::kCeremony, profile),
              HasSubstr(",CKM_DES2_KEY_GEN,CKM_DES3_KEY_GEN\n"));
  // Single blocks for AN10922 alone.
  profile.key_sets[0].scheme.form = {
      "nxp", 1, scp::TemplateMethod::kAn10922, {}};
  EXPECT_THAT(ConfOf(SoftHsmUse::kServing, profile),
              HasSubstr(",CKM_DES3_CBC_ENCRYPT_DATA,CKM_DES3_ECB\n"));
}

TEST(SoftHsmConf, AllowsTheSignaturesOfTheProfilesKeysOnly) {
  KeyProfile profile;
  EXPECT_THAT(ConfOf(SoftHsmUse::kCeremony, profile),
              AllOf(Not(HasSubstr("RSA")), Not(HasSubstr("CKM_EC"))));
  profile.signing_keys.resize(1);
  EXPECT_THAT(ConfOf(SoftHsmUse::kServing, profile),
              EndsWith("CKM_SHA256_HMAC,CKM_ECDSA\n"));
  EXPECT_THAT(ConfOf(SoftHsmUse::kCeremony, profile),
              EndsWith(",CKM_ECDSA,CKM_EC_KEY_PAIR_GEN\n"));
  profile.signing_keys[0].algorithm = pkcs11::SigningAlgorithm::kRsa2048Pss;
  EXPECT_THAT(ConfOf(SoftHsmUse::kServing, profile),
              EndsWith("CKM_SHA256_HMAC,CKM_SHA256_RSA_PKCS_PSS\n"));
  EXPECT_THAT(ConfOf(SoftHsmUse::kCeremony, profile),
              EndsWith(",CKM_RSA_PKCS_KEY_PAIR_GEN\n"));
}

TEST(TokenDirOfSoftHsmConf, RefusesAFileThatNamesNone) {
  EXPECT_THAT(TokenDirOfSoftHsmConf(WriteConf("log.level = ERROR\n")),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(TokenDirOfSoftHsmConf("/nowhere/softhsm2.conf"),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace cardferry::hsm
