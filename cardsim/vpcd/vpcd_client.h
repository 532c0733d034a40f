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
  // `first_pause`: how long to wait before another try to connect; twice as
  // long before each further one, up to a second.
  explicit VpcdClient(VpcdAddress address,
                      absl::Duration first_pause = absl::Milliseconds(50))
      : address_(std::move(address)), first_pause_(first_pause) {}

  // Connects, again and again where nobody listens or the reader goes away, and
  // answers what the reader asks, until `stop_fd` becomes readable (then OK).
  // The card loses power with the connection. A card that leaves the reader is
  // put back after its absence. INVALID_ARGUMENT when the host's name means
  // nothing.
  absl::Status Run(CardPort& card, int stop_fd);

 private:
  // A connected socket; invalid when stopped.
  absl::StatusOr<UniqueFd> Connect(int stop_fd);
  enum class End { kStopped, kReaderGone, kCardGone };
  // Until the connection or the card goes, or `stop_fd` becomes readable.
  End Serve(int socket, CardPort& card, int stop_fd);

  VpcdAddress address_;
  absl::Duration first_pause_;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_VPCD_VPCD_CLIENT_H_
