#include "agent/stored/packet_seal.h"

#include <openssl/evp.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/file.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"

namespace cardferry::agent {
namespace {

constexpr size_t kNonceSize = 12;
constexpr size_t kTagSize = 16;
constexpr mode_t kOwnerReads = 0400;

using Context = std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)>;

// A cipher that has taken the name. Null when OpenSSL fails.
Context Begin(bool encrypt, const SecretBytes& key, ByteSpan nonce,
              absl::string_view name) {
  Context context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  const ByteSpan aad = AsBytes(name);
  int length = 0;
  if (context == nullptr ||
      EVP_CipherInit_ex(context.get(), EVP_aes_256_gcm(), nullptr,
                        key.Read(GrantSecretAccess()).data(), nonce.data(),
                        encrypt ? 1 : 0) != 1 ||
      EVP_CipherUpdate(context.get(), nullptr, &length, aad.data(),
                       static_cast<int>(aad.size())) != 1) {
    return Context(nullptr, EVP_CIPHER_CTX_free);
  }
  return context;
}

// Runs `text` through it, in place.
bool Run(EVP_CIPHER_CTX* context, Bytes& text) {
  if (text.empty()) return true;
  int length = 0;
  return EVP_CipherUpdate(context, text.data(), &length, text.data(),
                          static_cast<int>(text.size())) == 1;
}

bool Finish(EVP_CIPHER_CTX* context) {
  uint8_t none = 0;
  int length = 0;
  return EVP_CipherFinal_ex(context, &none, &length) == 1;
}

}  // namespace

absl::StatusOr<std::unique_ptr<PacketSeal>> PacketSeal::Create(
    SecretBytes key, RandomSource& random) {
  if (key.size() != kKeySize) {
    return absl::InvalidArgumentError(
        absl::StrCat("a key of ", key.size(), " bytes instead of ", kKeySize));
  }
  return std::unique_ptr<PacketSeal>(new PacketSeal(std::move(key), random));
}

absl::StatusOr<std::unique_ptr<PacketSeal>> PacketSeal::Open(
    const std::string& key_file, RandomSource& random) {
  absl::StatusOr<SecretBytes> read = ReadSecretFile(key_file);
  if (absl::IsNotFound(read.status())) {
    SecretBytes made(kKeySize);
    const absl::Span<uint8_t> bytes = made.Write(GrantSecretAccess());
    do {
      random.Fill(bytes);
    } while (bytes.back() == '\n');  // which reading would drop
    RETURN_IF_ERROR(WriteFileAtomically(key_file, bytes, kOwnerReads));
    read = ReadSecretFile(key_file);
  }
  RETURN_IF_ERROR(read.status());
  if (read->size() != kKeySize) {
    return absl::FailedPreconditionError(absl::StrCat(
        key_file, ": a key of ", read->size(), " bytes instead of ", kKeySize,
        ". Without the right one stored packets cannot be read: put it back, "
        "or remove the file and the packets"));
  }
  return Create(*std::move(read), random);
}

absl::StatusOr<Bytes> PacketSeal::Seal(absl::string_view name, ByteSpan text) {
  const Bytes nonce = random_.Draw(kNonceSize);
  const Context context = Begin(/*encrypt=*/true, key_, nonce, name);
  Bytes sealed(text.begin(), text.end());
  Bytes tag(kTagSize);
  if (context == nullptr || !Run(context.get(), sealed) ||
      !Finish(context.get()) ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagSize,
                          tag.data()) != 1) {
    return absl::InternalError("AES-GCM failed");
  }
  return Concat({nonce, sealed, tag});
}

absl::StatusOr<Bytes> PacketSeal::Open(absl::string_view name,
                                       ByteSpan sealed) const {
  const absl::Status changed = absl::DataLossError(
      "a stored packet was changed, or sealed under another key");
  if (sealed.size() < kNonceSize + kTagSize) return changed;
  const Context context =
      Begin(/*encrypt=*/false, key_, sealed.first(kNonceSize), name);
  const ByteSpan inner =
      sealed.subspan(kNonceSize, sealed.size() - kNonceSize - kTagSize);
  Bytes text(inner.begin(), inner.end());
  const ByteSpan end = sealed.last(kTagSize);
  Bytes tag(end.begin(), end.end());
  if (context == nullptr || !Run(context.get(), text) ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagSize,
                          tag.data()) != 1 ||
      !Finish(context.get())) {
    return changed;
  }
  return text;
}

}  // namespace cardferry::agent
