#include "lib/rpc/authorization_table.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::rpc {
namespace {

constexpr char kProtect[] = "/cardferry.keyvault.v1.KeyVault/Protect";
constexpr char kOpen[] = "/cardferry.keyvault.v1.KeyVault/Open";

TEST(AuthorizationTableTest, LetsInTheRolesOfTheRowOnly) {
  ASSERT_OK_AND_ASSIGN(const AuthorizationTable table,
                       AuthorizationTable::Create(
                           {{kProtect, {Role::kSequencer}},
                            {kOpen, {Role::kSequencer, Role::kOperator}}}));
  EXPECT_OK(table.Check(kProtect, {Role::kSequencer, "s"}));
  EXPECT_OK(table.Check(kOpen, {Role::kOperator, "o"}));
  EXPECT_THAT(table.Check(kProtect, {Role::kOperator, "o"}),
              StatusIs(absl::StatusCode::kPermissionDenied,
                       "the role operator may not call "
                       "/cardferry.keyvault.v1.KeyVault/Protect"));
  EXPECT_THAT(table.Check(kOpen, {Role::kAgent, "a"}),
              StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST(AuthorizationTableTest, AMethodWithoutARowIsForNobody) {
  ASSERT_OK_AND_ASSIGN(
      const AuthorizationTable table,
      AuthorizationTable::Create({{kProtect, {Role::kSequencer}}}));
  for (const char* method :
       {kOpen, "", "/", "/cardferry.keyvault.v1.KeyVault/protect",
        "/cardferry.keyvault.v1.KeyVault/Protect/",
        "cardferry.keyvault.v1.KeyVault/Protect"}) {
    EXPECT_THAT(table.Check(method, {Role::kSequencer, "s"}),
                StatusIs(absl::StatusCode::kUnimplemented, "no such method"));
  }
}

TEST(AuthorizationTableTest, RefusesRowsThatCannotBeMeant) {
  constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
  EXPECT_THAT(AuthorizationTable::Create({{kProtect, {}}}), StatusIs(kInvalid));
  EXPECT_THAT(AuthorizationTable::Create(
                  {{kProtect, {Role::kAgent}}, {kProtect, {Role::kAuditor}}}),
              StatusIs(kInvalid));
  for (const char* method : {"", "/", "//", "Service/Method", "/Service",
                             "/Service/", "//Method", "/Service/Method/x"}) {
    EXPECT_THAT(AuthorizationTable::Create({{method, {Role::kAgent}}}),
                StatusIs(kInvalid))
        << method;
  }
}

TEST(AuthorizationTableTest, NamesEveryMethodAndRowThatIsAlone) {
  ASSERT_OK_AND_ASSIGN(
      const AuthorizationTable table,
      AuthorizationTable::Create(
          {{"/S/A", {Role::kAgent}}, {"/S/Gone", {Role::kAgent}}}));
  EXPECT_THAT(table.CheckComplete({"/S/A", "/S/New", "/S/Newer"}),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "the authorization table does not fit the services; "
                       "methods without a row: [/S/New, /S/Newer]; rows "
                       "without a method: [/S/Gone]"));
  EXPECT_OK(table.CheckComplete({"/S/A", "/S/Gone"}));
}

}  // namespace
}  // namespace cardferry::rpc
