#include "cardsim/card/put_key_command.h"

#include <utility>

#include "cardsim/card/byte_reader.h"
#include "cardsim/card_error.h"
#include "cardsim/channel/key_check_value.h"
#include "lib/base/status_macros.h"

namespace cardferry::cardsim {
namespace {

constexpr uint8_t kMoreCommands = 0x80;  // in P1
constexpr uint8_t kSeveralKeys = 0x80;   // in P2
constexpr uint8_t kKeysOfASet = 3;
constexpr uint8_t kLastVersion = 0x7F;
constexpr size_t kDesKeySize = 16;

Bytes Copy(ByteSpan bytes) { return Bytes(bytes.begin(), bytes.end()); }

bool IsAesKeySize(size_t size) {
  return size == 16 || size == 24 || size == 32;
}

// The content of an AES key data field. That of Amendment D is longer by one
// byte than whole blocks; without the size the wrapped key is the key's size.
absl::Status TakeAesKey(ByteSpan content, WrappedKey& key) {
  const bool has_size = content.size() % 8 == 1;
  if (has_size) {
    key.size = content[0];
    content.remove_prefix(1);
  } else {
    key.size = content.size();
  }
  if (!IsAesKeySize(key.size) || content.size() < key.size ||
      content.size() >= key.size + 16) {
    return CardError(kWrongData, "an AES key has 16, 24 or 32 bytes");
  }
  key.wrapped = Copy(content);
  return absl::OkStatus();
}

absl::StatusOr<WrappedKey> TakeKey(ByteReader& reader) {
  WrappedKey key;
  ASSIGN_OR_RETURN(const uint8_t type, reader.TakeU8());
  ASSIGN_OR_RETURN(const ByteSpan content, reader.TakeLengthPrefixed());
  if (type == static_cast<uint8_t>(KeyType::kAes)) {
    RETURN_IF_ERROR(TakeAesKey(content, key));
  } else if (type == static_cast<uint8_t>(KeyType::kDes)) {
    if (content.size() != kDesKeySize) {
      return CardError(kWrongData, "a triple DES key has 16 bytes");
    }
    key.type = KeyType::kDes;
    key.size = content.size();
    key.wrapped = Copy(content);
  } else {
    return CardError(kWrongData, "a type of key that the card does not have");
  }
  ASSIGN_OR_RETURN(const ByteSpan check_value, reader.TakeLengthPrefixed());
  if (!check_value.empty() && check_value.size() != kKeyCheckValueSize) {
    return CardError(kWrongData, "a key check value has three bytes");
  }
  key.check_value = Copy(check_value);
  return key;
}

absl::StatusOr<PutKeyCommand> ParseHeader(const card::CommandHeader& header) {
  PutKeyCommand command;
  if ((header.p1 & kMoreCommands) != 0) {
    return CardError(kWrongP1P2, "key sets come in one command");
  }
  if (header.p1 != 0x00) command.old_version = header.p1;
  command.whole_set = (header.p2 & kSeveralKeys) != 0;
  command.identifier = static_cast<uint8_t>(header.p2 & ~kSeveralKeys);
  if (command.identifier < 1 || command.identifier > kKeysOfASet ||
      (command.whole_set && command.identifier != 1)) {
    return CardError(kWrongP1P2, "no such key identifier");
  }
  return command;
}

}  // namespace

absl::StatusOr<PutKeyCommand> PutKeyCommand::Parse(
    const card::CommandApdu& command) {
  ASSIGN_OR_RETURN(PutKeyCommand parsed, ParseHeader(command.header()));
  ByteReader reader(command.data());
  ASSIGN_OR_RETURN(parsed.new_version, reader.TakeU8());
  if (parsed.new_version == 0 || parsed.new_version > kLastVersion) {
    return CardError(kWrongData, "a key version is 01 to 7F");
  }
  while (!reader.AtEnd()) {
    ASSIGN_OR_RETURN(WrappedKey key, TakeKey(reader));
    parsed.keys.push_back(std::move(key));
  }
  if (parsed.keys.size() != (parsed.whole_set ? kKeysOfASet : 1u)) {
    return CardError(kWrongData, "not as many keys as P2 says");
  }
  return parsed;
}

}  // namespace cardferry::cardsim
