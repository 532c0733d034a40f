#ifndef CARDFERRY_CARDSIM_VPCD_VPCD_CLIENT_H_
#define CARDFERRY_CARDSIM_VPCD_VPCD_CLIENT_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cardsim/vpcd/card_port.h"
#include "lib/base/unique_fd.h"

namespace cardferry::cardsim {

// Where a virtual reader listens.
struct VpcdAddress {
  std::string host;
  uint16_t port = 0;

  // "HOST:PORT", "[::1]:35963"; INVALID_ARGUMENT otherwise.
  static absl::StatusOr<VpcdAddress> Parse(absl::string_view text);
};

// Puts a card into a virtual reader (vpcd), for as long as it runs.
class VpcdClient {
 public:
  // `pause`: how long to wait before another try to connect.
  explicit VpcdClient(VpcdAddress address,
                      absl::Duration pause = absl::Milliseconds(100))
      : address_(std::move(address)), pause_(pause) {}

  // Connects, again and again where nobody listens or the reader goes away, and
  // answers what the reader asks, until `stop_fd` becomes readable (then OK).
  // The card loses power with the connection. INVALID_ARGUMENT when the host's
  // name means nothing.
  absl::Status Run(CardPort& card, int stop_fd);

 private:
  // A connected socket; invalid when stopped.
  absl::StatusOr<UniqueFd> Connect(int stop_fd);
  // Until the connection ends (true) or `stop_fd` becomes readable (false).
  bool Serve(int socket, CardPort& card, int stop_fd);

  VpcdAddress address_;
  absl::Duration pause_;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_VPCD_VPCD_CLIENT_H_
