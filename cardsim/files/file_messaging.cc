#include "cardsim/files/file_messaging.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "cardsim/card_error.h"
#include "cardsim/files/file_status_words.h"
#include "lib/base/status_macros.h"
#include "lib/card/tlv/tlv.h"
#include "lib/crypto/aes.h"
#include "lib/crypto/cmac.h"
#include "lib/crypto/des_mac.h"
#include "lib/crypto/padding.h"
#include "lib/crypto/tdes.h"

namespace cardferry::cardsim {
namespace {

constexpr size_t kMacSize = 8;
constexpr size_t kShortAnswer = 256;

absl::Status Missing(absl::string_view why) {
  return CardError(kMessagingObjectMissing, why);
}

absl::Status Wrong(absl::string_view why) {
  return CardError(kMessagingObjectWrong, why);
}

}  // namespace

// What a protected command carries.
struct FileMessaging::Objects {
  ByteSpan authenticated;  // all before the MAC
  std::optional<card::Tlv> data;
  std::optional<uint32_t> le;
  ByteSpan mac;
};

FileMessaging::FileMessaging(KeyType type, SecretBytes enc, SecretBytes mac,
                             Bytes counter)
    : type_(type),
      enc_(std::move(enc)),
      mac_(std::move(mac)),
      counter_(std::move(counter)) {}

void FileMessaging::CountOn() {
  for (size_t i = counter_.size(); i-- > 0;) {
    if (++counter_[i] != 0) return;
  }
}

absl::StatusOr<Bytes> FileMessaging::Mac(ByteSpan header,
                                         ByteSpan objects) const {
  Bytes message = counter_;
  if (!header.empty()) {
    Append(message, crypto::Iso9797Padded(header, block()));
  }
  if (!objects.empty()) {
    Append(message, crypto::Iso9797Padded(objects, block()));
  }
  if (type_ == KeyType::kDes) {
    return crypto::RetailMac(mac_, Bytes(block()), message);
  }
  ASSIGN_OR_RETURN(Bytes mac, crypto::AesCmac(mac_, message));
  mac.resize(kMacSize);
  return mac;
}

absl::StatusOr<Bytes> FileMessaging::Crypt(bool encrypt, ByteSpan data) const {
  if (type_ == KeyType::kDes) {
    const Bytes zeros(block());
    return encrypt ? crypto::TdesCbcEncrypt(enc_, zeros, data)
                   : crypto::TdesCbcDecrypt(enc_, zeros, data);
  }
  ASSIGN_OR_RETURN(const Bytes iv, crypto::AesEcbEncrypt(enc_, counter_));
  return encrypt ? crypto::AesCbcEncrypt(enc_, iv, data)
                 : crypto::AesCbcDecrypt(enc_, iv, data);
}

absl::StatusOr<Bytes> FileMessaging::PlainData(const Objects& objects) const {
  if (!objects.data.has_value()) return Bytes();
  ByteSpan value = objects.data->value;
  if (objects.data->tag == 0x81) return Bytes(value.begin(), value.end());
  if (objects.data->tag == 0x87) {
    if (value.empty() || value[0] != 0x01) return Wrong("padding indicator");
    value.remove_prefix(1);
  }
  if (value.empty() || value.size() % block() != 0) return Wrong("no blocks");
  ASSIGN_OR_RETURN(Bytes plain, Crypt(/*encrypt=*/false, value));
  const auto end = std::find_if(plain.rbegin(), plain.rend(),
                                [](uint8_t byte) { return byte != 0x00; });
  if (end == plain.rend() || *end != 0x80) return Wrong("padding");
  plain.resize(static_cast<size_t>(plain.rend() - end) - 1);
  return plain;
}

absl::StatusOr<card::CommandApdu> FileMessaging::Unwrap(
    const card::CommandApdu& command) {
  CountOn();
  const card::CommandHeader& header = command.header();
  odd_ = (header.ins & 1) != 0;
  extended_ = command.came_extended() || command.IsExtended();
  const auto tlvs = card::ParseTlvs(command.data());
  if (!tlvs.ok()) return Wrong("no data objects");
  Objects objects;
  size_t at = 0;
  const auto next_is = [&tlvs, &at](uint32_t tag) {
    return at < tlvs->size() && (*tlvs)[at].tag == tag;
  };
  if (next_is(0x81) || next_is(odd_ ? 0x85 : 0x87)) {
    objects.data = (*tlvs)[at++];
  }
  if (next_is(0x97)) {
    const ByteSpan le = (*tlvs)[at++].value;
    if (le.empty() || le.size() > 2) return Wrong("Le");
    objects.le =
        le.size() == 1 ? le[0] : static_cast<uint32_t>(le[0] << 8 | le[1]);
    if (*objects.le == 0) objects.le = le.size() == 1 ? 256 : 65536;
  }
  if (at == tlvs->size()) return Missing("no MAC");
  if (!next_is(0x8E) || at + 1 != tlvs->size() ||
      (*tlvs)[at].value.size() != kMacSize) {
    return Wrong("other data objects");
  }
  objects.mac = (*tlvs)[at].value;
  objects.authenticated =
      ByteSpan(command.data()).first(command.data().size() - kMacSize - 2);
  ASSIGN_OR_RETURN(const Bytes mac,
                   Mac(Bytes{header.cla, header.ins, header.p1, header.p2},
                       objects.authenticated));
  if (!ConstantTimeEqual(mac, objects.mac)) return Wrong("MAC");
  ASSIGN_OR_RETURN(const Bytes data, PlainData(objects));
  if (objects.le.has_value() && !extended_) {
    // 87 81 length 01, 99 and 8E take 18 bytes of a short answer, the padding
    // at least one.
    const size_t room = (kShortAnswer - 18) / block() * block() - 1;
    objects.le = std::min(*objects.le, static_cast<uint32_t>(room));
  }
  return card::CommandApdu::Create({0x00, header.ins, header.p1, header.p2},
                                   data, objects.le);
}

absl::StatusOr<card::ResponseApdu> FileMessaging::Wrap(
    const card::ResponseApdu& plain) {
  CountOn();
  Bytes objects;
  if (!plain.data.empty()) {
    ASSIGN_OR_RETURN(
        Bytes cryptogram,
        Crypt(/*encrypt=*/true, crypto::Iso9797Padded(plain.data, block())));
    if (!odd_) cryptogram.insert(cryptogram.begin(), 0x01);
    card::AppendTlv(objects, odd_ ? 0x85 : 0x87, cryptogram);
  }
  card::StatusWord sw = plain.sw;
  // 99 and 8E follow.
  if (!extended_ && objects.size() + 4 + 2 + kMacSize > kShortAnswer) {
    objects.clear();
    sw = kWrongLength;
  }
  card::AppendTlv(objects, 0x99, {sw.sw1(), sw.sw2()});
  ASSIGN_OR_RETURN(const Bytes mac, Mac({}, objects));
  card::AppendTlv(objects, 0x8E, mac);
  return card::ResponseApdu{std::move(objects), sw};
}

}  // namespace cardferry::cardsim
