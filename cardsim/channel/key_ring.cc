#include "cardsim/channel/key_ring.h"

#include <algorithm>

#include "cardsim/card_error.h"
#include "cardsim/channel/messaging.h"
#include "lib/base/status_macros.h"

namespace cardferry::cardsim {
namespace {

// What is INVALID_ARGUMENT for who makes a card is wrong data from a host.
absl::Status AsWrongData(const absl::Status& status) {
  if (status.ok()) return status;
  return CardError(kWrongData, status.message());
}

}  // namespace

absl::StatusOr<KeyRing> KeyRing::Create(std::vector<KeyRingEntry> entries,
                                        ChannelOptions options) {
  if (entries.empty() || entries.size() > kMaxKeySets) {
    return absl::InvalidArgumentError("a card has 1 to 10 key sets");
  }
  std::vector<Channel> channels;
  for (KeyRingEntry& entry : entries) {
    for (const Channel& other : channels) {
      if (other.keys().version == entry.keys.version) {
        return absl::InvalidArgumentError("two key sets have one version");
      }
    }
    ASSIGN_OR_RETURN(Channel channel, Channel::Create(std::move(entry.keys),
                                                      options, entry.counters));
    channels.push_back(std::move(channel));
  }
  return KeyRing(std::move(channels), std::move(options));
}

size_t KeyRing::IndexOf(uint8_t version) const {
  size_t index = 0;
  while (index < channels_.size() &&
         channels_[index].keys().version != version) {
    ++index;
  }
  return index;
}

const Channel* KeyRing::Find(uint8_t version) const {
  const size_t index = IndexOf(version);
  return index < channels_.size() ? &channels_[index] : nullptr;
}

// A version that is not there goes to the first channel, which finds what is
// wrong with the command in the order that all channels have.
absl::StatusOr<Bytes> KeyRing::InitializeUpdate(
    const card::CommandApdu& command, RandomSource& random) {
  const size_t index = IndexOf(command.header().p1);
  const size_t meant = index < channels_.size() ? index : 0;
  if (!channels_[meant].protocol().implicit()) {
    Close();
    active_ = meant;
  }
  return channels_[meant].InitializeUpdate(command, random);
}

absl::StatusOr<card::CommandApdu> KeyRing::Unwrap(
    const card::CommandApdu& command) {
  if (!authenticated() && HasSecureMessaging(command.header())) {
    const auto found =
        std::find_if(channels_.begin(), channels_.end(),
                     [](const Channel& c) { return c.protocol().implicit(); });
    if (found != channels_.end()) {
      active_ = static_cast<size_t>(found - channels_.begin());
    }
  }
  return current().Unwrap(command);
}

void KeyRing::Select(ByteSpan aid) {
  options_.aid.assign(aid.begin(), aid.end());
  for (Channel& channel : channels_) channel.Select(aid);
}

absl::Status KeyRing::Add(KeySet keys) {
  if (Find(keys.version) != nullptr) {
    return CardError(kWrongData, "a key set of this version is there");
  }
  if (Find(kFactoryVersion) != nullptr) {
    return Replace(kFactoryVersion, std::move(keys));
  }
  if (channels_.size() == kMaxKeySets) {
    return CardError(kNoSpace, "no room for another key set");
  }
  absl::StatusOr<Channel> channel = Channel::Create(std::move(keys), options_);
  if (!channel.ok()) return AsWrongData(channel.status());
  channels_.push_back(*std::move(channel));
  return absl::OkStatus();
}

absl::Status KeyRing::Replace(uint8_t version, KeySet keys) {
  const size_t index = IndexOf(version);
  if (index == channels_.size()) {
    return CardError(kReferencedDataNotFound, "no key set of this version");
  }
  if (keys.version != version && Find(keys.version) != nullptr) {
    return CardError(kWrongData, "a key set of the new version is there");
  }
  return AsWrongData(channels_[index].Replace(std::move(keys)));
}

absl::Status KeyRing::Delete(uint8_t version) {
  const size_t index = IndexOf(version);
  if (index == channels_.size()) {
    return CardError(kReferencedDataNotFound, "no key set of this version");
  }
  if (channels_.size() == 1 || index == active_) {
    return CardError(kConditionsNotSatisfied, "this key set is in use");
  }
  channels_.erase(channels_.begin() +
                  static_cast<std::vector<Channel>::difference_type>(index));
  if (active_ > index) --active_;
  return absl::OkStatus();
}

std::vector<KeyRingEntry> KeyRing::ToEntries() const {
  std::vector<KeyRingEntry> entries;
  for (const Channel& channel : channels_) {
    entries.push_back({channel.keys().Clone(), channel.counters()});
  }
  return entries;
}

}  // namespace cardferry::cardsim
