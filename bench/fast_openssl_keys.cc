#include "bench/fast_openssl_keys.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

#include "absl/status/status.h"
#include "bench/fast_scp02_cipher.h"

namespace cardferry::bench {
namespace {

constexpr size_t kBlockSize = 16;
using Block = std::array<uint8_t, kBlockSize>;

void Check(int result) {
  if (result != 1) std::abort();
}

Block ToBlock(ByteSpan bytes) {
  Block block = {};
  std::copy_n(bytes.begin(), kBlockSize, block.begin());
  return block;
}

// AES-128-CMAC under one key.
class Cmac {
 public:
  explicit Cmac(const Block& key)
      : context_(EVP_MAC_CTX_new(Algorithm()), EVP_MAC_CTX_free) {
    static char cipher[] = "AES-128-CBC";
    const OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_CIPHER, cipher, 0),
        OSSL_PARAM_construct_end()};
    Check(EVP_MAC_init(context_.get(), key.data(), key.size(), parameters));
  }

  Block Compute(ByteSpan head, ByteSpan tail) {
    Block mac;
    size_t size = 0;
    Check(EVP_MAC_init(context_.get(), nullptr, 0, nullptr));
    Check(EVP_MAC_update(context_.get(), head.data(), head.size()));
    Check(EVP_MAC_update(context_.get(), tail.data(), tail.size()));
    Check(EVP_MAC_final(context_.get(), mac.data(), &size, mac.size()));
    return mac;
  }

 private:
  static EVP_MAC* Algorithm() {
    static EVP_MAC* const algorithm = EVP_MAC_fetch(nullptr, "CMAC", nullptr);
    return algorithm;
  }

  const std::unique_ptr<EVP_MAC_CTX, void (*)(EVP_MAC_CTX*)> context_;
};

// AES-128-CBC under one key.
class Cbc {
 public:
  explicit Cbc(const Block& key)
      : context_(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free) {
    static EVP_CIPHER* const algorithm =
        EVP_CIPHER_fetch(nullptr, "AES-128-CBC", nullptr);
    Check(EVP_EncryptInit_ex(context_.get(), algorithm, nullptr, key.data(),
                             Block().data()));
    Check(EVP_CIPHER_CTX_set_padding(context_.get(), 0));
  }

  void Encrypt(const Block& iv, ByteSpan in, uint8_t* out) {
    int size = 0;
    Check(EVP_EncryptInit_ex(context_.get(), nullptr, nullptr, nullptr,
                             iv.data()));
    Check(EVP_EncryptUpdate(context_.get(), out, &size, in.data(),
                            static_cast<int>(in.size())));
  }

 private:
  const std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)> context_;
};

// GPC Amendment D, 4.1.5: zeros (11) | constant | 00 | bits (2) | 01 | context.
Block Derive(Cmac& key, uint8_t constant, uint8_t bits, ByteSpan context) {
  Block head = {};
  head[11] = constant;
  head[14] = bits;
  head[15] = 1;
  return key.Compute(head, context);
}

// KDF3: 01 | 000000 | number | 00 | key diversification data.
Block CardKey(const Bytes& master, uint8_t number, ByteSpan diversification) {
  const std::array<uint8_t, 6> head = {1, 0, 0, 0, number, 0};
  return Cmac(ToBlock(master)).Compute(head, diversification);
}

class FastCipher final : public scp::SessionCipher {
 public:
  FastCipher(const keyvault::KnownKeySet& key_set,
             const keyvault::CardKeySelection& card,
             const scp::SessionSeed& seed)
      : card_enc_(
            CardKey(key_set.master_enc, 1, card.key_diversification_data)),
        protocol_(seed.protocol),
        context_(Concat({seed.host_challenge, seed.card_challenge})),
        mac_(SessionKey(
            CardKey(key_set.master_mac, 2, card.key_diversification_data),
            0x06)) {}

  scp::ChannelProtocol protocol() const override { return protocol_; }
  absl::StatusOr<Bytes> CardCryptogram() override { return Cryptogram(0x00); }
  absl::StatusOr<Bytes> HostCryptogram() override { return Cryptogram(0x01); }

  absl::StatusOr<std::vector<Bytes>> MacChain(
      ByteSpan chaining_value, absl::Span<const Bytes> messages) override {
    std::vector<Bytes> macs;
    macs.reserve(messages.size());
    Block previous = ToBlock(chaining_value);
    for (const Bytes& message : messages) {
      previous = mac_.Compute(previous, message);
      macs.emplace_back(previous.begin(), previous.end());
    }
    return macs;
  }

  absl::StatusOr<std::vector<Bytes>> EncryptCommands(
      absl::Span<const Plaintext> plaintexts) override {
    if (!enc_.has_value()) enc_.emplace(SessionKey(card_enc_, 0x04));
    std::vector<Bytes> out;
    out.reserve(plaintexts.size());
    for (const Plaintext& plaintext : plaintexts) {
      Block counter = {};
      for (size_t i = 0; i < 4; ++i) {
        counter[15 - i] = static_cast<uint8_t>(plaintext.counter >> (8 * i));
      }
      Block icv;
      enc_->Encrypt(Block(), counter, icv.data());
      Bytes data = plaintext.data;
      data.push_back(0x80);
      data.resize((data.size() + kBlockSize - 1) / kBlockSize * kBlockSize);
      enc_->Encrypt(icv, data, data.data());
      out.push_back(std::move(data));
    }
    return out;
  }

 private:
  Block SessionKey(const Block& card_key, uint8_t constant) const {
    Cmac key(card_key);
    return Derive(key, constant, 128, context_);
  }
  Bytes Cryptogram(uint8_t constant) {
    const Block mac = Derive(mac_, constant, 64, context_);
    return Bytes(mac.begin(), mac.begin() + 8);
  }

  const Block card_enc_;
  const scp::ChannelProtocol protocol_;
  const Bytes context_;  // host challenge || card challenge
  Cmac mac_;
  std::optional<Cbc> enc_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<scp::SessionCipher>>
FastOpensslKeys::OpenSession(const keyvault::CardKeySelection& card,
                             const scp::SessionSeed& seed) {
  for (const keyvault::KnownKeySet& key_set : key_sets_) {
    if (key_set.description.name != card.key_set) continue;
    if (seed.protocol.scp == scp::kScp02) {
      return MakeFastScp02Cipher(key_set, card, seed);
    }
    return std::make_unique<FastCipher>(key_set, card, seed);
  }
  return absl::NotFoundError("no such key set");
}

void RunBareOpenssl(size_t commands, size_t command_bytes) {
  const Bytes command(5 + command_bytes, 0x5A);
  const Bytes challenges(kBlockSize, 0x11);
  Cmac card_key(CardKey(Bytes(kBlockSize, 0x40), 2, Bytes(10)));
  Cmac mac(Derive(card_key, 0x06, 128, challenges));
  Derive(mac, 0x00, 64, challenges);
  Derive(mac, 0x01, 64, challenges);
  Block chaining = mac.Compute(Block(), ByteSpan(command).first(13));
  for (size_t i = 0; i < commands; ++i) {
    chaining = mac.Compute(chaining, command);
  }
}

}  // namespace cardferry::bench
