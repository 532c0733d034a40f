#include "lib/crypto/sealed_box.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/file.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"
#include "lib/crypto/free_by.h"

namespace cardferry::crypto {
namespace {

// A box:
//   version 01 (1) | IV (12) | ciphertext | tag (16)
// The purpose is what GCM authenticates beside the ciphertext.
constexpr uint8_t kVersion = 0x01;
constexpr size_t kIvBytes = 12;
constexpr size_t kTagBytes = 16;
constexpr size_t kMacBytes = 32;

using CipherContext =
    std::unique_ptr<EVP_CIPHER_CTX, FreeBy<EVP_CIPHER_CTX_free>>;
using Mac = std::unique_ptr<EVP_MAC, FreeBy<EVP_MAC_free>>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, FreeBy<EVP_MAC_CTX_free>>;

absl::Status Broken() {
  return absl::InternalError("OpenSSL refused AES-256-GCM or HMAC");
}

absl::Status Foreign() {
  return absl::DataLossError(
      "what was sealed cannot be opened: it was changed, or it is of another "
      "key");
}

// Starts one direction and takes in the purpose.
absl::StatusOr<CipherContext> Start(const SecretBytes& key, ByteSpan iv,
                                    absl::string_view purpose, bool encrypt) {
  CipherContext context(EVP_CIPHER_CTX_new());
  int written = 0;
  if (context == nullptr ||
      EVP_CipherInit_ex(context.get(), EVP_aes_256_gcm(), nullptr,
                        key.Read(GrantSecretAccess()).data(), iv.data(),
                        encrypt ? 1 : 0) != 1 ||
      EVP_CipherUpdate(context.get(), nullptr, &written,
                       AsBytes(purpose).data(),
                       static_cast<int>(purpose.size())) != 1) {
    return Broken();
  }
  return context;
}

absl::Status CheckSize(size_t size) {
  constexpr size_t kMostBytes = 16 << 20;
  if (size <= kMostBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(size, " bytes to seal, at most ", kMostBytes));
}

absl::StatusOr<Bytes> Hmac(ByteSpan key, ByteSpan bytes) {
  const Mac mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  const MacContext context(mac == nullptr ? nullptr
                                          : EVP_MAC_CTX_new(mac.get()));
  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
      OSSL_PARAM_construct_end()};
  Bytes out(kMacBytes);
  size_t written = 0;
  if (context == nullptr ||
      EVP_MAC_init(context.get(), key.data(), key.size(), parameters) != 1 ||
      EVP_MAC_update(context.get(), bytes.data(), bytes.size()) != 1 ||
      EVP_MAC_final(context.get(), out.data(), &written, out.size()) != 1) {
    return Broken();
  }
  return out;
}

}  // namespace

absl::StatusOr<SealedBox> SealedBox::Create(SecretBytes key,
                                            RandomSource& random) {
  if (key.size() != kKeyBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("a key of ", key.size(), " bytes: it has ", kKeyBytes));
  }
  return SealedBox(std::move(key), random);
}

absl::StatusOr<SealedBox> SealedBox::Load(const std::string& path,
                                          RandomSource& random) {
  absl::StatusOr<SecretBytes> text = ReadSecretFile(path);
  if (absl::IsNotFound(text.status())) {
    Bytes fresh = random.Draw(kKeyBytes);
    std::string hex = ToHex(fresh);
    const absl::Status written = WriteFileAtomically(path, AsBytes(hex), 0400);
    WipeBytes(absl::MakeSpan(fresh));
    WipeBytes(absl::MakeSpan(reinterpret_cast<uint8_t*>(&hex[0]), hex.size()));
    RETURN_IF_ERROR(written);
    text = ReadSecretFile(path);
  }
  RETURN_IF_ERROR(text.status());
  absl::StatusOr<Bytes> key =
      FromHex(AsString(text->Read(GrantSecretAccess())));
  if (!key.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": a key is 64 hexadecimal digits"));
  }
  SecretBytes secret = SecretBytes::CopyOf(*key);
  WipeBytes(absl::MakeSpan(*key));
  absl::StatusOr<SealedBox> box = Create(std::move(secret), random);
  if (!box.ok()) return Annotate(box.status(), path);
  return box;
}

absl::StatusOr<Bytes> SealedBox::Seal(absl::string_view purpose,
                                      ByteSpan plain) const {
  RETURN_IF_ERROR(CheckSize(plain.size()));
  Bytes box = Concat({Bytes{kVersion}, random_->Draw(kIvBytes)});
  const size_t at = box.size();
  ASSIGN_OR_RETURN(
      const CipherContext context,
      Start(key_, ByteSpan(box).subspan(1, kIvBytes), purpose, true));
  box.resize(at + plain.size() + kTagBytes);
  int written = 0;
  if (EVP_CipherUpdate(context.get(), &box[at], &written, plain.data(),
                       static_cast<int>(plain.size())) != 1 ||
      EVP_CipherFinal_ex(context.get(), &box[at + plain.size()], &written) !=
          1 ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes,
                          &box[at + plain.size()]) != 1) {
    return Broken();
  }
  return box;
}

absl::StatusOr<Bytes> SealedBox::Open(absl::string_view purpose,
                                      ByteSpan box) const {
  if (box.size() < kOverhead || box[0] != kVersion) return Foreign();
  RETURN_IF_ERROR(CheckSize(box.size()));
  const ByteSpan iv = box.subspan(1, kIvBytes);
  const ByteSpan sealed = box.subspan(1 + kIvBytes, box.size() - kOverhead);
  const ByteSpan found = box.last(kTagBytes);
  Bytes tag(found.begin(), found.end());
  ASSIGN_OR_RETURN(const CipherContext context,
                   Start(key_, iv, purpose, false));
  Bytes plain(sealed.size() + 1);  // never empty: OpenSSL wants an address
  int written = 0;
  if (EVP_CipherUpdate(context.get(), plain.data(), &written, sealed.data(),
                       static_cast<int>(sealed.size())) != 1 ||
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes,
                          tag.data()) != 1) {
    return Broken();
  }
  if (EVP_CipherFinal_ex(context.get(), plain.data() + sealed.size(),
                         &written) != 1) {
    WipeBytes(absl::MakeSpan(plain));
    return Foreign();
  }
  plain.pop_back();
  return plain;
}

absl::StatusOr<Bytes> SealedBox::Fingerprint(absl::string_view purpose,
                                             ByteSpan bytes) const {
  const std::string label = absl::StrCat("fingerprint of ", purpose);
  ASSIGN_OR_RETURN(Bytes key,
                   Hmac(key_.Read(GrantSecretAccess()), AsBytes(label)));
  absl::StatusOr<Bytes> fingerprint = Hmac(key, bytes);
  WipeBytes(absl::MakeSpan(key));
  return fingerprint;
}

}  // namespace cardferry::crypto
