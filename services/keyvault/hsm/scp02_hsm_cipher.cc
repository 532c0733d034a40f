#include "services/keyvault/hsm/scp02_hsm_cipher.h"

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/pkcs11/des_kdf.h"
#include "lib/pkcs11/retail_mac.h"

namespace cardferry::keyvault {
namespace {

using pkcs11::kDesBlock;
using pkcs11::KeySpec;
using pkcs11::Mechanism;
using pkcs11::Object;
using pkcs11::PooledObject;
using pkcs11::Session;
using pkcs11::Usage;

// `i` (GPCS 2.3.1, E.1.1).
constexpr uint8_t kIcvEncryption = 0x10;

KeySpec SessionKeySpec() {
  return {CKK_DES2, 16, static_cast<unsigned>(Usage::kEncrypt), {CKM_DES3_CBC}};
}

}  // namespace

absl::StatusOr<std::unique_ptr<Scp02HsmCipher>> Scp02HsmCipher::Create(
    HsmContext& hsm, const CardKeySelection& card,
    const scp::SessionSeed& seed) {
  std::unique_ptr<Scp02HsmCipher> cipher(new Scp02HsmCipher(hsm, card, seed));
  const absl::StatusOr<bool> made = cipher->Run(
      [&](Session& session, const KeyHandles& keys) -> absl::StatusOr<bool> {
        RETURN_IF_ERROR(cipher->EnsureEncKey(session, keys));
        return true;
      });
  RETURN_IF_ERROR(made.status());
  return cipher;
}

void Scp02HsmCipher::Forget() {
  mac_.reset();
  enc_.reset();
}

absl::StatusOr<CardKey> Scp02HsmCipher::FindCardKey(Session& session,
                                                    const KeyHandles& keys,
                                                    CardKeyNumber which) {
  ASSIGN_OR_RETURN(const Masters masters,
                   keys.FindMasters(card_.key_set, card_.master_version));
  if (!hsm::IsTripleDes(masters.scheme.key_bits)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "key set ", card_.key_set, " has AES keys, which are not for SCP02"));
  }
  return MakeCardKey(session, hsm_.ways, masters, which,
                     card_.key_diversification_data);
}

absl::StatusOr<PooledObject> Scp02HsmCipher::DeriveSessionKey(
    Session& session, const CardKey& from, Mechanism mechanism) {
  ASSIGN_OR_RETURN(
      Object made,
      session.DeriveKey(std::move(mechanism), from.base.key,
                        hsm_.ways.builder.SessionKey(SessionKeySpec())));
  return PooledObject(hsm_.pool, std::move(made));
}

absl::Status Scp02HsmCipher::EnsureMacKey(Session& session,
                                          const KeyHandles& keys) {
  if (mac_.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const CardKey from,
                   FindCardKey(session, keys, CardKeyNumber::kMac));
  MacKey mac;
  ASSIGN_OR_RETURN(
      mac.whole,
      DeriveSessionKey(session, from,
                       Mechanism::Des3CbcEncryptData(pkcs11::Scp02KeyData(
                           pkcs11::kScp02CMac, SequenceCounter()))));
  ASSIGN_OR_RETURN(
      mac.left,
      DeriveSessionKey(session, from,
                       Mechanism::Des3EcbEncryptData(pkcs11::Scp02LeftKeyData(
                           pkcs11::kScp02CMac, SequenceCounter()))));
  mac_ = std::move(mac);
  return absl::OkStatus();
}

absl::Status Scp02HsmCipher::EnsureEncKey(Session& session,
                                          const KeyHandles& keys) {
  if (enc_.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const CardKey from,
                   FindCardKey(session, keys, CardKeyNumber::kEnc));
  ASSIGN_OR_RETURN(
      enc_, DeriveSessionKey(session, from,
                             Mechanism::Des3CbcEncryptData(pkcs11::Scp02KeyData(
                                 pkcs11::kScp02SEnc, SequenceCounter()))));
  return absl::OkStatus();
}

// The last block of the padded challenges under S-ENC in CBC mode (GPCS 2.3.1,
// E.4.2).
absl::StatusOr<Bytes> Scp02HsmCipher::Cryptogram(ByteSpan first,
                                                 ByteSpan second) {
  const Bytes blocks = pkcs11::DesPadded(Concat({first, second}));
  return Run(
      [&](Session& session, const KeyHandles& keys) -> absl::StatusOr<Bytes> {
        RETURN_IF_ERROR(EnsureEncKey(session, keys));
        ASSIGN_OR_RETURN(const Bytes done,
                         session.EncryptCbc(enc_->handle(), Bytes(kDesBlock),
                                            blocks, hsm_.most_bytes_a_call));
        return Bytes(done.end() - kDesBlock, done.end());
      });
}

absl::StatusOr<Bytes> Scp02HsmCipher::CardCryptogram() {
  return Cryptogram(seed_.host_challenge, seed_.card_challenge);
}

absl::StatusOr<Bytes> Scp02HsmCipher::HostCryptogram() {
  return Cryptogram(seed_.card_challenge, seed_.host_challenge);
}

absl::StatusOr<std::vector<Bytes>> Scp02HsmCipher::MacChain(
    ByteSpan chaining_value, absl::Span<const Bytes> messages) {
  if (!chaining_value.empty() && chaining_value.size() != kDesBlock) {
    return absl::InvalidArgumentError("a chaining value has 8 bytes, or none");
  }
  if (messages.empty()) return std::vector<Bytes>();
  return Run([&](Session& session,
                 const KeyHandles& keys) -> absl::StatusOr<std::vector<Bytes>> {
    RETURN_IF_ERROR(EnsureMacKey(session, keys));
    const pkcs11::RetailMacKey key = {mac_->whole.handle(),
                                      mac_->left.handle()};
    const pkcs11::Icv chained = (seed_.protocol.i & kIcvEncryption) != 0
                                    ? pkcs11::Icv::kEncrypted
                                    : pkcs11::Icv::kPlain;
    // Before the first command of a session there is nothing to encrypt.
    pkcs11::Icv icv = chaining_value.empty() ? pkcs11::Icv::kPlain : chained;
    Bytes previous(chaining_value.begin(), chaining_value.end());
    previous.resize(kDesBlock);
    std::vector<Bytes> macs;
    macs.reserve(messages.size());
    for (const Bytes& message : messages) {
      ASSIGN_OR_RETURN(previous,
                       pkcs11::RetailMac(session, key, previous, icv, message,
                                         hsm_.most_bytes_a_call));
      macs.push_back(previous);
      icv = chained;
    }
    return macs;
  });
}

absl::StatusOr<std::vector<Bytes>> Scp02HsmCipher::EncryptCommands(
    absl::Span<const Plaintext> plaintexts) {
  if (plaintexts.empty()) return std::vector<Bytes>();
  return Run([&](Session& session,
                 const KeyHandles& keys) -> absl::StatusOr<std::vector<Bytes>> {
    RETURN_IF_ERROR(EnsureEncKey(session, keys));
    std::vector<Bytes> ciphertexts;
    ciphertexts.reserve(plaintexts.size());
    for (const Plaintext& plaintext : plaintexts) {
      ASSIGN_OR_RETURN(Bytes done,
                       session.EncryptCbc(enc_->handle(), Bytes(kDesBlock),
                                          pkcs11::DesPadded(plaintext.data),
                                          hsm_.most_bytes_a_call));
      ciphertexts.push_back(std::move(done));
    }
    return ciphertexts;
  });
}

}  // namespace cardferry::keyvault
