#include "lib/rpc/server.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "grpcpp/client_context.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/rpc/call.h"
#include "lib/rpc/channel.h"
#include "lib/rpc/grpc_status.h"
#include "lib/rpc/health_client.h"
#include "lib/rpc/testing/echo.grpc.pb.h"
#include "lib/rpc/testing/echo_service.h"
#include "lib/rpc/testing/test_pki.h"

namespace cardferry::rpc {
namespace {

using ::cardferry::rpc::testing::Echo;
using ::cardferry::rpc::testing::EchoRows;
using ::cardferry::rpc::testing::EchoService;
using ::cardferry::rpc::testing::SayRequest;
using ::cardferry::rpc::testing::SayResponse;
using ::testing::HasSubstr;

constexpr absl::Duration kLongEnough = absl::Seconds(8);

class ServerTest : public ::testing::Test {
 protected:
  ServerOptions Options() {
    ServerOptions options;
    options.listen_address = "127.0.0.1:0";
    options.tls = pki_.Issue(Role::kKeyvault, "vault-1");
    options.authorization = EchoRows({Role::kSequencer});
    options.services = {&service_};
    return options;
  }
  void Start(ServerOptions options) {
    ASSERT_OK_AND_ASSIGN(server_, Server::Start(std::move(options)));
  }
  std::shared_ptr<grpc::Channel> ChannelOf(Role role) {
    auto channel = CreateChannel(absl::StrCat("127.0.0.1:", server_->port()),
                                 pki_.Issue(role, "test"), Role::kKeyvault);
    EXPECT_OK(channel);
    return channel.ok() ? *channel : nullptr;
  }
  absl::StatusOr<SayResponse> Say(const std::shared_ptr<grpc::Channel>& channel,
                                  const std::string& text) {
    grpc::ClientContext context;
    SetTimeout(context, kLongEnough);
    SayRequest request;
    request.set_text(text);
    SayResponse response;
    const grpc::Status status =
        Echo::NewStub(channel)->Say(&context, request, &response);
    if (!status.ok()) return ToAbslStatus(status);
    return response;
  }

  TestPki pki_;
  EchoService service_;
  std::unique_ptr<Server> server_;
};

TEST_F(ServerTest, TheRightRoleIsServedAndKnownByName) {
  Start(Options());
  EXPECT_NE(server_->port(), 0);
  EXPECT_EQ(server_->identity(), (Identity{Role::kKeyvault, "vault-1"}));
  ASSERT_OK_AND_ASSIGN(const SayResponse response,
                       Say(ChannelOf(Role::kSequencer), "hello"));
  EXPECT_EQ(response.text(), "hello");
  EXPECT_EQ(response.caller(), "spiffe://cardferry/sequencer/test");
}

TEST_F(ServerTest, AnotherRoleIsRefusedBeforeTheHandler) {
  Start(Options());
  for (const Role role : {Role::kAgent, Role::kOperator, Role::kKeyvault}) {
    EXPECT_THAT(Say(ChannelOf(role), "hello"),
                StatusIs(absl::StatusCode::kPermissionDenied));
  }
  EXPECT_EQ(service_.calls(), 0);
}

TEST_F(ServerTest, StreamsPassTheSameTable) {
  Start(Options());
  for (const Role role : {Role::kSequencer, Role::kAgent}) {
    grpc::ClientContext context;
    SetTimeout(context, kLongEnough);
    const auto stub = Echo::NewStub(ChannelOf(role));
    const auto stream = stub->Talk(&context);
    SayRequest request;
    SayResponse response;
    request.set_text("one");
    stream->Write(request);
    const bool answered = stream->Read(&response);
    EXPECT_EQ(answered, role == Role::kSequencer);
    if (answered) {
      EXPECT_EQ(response.text(), "one");
      EXPECT_EQ(response.caller(), "spiffe://cardferry/sequencer/test");
    }
    stream->WritesDone();
    EXPECT_EQ(stream->Finish().error_code(),
              answered ? grpc::OK : grpc::PERMISSION_DENIED);
  }
  EXPECT_EQ(service_.calls(), 1);
}

TEST_F(ServerTest, HealthPassesTheTableToo) {
  ServerOptions options = Options();
  for (AuthorizationTable::Row& row : options.authorization) {
    if (row.method == kHealthCheck) row.roles = {Role::kOperator};
  }
  Start(std::move(options));
  EXPECT_THAT(IsServing(ChannelOf(Role::kOperator), kLongEnough),
              IsOkAndHolds(true));
  EXPECT_THAT(IsServing(ChannelOf(Role::kAgent), kLongEnough),
              StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_F(ServerTest, AMethodWithoutARowKeepsItFromStarting) {
  const std::vector<AuthorizationTable::Row> rows =
      EchoRows({Role::kSequencer});
  for (size_t missing = 0; missing < rows.size(); ++missing) {
    ServerOptions options = Options();
    EchoService service;
    options.services = {&service};
    options.authorization.erase(options.authorization.begin() +
                                static_cast<std::ptrdiff_t>(missing));
    EXPECT_THAT(Server::Start(std::move(options)),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         HasSubstr(absl::StrCat("methods without a row: [",
                                                rows[missing].method, "]"))));
  }
}

TEST_F(ServerTest, ARowWithoutAMethodKeepsItFromStarting) {
  ServerOptions options = Options();
  options.authorization.push_back(
      {"/cardferry.rpc.testing.Echo/Shout", {Role::kAgent}});
  EXPECT_THAT(Server::Start(std::move(options)),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("rows without a method: "
                                 "[/cardferry.rpc.testing.Echo/Shout]")));
}

TEST_F(ServerTest, AnAddressThatIsTakenKeepsItFromStarting) {
  Start(Options());
  ServerOptions options = Options();
  EchoService service;
  options.services = {&service};
  options.listen_address = absl::StrCat("127.0.0.1:", server_->port());
  EXPECT_THAT(Server::Start(std::move(options)),
              StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(ServerTest, TlsFilesThatCannotWorkKeepItFromStarting) {
  ServerOptions options = Options();
  options.tls.private_key = pki_.Issue(Role::kKeyvault, "other").private_key;
  EXPECT_THAT(Server::Start(std::move(options)),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(ServerTest, RefusesMessagesThatAreTooLarge) {
  ServerOptions options = Options();
  options.max_message_bytes = 1000;
  Start(std::move(options));
  const auto channel = ChannelOf(Role::kSequencer);
  EXPECT_OK(Say(channel, std::string(900, 'x')));
  EXPECT_THAT(Say(channel, std::string(1000, 'x')),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST_F(ServerTest, CallsBeyondItsThreadsAreToldSoAtOnce) {
  ServerOptions options = Options();
  options.max_threads = 3;
  Start(std::move(options));
  const auto channel = ChannelOf(Role::kSequencer);
  std::vector<std::thread> callers;
  std::atomic<int> refused{0};
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&] {
      grpc::ClientContext context;
      SetTimeout(context, kLongEnough);
      SayResponse response;
      const grpc::Status status =
          Echo::NewStub(channel)->Hang(&context, SayRequest(), &response);
      if (status.error_code() == grpc::RESOURCE_EXHAUSTED) {
        if (++refused == 5) service_.Release();
      } else {
        EXPECT_TRUE(status.ok()) << status.error_message();
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_GE(refused, 5);
  // The last thread may come back a moment after its call's answer.
  absl::Status again = Say(channel, "again").status();
  const absl::Time deadline = absl::Now() + kLongEnough;
  while (absl::IsResourceExhausted(again) && absl::Now() < deadline) {
    again = Say(channel, "again").status();
  }
  EXPECT_OK(again);
}

TEST_F(ServerTest, RefusesFewerThreadsThanItNeeds) {
  ServerOptions options = Options();
  options.max_threads = 2;
  EXPECT_THAT(Server::Start(std::move(options)),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(ServerTest, ShutdownSaysSoThenDrainsThenStops) {
  ServerOptions options = Options();
  options.drain = kLongEnough;
  std::vector<std::string> order;
  std::shared_ptr<grpc::Channel> channel;
  options.on_drain = [&] {
    // Still served, but no longer healthy.
    EXPECT_THAT(IsServing(channel, kLongEnough), IsOkAndHolds(false));
    EXPECT_OK(Say(channel, "still here"));
    order.push_back("drain");
    service_.Release();
  };
  Start(std::move(options));
  channel = ChannelOf(Role::kSequencer);
  const int port = server_->port();
  grpc::Status hung;
  std::thread caller([&] {
    grpc::ClientContext context;
    SetTimeout(context, kLongEnough);
    SayResponse response;
    hung = Echo::NewStub(channel)->Hang(&context, SayRequest(), &response);
  });
  service_.WaitUntilHanging(1);
  server_->Shutdown();
  order.push_back("stopped");
  caller.join();
  EXPECT_TRUE(hung.ok()) << hung.error_message();
  EXPECT_EQ(order, (std::vector<std::string>{"drain", "stopped"}));
  EXPECT_EQ(server_->port(), port);
  EXPECT_THAT(Say(channel, "too late"),
              StatusIs(absl::StatusCode::kUnavailable));
  server_->Shutdown();  // does nothing
  EXPECT_EQ(order.size(), 2u);
}

TEST_F(ServerTest, ShutdownCancelsWhatDoesNotEndInTime) {
  ServerOptions options = Options();
  options.drain = absl::Milliseconds(50);
  Start(std::move(options));
  const auto channel = ChannelOf(Role::kSequencer);
  grpc::Status hung;
  std::thread caller([&] {
    grpc::ClientContext context;
    SayResponse response;
    hung = Echo::NewStub(channel)->Hang(&context, SayRequest(), &response);
  });
  service_.WaitUntilHanging(1);
  server_->Shutdown();
  caller.join();
  EXPECT_FALSE(hung.ok());
}

}  // namespace
}  // namespace cardferry::rpc
