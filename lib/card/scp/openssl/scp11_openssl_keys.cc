#include "lib/card/scp/openssl/scp11_openssl_keys.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"
#include "lib/card/scp/openssl/curve_names.h"
#include "lib/card/scp/openssl/scp03_openssl_cipher.h"
#include "lib/crypto/cmac.h"

namespace cardferry::scp {
namespace {

using crypto::EcPrivateKey;

constexpr size_t kKeyCount = 5;

SecretBytes Join(const SecretBytes& first, const SecretBytes& second) {
  SecretBytes joined(first.size() + second.size());
  const ByteSpan head = first.Read(GrantSecretAccess());
  const ByteSpan tail = second.Read(GrantSecretAccess());
  uint8_t* const to = joined.Write(GrantSecretAccess()).data();
  std::copy(head.begin(), head.end(), to);
  std::copy(tail.begin(), tail.end(), to + head.size());
  return joined;
}

// Which of our keys meets which of the card's (key_agreement.h).
absl::StatusOr<SecretBytes> SharedSecrets(const EcPrivateKey& ephemeral,
                                          const EcPrivateKey* static_key,
                                          const Agreement& agreement) {
  const bool host_is_shown = agreement.variant != Scp11Variant::kB;
  if (host_is_shown && static_key == nullptr) {
    return absl::FailedPreconditionError(
        "this variant of SCP11 wants a static key, there is none");
  }
  const Bytes& card = agreement.variant == Scp11Variant::kC
                          ? agreement.card_static
                          : agreement.card_ephemeral;
  absl::StatusOr<SecretBytes> first = ephemeral.Agree(card);
  if (!first.ok()) return Annotate(first.status(), "the card's answer");
  absl::StatusOr<SecretBytes> second =
      (host_is_shown ? *static_key : ephemeral).Agree(agreement.card_static);
  if (!second.ok()) return Annotate(second.status(), "the card's static key");
  return Join(*first, *second);
}

absl::StatusOr<std::optional<EcPrivateKey>> ReadKey(
    EllipticCurve curve, const std::optional<SecretBytes>& value) {
  if (!value) return std::optional<EcPrivateKey>();
  ASSIGN_OR_RETURN(EcPrivateKey key,
                   EcPrivateKey::Create(ToCryptoCurve(curve), *value));
  return std::optional<EcPrivateKey>(std::move(key));
}

}  // namespace

absl::StatusOr<Scp11DerivedKeys> DeriveScp11Keys(crypto::KdfHash hash,
                                                 const SecretBytes& secrets,
                                                 ByteSpan shared_info,
                                                 size_t key_length) {
  if (key_length != 16 && key_length != 24 && key_length != 32) {
    return absl::InvalidArgumentError(absl::StrCat(
        "session keys of ", key_length, " bytes, AES has 16, 24 or 32"));
  }
  ASSIGN_OR_RETURN(
      const SecretBytes all,
      crypto::X963Kdf(hash, secrets, shared_info, kKeyCount * key_length));
  const auto key = [&](size_t index) {
    return SecretBytes::CopyOf(
        all.Read(GrantSecretAccess()).subspan(index * key_length, key_length));
  };
  return Scp11DerivedKeys{key(0), {key(1), key(2), key(3)}, key(4)};
}

absl::StatusOr<std::unique_ptr<Scp11OpensslKeys>> Scp11OpensslKeys::Create(
    const Options& options) {
  ASSIGN_OR_RETURN(std::optional<EcPrivateKey> static_key,
                   ReadKey(options.curve, options.static_key));
  ASSIGN_OR_RETURN(std::optional<EcPrivateKey> ephemeral,
                   ReadKey(options.curve, options.known_ephemeral));
  if (!ephemeral) {
    ASSIGN_OR_RETURN(ephemeral,
                     EcPrivateKey::Generate(ToCryptoCurve(options.curve)));
  }
  return std::unique_ptr<Scp11OpensslKeys>(new Scp11OpensslKeys(
      options.hash, *std::move(ephemeral), std::move(static_key)));
}

absl::StatusOr<std::unique_ptr<SessionCipher>> Scp11OpensslKeys::Agree(
    const Agreement& agreement) {
  if (!ephemeral_) {
    return absl::FailedPreconditionError(
        "an ephemeral key is for one session; begin another opening");
  }
  const EcPrivateKey ephemeral = *std::move(ephemeral_);
  ephemeral_.reset();
  ASSIGN_OR_RETURN(
      const SecretBytes secrets,
      SharedSecrets(ephemeral, static_ ? &*static_ : nullptr, agreement));
  ASSIGN_OR_RETURN(Scp11DerivedKeys keys,
                   DeriveScp11Keys(hash_, secrets, agreement.shared_info,
                                   agreement.key_length));
  ASSIGN_OR_RETURN(const Bytes receipt,
                   crypto::AesCmac(keys.receipt, agreement.receipt_message));
  if (!ConstantTimeEqual(receipt, agreement.receipt)) {
    return absl::DataLossError(
        "the card's receipt does not match: it has not the key of its "
        "certificate, or somebody stands between");
  }
  ASSIGN_OR_RETURN(std::unique_ptr<SessionCipher> cipher,
                   Scp03OpensslCipher::CreateStarted(
                       agreement.protocol, agreement.quirks,
                       std::move(keys.session), {agreement.level, receipt}));
  return cipher;
}

}  // namespace cardferry::scp
