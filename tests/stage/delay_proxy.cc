#include "tests/stage/delay_proxy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/time/clock.h"
#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/status_macros.h"

namespace cardferry::stage {
namespace {

constexpr absl::Duration kLongestWait = absl::Milliseconds(100);

sockaddr_in Loopback(int port) {
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void SendAtOnce(int fd) {
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

// Bytes on their way in one direction, each with the time when it may go out.
class Direction {
 public:
  Direction(int from, int to, absl::Duration delay)
      : from_(from), to_(to), delay_(delay) {}

  int from() const { return from_; }
  bool open() const { return !read_all_; }
  bool finished() const { return finished_; }
  absl::Time due() const {
    return queue_.empty() ? absl::InfiniteFuture() : queue_.front().due;
  }

  void Read() {
    uint8_t buffer[16384];
    const ssize_t got = read(from_, buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) return;
    Piece piece{absl::Now() + delay_, {}};
    if (got > 0) piece.bytes.assign(buffer, buffer + got);
    read_all_ = got <= 0;
    queue_.push_back(std::move(piece));
  }

  void WriteDue() {
    while (due() <= absl::Now()) {
      const Bytes bytes = std::move(queue_.front().bytes);
      queue_.pop_front();
      if (bytes.empty() || !Write(bytes)) {
        shutdown(to_, SHUT_WR);
        finished_ = true;
        queue_.clear();
      }
    }
  }

 private:
  struct Piece {
    absl::Time due;
    Bytes bytes;  // empty: the end
  };

  bool Write(ByteSpan bytes) {
    while (!bytes.empty()) {
      const ssize_t put = send(to_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (put < 0 && errno == EINTR) continue;
      if (put <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(put));
    }
    return true;
  }

  const int from_;
  const int to_;
  const absl::Duration delay_;
  std::deque<Piece> queue_;
  bool read_all_ = false;
  bool finished_ = false;
};

}  // namespace

class DelayProxy::Connection {
 public:
  Connection(UniqueFd client, UniqueFd server, absl::Duration one_way,
             const std::atomic<bool>& stopping)
      : client_(std::move(client)),
        server_(std::move(server)),
        one_way_(one_way),
        stopping_(stopping),
        thread_([this] { Run(); }) {}
  ~Connection() { thread_.join(); }

  bool ended() const { return ended_; }

 private:
  void Run() {
    Direction up(client_.get(), server_.get(), one_way_);
    Direction down(server_.get(), client_.get(), one_way_);
    while (!stopping_ && !(up.finished() && down.finished())) {
      Await(up, down);
      up.WriteDue();
      down.WriteDue();
    }
    // Closing now, not when the proxy ends: the peers wait for it.
    client_.Reset();
    server_.Reset();
    ended_ = true;
  }

  static void Await(Direction& up, Direction& down) {
    pollfd ends[2] = {{up.open() ? up.from() : -1, POLLIN, 0},
                      {down.open() ? down.from() : -1, POLLIN, 0}};
    const absl::Duration left =
        std::clamp(std::min(up.due(), down.due()) - absl::Now(),
                   absl::ZeroDuration(), kLongestWait);
    const timespec timeout = absl::ToTimespec(left);
    if (ppoll(ends, 2, &timeout, nullptr) <= 0) return;
    if (ends[0].revents != 0) up.Read();
    if (ends[1].revents != 0) down.Read();
  }

  UniqueFd client_;
  UniqueFd server_;
  const absl::Duration one_way_;
  const std::atomic<bool>& stopping_;
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

absl::StatusOr<std::unique_ptr<DelayProxy>> DelayProxy::Start(
    int port, int target, absl::Duration rtt) {
  UniqueFd listener(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int on = 1;
  setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  sockaddr_in address = Loopback(port);
  socklen_t size = sizeof(address);
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener.get(), raw, size) != 0 || listen(listener.get(), 16) != 0 ||
      getsockname(listener.get(), raw, &size) != 0) {
    return ErrnoStatus(errno, "delay proxy");
  }
  return absl::WrapUnique(new DelayProxy(std::move(listener),
                                         ntohs(address.sin_port), target, rtt));
}

DelayProxy::DelayProxy(UniqueFd listener, int port, int target,
                       absl::Duration rtt)
    : listener_(std::move(listener)),
      port_(port),
      target_(target),
      one_way_(rtt / 2),
      thread_([this] { Accept(); }) {}

DelayProxy::~DelayProxy() {
  stopping_ = true;
  shutdown(listener_.get(), SHUT_RDWR);
  thread_.join();
}

void DelayProxy::Accept() {
  while (!stopping_) {
    UniqueFd client(accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    connections_.remove_if([](const auto& c) { return c->ended(); });
    if (!client.valid()) continue;
    UniqueFd server(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in address = Loopback(target_);
    if (connect(server.get(), reinterpret_cast<const sockaddr*>(&address),
                sizeof(address)) != 0) {
      continue;  // the client sees its connection closed
    }
    SendAtOnce(client.get());
    SendAtOnce(server.get());
    connections_.push_back(std::make_unique<Connection>(
        std::move(client), std::move(server), one_way_, stopping_));
  }
  connections_.clear();
}

}  // namespace cardferry::stage
