#include "services/keyvault/hsm/testing/known_key_cipher.h"

#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "lib/base/secret_bytes.h"
#include "lib/base/status_macros.h"
#include "services/keyvault/hsm/hsm_cipher.h"
#include "services/keyvault/hsm/hsm_context.h"
#include "services/keyvault/hsm/key_handles.h"

namespace cardferry::keyvault {
namespace {

using pkcs11::Access;
using pkcs11::Usage;

constexpr char kKeySet[] = "known";
constexpr size_t kMostBytesACall = 256 * 1024;

class ImportedKeys final : public KeySource {
 public:
  explicit ImportedKeys(std::shared_ptr<const KeyHandles> keys)
      : keys_(std::move(keys)) {}
  std::shared_ptr<const KeyHandles> keys() const override { return keys_; }
  absl::Status Reload(const std::shared_ptr<const KeyHandles>&) override {
    return absl::OkStatus();  // imported once, there is nowhere to look
  }

 private:
  const std::shared_ptr<const KeyHandles> keys_;
};

absl::StatusOr<pkcs11::KdfBase> Import(KeyHandles& keys,
                                       const pkcs11::TemplateBuilder& builder,
                                       bool is_des, ByteSpan value) {
  const pkcs11::KeySpec des = {
      CKK_DES2,
      value.size(),
      static_cast<unsigned>(Usage::kDerive),
      {CKM_DES3_ECB_ENCRYPT_DATA, CKM_DES3_CBC_ENCRYPT_DATA}};
  const pkcs11::KeySpec aes = {
      CKK_AES,
      value.size(),
      Usage::kDerive | Usage::kEncrypt,
      {CKM_AES_ECB, CKM_AES_CBC, CKM_AES_ECB_ENCRYPT_DATA,
       pkcs11::kSp800_108CounterKdf}};
  ASSIGN_OR_RETURN(
      pkcs11::Object key,
      keys.session().ImportKey(SecretBytes::CopyOf(value),
                               builder.ImportedSessionKey(is_des ? des : aes)));
  return pkcs11::KdfBase{keys.Own(std::move(key)), std::nullopt};
}

// A cipher with all that it stands on.
class KnownKeyCipher final : public scp::SessionCipher {
 public:
  KnownKeyCipher(pkcs11::Token& token, std::shared_ptr<const KeyHandles> keys,
                 const ModuleWays& ways, bool mac_by_cbc)
      : pool_([&token] { return token.OpenSession(Access::kReadOnly); },
              {2, absl::Seconds(5)}),
        source_(std::move(keys)),
        hsm_{pool_, source_, ways, mac_by_cbc, kMostBytesACall} {}

  absl::Status Open(const scp::SessionSeed& seed) {
    ASSIGN_OR_RETURN(cipher_, CreateHsmCipher(hsm_, {kKeySet, 1, {}}, seed));
    return absl::OkStatus();
  }

  scp::ChannelProtocol protocol() const override { return cipher_->protocol(); }
  scp::ChannelQuirks quirks() const override { return cipher_->quirks(); }
  absl::StatusOr<Bytes> CardCryptogram() override {
    return cipher_->CardCryptogram();
  }
  absl::StatusOr<Bytes> HostCryptogram() override {
    return cipher_->HostCryptogram();
  }
  absl::StatusOr<std::vector<Bytes>> MacChain(
      ByteSpan chaining_value, absl::Span<const Bytes> messages) override {
    return cipher_->MacChain(chaining_value, messages);
  }
  absl::StatusOr<std::vector<Bytes>> EncryptCommands(
      absl::Span<const Plaintext> plaintexts) override {
    return cipher_->EncryptCommands(plaintexts);
  }
  absl::StatusOr<std::vector<Bytes>> ResponseMacs(
      ByteSpan chaining_value, absl::Span<const Bytes> messages) override {
    return cipher_->ResponseMacs(chaining_value, messages);
  }
  absl::StatusOr<std::vector<Bytes>> DecryptCommands(
      absl::Span<const Ciphertext> ciphertexts) override {
    return cipher_->DecryptCommands(ciphertexts);
  }
  absl::StatusOr<std::vector<Bytes>> DecryptResponses(
      absl::Span<const Ciphertext> ciphertexts) override {
    return cipher_->DecryptResponses(ciphertexts);
  }

 private:
  pkcs11::SessionPool pool_;
  ImportedKeys source_;
  HsmContext hsm_;
  std::unique_ptr<scp::SessionCipher> cipher_;  // ends first
};

}  // namespace

absl::StatusOr<std::unique_ptr<scp::SessionCipher>> OpenKnownKeyCipher(
    pkcs11::Token& token, const KnownStaticKeys& known,
    const scp::SessionSeed& seed, const KnownKeyWays& ways) {
  const pkcs11::TemplateBuilder builder(
      pkcs11::TemplateRulesFor(token.module().manufacturer()));
  ASSIGN_OR_RETURN(pkcs11::Session session,
                   token.OpenSession(Access::kReadOnly));
  const auto keys = std::make_shared<KeyHandles>(std::move(session));
  Masters masters;
  const bool is_des = seed.protocol.scp != scp::kScp03;
  masters.scp = seed.protocol.scp;
  masters.scheme.key_bits = is_des ? 112 : known.enc.size() * 8;
  masters.scheme.diversification = hsm::Diversification::kNone;
  ASSIGN_OR_RETURN(masters.enc, Import(*keys, builder, is_des, known.enc));
  ASSIGN_OR_RETURN(masters.mac, Import(*keys, builder, is_des, known.mac));
  keys->AddMasters(kKeySet, 1, masters);
  auto cipher = std::make_unique<KnownKeyCipher>(
      token, keys, ModuleWays{builder, ways.kdf}, ways.mac_by_cbc);
  RETURN_IF_ERROR(cipher->Open(seed));
  return cipher;
}

absl::Status OpenWithFault(pkcs11::Token& token, const scp::SessionSeed& seed,
                           const absl::Status& fault) {
  ASSIGN_OR_RETURN(pkcs11::Session session,
                   token.OpenSession(Access::kReadOnly));
  ImportedKeys source(std::make_shared<KeyHandles>(std::move(session)));
  pkcs11::SessionPool pool(
      [&fault]() -> absl::StatusOr<pkcs11::Session> { return fault; },
      {2, absl::Seconds(5)});
  const pkcs11::TemplateBuilder builder(
      pkcs11::TemplateRulesFor(token.module().manufacturer()));
  HsmContext hsm{pool, source, ModuleWays{builder, KnownKeyWays().kdf}, true,
                 kMostBytesACall};
  return CreateHsmCipher(hsm, {kKeySet, 1, {}}, seed).status();
}

}  // namespace cardferry::keyvault
