#include "lib/rpc/identity.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::rpc {
namespace {

constexpr auto kUnauthenticated = absl::StatusCode::kUnauthenticated;

TEST(IdentityTest, ReadsWhatItWrites) {
  for (const Role role :
       {Role::kKeyvault, Role::kSequencer, Role::kOrchestrator, Role::kAgent,
        Role::kOperator, Role::kAuditor, Role::kApprover}) {
    const Identity identity{role, "kiosk-1_a.b"};
    EXPECT_THAT(ParseIdentityUri(IdentityUri(identity)),
                IsOkAndHolds(identity));
    EXPECT_THAT(ParseRole(RoleName(role)), IsOkAndHolds(role));
  }
  EXPECT_EQ(IdentityUri({Role::kAgent, "kiosk-1"}),
            "spiffe://cardferry/agent/kiosk-1");
}

TEST(IdentityTest, NamesHaveOneTo63Characters) {
  const std::string prefix = "spiffe://cardferry/agent/";
  EXPECT_THAT(ParseIdentityUri(prefix), StatusIs(kUnauthenticated));
  EXPECT_OK(ParseIdentityUri(prefix + "a"));
  EXPECT_OK(ParseIdentityUri(prefix + std::string(63, 'a')));
  EXPECT_THAT(ParseIdentityUri(prefix + std::string(64, 'a')),
              StatusIs(kUnauthenticated));
}

TEST(IdentityTest, RefusesEveryOtherSpelling) {
  for (const char* uri : {"",
                          "spiffe://",
                          "spiffe://cardferry",
                          "spiffe://cardferry/",
                          "spiffe://cardferry/agent",
                          "spiffe://cardferry/agent/",
                          "spiffe://cardferry//a",
                          "spiffe://cardferry/agent/a/b",
                          "spiffe://cardferry/agent//a",
                          "spiffe://cardferry/agent/a/",
                          "spiffe://cardferry/root/a",
                          "spiffe://cardferry/Agent/a",
                          "spiffe://cardferry/agent/A",
                          "spiffe://cardferry/agent/%61",
                          "spiffe://cardferry/agent/a?b",
                          "spiffe://cardferry/agent/a#b",
                          "spiffe://cardferry/agent/.a",
                          "spiffe://cardferry/agent/-a",
                          "spiffe://cardferry/agent/a b",
                          "spiffe://cardferry/agent/a\n",
                          "spiffe://cardferry/agent/\xC3\xA4",
                          "spiffe://cardferry/keyvaults/a",
                          "spiffe://Cardferry/agent/a",
                          "SPIFFE://cardferry/agent/a",
                          "spiffe://cardferry.example/agent/a",
                          "spiffe://evil/agent/a",
                          "spiffe://cardferry:1/agent/a",
                          "spiffe://x@cardferry/agent/a",
                          "https://cardferry/agent/a",
                          " spiffe://cardferry/agent/a"}) {
    EXPECT_THAT(ParseIdentityUri(uri), StatusIs(kUnauthenticated)) << uri;
  }
}

TEST(IdentityTest, RefusesANulInsideAndEveryTruncation) {
  const std::string uri = "spiffe://cardferry/agent/a";
  EXPECT_THAT(ParseIdentityUri(uri + std::string("\0.b", 3)),
              StatusIs(kUnauthenticated));
  for (size_t length = 0; length < uri.size(); ++length) {
    EXPECT_THAT(ParseIdentityUri(uri.substr(0, length)),
                StatusIs(kUnauthenticated));
  }
}

TEST(IdentityTest, ACertificateHasExactlyOne) {
  const absl::string_view uri = "spiffe://cardferry/agent/a";
  EXPECT_THAT(IdentityFromUris({uri}),
              IsOkAndHolds(Identity{Role::kAgent, "a"}));
  EXPECT_THAT(
      IdentityFromUris({}),
      StatusIs(kUnauthenticated, "the certificate has 0 URIs instead of one"));
  EXPECT_THAT(
      IdentityFromUris({uri, uri}),
      StatusIs(kUnauthenticated, "the certificate has 2 URIs instead of one"));
  EXPECT_THAT(IdentityFromUris({"https://example.org"}),
              StatusIs(kUnauthenticated));
}

TEST(RoleTest, RefusesOtherNames) {
  for (const char* name : {"", "Agent", "agent ", "root", "keyvaul"}) {
    EXPECT_THAT(ParseRole(name), StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

}  // namespace
}  // namespace cardferry::rpc
