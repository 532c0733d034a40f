#include "cardsim/testing/test_host.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "lib/base/secret_access_grant.h"
#include "lib/crypto/aes.h"
#include "lib/crypto/cmac.h"
#include "lib/crypto/des_mac.h"
#include "lib/crypto/padding.h"
#include "lib/crypto/tdes.h"

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

KeySet TestKeys(size_t key_size) {
  KeySet keys;
  keys.enc = KeyFrom(0x10, key_size);
  keys.mac = KeyFrom(0x50, key_size);
  keys.dek = KeyFrom(0x90, key_size);
  keys.version = 0x30;
  keys.diversification_data = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  return keys;
}

KeySet TestDesKeys() {
  KeySet keys = TestKeys();
  keys.type = KeyType::kDes;
  return keys;
}

card::CommandApdu Apdu(absl::string_view hex) {
  return OrDie(card::CommandApdu::Parse(FromHexOrDie(hex)));
}

card::CommandApdu TestHost::InitializeUpdate(uint8_t kvn) const {
  return Make({0x80, 0x50, kvn, 0x00}, FromHexOrDie(kHostChallenge), 256);
}

bool TestHost::TakeScp01Answer(ByteSpan answer) {
  const Bytes host = FromHexOrDie(kHostChallenge);
  const ByteSpan card = answer.subspan(12, kScp01ChallengeSize);
  Scp01SessionKeys session = OrDie(DeriveScp01SessionKeys(keys_, host, card));
  host_cryptogram_ = OrDie(Scp01HostCryptogram(session, host, card));
  const bool right = OrDie(Scp01CardCryptogram(session, host, card)) ==
                     answer.subspan(20, kMacSize);
  scp02_.enc = std::move(session.enc);
  scp02_.mac = std::move(session.mac);
  scp02_.dek = keys_.dek.Clone();
  chaining_value_.clear();
  return right;
}

bool TestHost::TakeScp02Answer(ByteSpan answer) {
  const Bytes host = FromHexOrDie(kHostChallenge);
  const uint32_t sequence = static_cast<uint32_t>(answer[12] << 8 | answer[13]);
  const ByteSpan card = answer.subspan(14, kScp02CardChallengeSize);
  scp02_ = OrDie(DeriveScp02SessionKeys(keys_, sequence));
  host_cryptogram_ = OrDie(Scp02HostCryptogram(scp02_, sequence, host, card));
  chaining_value_.clear();
  return OrDie(Scp02CardCryptogram(scp02_, sequence, host, card)) ==
         answer.subspan(20, kMacSize);
}

bool TestHost::TakeAnswer(ByteSpan answer) {
  scp_ = answer[11];
  if (is_scp01()) return TakeScp01Answer(answer);
  if (is_des()) return TakeScp02Answer(answer);
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
  return AddMac(Make({0x84, 0x82, level, 0x00}, host_cryptogram_, std::nullopt),
                host_cryptogram_);
}

Bytes TestHost::NextScp01Mac(ByteSpan header_and_data) const {
  const Bytes icv =
      chaining_value_.empty()
          ? Bytes(crypto::kDesBlockSize)
          : OrDie(crypto::TdesEcbEncrypt(scp02_.mac, chaining_value_));
  return OrDie(crypto::TdesMac(
      scp02_.mac, icv,
      crypto::Iso9797Padded(header_and_data, crypto::kDesBlockSize)));
}

Bytes TestHost::NextMac(ByteSpan header_and_data) {
  if (!is_des()) {
    return OrDie(crypto::AesCmac(session_.mac,
                                 Concat({chaining_value_, header_and_data})));
  }
  if (is_scp01()) return NextScp01Mac(header_and_data);
  const Bytes icv =
      chaining_value_.empty()
          ? Bytes(crypto::kDesBlockSize)
          : OrDie(crypto::TdesEcbEncrypt(
                OrDie(crypto::SingleDesKey(scp02_.mac)), chaining_value_));
  return OrDie(crypto::RetailMac(
      scp02_.mac, icv,
      crypto::Iso9797Padded(header_and_data, crypto::kDesBlockSize)));
}

card::CommandApdu TestHost::AddMac(const card::CommandApdu& command,
                                   ByteSpan plain) {
  const card::CommandHeader& header = command.header();
  const ByteSpan covered = is_des() ? plain : command.data();
  const Bytes start = {header.cla, header.ins, header.p1, header.p2,
                       static_cast<uint8_t>(covered.size() + kMacSize)};
  chaining_value_ = NextMac(Concat({start, covered}));
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
  return AddMac(Make(header, data, plain.le()), plain.data());
}

Bytes TestHost::Encrypt(Bytes data) const {
  if (is_scp01()) {
    data.insert(data.begin(), static_cast<uint8_t>(data.size()));
    if (data.size() % crypto::kDesBlockSize != 0) {
      data = crypto::Iso9797Padded(data, crypto::kDesBlockSize);
    }
    return OrDie(
        crypto::TdesCbcEncrypt(scp02_.enc, Bytes(crypto::kDesBlockSize), data));
  }
  if (is_des()) {
    return OrDie(crypto::TdesCbcEncrypt(
        scp02_.enc, Bytes(crypto::kDesBlockSize),
        crypto::Iso9797Padded(data, crypto::kDesBlockSize)));
  }
  return OrDie(crypto::AesCbcEncrypt(
      session_.enc, Icv(session_.enc, 0x00, counter_),
      crypto::Iso9797Padded(data, crypto::kAesBlockSize)));
}

card::CommandApdu TestHost::ProtectPaddingAlone(card::CommandHeader header) {
  ++counter_;
  header.cla |= 0x04;
  return AddMac(Make(header, Encrypt({}), std::nullopt), {});
}

Bytes TestHost::WrapKey(const SecretBytes& key) const {
  const ByteSpan bytes = key.Read(GrantSecretAccess());
  if (is_des()) return OrDie(crypto::TdesEcbEncrypt(scp02_.dek, bytes));
  Bytes whole(bytes.begin(), bytes.end());
  whole.resize((whole.size() + 15) / 16 * 16);
  return OrDie(
      crypto::AesCbcEncrypt(keys_.dek, Bytes(crypto::kAesBlockSize), whole));
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
