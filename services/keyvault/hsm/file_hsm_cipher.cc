#include "services/keyvault/hsm/file_hsm_cipher.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/pkcs11/cbc_texts.h"
#include "lib/pkcs11/cmac.h"
#include "lib/pkcs11/cmac_batch.h"
#include "lib/pkcs11/retail_mac.h"
#include "services/keyvault/hsm_fault.h"

namespace cardferry::keyvault {
namespace {

using pkcs11::kAesBlock;
using pkcs11::kDesBlock;
using pkcs11::Mechanism;
using pkcs11::Object;
using pkcs11::PooledObject;
using pkcs11::Session;

constexpr size_t kMacSize = 8;

absl::Status OfLength(ByteSpan bytes, size_t length) {
  if (bytes.size() == length) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(
      "the HSM gave ", bytes.size(), " bytes where ", length, " belong"));
}

absl::Status CheckTexts(absl::Span<const sm::SmCipher::Blocks> texts,
                        size_t block) {
  for (const sm::SmCipher::Blocks& text : texts) {
    if (text.counter.size() == block && !text.data.empty() &&
        text.data.size() % block == 0) {
      continue;
    }
    return absl::InvalidArgumentError(absl::StrCat(
        "a counter of ", text.counter.size(), " bytes and a text of ",
        text.data.size(), ", in blocks of ", block));
  }
  return absl::OkStatus();
}

}  // namespace

template <typename Operation>
auto FileHsmCipher::Run(Operation operation)
    -> decltype(operation(std::declval<Session&>())) {
  using Result = decltype(operation(std::declval<Session&>()));
  return hsm_.Run(
      [&](Session& session, const KeyHandles& keys) -> Result {
        RETURN_IF_ERROR(EnsureKeys(session, keys));
        return OfHsm(operation(session));
      },
      [this] { keys_.reset(); });
}

absl::StatusOr<std::unique_ptr<FileHsmCipher>> FileHsmCipher::Create(
    HsmContext& hsm, FileHandshake handshake, ByteSpan answer) {
  std::unique_ptr<FileHsmCipher> cipher(
      new FileHsmCipher(hsm, std::move(handshake), answer));
  const absl::StatusOr<bool> made =
      cipher->Run([](Session&) -> absl::StatusOr<bool> { return true; });
  RETURN_IF_ERROR(made.status());
  return cipher;
}

absl::StatusOr<FileHsmCipher::SessionKeys> FileHsmCipher::Import(
    Session& session, const FileCardKeys& card,
    const pkcs11::SessionKeyValues& values) {
  const auto import = [&](const SecretBytes& value,
                          bool decrypts) -> absl::StatusOr<PooledObject> {
    ASSIGN_OR_RETURN(
        Object made,
        session.ImportKey(
            value, hsm_.ways.builder.ImportedSessionKey(
                       FileKeySpec(card.is_des, card.length, decrypts))));
    return PooledObject(hsm_.pool, std::move(made));
  };
  SessionKeys keys;
  ASSIGN_OR_RETURN(keys.enc, import(values.enc, true));
  ASSIGN_OR_RETURN(keys.mac, import(values.mac, false));
  if (!card.is_des) return keys;
  ASSIGN_OR_RETURN(keys.mac_left, import(values.mac_left, false));
  return keys;
}

// Nothing but a wrong answer is DATA_LOSS.
absl::Status FileHsmCipher::EnsureKeys(Session& session,
                                       const KeyHandles& keys) {
  if (keys_.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(
      const FileCardKeys card,
      OfHsm(MakeFileCardKeys(session, hsm_.ways, keys, handshake_.card)));
  const pkcs11::AuthenticationSeed seed{handshake_.host_challenge,
                                        handshake_.card_challenge,
                                        handshake_.host_key.Clone()};
  ASSIGN_OR_RETURN(
      const std::optional<pkcs11::SessionKeyValues> values,
      OfHsm(pkcs11::AgreeOnSessionKeys(session, card.pair(), seed, answer_,
                                       hsm_.most_bytes_a_call)));
  if (!values.has_value()) {
    return absl::DataLossError(
        "the card's authentication is not an answer to the host's");
  }
  ASSIGN_OR_RETURN(keys_, OfHsm(Import(session, card, *values)));
  block_ = card.is_des ? kDesBlock : kAesBlock;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Bytes>> FileHsmCipher::Macs(
    absl::Span<const Bytes> messages) {
  if (messages.empty()) return std::vector<Bytes>();
  return Run([&](Session& session) -> absl::StatusOr<std::vector<Bytes>> {
    std::vector<Bytes> macs;
    if (block_ == kAesBlock) {
      ASSIGN_OR_RETURN(pkcs11::CmacBatch batch,
                       pkcs11::ComputeCmacs(session, keys_->mac.handle(),
                                            messages, hsm_.most_bytes_a_call));
      macs = std::move(batch.macs);
    } else {
      for (const Bytes& message : messages) {
        ASSIGN_OR_RETURN(
            Bytes mac,
            pkcs11::RetailMacOfBlocks(
                session, {keys_->mac.handle(), keys_->mac_left.handle()},
                message, hsm_.most_bytes_a_call));
        macs.push_back(std::move(mac));
      }
    }
    for (Bytes& mac : macs) mac.resize(kMacSize);
    return macs;
  });
}

// With AES the encrypted counter, which CBC makes first, is the IV: no call of
// its own.
absl::StatusOr<Bytes> FileHsmCipher::EncryptOne(Session& session,
                                                const Blocks& plaintext) {
  const bool is_aes = block_ == kAesBlock;
  const Bytes input =
      is_aes ? Concat({plaintext.counter, plaintext.data}) : plaintext.data;
  ASSIGN_OR_RETURN(Bytes done,
                   session.EncryptCbc(keys_->enc.handle(), Bytes(block_), input,
                                      hsm_.most_bytes_a_call));
  RETURN_IF_ERROR(OfLength(done, input.size()));
  if (is_aes) done.erase(done.begin(), done.begin() + kAesBlock);
  return done;
}

absl::StatusOr<std::vector<Bytes>> FileHsmCipher::Encrypt(
    absl::Span<const Blocks> plaintexts) {
  RETURN_IF_ERROR(CheckTexts(plaintexts, block_));
  if (plaintexts.empty()) return std::vector<Bytes>();
  return Run([&](Session& session) -> absl::StatusOr<std::vector<Bytes>> {
    std::vector<Bytes> ciphertexts;
    ciphertexts.reserve(plaintexts.size());
    for (const Blocks& plaintext : plaintexts) {
      ASSIGN_OR_RETURN(Bytes done, EncryptOne(session, plaintext));
      ciphertexts.push_back(std::move(done));
    }
    return ciphertexts;
  });
}

absl::StatusOr<std::vector<Bytes>> FileHsmCipher::Ivs(
    Session& session, absl::Span<const Blocks> texts) {
  if (block_ == kDesBlock) {
    return std::vector<Bytes>(texts.size(), Bytes(kDesBlock));
  }
  Bytes counters;
  for (const Blocks& text : texts) Append(counters, text.counter);
  ASSIGN_OR_RETURN(const Bytes done,
                   session.Encrypt(Mechanism::Plain(CKM_AES_ECB),
                                   keys_->enc.handle(), counters));
  RETURN_IF_ERROR(OfLength(done, counters.size()));
  std::vector<Bytes> ivs;
  for (size_t i = 0; i < texts.size(); ++i) {
    const ByteSpan iv = ByteSpan(done).subspan(i * kAesBlock, kAesBlock);
    ivs.emplace_back(iv.begin(), iv.end());
  }
  return ivs;
}

absl::StatusOr<std::vector<Bytes>> FileHsmCipher::Decrypt(
    absl::Span<const Blocks> ciphertexts) {
  RETURN_IF_ERROR(CheckTexts(ciphertexts, block_));
  if (ciphertexts.empty()) return std::vector<Bytes>();
  return Run([&](Session& session) -> absl::StatusOr<std::vector<Bytes>> {
    ASSIGN_OR_RETURN(std::vector<Bytes> ivs, Ivs(session, ciphertexts));
    std::vector<pkcs11::CbcText> texts;
    for (size_t i = 0; i < ciphertexts.size(); ++i) {
      texts.push_back({std::move(ivs[i]), ciphertexts[i].data});
    }
    return pkcs11::DecryptCbcTexts(session, keys_->enc.handle(), texts,
                                   hsm_.most_bytes_a_call);
  });
}

}  // namespace cardferry::keyvault
