#include "hsm-config/softhsm_conf.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"

namespace cardferry::hsm {
namespace {

using testing::HasSubstr;
using testing::Not;

std::string WriteConf(const std::string& text) {
  const std::string path = testing::TempDir() + "/softhsm2.conf";
  EXPECT_OK(WriteFileAtomically(path, AsBytes(text), 0600));
  return path;
}

TEST(SoftHsmConf, NamesItsTokenFolder) {
  const std::string path =
      WriteConf(SoftHsmConf("/var/lib/tokens", SoftHsmUse::kServing));
  EXPECT_THAT(TokenDirOfSoftHsmConf(path), IsOkAndHolds("/var/lib/tokens"));
}

TEST(SoftHsmConf, LetsOnlyTheCeremonyMakeKeys) {
  EXPECT_THAT(SoftHsmConf("/t", SoftHsmUse::kCeremony),
              HasSubstr("CKM_AES_KEY_GEN"));
  EXPECT_THAT(SoftHsmConf("/t", SoftHsmUse::kServing),
              Not(HasSubstr("KEY_GEN")));
}

TEST(SoftHsmConf, LeavesNoKeysToAForkedChild) {
  EXPECT_THAT(SoftHsmConf("/t", SoftHsmUse::kServing),
              HasSubstr("library.reset_on_fork = true\n"));
}

TEST(TokenDirOfSoftHsmConf, RefusesAFileThatNamesNone) {
  EXPECT_THAT(TokenDirOfSoftHsmConf(WriteConf("log.level = ERROR\n")),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(TokenDirOfSoftHsmConf("/nowhere/softhsm2.conf"),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace cardferry::hsm
