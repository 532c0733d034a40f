#include "cardsim/files/testing/file_host.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/card/tlv/tlv.h"

namespace cardferry::cardsim {
namespace {

SecretBytes TestKey(uint8_t first, size_t size) {
  Bytes key(size);
  for (size_t i = 0; i < size; ++i) key[i] = static_cast<uint8_t>(first + i);
  return SecretBytes::CopyOf(key);
}

std::string Object(uint32_t tag, absl::string_view value) {
  return ToHex(card::EncodeTlv(tag, FromHexOrDie(value)));
}

std::string Rules(absl::string_view rules) {
  return rules.empty() ? "" : Object(0x8C, rules);
}

std::string CreateFile(absl::string_view parameters) {
  return CommandWithData("00E00000", Object(0x62, parameters));
}

}  // namespace

KeySet FileTestKeys(KeyType type, size_t size) {
  KeySet keys;
  keys.type = type;
  keys.enc = TestKey(0x10, size);
  keys.mac = TestKey(0x50, size);
  keys.dek = TestKey(0x90, size);
  keys.version = 1;
  return keys;
}

FileTestCard::FileTestCard()
    : FileTestCard(FileTestKeys(KeyType::kDes), {256 * 1024, 10, {}}) {}

FileTestCard::FileTestCard(KeySet keys, FileCardOptions options)
    : card_(*FileCard::Create(std::move(keys),
                              SecretBytes::CopyOf(AsBytes("1234")), options,
                              random_)) {}

std::string FileTestCard::Send(absl::string_view hex) {
  return ToHex(card_->Transmit(FromHexOrDie(hex)));
}

std::string FileTestCard::CreateBinary(absl::string_view id,
                                       absl::string_view size,
                                       absl::string_view rules) {
  return Send(CreateFile(absl::StrCat("820101", Object(0x83, id),
                                      Object(0x80, size), Rules(rules))));
}

std::string FileTestCard::CreateRecords(absl::string_view type,
                                        absl::string_view id,
                                        absl::string_view record_size,
                                        absl::string_view count,
                                        absl::string_view rules) {
  return Send(CreateFile(absl::StrCat("8205", type, "2100", record_size, count,
                                      Object(0x83, id), Rules(rules))));
}

std::string FileTestCard::CreateDf(absl::string_view id, absl::string_view name,
                                   absl::string_view rules) {
  return Send(CreateFile(absl::StrCat("820138", Object(0x83, id),
                                      name.empty() ? "" : Object(0x84, name),
                                      Rules(rules))));
}

std::string CommandWithData(absl::string_view header, absl::string_view data) {
  const auto size = static_cast<uint8_t>(data.size() / 2);
  return absl::StrCat(header, ToHex({size}), data);
}

}  // namespace cardferry::cardsim
