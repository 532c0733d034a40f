#include "cli/vault_client.h"

#include "cli/testing/fake_keyvault.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/bytes.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cli {
namespace {

using absl::StatusCode;

constexpr char kCard[] = "a/b/00010203040506070809";

TEST(VaultClient, SplitsACardAtItsLastSlash) {
  FakeKeyVault vault;
  vault.forgotten = 3;
  EXPECT_THAT(vault.Client()->ForgetFailures(kCard), IsOkAndHolds(3u));
  EXPECT_EQ(vault.asked.key_set(), "a/b");
  EXPECT_EQ(ToHex(AsBytes(vault.asked.key_diversification_data())),
            "00010203040506070809");
}

TEST(VaultClient, TakesNothingRememberedForNothingForgotten) {
  FakeKeyVault vault;
  vault.status = grpc::Status(grpc::StatusCode::NOT_FOUND, "none");
  EXPECT_THAT(vault.Client()->ForgetFailures(kCard), IsOkAndHolds(0u));
}

TEST(VaultClient, GivesOtherErrorsAsTheyAre) {
  FakeKeyVault vault;
  vault.status = grpc::Status(grpc::StatusCode::PERMISSION_DENIED, "no");
  EXPECT_THAT(vault.Client()->ForgetFailures(kCard),
              StatusIs(StatusCode::kPermissionDenied, "no"));
}

}  // namespace
}  // namespace cardferry::cli
