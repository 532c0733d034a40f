// gRPC at its most talkative says nothing of what it carries.
#include <stdlib.h>

#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/bytes.h"
#include "lib/base/status_matchers.h"
#include "lib/rpc/call.h"
#include "lib/rpc/channel.h"
#include "lib/rpc/grpc_status.h"
#include "lib/rpc/server.h"
#include "lib/rpc/testing/echo_service.h"
#include "lib/rpc/testing/test_pki.h"

namespace cardferry::rpc {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kPayload[] = "account number 4711 0815";

std::string ReadText(const std::string& path) {
  std::ifstream in(path);
  return std::string(std::istreambuf_iterator<char>(in), {});
}

// Serves one call with kPayload in it; what the process wrote meanwhile.
std::string OutputOfOneCall(const TlsFiles& server_files,
                            const TlsFiles& client_files) {
  ::testing::internal::CaptureStderr();
  ::testing::internal::CaptureStdout();
  testing::EchoService service;
  ServerOptions options;
  options.listen_address = "127.0.0.1:0";
  options.tls = server_files;
  options.authorization = testing::EchoRows({Role::kSequencer});
  options.services = {&service};
  auto server = Server::Start(std::move(options));
  EXPECT_OK(server);
  auto channel = CreateChannel(absl::StrCat("127.0.0.1:", (*server)->port()),
                               client_files, Role::kKeyvault);
  EXPECT_OK(channel);
  grpc::ClientContext context;
  SetTimeout(context, absl::Seconds(8));
  testing::SayRequest request;
  request.set_text(kPayload);
  testing::SayResponse response;
  const grpc::Status status =
      testing::Echo::NewStub(*channel)->Say(&context, request, &response);
  EXPECT_OK(ToAbslStatus(status));
  EXPECT_EQ(response.text(), kPayload);
  channel->reset();
  server->reset();
  return absl::StrCat(::testing::internal::GetCapturedStderr(),
                      ::testing::internal::GetCapturedStdout());
}

TEST(QuietTest, NeitherPayloadsNorKeysAppearInAnyTrace) {
  setenv("GRPC_VERBOSITY", "DEBUG", 1);
  setenv("GRPC_TRACE", "all", 1);
  TestPki pki;
  const TlsFiles server = pki.Issue(Role::kKeyvault, "vault-1");
  const TlsFiles client = pki.Issue(Role::kSequencer, "test");
  const std::string output = OutputOfOneCall(server, client);
  EXPECT_THAT(output, Not(HasSubstr(kPayload)));
  EXPECT_THAT(output, Not(HasSubstr(ToHex(AsBytes("account")))));
  EXPECT_THAT(output, Not(HasSubstr("61 63 63 6f 75 6e 74")));
  for (const std::string& path : {server.private_key, client.private_key}) {
    const std::string key = ReadText(path);
    ASSERT_GT(key.size(), 150u);
    for (size_t i = 28; i + 20 < key.size() - 28; i += 20) {
      EXPECT_THAT(output, Not(HasSubstr(key.substr(i, 20))));
    }
  }
}

}  // namespace
}  // namespace cardferry::rpc
