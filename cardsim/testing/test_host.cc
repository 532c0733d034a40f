#include "cardsim/testing/test_host.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "lib/crypto/aes.h"
#include "lib/crypto/cmac.h"

namespace cardferry::cardsim {
namespace {

constexpr size_t kMacSize = 8;
constexpr char kHostChallenge[] = "1011121314151617";

template <typename T>
T OrDie(absl::StatusOr<T> value) {
  if (!value.ok()) std::abort();
  return *std::move(value);
}

SecretBytes KeyFrom(uint8_t first, size_t size) {
  Bytes key(size);
  for (uint8_t& byte : key) byte = first++;
  return SecretBytes::CopyOf(key);
}

Bytes Icv(const SecretBytes& key, uint8_t first, uint32_t counter) {
  Bytes block(16);
  block[0] = first;
  block[14] = static_cast<uint8_t>(counter >> 8);
  block[15] = static_cast<uint8_t>(counter);
  return OrDie(crypto::AesEcbEncrypt(key, block));
}

card::CommandApdu Make(card::CommandHeader header, ByteSpan data,
                       std::optional<uint32_t> le) {
  return OrDie(card::CommandApdu::Create(header, data, le));
}

}  // namespace

Scp03KeySet TestKeys(size_t key_size) {
  Scp03KeySet keys;
  keys.enc = KeyFrom(0x10, key_size);
  keys.mac = KeyFrom(0x50, key_size);
  keys.dek = KeyFrom(0x90, key_size);
  keys.version = 0x30;
  keys.diversification_data = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  return keys;
}

card::CommandApdu Apdu(absl::string_view hex) {
  return OrDie(card::CommandApdu::Parse(FromHexOrDie(hex)));
}

card::CommandApdu TestHost::InitializeUpdate(uint8_t kvn) const {
  return Make({0x80, 0x50, kvn, 0x00}, FromHexOrDie(kHostChallenge), 256);
}

bool TestHost::TakeAnswer(ByteSpan answer) {
  const Bytes host = FromHexOrDie(kHostChallenge);
  const ByteSpan card = answer.subspan(13, kMacSize);
  session_ = OrDie(DeriveSessionKeys(keys_, host, card));
  host_cryptogram_ = OrDie(HostCryptogram(session_, host, card));
  chaining_value_.assign(16, 0);
  counter_ = 0;
  return OrDie(CardCryptogram(session_, host, card)) ==
         answer.subspan(21, kMacSize);
}

card::CommandApdu TestHost::ExternalAuthenticate(uint8_t level) {
  level_ = level;
  return AddMac(
      Make({0x84, 0x82, level, 0x00}, host_cryptogram_, std::nullopt));
}

card::CommandApdu TestHost::AddMac(const card::CommandApdu& command) {
  const card::CommandHeader& header = command.header();
  const size_t lc = command.data().size() + kMacSize;
  Bytes input =
      Concat({chaining_value_, Bytes{header.cla, header.ins, header.p1,
                                     header.p2, static_cast<uint8_t>(lc)}});
  Append(input, command.data());
  chaining_value_ = OrDie(crypto::AesCmac(session_.mac, input));
  return Make(
      header,
      Concat({command.data(), ByteSpan(chaining_value_).first(kMacSize)}),
      command.le());
}

card::CommandApdu TestHost::Protect(const card::CommandApdu& plain) {
  ++counter_;
  if (level_ == 0) return plain;
  card::CommandHeader header = plain.header();
  header.cla |= 0x04;
  Bytes data = plain.data();
  if ((level_ & 0x02) != 0 && !data.empty()) {
    data = Encrypt(std::move(data));
  }
  return AddMac(Make(header, data, plain.le()));
}

Bytes TestHost::Encrypt(Bytes data) const {
  data.push_back(0x80);
  data.resize((data.size() + 15) / 16 * 16);
  return OrDie(crypto::AesCbcEncrypt(session_.enc,
                                     Icv(session_.enc, 0x00, counter_), data));
}

card::CommandApdu TestHost::ProtectPaddingAlone(card::CommandHeader header) {
  ++counter_;
  header.cla |= 0x04;
  return AddMac(Make(header, Encrypt({}), std::nullopt));
}

card::ResponseApdu TestHost::Open(const card::ResponseApdu& answer) const {
  const bool bare = answer.sw != card::kSuccess && answer.sw.sw1() != 0x62 &&
                    answer.sw.sw1() != 0x63;
  if ((level_ & 0x10) == 0 || bare) return answer;
  if (answer.data.size() < kMacSize) std::abort();
  Bytes data(answer.data.begin(), answer.data.end() - kMacSize);
  const Bytes sw = {answer.sw.sw1(), answer.sw.sw2()};
  Bytes mac = OrDie(
      crypto::AesCmac(session_.rmac, Concat({chaining_value_, data, sw})));
  if (!std::equal(answer.data.end() - kMacSize, answer.data.end(),
                  mac.begin())) {
    std::abort();
  }
  if ((level_ & 0x20) != 0 && !data.empty()) {
    data = OrDie(crypto::AesCbcDecrypt(
        session_.enc, Icv(session_.enc, 0x80, counter_), data));
    while (data.back() == 0x00) data.pop_back();
    data.pop_back();
  }
  return card::ResponseApdu{std::move(data), answer.sw};
}

}  // namespace cardferry::cardsim
