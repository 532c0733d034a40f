#include "cardsim/card/put_key.h"

#include <optional>
#include <utility>
#include <vector>

#include "cardsim/card/put_key_command.h"
#include "cardsim/card_error.h"
#include "cardsim/channel/key_check_value.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::cardsim {
namespace {

constexpr uint32_t kKeyIdentifier = 0xD0;
constexpr uint32_t kKeyVersion = 0xD2;
constexpr uint8_t kKeysOfSet = 3;

// The key itself; `answer` gets its check value.
absl::StatusOr<SecretBytes> Unwrap(const WrappedKey& key,
                                   const KeyRing& session, Bytes& answer) {
  ASSIGN_OR_RETURN(const SecretBytes padded, session.UnwrapKey(key.wrapped));
  SecretBytes plain =
      SecretBytes::CopyOf(padded.Read(GrantSecretAccess()).first(key.size));
  ASSIGN_OR_RETURN(const Bytes value, KeyCheckValue(key.type, plain));
  if (!key.check_value.empty() && !ConstantTimeEqual(key.check_value, value)) {
    return CardError(kWrongData, "key check value does not match");
  }
  Append(answer, value);
  return plain;
}

absl::StatusOr<KeySet> WholeSet(const PutKeyCommand& command,
                                const KeyRing& session, Bytes& answer) {
  const std::vector<WrappedKey>& wrapped = command.keys;
  if (wrapped[1].type != wrapped[0].type ||
      wrapped[2].type != wrapped[0].type) {
    return CardError(kWrongData, "a key set has keys of one type");
  }
  KeySet set;
  set.type = wrapped[0].type;
  set.version = command.new_version;
  set.diversification_data =
      session.channels().front().keys().diversification_data;
  ASSIGN_OR_RETURN(set.enc, Unwrap(wrapped[0], session, answer));
  ASSIGN_OR_RETURN(set.mac, Unwrap(wrapped[1], session, answer));
  ASSIGN_OR_RETURN(set.dek, Unwrap(wrapped[2], session, answer));
  return set;
}

// The set that is replaced, with one key changed.
absl::StatusOr<KeySet> ChangedSet(const PutKeyCommand& command,
                                  const KeyRing& session, const KeyRing& keys,
                                  Bytes& answer) {
  const Channel* const channel =
      keys.Find(command.old_version.value_or(command.new_version));
  if (channel == nullptr) {
    return CardError(kReferencedDataNotFound, "no key set of this version");
  }
  KeySet set = channel->keys().Clone();
  SecretBytes* const places[] = {&set.enc, &set.mac, &set.dek};
  SecretBytes& place = *places[command.identifier - 1];
  const WrappedKey& key = command.keys.front();
  if (!command.old_version.has_value() ||
      command.new_version != *command.old_version || key.type != set.type ||
      key.size != place.size()) {
    return CardError(kWrongData, "one key is replaced by one like it");
  }
  ASSIGN_OR_RETURN(place, Unwrap(key, session, answer));
  return set;
}

}  // namespace

absl::StatusOr<Bytes> PutKey(const card::CommandApdu& command,
                             const KeyRing& session, KeyRing& keys) {
  ASSIGN_OR_RETURN(const PutKeyCommand parsed, PutKeyCommand::Parse(command));
  Bytes answer = {parsed.new_version};
  ASSIGN_OR_RETURN(KeySet set, parsed.whole_set
                                   ? WholeSet(parsed, session, answer)
                                   : ChangedSet(parsed, session, keys, answer));
  if (parsed.old_version.has_value()) {
    RETURN_IF_ERROR(keys.Replace(*parsed.old_version, std::move(set)));
  } else {
    RETURN_IF_ERROR(keys.Add(std::move(set)));
  }
  return answer;
}

absl::Status DeleteKey(const card::CommandApdu& command, KeyRing& keys) {
  if (command.header().p1 != 0x00 || command.header().p2 != 0x00) {
    return CardError(kWrongP1P2, "no such DELETE");
  }
  const auto objects = card::ParseTlvs(command.data());
  if (!objects.ok()) return CardError(kWrongData, "DELETE is no BER-TLV");
  const std::optional<ByteSpan> version = card::FindTag(*objects, kKeyVersion);
  const std::optional<ByteSpan> identifier =
      card::FindTag(*objects, kKeyIdentifier);
  const size_t named = identifier.has_value() ? 2 : 1;
  if (!version.has_value() || version->size() != 1 ||
      objects->size() != named ||
      (identifier.has_value() && identifier->size() != 1)) {
    return CardError(kWrongData, "DELETE of keys names one version");
  }
  if (!identifier.has_value()) return keys.Delete(version->front());
  if (keys.Find(version->front()) == nullptr || identifier->front() == 0 ||
      identifier->front() > kKeysOfSet) {
    return CardError(kReferencedDataNotFound, "no such key");
  }
  return CardError(kConditionsNotSatisfied, "a key set keeps its keys");
}

bool IsDeleteKey(const card::CommandApdu& command) {
  const auto objects = card::ParseTlvs(command.data());
  return objects.ok() && (card::FindTag(*objects, kKeyIdentifier).has_value() ||
                          card::FindTag(*objects, kKeyVersion).has_value());
}

}  // namespace cardferry::cardsim
