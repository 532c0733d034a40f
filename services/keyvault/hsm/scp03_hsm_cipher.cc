#include "services/keyvault/hsm/scp03_hsm_cipher.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/pkcs11/cmac_kdf.h"

namespace cardferry::keyvault {
namespace {

using pkcs11::AesBlock;
using pkcs11::BlockAt;
using pkcs11::KdfInput;
using pkcs11::KeySpec;
using pkcs11::Mechanism;
using pkcs11::Object;
using pkcs11::Session;
using pkcs11::Usage;

constexpr size_t kCryptogramSize = 8;
constexpr AesBlock kZeroBlock = {};

// Derivation constants of SCP03 (GPC Amendment D, table 4-1).
constexpr uint8_t kCardCryptogram = 0x00;
constexpr uint8_t kHostCryptogram = 0x01;
constexpr uint8_t kSEnc = 0x04;
constexpr uint8_t kSMac = 0x06;

// The CMAC input of a cryptogram: two whole blocks.
Bytes CryptogramInput(uint8_t constant, ByteSpan context) {
  const KdfInput input =
      pkcs11::Scp03KdfInput(constant, kCryptogramSize * 8, context);
  return Concat({input.before, Bytes{0x01}, input.after});
}

KeySpec MacKeySpec(bool by_cbc) {
  if (!by_cbc) {
    return {CKK_AES, 0, static_cast<unsigned>(Usage::kSign), {CKM_AES_CMAC}};
  }
  return {CKK_AES,
          0,
          static_cast<unsigned>(Usage::kEncrypt),
          {CKM_AES_ECB, CKM_AES_CBC}};
}

KeySpec EncKeySpec() {
  return {CKK_AES, 0, static_cast<unsigned>(Usage::kEncrypt), {CKM_AES_CBC}};
}

Bytes FirstEight(ByteSpan mac) {
  return Bytes(mac.begin(), mac.begin() + kCryptogramSize);
}

absl::Status OfLength(ByteSpan bytes, size_t length) {
  if (bytes.size() == length) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(
      "the HSM gave ", bytes.size(), " bytes where ", length, " belong"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Scp03HsmCipher>> Scp03HsmCipher::Create(
    HsmContext& hsm, const CardKeySelection& card,
    const scp::SessionSeed& seed) {
  std::unique_ptr<Scp03HsmCipher> cipher(new Scp03HsmCipher(hsm, card, seed));
  const absl::StatusOr<bool> made = cipher->Run(
      [&](Session& session, const KeyHandles& keys) -> absl::StatusOr<bool> {
        RETURN_IF_ERROR(cipher->EnsureMacKey(session, keys));
        return true;
      });
  RETURN_IF_ERROR(made.status());
  return cipher;
}

void Scp03HsmCipher::Forget() {
  mac_.reset();
  enc_.reset();
}

absl::StatusOr<Object> Scp03HsmCipher::DeriveSessionKey(Session& session,
                                                        const KeyHandles& keys,
                                                        CardKeyNumber from,
                                                        uint8_t constant,
                                                        KeySpec spec) {
  ASSIGN_OR_RETURN(const Masters masters,
                   keys.FindMasters(card_.key_set, card_.master_version));
  if (hsm::IsTripleDes(masters.scheme.key_bits)) {
    return absl::InvalidArgumentError(
        absl::StrCat("key set ", card_.key_set,
                     " has triple DES keys, which are not for SCP03"));
  }
  ASSIGN_OR_RETURN(const CardKey card_key,
                   MakeCardKey(session, hsm_.ways, masters, from,
                               card_.key_diversification_data));
  const size_t length = masters.scheme.key_bits / 8;
  spec.length = length;
  return pkcs11::DeriveCmacKey(
      session, hsm_.ways.kdf, card_key.base,
      pkcs11::Scp03KdfInput(constant, length * 8, context_), length,
      hsm_.ways.builder.SessionKey(spec));
}

absl::Status Scp03HsmCipher::EnsureMacKey(Session& session,
                                          const KeyHandles& keys) {
  if (mac_.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(Object made,
                   DeriveSessionKey(session, keys, CardKeyNumber::kMac, kSMac,
                                    MacKeySpec(hsm_.mac_by_cbc)));
  MacKey mac;
  if (hsm_.mac_by_cbc) {
    // Everything that is encrypted on its own, by one call.
    const Bytes card = CryptogramInput(kCardCryptogram, context_);
    const Bytes host = CryptogramInput(kHostCryptogram, context_);
    const Bytes blocks =
        Concat({kZeroBlock, BlockAt(card, 0), BlockAt(host, 0)});
    ASSIGN_OR_RETURN(
        const Bytes done,
        session.Encrypt(Mechanism::Plain(CKM_AES_ECB), made.handle(), blocks));
    RETURN_IF_ERROR(OfLength(done, blocks.size()));
    mac.zero_encrypted = BlockAt(done, 0);
    mac.card_first = BlockAt(done, 16);
    mac.host_first = BlockAt(done, 32);
  }
  mac.key = pkcs11::PooledObject(hsm_.pool, std::move(made));
  mac_ = std::move(mac);
  return absl::OkStatus();
}

absl::Status Scp03HsmCipher::EnsureEncKey(Session& session,
                                          const KeyHandles& keys) {
  if (enc_.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(Object made,
                   DeriveSessionKey(session, keys, CardKeyNumber::kEnc, kSEnc,
                                    EncKeySpec()));
  enc_.emplace(hsm_.pool, std::move(made));
  return absl::OkStatus();
}

absl::StatusOr<Scp03HsmCipher::Cryptograms> Scp03HsmCipher::MakeCryptograms(
    Session& session) {
  const Bytes card = CryptogramInput(kCardCryptogram, context_);
  const Bytes host = CryptogramInput(kHostCryptogram, context_);
  if (!hsm_.mac_by_cbc) {
    ASSIGN_OR_RETURN(
        const Bytes card_mac,
        session.Sign(Mechanism::Plain(CKM_AES_CMAC), mac_->key.handle(), card));
    ASSIGN_OR_RETURN(
        const Bytes host_mac,
        session.Sign(Mechanism::Plain(CKM_AES_CMAC), mac_->key.handle(), host));
    RETURN_IF_ERROR(OfLength(card_mac, pkcs11::kAesBlock));
    RETURN_IF_ERROR(OfLength(host_mac, pkcs11::kAesBlock));
    return Cryptograms{FirstEight(card_mac), FirstEight(host_mac)};
  }
  // CMAC over two whole blocks: E(E(b1) ^ b2 ^ K1), for both at once.
  const AesBlock k1 = pkcs11::Double(mac_->zero_encrypted);
  const AesBlock card_last =
      pkcs11::Xor(pkcs11::Xor(mac_->card_first, BlockAt(card, 16)), k1);
  const AesBlock host_last =
      pkcs11::Xor(pkcs11::Xor(mac_->host_first, BlockAt(host, 16)), k1);
  ASSIGN_OR_RETURN(
      const Bytes done,
      session.Encrypt(Mechanism::Plain(CKM_AES_ECB), mac_->key.handle(),
                      Concat({card_last, host_last})));
  RETURN_IF_ERROR(OfLength(done, 2 * pkcs11::kAesBlock));
  return Cryptograms{FirstEight(done), FirstEight(ByteSpan(done).subspan(16))};
}

absl::StatusOr<Scp03HsmCipher::Cryptograms> Scp03HsmCipher::GetCryptograms() {
  if (!cryptograms_.has_value()) {
    ASSIGN_OR_RETURN(
        cryptograms_,
        Run([this](Session& session,
                   const KeyHandles& keys) -> absl::StatusOr<Cryptograms> {
          RETURN_IF_ERROR(EnsureMacKey(session, keys));
          return MakeCryptograms(session);
        }));
  }
  return *cryptograms_;
}

absl::StatusOr<Bytes> Scp03HsmCipher::CardCryptogram() {
  ASSIGN_OR_RETURN(Cryptograms cryptograms, GetCryptograms());
  return std::move(cryptograms.card);
}

absl::StatusOr<Bytes> Scp03HsmCipher::HostCryptogram() {
  ASSIGN_OR_RETURN(Cryptograms cryptograms, GetCryptograms());
  return std::move(cryptograms.host);
}

absl::StatusOr<std::vector<Bytes>> Scp03HsmCipher::ChainByCbc(
    Session& session, ByteSpan chaining_value,
    absl::Span<const Bytes> messages) {
  const pkcs11::CmacChainStream chain =
      pkcs11::MakeCmacChainStream(mac_->zero_encrypted, messages);
  ASSIGN_OR_RETURN(const Bytes done,
                   session.EncryptCbc(mac_->key.handle(), chaining_value,
                                      chain.stream, hsm_.most_bytes_a_call));
  RETURN_IF_ERROR(OfLength(done, chain.stream.size()));
  std::vector<Bytes> macs;
  macs.reserve(messages.size());
  // Of the intermediate blocks nothing leaves this function.
  for (const size_t offset : chain.mac_offsets) {
    const ByteSpan mac = ByteSpan(done).subspan(offset, pkcs11::kAesBlock);
    macs.emplace_back(mac.begin(), mac.end());
  }
  return macs;
}

absl::StatusOr<std::vector<Bytes>> Scp03HsmCipher::ChainBySign(
    Session& session, ByteSpan chaining_value,
    absl::Span<const Bytes> messages) {
  std::vector<Bytes> macs;
  macs.reserve(messages.size());
  ByteSpan previous = chaining_value;
  for (const Bytes& message : messages) {
    ASSIGN_OR_RETURN(Bytes mac, session.Sign(Mechanism::Plain(CKM_AES_CMAC),
                                             mac_->key.handle(),
                                             Concat({previous, message})));
    RETURN_IF_ERROR(OfLength(mac, pkcs11::kAesBlock));
    macs.push_back(std::move(mac));
    previous = macs.back();
  }
  return macs;
}

absl::StatusOr<std::vector<Bytes>> Scp03HsmCipher::MacChain(
    ByteSpan chaining_value, absl::Span<const Bytes> messages) {
  if (chaining_value.size() != pkcs11::kAesBlock) {
    return absl::InvalidArgumentError("a chaining value has 16 bytes");
  }
  if (messages.empty()) return std::vector<Bytes>();
  return Run([&](Session& session,
                 const KeyHandles& keys) -> absl::StatusOr<std::vector<Bytes>> {
    RETURN_IF_ERROR(EnsureMacKey(session, keys));
    return hsm_.mac_by_cbc ? ChainByCbc(session, chaining_value, messages)
                           : ChainBySign(session, chaining_value, messages);
  });
}

absl::StatusOr<Bytes> Scp03HsmCipher::EncryptOne(Session& session,
                                                 const Plaintext& plaintext) {
  // The encrypted counter block, which CBC makes first, is the ICV (GPC
  // Amendment D, 6.2.6): no call of its own.
  Bytes input(pkcs11::kAesBlock);
  for (size_t i = 0; i < 4; ++i) {
    input[15 - i] = static_cast<uint8_t>(plaintext.counter >> (8 * i));
  }
  Append(input, plaintext.data);
  input.push_back(0x80);
  input.resize((input.size() + pkcs11::kAesBlock - 1) / pkcs11::kAesBlock *
               pkcs11::kAesBlock);
  ASSIGN_OR_RETURN(Bytes done,
                   session.EncryptCbc(enc_->handle(), kZeroBlock, input,
                                      hsm_.most_bytes_a_call));
  RETURN_IF_ERROR(OfLength(done, input.size()));
  done.erase(done.begin(), done.begin() + pkcs11::kAesBlock);
  return done;
}

absl::StatusOr<std::vector<Bytes>> Scp03HsmCipher::EncryptCommands(
    absl::Span<const Plaintext> plaintexts) {
  if (plaintexts.empty()) return std::vector<Bytes>();
  return Run([&](Session& session,
                 const KeyHandles& keys) -> absl::StatusOr<std::vector<Bytes>> {
    RETURN_IF_ERROR(EnsureEncKey(session, keys));
    std::vector<Bytes> ciphertexts;
    ciphertexts.reserve(plaintexts.size());
    for (const Plaintext& plaintext : plaintexts) {
      ASSIGN_OR_RETURN(Bytes done, EncryptOne(session, plaintext));
      ciphertexts.push_back(std::move(done));
    }
    return ciphertexts;
  });
}

}  // namespace cardferry::keyvault
