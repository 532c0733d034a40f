#include "services/keyvault/testing/openssl_hsm_keys.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/card/scp/openssl/diversification.h"
#include "lib/card/scp/openssl/openssl_cipher.h"
#include "lib/card/scp/openssl/scp02_session_key.h"
#include "lib/crypto/cmac.h"
#include "lib/crypto/des_mac.h"
#include "lib/crypto/padding.h"
#include "services/keyvault/hsm/challenge_source.h"

namespace cardferry::keyvault {
namespace {

constexpr size_t kNonceSize = 12;
constexpr size_t kTagSize = 16;
constexpr size_t kHmacSize = 32;

using Context = std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)>;

Context NewContext() {
  return Context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
}

Bytes SealKey() { return Bytes(32, 0x5E); }
Bytes TicketKey() { return Bytes(32, 0x71); }

// AES-GCM in one direction over `text`, in place. `tag` is made (encrypting) or
// checked (decrypting).
bool RunGcm(bool encrypt, absl::string_view purpose, ByteSpan nonce,
            Bytes& text, Bytes& tag) {
  const Context context = NewContext();
  const ByteSpan aad = AsBytes(purpose);
  int length = 0;
  if (EVP_CipherInit_ex(context.get(), EVP_aes_256_gcm(), nullptr,
                        SealKey().data(), nonce.data(), encrypt) != 1 ||
      EVP_CipherUpdate(context.get(), nullptr, &length, aad.data(),
                       static_cast<int>(aad.size())) != 1 ||
      EVP_CipherUpdate(context.get(), text.data(), &length, text.data(),
                       static_cast<int>(text.size())) != 1) {
    return false;
  }
  if (!encrypt && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG,
                                      kTagSize, tag.data()) != 1) {
    return false;
  }
  uint8_t none = 0;
  if (EVP_CipherFinal_ex(context.get(), &none, &length) != 1) return false;
  return !encrypt || EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG,
                                         kTagSize, tag.data()) == 1;
}

// Counts the calls of a cipher into its keys' counter.
class CountedCipher final : public scp::SessionCipher {
 public:
  CountedCipher(std::unique_ptr<scp::SessionCipher> cipher,
                std::atomic<uint64_t>& calls)
      : cipher_(std::move(cipher)), calls_(calls) {}

  scp::ChannelProtocol protocol() const override { return cipher_->protocol(); }
  scp::ChannelQuirks quirks() const override { return cipher_->quirks(); }
  absl::StatusOr<Bytes> CardCryptogram() override {
    ++calls_;
    return cipher_->CardCryptogram();
  }
  absl::StatusOr<Bytes> HostCryptogram() override {
    ++calls_;
    return cipher_->HostCryptogram();
  }
  absl::StatusOr<std::vector<Bytes>> MacChain(
      ByteSpan chaining_value, absl::Span<const Bytes> messages) override {
    ++calls_;
    return cipher_->MacChain(chaining_value, messages);
  }
  absl::StatusOr<std::vector<Bytes>> EncryptCommands(
      absl::Span<const Plaintext> plaintexts) override {
    ++calls_;
    return cipher_->EncryptCommands(plaintexts);
  }
  absl::StatusOr<std::vector<Bytes>> ResponseMacs(
      ByteSpan chaining_value, absl::Span<const Bytes> messages) override {
    ++calls_;
    return cipher_->ResponseMacs(chaining_value, messages);
  }
  absl::StatusOr<std::vector<Bytes>> DecryptCommands(
      absl::Span<const Ciphertext> ciphertexts) override {
    ++calls_;
    return cipher_->DecryptCommands(ciphertexts);
  }
  absl::StatusOr<std::vector<Bytes>> DecryptResponses(
      absl::Span<const Ciphertext> ciphertexts) override {
    ++calls_;
    return cipher_->DecryptResponses(ciphertexts);
  }

 private:
  const std::unique_ptr<scp::SessionCipher> cipher_;
  std::atomic<uint64_t>& calls_;
};

// GPCS 2.3.1, E.4.2.3.
absl::StatusOr<Bytes> PredictScp02(const SecretBytes& card_mac,
                                   const ChallengeSource& source) {
  ASSIGN_OR_RETURN(
      const SecretBytes session_mac,
      scp::DeriveScp02SessionKey(card_mac, scp::Scp02Constant::kSMac,
                                 source.sequence_counter));
  ASSIGN_OR_RETURN(Bytes mac,
                   crypto::RetailMac(session_mac, Bytes(8),
                                     crypto::Iso9797Padded(source.aid, 8)));
  mac.resize(6);
  return Concat({source.sequence_counter, mac});
}

// GPC Amendment D, 6.2.2.1.
absl::StatusOr<Bytes> PredictScp03(const SecretBytes& card_enc,
                                   const ChallengeSource& source) {
  const size_t length = scp::ChallengeLength(source.protocol);
  const Bytes head = {0,   0,    0,    0,    0,
                      0,   0,    0,    0,    0,
                      0,   0x02, 0x00, 0x00, static_cast<uint8_t>(length * 8),
                      0x01};
  ASSIGN_OR_RETURN(
      Bytes mac,
      crypto::AesCmac(card_enc,
                      Concat({head, source.sequence_counter, source.aid})));
  mac.resize(length);
  return mac;
}

}  // namespace

absl::StatusOr<SecretBytes> DeriveCardKey(const KnownKeySet& key_set, int key,
                                          ByteSpan key_diversification_data) {
  using scp::Diversification;
  static const auto* const kSchemes =
      new std::map<std::string, Diversification>{
          {"none", Diversification::kNone},
          {"visa2", Diversification::kVisa2},
          {"emv-cps", Diversification::kEmvCps11},
          {"kdf3", Diversification::kKdf3},
          {"kdf3-with-length", Diversification::kKdf3WithLength}};
  const SecretBytes master =
      SecretBytes::CopyOf(key == 1 ? key_set.master_enc : key_set.master_mac);
  const auto number = static_cast<uint8_t>(key);
  if (key_set.form.has_value()) {
    return scp::DiversifyByTemplate(*key_set.form,
                                    key_set.description.scp() == scp::kScp03
                                        ? scp::KeyKind::kAes
                                        : scp::KeyKind::kTripleDes,
                                    master, number, key_diversification_data);
  }
  const auto scheme = kSchemes->find(key_set.description.diversification);
  if (scheme == kSchemes->end()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "no diversification ", key_set.description.diversification));
  }
  return scp::DiversifyKey(scheme->second, master, number,
                           key_diversification_data);
}

std::vector<KeySetDescription> OpensslHsmKeys::KeySets() const {
  std::vector<KeySetDescription> descriptions;
  for (const KnownKeySet& key_set : key_sets_) {
    descriptions.push_back(key_set.description);
  }
  return descriptions;
}

absl::StatusOr<std::unique_ptr<scp::SessionCipher>> OpensslHsmKeys::OpenSession(
    const CardKeySelection& card, const scp::SessionSeed& seed) {
  ++calls_;
  for (const KnownKeySet& key_set : key_sets_) {
    if (key_set.description.name != card.key_set ||
        key_set.description.master_version != card.master_version) {
      continue;
    }
    if (key_set.description.scp() != seed.protocol.scp) {
      return absl::InvalidArgumentError(absl::StrCat(
          "key set ", card.key_set, " has keys for another protocol"));
    }
    ASSIGN_OR_RETURN(const SecretBytes enc,
                     DeriveCardKey(key_set, 1, card.key_diversification_data));
    ASSIGN_OR_RETURN(const SecretBytes mac,
                     DeriveCardKey(key_set, 2, card.key_diversification_data));
    ASSIGN_OR_RETURN(std::unique_ptr<scp::SessionCipher> cipher,
                     scp::CreateOpensslCipher(enc, mac, seed));
    return std::make_unique<CountedCipher>(std::move(cipher), calls_);
  }
  return absl::NotFoundError(absl::StrCat("no key set ", card.key_set));
}

absl::StatusOr<Bytes> OpensslHsmKeys::ReceiptMac(const CardKeySelection& card,
                                                 ByteSpan message) {
  ++calls_;
  for (const KnownKeySet& key_set : key_sets_) {
    if (key_set.description.name != card.key_set ||
        key_set.description.master_version != card.master_version ||
        key_set.description.scp() != scp::kScp03 ||
        key_set.description.diversification == "none") {
      continue;
    }
    ASSIGN_OR_RETURN(const SecretBytes key,
                     DeriveCardKey(key_set, 4, card.key_diversification_data));
    return crypto::AesCmac(key, message);
  }
  return absl::NotFoundError(
      absl::StrCat("no keys for receipts in key set ", card.key_set));
}

absl::StatusOr<Bytes> OpensslHsmKeys::PredictChallenge(
    const CardKeySelection& card, const ChallengeSource& source) {
  ++calls_;
  RETURN_IF_ERROR(CheckSource(source));
  for (const KnownKeySet& key_set : key_sets_) {
    if (key_set.description.name != card.key_set ||
        key_set.description.master_version != card.master_version) {
      continue;
    }
    const bool scp02 = source.protocol.scp == scp::kScp02;
    ASSIGN_OR_RETURN(
        const SecretBytes key,
        DeriveCardKey(key_set, scp02 ? 2 : 1, card.key_diversification_data));
    if (scp02) return PredictScp02(key, source);
    return PredictScp03(key, source);
  }
  return absl::NotFoundError(absl::StrCat("no key set ", card.key_set));
}

absl::StatusOr<Bytes> OpensslHsmKeys::Seal(absl::string_view purpose,
                                           ByteSpan plaintext) {
  ++calls_;
  Bytes nonce(kNonceSize);
  Bytes text(plaintext.begin(), plaintext.end());
  Bytes tag(kTagSize);
  if (RAND_bytes(nonce.data(), kNonceSize) != 1 ||
      !RunGcm(/*encrypt=*/true, purpose, nonce, text, tag)) {
    return absl::InternalError("OpenSSL");
  }
  return Concat({nonce, text, tag});
}

absl::StatusOr<Bytes> OpensslHsmKeys::Unseal(absl::string_view purpose,
                                             ByteSpan sealed) {
  ++calls_;
  const absl::Status changed = absl::DataLossError("sealed bytes were changed");
  if (sealed.size() < kNonceSize + kTagSize) return changed;
  const ByteSpan inner =
      sealed.subspan(kNonceSize, sealed.size() - kNonceSize - kTagSize);
  const ByteSpan sealed_tag = sealed.last(kTagSize);
  Bytes text(inner.begin(), inner.end());
  Bytes tag(sealed_tag.begin(), sealed_tag.end());
  if (!RunGcm(/*encrypt=*/false, purpose, sealed.first(kNonceSize), text,
              tag)) {
    return changed;
  }
  return text;
}

absl::StatusOr<Bytes> OpensslHsmKeys::TicketMac(ByteSpan ticket) {
  ++calls_;
  const Bytes key = TicketKey();
  Bytes mac(kHmacSize);
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), ticket.data(),
       ticket.size(), mac.data(), nullptr);
  return mac;
}

}  // namespace cardferry::keyvault
