#include "tests/stage/delay_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::stage {
namespace {

sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// Answers one connection with what it gets, until that ends.
class EchoServer {
 public:
  EchoServer() : listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address = Loopback(0);
    socklen_t size = sizeof(address);
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    bind(listener_.get(), raw, size);
    listen(listener_.get(), 1);
    getsockname(listener_.get(), raw, &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { Echo(); });
  }
  ~EchoServer() { thread_.join(); }
  int port() const { return port_; }

 private:
  void Echo() {
    const UniqueFd client(accept(listener_.get(), nullptr, nullptr));
    char buffer[4096];
    for (ssize_t got; (got = read(client.get(), buffer, sizeof(buffer))) > 0;) {
      if (write(client.get(), buffer, static_cast<size_t>(got)) != got) return;
    }
  }

  UniqueFd listener_;
  int port_ = 0;
  std::thread thread_;
};

UniqueFd Connect(int port) {
  UniqueFd fd(socket(AF_INET, SOCK_STREAM, 0));
  const sockaddr_in address = Loopback(port);
  EXPECT_EQ(connect(fd.get(), reinterpret_cast<const sockaddr*>(&address),
                    sizeof(address)),
            0);
  return fd;
}

std::string ReadToEnd(int fd) {
  std::string text;
  char buffer[4096];
  for (ssize_t got; (got = read(fd, buffer, sizeof(buffer))) > 0;) {
    text.append(buffer, static_cast<size_t>(got));
  }
  return text;
}

TEST(DelayProxyTest, CarriesEveryByteBothWaysAndTheEnd) {
  EchoServer server;
  ASSERT_OK_AND_ASSIGN(
      const auto proxy,
      DelayProxy::Start(0, server.port(), absl::Milliseconds(2)));
  const UniqueFd client = Connect(proxy->port());
  std::string sent;
  for (int i = 0; i < 20'000; ++i) sent += std::to_string(i);
  std::thread writer([&] {
    EXPECT_EQ(write(client.get(), sent.data(), sent.size()),
              static_cast<ssize_t>(sent.size()));
    shutdown(client.get(), SHUT_WR);
  });
  EXPECT_EQ(ReadToEnd(client.get()), sent);
  writer.join();
}

TEST(DelayProxyTest, AnAnswerTakesAtLeastTheRoundTripTime) {
  EchoServer server;
  ASSERT_OK_AND_ASSIGN(
      const auto proxy,
      DelayProxy::Start(0, server.port(), absl::Milliseconds(40)));
  const UniqueFd client = Connect(proxy->port());
  const absl::Time start = absl::Now();
  ASSERT_EQ(write(client.get(), "x", 1), 1);
  char answer = 0;
  ASSERT_EQ(read(client.get(), &answer, 1), 1);
  EXPECT_GE(absl::Now() - start, absl::Milliseconds(40));
}

TEST(DelayProxyTest, ClosesAtOnceWhenNobodyListensBehindIt) {
  ASSERT_OK_AND_ASSIGN(const auto proxy,
                       DelayProxy::Start(0, 1, absl::ZeroDuration()));
  const UniqueFd client = Connect(proxy->port());
  EXPECT_EQ(ReadToEnd(client.get()), "");
}

}  // namespace
}  // namespace cardferry::stage
