#ifndef CARDFERRY_CARDSIM_CHANNEL_KEY_RING_H_
#define CARDFERRY_CARDSIM_CHANNEL_KEY_RING_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cardsim/channel/channel.h"
#include "cardsim/channel/key_set.h"
#include "lib/base/bytes.h"
#include "lib/base/random.h"
#include "lib/base/secret_bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"

namespace cardferry::cardsim {

// A key set with its counters: what is kept when the power goes.
struct KeyRingEntry {
  KeySet keys;
  KeyCounters counters;
};

// The key sets of a security domain, each with its channel, of which at most
// one has a session. The first is the default: INITIALIZE UPDATE with P1 00
// means it. Commands and errors are those of Channel.
class KeyRing {
 public:
  // Key sets that a ring holds at most: their descriptions fit one answer.
  static constexpr size_t kMaxKeySets = 10;
  // Keys from the factory, which the first key set that is added replaces.
  static constexpr uint8_t kFactoryVersion = 0xFF;

  // INVALID_ARGUMENT as Channel::Create, and for no key set, too many, or two
  // of one version. `options` have no fixed challenge.
  static absl::StatusOr<KeyRing> Create(std::vector<KeyRingEntry> entries,
                                        ChannelOptions options);

  // The ring of a security domain that has no keys yet. Only Add, Select and
  // Close are for it, and the questions.
  static KeyRing Empty(ChannelOptions options) {
    return KeyRing({}, std::move(options));
  }
  bool empty() const { return channels_.empty(); }

  absl::StatusOr<Bytes> InitializeUpdate(const card::CommandApdu& command,
                                         RandomSource& random);
  absl::Status ExternalAuthenticate(const card::CommandApdu& command) {
    return current().ExternalAuthenticate(command);
  }
  // Where sessions begin by a C-MAC, the first key set with such a protocol is
  // meant.
  absl::StatusOr<card::CommandApdu> Unwrap(const card::CommandApdu& command);
  card::ResponseApdu Wrap(card::ResponseApdu response) {
    return current().Wrap(std::move(response));
  }
  absl::StatusOr<card::ResponseApdu> ManageRMac(
      const card::CommandApdu& plain) {
    return current().ManageRMac(plain);
  }
  absl::StatusOr<SecretBytes> UnwrapKey(ByteSpan wrapped) const {
    return active().UnwrapKey(wrapped);
  }
  bool authenticated() const { return !empty() && active().authenticated(); }
  void Close() {
    if (!empty()) current().Close();
  }
  // A SELECT of the security domain with this AID, or a reset.
  void Select(ByteSpan aid);

  // Adds a key set; it takes the place of the factory's. A session goes on.
  // 6A80 when its version is there or it does not fit the card, 6A84 when there
  // are too many.
  absl::Status Add(KeySet keys);
  // Puts a key set in the place of that with `version`. 6A88 when there is
  // none; 6A80 as Add.
  absl::Status Replace(uint8_t version, KeySet keys);
  // Takes a key set away. 6A88 when there is none; 6985 for the last one and
  // for that of the running session.
  absl::Status Delete(uint8_t version);

  // nullptr when there is none.
  const Channel* Find(uint8_t version) const;
  // The channel of the session, or of the last INITIALIZE UPDATE.
  const Channel& active() const { return channels_[active_]; }
  const std::vector<Channel>& channels() const { return channels_; }
  std::vector<KeyRingEntry> ToEntries() const;

 private:
  KeyRing(std::vector<Channel> channels, ChannelOptions options)
      : channels_(std::move(channels)), options_(std::move(options)) {}

  Channel& current() { return channels_[active_]; }
  size_t IndexOf(uint8_t version) const;  // channels_.size() if none

  std::vector<Channel> channels_;
  ChannelOptions options_;
  size_t active_ = 0;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CHANNEL_KEY_RING_H_
