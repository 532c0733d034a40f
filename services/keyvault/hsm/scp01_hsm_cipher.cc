#include "services/keyvault/hsm/scp01_hsm_cipher.h"

#include <utility>

#include "absl/status/status.h"
#include "lib/base/status_macros.h"
#include "lib/pkcs11/des_kdf.h"
#include "lib/pkcs11/retail_mac.h"

namespace cardferry::keyvault {
namespace {

using pkcs11::kDesBlock;
using pkcs11::PooledObject;
using pkcs11::Session;
using pkcs11::Usage;

constexpr uint8_t kIcvEncryption = 0x10;  // in `i`

// The chain of C-MACs as one CBC encryption. A MAC is the last block of its
// message's encryption, and the next ICV is either this MAC, from which CBC
// goes on by itself, or its encryption under the same key, which is what CBC
// makes of a block of zeros (GPCS 2.1.1, D.3.2 and D.3.3).
struct Chain {
  Bytes stream;
  std::vector<size_t> mac_offsets;
};

Chain MakeChain(bool encrypts_icv, bool is_first,
                absl::Span<const Bytes> messages) {
  Chain chain;
  for (const Bytes& message : messages) {
    if (encrypts_icv && !is_first) {
      chain.stream.resize(chain.stream.size() + kDesBlock);
    }
    is_first = false;
    Append(chain.stream, pkcs11::DesPadded(message));
    chain.mac_offsets.push_back(chain.stream.size() - kDesBlock);
  }
  return chain;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Scp01HsmCipher>> Scp01HsmCipher::Create(
    HsmContext& hsm, const CardKeySelection& card,
    const scp::SessionSeed& seed) {
  std::unique_ptr<Scp01HsmCipher> cipher(new Scp01HsmCipher(hsm, card, seed));
  const absl::StatusOr<bool> made = cipher->Run(
      [&](Session& session, const KeyHandles& keys) -> absl::StatusOr<bool> {
        RETURN_IF_ERROR(cipher->EnsureEncKey(session, keys));
        return true;
      });
  RETURN_IF_ERROR(made.status());
  return cipher;
}

void Scp01HsmCipher::Forget() {
  DesHsmCipher::Forget();
  mac_.reset();
}

absl::StatusOr<PooledObject> Scp01HsmCipher::MakeKey(Session& session,
                                                     const KeyHandles& keys,
                                                     CardKeyNumber from) {
  ASSIGN_OR_RETURN(const CardKey card_key, FindCardKey(session, keys, from));
  return DeriveSessionKey(
      session, card_key,
      pkcs11::Mechanism::Des3EcbEncryptData(
          pkcs11::Scp01KeyData(seed_.host_challenge, seed_.card_challenge)),
      static_cast<unsigned>(Usage::kEncrypt));
}

absl::StatusOr<PooledObject> Scp01HsmCipher::MakeEncKey(
    Session& session, const KeyHandles& keys) {
  return MakeKey(session, keys, CardKeyNumber::kEnc);
}

absl::Status Scp01HsmCipher::EnsureMacKey(Session& session,
                                          const KeyHandles& keys) {
  if (mac_.has_value()) return absl::OkStatus();
  ASSIGN_OR_RETURN(mac_, MakeKey(session, keys, CardKeyNumber::kMac));
  return absl::OkStatus();
}

// Length (1) | data, padded only if that is not whole blocks (GPCS 2.1.1,
// D.3.4).
absl::StatusOr<Bytes> Scp01HsmCipher::PlainBlocks(ByteSpan data) const {
  if (data.size() > 0xFF) {
    return absl::InvalidArgumentError("SCP01 encrypts at most 255 bytes");
  }
  Bytes blocks = {static_cast<uint8_t>(data.size())};
  Append(blocks, data);
  return blocks.size() % kDesBlock == 0 ? blocks : pkcs11::DesPadded(blocks);
}

absl::StatusOr<std::vector<Bytes>> Scp01HsmCipher::MacChain(
    ByteSpan chaining_value, absl::Span<const Bytes> messages) {
  RETURN_IF_ERROR(CheckDesChainingValue(chaining_value));
  if (messages.empty()) return std::vector<Bytes>();
  const bool is_first = chaining_value.empty();
  const Chain chain = MakeChain(HasOption(kIcvEncryption), is_first, messages);
  Bytes iv(chaining_value.begin(), chaining_value.end());
  iv.resize(kDesBlock);
  return Run([&](Session& session,
                 const KeyHandles& keys) -> absl::StatusOr<std::vector<Bytes>> {
    RETURN_IF_ERROR(EnsureMacKey(session, keys));
    ASSIGN_OR_RETURN(const Bytes done,
                     session.EncryptCbc(mac_->handle(), iv, chain.stream,
                                        hsm_.most_bytes_a_call));
    std::vector<Bytes> macs;
    // Of the intermediate blocks nothing leaves this function.
    for (const size_t offset : chain.mac_offsets) {
      const ByteSpan mac = ByteSpan(done).subspan(offset, kDesBlock);
      macs.emplace_back(mac.begin(), mac.end());
    }
    return macs;
  });
}

}  // namespace cardferry::keyvault
