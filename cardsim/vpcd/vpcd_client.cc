#include "cardsim/vpcd/vpcd_client.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "cardsim/vpcd/frame_decoder.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"

namespace cardferry::cardsim {
namespace {

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

absl::StatusOr<Addresses> Resolve(const VpcdAddress& address) {
  addrinfo hints = {};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int error = getaddrinfo(
      address.host.c_str(), absl::StrCat(address.port).c_str(), &hints, &list);
  if (error != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(address.host, ": ", gai_strerror(error)));
  }
  return Addresses(list);
}

enum class Woken { kStopped, kReady, kTimedOut };

// Waits for `events` on `fd` (-1: none) or for `stop_fd`.
Woken Await(int fd, short events, int stop_fd, absl::Duration timeout) {
  const int milliseconds =
      timeout == absl::InfiniteDuration()
          ? -1
          : static_cast<int>(absl::ToInt64Milliseconds(timeout));
  std::array<pollfd, 2> fds = {{{stop_fd, POLLIN, 0}, {fd, events, 0}}};
  while (true) {
    const int count = poll(fds.data(), fds.size(), milliseconds);
    if (count < 0 && errno == EINTR) continue;
    if (fds[0].revents != 0) return Woken::kStopped;
    if (count <= 0) return Woken::kTimedOut;
    return Woken::kReady;
  }
}

void SetOption(int socket, int option) {
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, option, &on, sizeof(on));
}

bool IsConnected(int socket) {
  int error = 0;
  socklen_t size = sizeof(error);
  return getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) == 0 &&
         error == 0;
}

// One try with one address: a connected, non-blocking socket or an invalid one.
UniqueFd TryConnect(const addrinfo& address, int stop_fd) {
  constexpr absl::Duration kPatience = absl::Seconds(2);
  UniqueFd fd(
      socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return fd;
  if (connect(fd.get(), address.ai_addr, address.ai_addrlen) != 0) {
    if (errno != EINPROGRESS ||
        Await(fd.get(), POLLOUT, stop_fd, kPatience) != Woken::kReady ||
        !IsConnected(fd.get())) {
      return UniqueFd();
    }
  }
  SetOption(fd.get(), TCP_NODELAY);
  return fd;
}

bool SendAll(int socket, ByteSpan bytes, int stop_fd) {
  while (!bytes.empty()) {
    const ssize_t sent = send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      bytes.remove_prefix(static_cast<size_t>(sent));
    } else if (sent < 0 && errno == EAGAIN) {
      if (Await(socket, POLLOUT, stop_fd, absl::InfiniteDuration()) !=
          Woken::kReady) {
        return false;
      }
    } else if (sent == 0 || errno != EINTR) {
      return false;
    }
  }
  return true;
}

}  // namespace

absl::StatusOr<VpcdAddress> VpcdAddress::Parse(absl::string_view text) {
  const size_t colon = text.rfind(':');
  uint32_t port = 0;
  if (colon == absl::string_view::npos || colon == 0 ||
      !absl::SimpleAtoi(text.substr(colon + 1), &port) || port == 0 ||
      port > 65535) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text, "\" is not HOST:PORT"));
  }
  absl::string_view host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  return VpcdAddress{std::string(host), static_cast<uint16_t>(port)};
}

absl::Status VpcdClient::Run(CardPort& card, int stop_fd) {
  while (true) {
    ASSIGN_OR_RETURN(UniqueFd socket, Connect(stop_fd));
    if (!socket.valid()) return absl::OkStatus();
    LogInfo("card inserted",
            {{"host", address_.host}, {"port", address_.port}});
    card.Reset();
    const End end = Serve(socket.get(), card, stop_fd);
    card.Reset();
    if (end == End::kStopped) return absl::OkStatus();
    if (end == End::kReaderGone) {
      LogInfo("the reader has gone; waiting for it");
      continue;
    }
    socket = UniqueFd();
    LogInfo("the card has left the reader",
            {{"for", absl::FormatDuration(card.Absence())}});
    if (Await(-1, 0, stop_fd, card.Absence()) == Woken::kStopped) {
      return absl::OkStatus();
    }
  }
}

absl::StatusOr<UniqueFd> VpcdClient::Connect(int stop_fd) {
  constexpr absl::Duration kLongestPause = absl::Seconds(1);
  ASSIGN_OR_RETURN(const Addresses addresses, Resolve(address_));
  absl::Duration pause = first_pause_;
  while (true) {
    for (const addrinfo* next = addresses.get(); next != nullptr;
         next = next->ai_next) {
      UniqueFd socket = TryConnect(*next, stop_fd);
      if (socket.valid()) return socket;
    }
    if (Await(-1, 0, stop_fd, pause) == Woken::kStopped) return UniqueFd();
    pause = std::min(2 * pause, kLongestPause);
  }
}

VpcdClient::End VpcdClient::Serve(int socket, CardPort& card, int stop_fd) {
  std::array<uint8_t, 4096> buffer;
  FrameDecoder decoder;
  while (true) {
    const Woken woken =
        Await(socket, POLLIN, stop_fd, absl::InfiniteDuration());
    if (woken != Woken::kReady) return End::kStopped;
    const ssize_t size = recv(socket, buffer.data(), buffer.size(), 0);
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (size <= 0) return End::kReaderGone;
    // vpcd writes a frame's length and its bytes apart, so Nagle's algorithm
    // holds the bytes back until the length is acknowledged: do so at once.
    // Linux forgets this wish, so it is renewed after every read.
    SetOption(socket, TCP_QUICKACK);
    decoder.Feed(ByteSpan(buffer).first(static_cast<size_t>(size)));
    while (const std::optional<Bytes> frame = decoder.Next()) {
      const absl::StatusOr<std::optional<Bytes>> answer =
          AnswerFrame(*frame, card);
      if (absl::IsDeadlineExceeded(answer.status())) continue;  // never answers
      if (!answer.ok()) return End::kCardGone;
      if (answer->has_value() &&
          !SendAll(socket, EncodeFrame(**answer), stop_fd)) {
        return End::kReaderGone;
      }
    }
  }
}

}  // namespace cardferry::cardsim
