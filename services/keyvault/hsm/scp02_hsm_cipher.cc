#include "services/keyvault/hsm/scp02_hsm_cipher.h"

#include <utility>

#include "absl/status/status.h"
#include "lib/base/status_macros.h"
#include "lib/crypto/padding.h"
#include "lib/pkcs11/cbc_texts.h"
#include "lib/pkcs11/des_kdf.h"

namespace cardferry::keyvault {
namespace {

using pkcs11::Icv;
using pkcs11::kDesBlock;
using pkcs11::Mechanism;
using pkcs11::PooledObject;
using pkcs11::Session;
using pkcs11::Usage;

// In `i` (GPCS 2.3.1, E.1.1).
constexpr uint8_t kIcvEncryption = 0x10;
constexpr uint8_t kRMac = 0x20;

constexpr unsigned kEncrypts = static_cast<unsigned>(Usage::kEncrypt);

// The sequence counter after this one.
Bytes Following(ByteSpan counter) {
  const int next = ((counter[0] << 8) | counter[1]) + 1;
  return {static_cast<uint8_t>(next >> 8), static_cast<uint8_t>(next)};
}

}  // namespace

absl::StatusOr<std::unique_ptr<Scp02HsmCipher>> Scp02HsmCipher::Create(
    HsmContext& hsm, const CardKeySelection& card,
    const scp::SessionSeed& seed) {
  std::unique_ptr<Scp02HsmCipher> cipher(new Scp02HsmCipher(hsm, card, seed));
  const absl::StatusOr<bool> made = cipher->Run(
      [&](Session& session, const KeyHandles& keys) -> absl::StatusOr<bool> {
        RETURN_IF_ERROR(cipher->EnsureMacKey(session, keys, pkcs11::kScp02CMac,
                                             cipher->SequenceCounter(),
                                             cipher->mac_));
        return true;
      });
  RETURN_IF_ERROR(made.status());
  return cipher;
}

void Scp02HsmCipher::Forget() {
  DesHsmCipher::Forget();
  mac_.reset();
  rmac_.reset();
  begun_rmac_.reset();
}

absl::Status Scp02HsmCipher::EnsureMacKey(Session& session,
                                          const KeyHandles& keys,
                                          uint16_t constant, ByteSpan counter,
                                          std::optional<MacKey>& key) {
  if (key.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(const CardKey from,
                   FindCardKey(session, keys, CardKeyNumber::kMac));
  MacKey made;
  ASSIGN_OR_RETURN(
      made.whole, DeriveSessionKey(session, from,
                                   Mechanism::Des3CbcEncryptData(
                                       pkcs11::Scp02KeyData(constant, counter)),
                                   kEncrypts));
  ASSIGN_OR_RETURN(
      made.left,
      DeriveSessionKey(session, from,
                       Mechanism::Des3EcbEncryptData(
                           pkcs11::Scp02LeftKeyData(constant, counter)),
                       kEncrypts));
  key = std::move(made);
  return absl::OkStatus();
}

absl::StatusOr<PooledObject> Scp02HsmCipher::MakeEncKey(
    Session& session, const KeyHandles& keys) {
  ASSIGN_OR_RETURN(const CardKey from,
                   FindCardKey(session, keys, CardKeyNumber::kEnc));
  // R-MACs cover commands as they were before encryption.
  return DeriveSessionKey(
      session, from,
      Mechanism::Des3CbcEncryptData(
          pkcs11::Scp02KeyData(pkcs11::kScp02SEnc, SequenceCounter())),
      HasOption(kRMac) ? Usage::kEncrypt | Usage::kDecrypt : kEncrypts);
}

absl::StatusOr<Bytes> Scp02HsmCipher::PlainBlocks(ByteSpan data) const {
  return pkcs11::DesPadded(data);
}

absl::StatusOr<Bytes> Scp02HsmCipher::MacOfAid(Session& session,
                                               const MacKey& key) {
  if (seed_.aid.empty()) {
    return absl::InvalidArgumentError("the session's seed has no AID");
  }
  return pkcs11::RetailMac(session, key.handles(), Bytes(kDesBlock),
                           Icv::kPlain, seed_.aid, hsm_.most_bytes_a_call);
}

absl::StatusOr<Bytes> Scp02HsmCipher::PseudoRandomChallenge() {
  constexpr size_t kLength = 6;
  return Run(
      [&](Session& session, const KeyHandles& keys) -> absl::StatusOr<Bytes> {
        RETURN_IF_ERROR(EnsureMacKey(session, keys, pkcs11::kScp02CMac,
                                     SequenceCounter(), mac_));
        ASSIGN_OR_RETURN(Bytes mac, MacOfAid(session, *mac_));
        mac.resize(kLength);
        return mac;
      });
}

absl::StatusOr<std::vector<Bytes>> Scp02HsmCipher::Chain(
    Session& session, const MacKey& key, Bytes previous, Icv first, Icv others,
    absl::Span<const Bytes> messages) {
  std::vector<Bytes> macs;
  macs.reserve(messages.size());
  for (const Bytes& message : messages) {
    ASSIGN_OR_RETURN(previous,
                     pkcs11::RetailMac(session, key.handles(), previous,
                                       macs.empty() ? first : others, message,
                                       hsm_.most_bytes_a_call));
    macs.push_back(previous);
  }
  return macs;
}

// Before the first command of a session there is nothing to encrypt; with
// implicit initiation the MAC of the AID is the ICV, clear but for a quirk
// (GPCS 2.3.1, E.3.2).
absl::StatusOr<std::vector<Bytes>> Scp02HsmCipher::MacChain(
    ByteSpan chaining_value, absl::Span<const Bytes> messages) {
  RETURN_IF_ERROR(CheckDesChainingValue(chaining_value));
  if (messages.empty()) return std::vector<Bytes>();
  return Run([&](Session& session,
                 const KeyHandles& keys) -> absl::StatusOr<std::vector<Bytes>> {
    RETURN_IF_ERROR(EnsureMacKey(session, keys, pkcs11::kScp02CMac,
                                 SequenceCounter(), mac_));
    const Icv chained =
        HasOption(kIcvEncryption) ? Icv::kEncrypted : Icv::kPlain;
    Icv first = chained;
    Bytes previous(chaining_value.begin(), chaining_value.end());
    if (chaining_value.empty()) {
      first = seed_.quirks.encrypts_first_icv ? chained : Icv::kPlain;
      previous.resize(kDesBlock);
      if (scp::IsImplicit(seed_.protocol)) {
        ASSIGN_OR_RETURN(previous, MacOfAid(session, *mac_));
      } else {
        first = Icv::kPlain;
      }
    }
    return Chain(session, *mac_, std::move(previous), first, chained, messages);
  });
}

absl::StatusOr<std::vector<Bytes>> Scp02HsmCipher::ResponseMacs(
    ByteSpan chaining_value, absl::Span<const Bytes> messages) {
  if (!HasOption(kRMac)) {
    return SessionCipher::ResponseMacs(chaining_value, messages);
  }
  RETURN_IF_ERROR(CheckDesChainingValue(chaining_value));
  if (messages.empty()) return std::vector<Bytes>();
  const bool begun = chaining_value.empty();
  const bool same = !begun || seed_.quirks.derives_all_from_first_counter;
  const Bytes counter =
      same ? Bytes(SequenceCounter().begin(), SequenceCounter().end())
           : Following(SequenceCounter());
  std::optional<MacKey>& key = begun ? begun_rmac_ : rmac_;
  return Run([&](Session& session,
                 const KeyHandles& keys) -> absl::StatusOr<std::vector<Bytes>> {
    RETURN_IF_ERROR(
        EnsureMacKey(session, keys, pkcs11::kScp02RMac, counter, key));
    Bytes previous(chaining_value.begin(), chaining_value.end());
    if (begun) {
      ASSIGN_OR_RETURN(previous, MacOfAid(session, *key));
    }
    return Chain(session, *key, std::move(previous), Icv::kPlain, Icv::kPlain,
                 messages);
  });
}

absl::StatusOr<std::vector<Bytes>> Scp02HsmCipher::DecryptCommands(
    absl::Span<const Ciphertext> ciphertexts) {
  if (!HasOption(kRMac)) return SessionCipher::DecryptCommands(ciphertexts);
  std::vector<pkcs11::CbcText> texts;
  for (const Ciphertext& one : ciphertexts) {
    texts.push_back({Bytes(kDesBlock), one.data});
  }
  ASSIGN_OR_RETURN(
      std::vector<Bytes> plaintexts,
      Run([&](Session& session,
              const KeyHandles& keys) -> absl::StatusOr<std::vector<Bytes>> {
        RETURN_IF_ERROR(EnsureEncKey(session, keys));
        return pkcs11::DecryptCbcTexts(session, enc_->handle(), texts,
                                       hsm_.most_bytes_a_call);
      }));
  for (Bytes& plaintext : plaintexts) {
    RETURN_IF_ERROR(crypto::RemoveIso9797Padding(plaintext));
  }
  return plaintexts;
}

}  // namespace cardferry::keyvault
