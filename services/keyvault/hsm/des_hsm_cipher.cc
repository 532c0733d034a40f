#include "services/keyvault/hsm/des_hsm_cipher.h"

#include "absl/status/status.h"
#include "lib/base/status_macros.h"
#include "lib/pkcs11/retail_mac.h"

namespace cardferry::keyvault {

using pkcs11::kDesBlock;
using pkcs11::Object;
using pkcs11::PooledObject;
using pkcs11::Session;

absl::Status CheckDesChainingValue(ByteSpan chaining_value) {
  if (chaining_value.empty() || chaining_value.size() == kDesBlock) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError("a chaining value has 8 bytes, or none");
}

absl::StatusOr<CardKey> DesHsmCipher::FindCardKey(Session& session,
                                                  const KeyHandles& keys,
                                                  CardKeyNumber which) {
  ASSIGN_OR_RETURN(const Masters masters,
                   keys.FindMasters(card_.key_set, card_.master_version));
  RETURN_IF_ERROR(CheckKeysAreFor(card_.key_set, masters, seed_.protocol.scp));
  return MakeCardKey(session, hsm_.ways, masters, which,
                     card_.key_diversification_data);
}

absl::StatusOr<PooledObject> DesHsmCipher::DeriveSessionKey(
    Session& session, const CardKey& from, pkcs11::Mechanism mechanism,
    unsigned usages) {
  const pkcs11::KeySpec spec = {CKK_DES2, 16, usages, {CKM_DES3_CBC}};
  ASSIGN_OR_RETURN(Object made,
                   session.DeriveKey(std::move(mechanism), from.base.key,
                                     hsm_.ways.builder.SessionKey(spec)));
  return PooledObject(hsm_.pool, std::move(made));
}

absl::Status DesHsmCipher::EnsureEncKey(Session& session,
                                        const KeyHandles& keys) {
  if (enc_.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(enc_, MakeEncKey(session, keys));
  return absl::OkStatus();
}

// The last block of the padded challenges under S-ENC in CBC mode.
absl::StatusOr<Bytes> DesHsmCipher::Cryptogram(ByteSpan first,
                                               ByteSpan second) {
  if (scp::IsImplicit(seed_.protocol)) {
    return absl::InvalidArgumentError("implicit initiation has no cryptograms");
  }
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

absl::StatusOr<Bytes> DesHsmCipher::CardCryptogram() {
  return Cryptogram(seed_.host_challenge, seed_.card_challenge);
}

absl::StatusOr<Bytes> DesHsmCipher::HostCryptogram() {
  return Cryptogram(seed_.card_challenge, seed_.host_challenge);
}

absl::StatusOr<std::vector<Bytes>> DesHsmCipher::EncryptCommands(
    absl::Span<const Plaintext> plaintexts) {
  RETURN_IF_ERROR(scp::CheckPlaintexts(*this, plaintexts));
  if (plaintexts.empty()) return std::vector<Bytes>();
  return Run([&](Session& session,
                 const KeyHandles& keys) -> absl::StatusOr<std::vector<Bytes>> {
    RETURN_IF_ERROR(EnsureEncKey(session, keys));
    std::vector<Bytes> ciphertexts;
    ciphertexts.reserve(plaintexts.size());
    for (const Plaintext& plaintext : plaintexts) {
      ASSIGN_OR_RETURN(const Bytes blocks, PlainBlocks(plaintext.data));
      ASSIGN_OR_RETURN(Bytes done,
                       session.EncryptCbc(enc_->handle(), Bytes(kDesBlock),
                                          blocks, hsm_.most_bytes_a_call));
      ciphertexts.push_back(std::move(done));
    }
    return ciphertexts;
  });
}

}  // namespace cardferry::keyvault
