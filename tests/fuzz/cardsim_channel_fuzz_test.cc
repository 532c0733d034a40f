// Commands of a terminal that has no keys at the secure channel of the
// simulated card. Input: flags (1), then commands as
//   length (2, big-endian) | bytes
// Flag 01: SCP02, else SCP03. Flag 02: a session with C-DEC, else with C-MAC
// alone. Flag 08: SCP01 in the place of SCP02. Flag 04: no session yet, the
// commands come as EXTERNAL AUTHENTICATE. None of them may get through.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <utility>

#include "cardsim/channel/channel.h"
#include "cardsim/channel/messaging.h"
#include "cardsim/testing/test_host.h"
#include "lib/base/testing/counting_random.h"

namespace cardferry::cardsim {
namespace {

class Terminal {
 public:
  explicit Terminal(uint8_t flags)
      : host_(Keys(flags)),
        channel_(*Channel::Create(Keys(flags), Options(flags))) {
    Begin();
    begun_ = (flags & 0x04) != 0;
    const uint8_t level = (flags & 0x02) != 0 ? 0x03 : 0x01;
    if (!begun_ &&
        !channel_.ExternalAuthenticate(host_.ExternalAuthenticate(level))
             .ok()) {
      std::abort();
    }
  }

  void Send(const card::CommandApdu& command) {
    if (begun_) {
      if (channel_.ExternalAuthenticate(command).ok()) std::abort();
      Begin();
      return;
    }
    const bool live = channel_.authenticated();
    const bool taken = channel_.Unwrap(command).ok();
    if (channel_.authenticated()) std::abort();
    if (taken && (live || HasSecureMessaging(command.header()))) std::abort();
  }

 private:
  static KeySet Keys(uint8_t flags) {
    return (flags & 0x01) != 0 ? TestDesKeys() : TestKeys();
  }
  static ChannelOptions Options(uint8_t flags) {
    ChannelOptions options;
    if ((flags & 0x08) != 0) options.scp01_i = 0x15;
    return options;
  }
  // As often as it takes: the key set locks after ten failures.
  void Begin() {
    const auto answer =
        channel_.InitializeUpdate(host_.InitializeUpdate(), random_);
    if (!answer.ok() && !channel_.locked()) std::abort();
    if (answer.ok() && !host_.TakeAnswer(*answer)) std::abort();
  }

  CountingRandom random_;
  TestHost host_;
  Channel channel_;
  bool begun_ = false;
};

void Run(ByteSpan input) {
  Terminal terminal(input[0]);
  ByteSpan rest = input.subspan(1);
  while (rest.size() >= 2) {
    const size_t length = static_cast<size_t>(rest[0] << 8 | rest[1]);
    rest.remove_prefix(2);
    const ByteSpan bytes = rest.subspan(0, length);
    const auto command = card::CommandApdu::Parse(bytes);
    if (command.ok()) terminal.Send(*command);
    rest.remove_prefix(bytes.size());
  }
}

}  // namespace
}  // namespace cardferry::cardsim

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size > 0) cardferry::cardsim::Run(cardferry::ByteSpan(data, size));
  return 0;
}
