#include "cardsim/vpcd/vpcd_client.h"

#include <netinet/in.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "cardsim/vpcd/frame_decoder.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::cardsim {
namespace {

// Gives commands back with 9000, but for those that begin with DE (no answer)
// and AD (leaves the reader, for no time). Not a card.
class EchoPort final : public CardPort {
 public:
  Bytes Atr() const override { return FromHexOrDie("3B80800101"); }
  void Reset() override {}
  absl::StatusOr<Bytes> Transmit(ByteSpan command) override {
    if (command[0] == 0xDE) return absl::DeadlineExceededError("mute");
    if (command[0] == 0xAD) return absl::UnavailableError("gone");
    return Concat({command, FromHexOrDie("9000")});
  }
  absl::Duration Absence() const override { return absl::ZeroDuration(); }
};

// The reader's end: a socket on a free port of loopback.
class FakeReader {
 public:
  FakeReader() : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address_);
    EXPECT_EQ(bind(socket_.get(), generic(), size), 0);
    EXPECT_EQ(getsockname(socket_.get(), generic(), &size), 0);
  }
  uint16_t port() const { return ntohs(address_.sin_port); }
  void Listen() { EXPECT_EQ(listen(socket_.get(), 1), 0); }
  UniqueFd Accept() {
    return UniqueFd(accept(socket_.get(), nullptr, nullptr));
  }

 private:
  sockaddr* generic() { return reinterpret_cast<sockaddr*>(&address_); }

  UniqueFd socket_;
  sockaddr_in address_ = {};
};

void Send(int fd, absl::string_view hex) {
  const Bytes bytes = FromHexOrDie(hex);
  EXPECT_EQ(send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(bytes.size()));
}

std::string ReadFrame(int fd) {
  FrameDecoder decoder;
  while (true) {
    if (const auto frame = decoder.Next()) return ToHex(*frame);
    uint8_t byte = 0;
    if (recv(fd, &byte, 1, 0) != 1) return "closed";
    decoder.Feed(ByteSpan(&byte, 1));
  }
}

class VpcdClientTest : public testing::Test {
 protected:
  ~VpcdClientTest() override { Stop(); }

  void Start() {
    thread_ = std::thread([this] {
      VpcdClient client({"127.0.0.1", reader_.port()}, absl::Milliseconds(1));
      status_ = client.Run(port_, stop_.get());
    });
  }
  void Stop() {
    const uint64_t one = 1;
    EXPECT_EQ(write(stop_.get(), &one, sizeof(one)),
              static_cast<ssize_t>(sizeof(one)));
    if (thread_.joinable()) thread_.join();
  }

  FakeReader reader_;
  EchoPort port_;
  UniqueFd stop_{eventfd(0, EFD_CLOEXEC)};
  std::thread thread_;
  absl::Status status_;
};

TEST_F(VpcdClientTest, AnswersTheReader) {
  reader_.Listen();
  Start();
  const UniqueFd connection = reader_.Accept();
  Send(connection.get(),
       "000101"
       "000104");
  EXPECT_EQ(ReadFrame(connection.get()), "3B80800101");
  Send(connection.get(), "000400A4");
  Send(connection.get(), "0400");
  EXPECT_EQ(ReadFrame(connection.get()), "00A404009000");
  Stop();
  EXPECT_OK(status_);
  EXPECT_EQ(ReadFrame(connection.get()), "closed");
}

TEST_F(VpcdClientTest, WaitsForAReaderThatIsNotThereYet) {
  Start();
  reader_.Listen();
  const UniqueFd connection = reader_.Accept();
  Send(connection.get(), "000104");
  EXPECT_EQ(ReadFrame(connection.get()), "3B80800101");
}

TEST_F(VpcdClientTest, ComesBackToAReaderThatWentAway) {
  reader_.Listen();
  Start();
  for (int i = 0; i < 3; ++i) {
    const UniqueFd connection = reader_.Accept();
    Send(connection.get(), "000104");
    EXPECT_EQ(ReadFrame(connection.get()), "3B80800101");
  }
}

TEST_F(VpcdClientTest, ACardThatLeavesClosesTheConnectionAndComesBack) {
  reader_.Listen();
  Start();
  UniqueFd connection = reader_.Accept();
  Send(connection.get(), "0004AD000000");
  EXPECT_EQ(ReadFrame(connection.get()), "closed");
  connection = reader_.Accept();
  Send(connection.get(), "000104");
  EXPECT_EQ(ReadFrame(connection.get()), "3B80800101");
}

TEST_F(VpcdClientTest, ACommandWithoutAnswerLeavesTheConnectionOpen) {
  reader_.Listen();
  Start();
  const UniqueFd connection = reader_.Accept();
  Send(connection.get(), "0004DE000000000400A40400");
  EXPECT_EQ(ReadFrame(connection.get()), "00A404009000");
}

TEST_F(VpcdClientTest, StopsWhileNobodyListens) {
  Start();
  Stop();
  EXPECT_OK(status_);
}

TEST_F(VpcdClientTest, CarriesALargeCommand) {
  reader_.Listen();
  Start();
  const UniqueFd connection = reader_.Accept();
  const std::string command = "80E80000" + std::string(2 * 60000, 'A');
  Send(connection.get(), ToHex(EncodeFrame(FromHexOrDie(command))));
  EXPECT_EQ(ReadFrame(connection.get()), command + "9000");
}

TEST(VpcdAddressTest, ReadsHostAndPort) {
  ASSERT_OK_AND_ASSIGN(const VpcdAddress name,
                       VpcdAddress::Parse("reader.example:35964"));
  EXPECT_EQ(name.host, "reader.example");
  EXPECT_EQ(name.port, 35964);
  ASSERT_OK_AND_ASSIGN(const VpcdAddress six, VpcdAddress::Parse("[::1]:1"));
  EXPECT_EQ(six.host, "::1");
}

TEST(VpcdAddressTest, RefusesAnythingElse) {
  for (const char* text :
       {"", "host", ":1", "host:", "host:0", "host:65536", "host:1x"}) {
    EXPECT_THAT(VpcdAddress::Parse(text),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << text;
  }
}

}  // namespace
}  // namespace cardferry::cardsim
