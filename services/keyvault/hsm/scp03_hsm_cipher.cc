#include "services/keyvault/hsm/scp03_hsm_cipher.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/crypto/padding.h"
#include "lib/pkcs11/cbc_texts.h"
#include "lib/pkcs11/cmac_batch.h"
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

constexpr AesBlock kZeroBlock = {};

// In `i` (GPC Amendment D, 5.1).
constexpr uint8_t kRMac = 0x20;
constexpr uint8_t kREnc = 0x40;

// Derivation constants of SCP03 (GPC Amendment D, table 4-1).
constexpr uint8_t kCardCryptogram = 0x00;
constexpr uint8_t kHostCryptogram = 0x01;
constexpr uint8_t kSEnc = 0x04;
constexpr uint8_t kSMac = 0x06;
constexpr uint8_t kSRmac = 0x07;

// The context of all derivations: host challenge || card challenge.
Bytes ContextOf(const scp::SessionSeed& seed) {
  return Concat({seed.host_challenge, seed.card_challenge});
}

// What a cryptogram is the CMAC of: as long as a challenge.
Bytes CryptogramInput(uint8_t constant, const scp::SessionSeed& seed) {
  const KdfInput input = pkcs11::Scp03KdfInput(
      constant, scp::ChallengeLength(seed.protocol) * 8, ContextOf(seed));
  return Concat({input.before, Bytes{0x01}, input.after});
}

// The counter of a command's ICV (GPC Amendment D, 6.2.6), of its answer's with
// 80 in front (6.2.7).
AesBlock CounterBlock(uint8_t first, uint32_t counter) {
  AesBlock block = {};
  block[0] = first;
  for (size_t i = 0; i < 4; ++i) {
    block[15 - i] = static_cast<uint8_t>(counter >> (8 * i));
  }
  return block;
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

// It decrypts, and makes the ICVs of, answers where there are encrypted ones.
KeySpec EncKeySpec(bool has_renc) {
  if (!has_renc) {
    return {CKK_AES, 0, static_cast<unsigned>(Usage::kEncrypt), {CKM_AES_CBC}};
  }
  return {CKK_AES,
          0,
          Usage::kEncrypt | Usage::kDecrypt,
          {CKM_AES_CBC, CKM_AES_ECB}};
}

absl::Status OfLength(ByteSpan bytes, size_t length) {
  if (bytes.size() == length) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(
      "the HSM gave ", bytes.size(), " bytes where ", length, " belong"));
}

// Each by C_Sign, whole.
absl::StatusOr<std::vector<Bytes>> MacsBySign(
    Session& session, pkcs11::ObjectHandle key,
    absl::Span<const Bytes> messages) {
  std::vector<Bytes> macs;
  macs.reserve(messages.size());
  for (const Bytes& message : messages) {
    ASSIGN_OR_RETURN(
        Bytes mac, session.Sign(Mechanism::Plain(CKM_AES_CMAC), key, message));
    RETURN_IF_ERROR(OfLength(mac, pkcs11::kAesBlock));
    macs.push_back(std::move(mac));
  }
  return macs;
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
  rmac_.reset();
}

absl::StatusOr<Object> Scp03HsmCipher::DeriveSessionKey(Session& session,
                                                        const KeyHandles& keys,
                                                        CardKeyNumber from,
                                                        uint8_t constant,
                                                        KeySpec spec) {
  ASSIGN_OR_RETURN(const Masters masters,
                   keys.FindMasters(card_.key_set, card_.master_version));
  RETURN_IF_ERROR(CheckKeysAreFor(card_.key_set, masters, scp::kScp03));
  ASSIGN_OR_RETURN(const CardKey card_key,
                   MakeCardKey(session, hsm_.ways, masters, from,
                               card_.key_diversification_data));
  const size_t length = masters.scheme.key_bits / 8;
  spec.length = length;
  return pkcs11::DeriveCmacKey(
      session, hsm_.ways.kdf, card_key.base,
      pkcs11::Scp03KdfInput(constant, length * 8, ContextOf(seed_)), length,
      hsm_.ways.builder.SessionKey(spec));
}

absl::Status Scp03HsmCipher::EnsureMacKey(Session& session,
                                          const KeyHandles& keys) {
  if (mac_.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(Object made,
                   DeriveSessionKey(session, keys, CardKeyNumber::kMac, kSMac,
                                    MacKeySpec(hsm_.mac_by_cbc)));
  const std::vector<Bytes> inputs = {CryptogramInput(kCardCryptogram, seed_),
                                     CryptogramInput(kHostCryptogram, seed_)};
  pkcs11::CmacBatch batch;
  if (hsm_.mac_by_cbc) {
    ASSIGN_OR_RETURN(batch, pkcs11::ComputeCmacs(session, made.handle(), inputs,
                                                 hsm_.most_bytes_a_call));
  } else {
    ASSIGN_OR_RETURN(batch.macs, MacsBySign(session, made.handle(), inputs));
  }
  const size_t length = scp::ChallengeLength(seed_.protocol);
  for (Bytes& cryptogram : batch.macs) cryptogram.resize(length);
  cryptograms_ = {std::move(batch.macs[0]), std::move(batch.macs[1])};
  mac_ = MacKey{pkcs11::PooledObject(hsm_.pool, std::move(made)),
                batch.zero_encrypted};
  return absl::OkStatus();
}

absl::Status Scp03HsmCipher::EnsureEncKey(Session& session,
                                          const KeyHandles& keys) {
  if (enc_.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(Object made,
                   DeriveSessionKey(session, keys, CardKeyNumber::kEnc, kSEnc,
                                    EncKeySpec(HasOption(kREnc))));
  enc_.emplace(hsm_.pool, std::move(made));
  return absl::OkStatus();
}

absl::Status Scp03HsmCipher::EnsureRmacKey(Session& session,
                                           const KeyHandles& keys) {
  if (rmac_.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(Object made,
                   DeriveSessionKey(session, keys, CardKeyNumber::kMac, kSRmac,
                                    MacKeySpec(hsm_.mac_by_cbc)));
  rmac_.emplace(hsm_.pool, std::move(made));
  return absl::OkStatus();
}

absl::StatusOr<Scp03HsmCipher::Cryptograms> Scp03HsmCipher::GetCryptograms() {
  if (cryptograms_.has_value()) return *cryptograms_;
  return Run([this](Session& session,
                    const KeyHandles& keys) -> absl::StatusOr<Cryptograms> {
    RETURN_IF_ERROR(EnsureMacKey(session, keys));
    return *cryptograms_;
  });
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
  // The encrypted counter block, which CBC makes first, is the ICV: no call of
  // its own.
  const Bytes input =
      Concat({CounterBlock(0x00, plaintext.counter),
              crypto::Iso9797Padded(plaintext.data, pkcs11::kAesBlock)});
  ASSIGN_OR_RETURN(Bytes done,
                   session.EncryptCbc(enc_->handle(), kZeroBlock, input,
                                      hsm_.most_bytes_a_call));
  RETURN_IF_ERROR(OfLength(done, input.size()));
  done.erase(done.begin(), done.begin() + pkcs11::kAesBlock);
  return done;
}

absl::StatusOr<std::vector<Bytes>> Scp03HsmCipher::EncryptCommands(
    absl::Span<const Plaintext> plaintexts) {
  RETURN_IF_ERROR(scp::CheckPlaintexts(*this, plaintexts));
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

absl::StatusOr<std::vector<Bytes>> Scp03HsmCipher::ResponseMacs(
    ByteSpan chaining_value, absl::Span<const Bytes> messages) {
  if (!HasOption(kRMac)) {
    return SessionCipher::ResponseMacs(chaining_value, messages);
  }
  if (!chaining_value.empty()) {
    return absl::InvalidArgumentError("R-MACs of SCP03 are not chained");
  }
  if (messages.empty()) return std::vector<Bytes>();
  return Run([&](Session& session,
                 const KeyHandles& keys) -> absl::StatusOr<std::vector<Bytes>> {
    RETURN_IF_ERROR(EnsureRmacKey(session, keys));
    if (!hsm_.mac_by_cbc) return MacsBySign(session, rmac_->handle(), messages);
    ASSIGN_OR_RETURN(pkcs11::CmacBatch batch,
                     pkcs11::ComputeCmacs(session, rmac_->handle(), messages,
                                          hsm_.most_bytes_a_call));
    return std::move(batch.macs);
  });
}

// All ICVs by one call, all data by another.
absl::StatusOr<std::vector<Bytes>> Scp03HsmCipher::DecryptAll(
    Session& session, absl::Span<const Ciphertext> ciphertexts) {
  Bytes counters;
  for (const Ciphertext& one : ciphertexts) {
    Append(counters, CounterBlock(0x80, one.counter));
  }
  ASSIGN_OR_RETURN(
      const Bytes icvs,
      session.Encrypt(Mechanism::Plain(CKM_AES_ECB), enc_->handle(), counters));
  RETURN_IF_ERROR(OfLength(icvs, counters.size()));
  std::vector<pkcs11::CbcText> texts;
  for (size_t i = 0; i < ciphertexts.size(); ++i) {
    const AesBlock icv = BlockAt(icvs, i * pkcs11::kAesBlock);
    texts.push_back({Bytes(icv.begin(), icv.end()), ciphertexts[i].data});
  }
  return pkcs11::DecryptCbcTexts(session, enc_->handle(), texts,
                                 hsm_.most_bytes_a_call);
}

absl::StatusOr<std::vector<Bytes>> Scp03HsmCipher::DecryptResponses(
    absl::Span<const Ciphertext> ciphertexts) {
  if (!HasOption(kREnc)) return SessionCipher::DecryptResponses(ciphertexts);
  if (ciphertexts.empty()) return std::vector<Bytes>();
  ASSIGN_OR_RETURN(
      std::vector<Bytes> plaintexts,
      Run([&](Session& session,
              const KeyHandles& keys) -> absl::StatusOr<std::vector<Bytes>> {
        RETURN_IF_ERROR(EnsureEncKey(session, keys));
        return DecryptAll(session, ciphertexts);
      }));
  for (Bytes& plaintext : plaintexts) {
    RETURN_IF_ERROR(crypto::RemoveIso9797Padding(plaintext));
  }
  return plaintexts;
}

}  // namespace cardferry::keyvault
