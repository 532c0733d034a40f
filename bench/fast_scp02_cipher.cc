#include "bench/fast_scp02_cipher.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace cardferry::bench {
namespace {

constexpr size_t kBlockSize = 8;
using Block = std::array<uint8_t, kBlockSize>;
using Key = std::array<uint8_t, 2 * kBlockSize>;
constexpr uint8_t kIcvEncryption = 0x10;

void Check(int result) {
  if (result != 1) std::abort();
}

// Triple DES with two keys, in CBC mode.
class Cbc {
 public:
  explicit Cbc(const Key& key)
      : context_(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free) {
    static EVP_CIPHER* const algorithm =
        EVP_CIPHER_fetch(nullptr, "DES-EDE-CBC", nullptr);
    Check(EVP_EncryptInit_ex(context_.get(), algorithm, nullptr, key.data(),
                             Block().data()));
    Check(EVP_CIPHER_CTX_set_padding(context_.get(), 0));
  }

  // In place.
  void Encrypt(const Block& iv, absl::Span<uint8_t> blocks) {
    int size = 0;
    Check(EVP_EncryptInit_ex(context_.get(), nullptr, nullptr, nullptr,
                             iv.data()));
    Check(EVP_EncryptUpdate(context_.get(), blocks.data(), &size, blocks.data(),
                            static_cast<int>(blocks.size())));
  }

 private:
  const std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)> context_;
};

Key ToKey(ByteSpan bytes) {
  Key key = {};
  std::copy_n(bytes.begin(), key.size(), key.begin());
  return key;
}

Block LastBlock(ByteSpan blocks) {
  Block last = {};
  std::copy(blocks.end() - kBlockSize, blocks.end(), last.begin());
  return last;
}

// VISA2: two blocks by ECB.
Key CardKey(const Bytes& master, uint8_t number, ByteSpan kdd) {
  Key key = {kdd[0], kdd[1], kdd[4], kdd[5], kdd[6], kdd[7], 0xF0, number,
             kdd[0], kdd[1], kdd[4], kdd[5], kdd[6], kdd[7], 0x0F, number};
  Cbc cipher(ToKey(master));
  cipher.Encrypt(Block(), absl::MakeSpan(key).first(kBlockSize));
  cipher.Encrypt(Block(), absl::MakeSpan(key).last(kBlockSize));
  return key;
}

Key SessionKey(const Key& card_key, uint8_t high, uint8_t low,
               const scp::SessionSeed& seed) {
  Key key = {high, low, seed.card_challenge[0], seed.card_challenge[1]};
  Cbc(card_key).Encrypt(Block(), absl::MakeSpan(key));
  return key;
}

Key LeftOf(const Key& key) {
  Key left = key;
  std::copy_n(key.begin(), kBlockSize, left.begin() + kBlockSize);
  return left;
}

Bytes Padded(ByteSpan bytes) {
  Bytes blocks(bytes.begin(), bytes.end());
  blocks.push_back(0x80);
  blocks.resize((blocks.size() + kBlockSize - 1) / kBlockSize * kBlockSize);
  return blocks;
}

class FastScp02Cipher final : public scp::SessionCipher {
 public:
  FastScp02Cipher(const Key& enc, const Key& mac, const scp::SessionSeed& seed)
      : seed_(seed), enc_(enc), whole_(mac), left_(LeftOf(mac)) {}

  scp::ChannelProtocol protocol() const override { return seed_.protocol; }
  absl::StatusOr<Bytes> CardCryptogram() override {
    return Cryptogram(seed_.host_challenge, seed_.card_challenge);
  }
  absl::StatusOr<Bytes> HostCryptogram() override {
    return Cryptogram(seed_.card_challenge, seed_.host_challenge);
  }

  absl::StatusOr<std::vector<Bytes>> MacChain(
      ByteSpan chaining_value, absl::Span<const Bytes> messages) override {
    std::vector<Bytes> macs;
    macs.reserve(messages.size());
    Block previous = {};
    std::copy(chaining_value.begin(), chaining_value.end(), previous.begin());
    bool first = chaining_value.empty();
    for (const Bytes& message : messages) {
      if (!first && (seed_.protocol.i & kIcvEncryption) != 0) {
        left_.Encrypt(Block(), absl::MakeSpan(previous));
      }
      first = false;
      Bytes blocks = Padded(message);
      const absl::Span<uint8_t> all = absl::MakeSpan(blocks);
      if (blocks.size() > kBlockSize) {
        const absl::Span<uint8_t> head = all.first(all.size() - kBlockSize);
        left_.Encrypt(previous, head);
        previous = LastBlock(head);
      }
      whole_.Encrypt(previous, all.last(kBlockSize));
      previous = LastBlock(blocks);
      macs.emplace_back(previous.begin(), previous.end());
    }
    return macs;
  }

  absl::StatusOr<std::vector<Bytes>> EncryptCommands(
      absl::Span<const Plaintext> plaintexts) override {
    std::vector<Bytes> out;
    out.reserve(plaintexts.size());
    for (const Plaintext& plaintext : plaintexts) {
      Bytes blocks = Padded(plaintext.data);
      enc_.Encrypt(Block(), absl::MakeSpan(blocks));
      out.push_back(std::move(blocks));
    }
    return out;
  }

 private:
  Bytes Cryptogram(ByteSpan first, ByteSpan second) {
    Bytes blocks = Padded(Concat({first, second}));
    enc_.Encrypt(Block(), absl::MakeSpan(blocks));
    const Block last = LastBlock(blocks);
    return Bytes(last.begin(), last.end());
  }

  const scp::SessionSeed seed_;
  Cbc enc_;
  Cbc whole_;
  Cbc left_;
};

}  // namespace

std::unique_ptr<scp::SessionCipher> MakeFastScp02Cipher(
    const keyvault::KnownKeySet& key_set,
    const keyvault::CardKeySelection& card, const scp::SessionSeed& seed) {
  const ByteSpan kdd = card.key_diversification_data;
  return std::make_unique<FastScp02Cipher>(
      SessionKey(CardKey(key_set.master_enc, 1, kdd), 0x01, 0x82, seed),
      SessionKey(CardKey(key_set.master_mac, 2, kdd), 0x01, 0x01, seed), seed);
}

}  // namespace cardferry::bench
