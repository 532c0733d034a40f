#include "lib/card/scp/openssl/cmac_kdf.h"

#include <algorithm>
#include <array>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"
#include "lib/card/scp/openssl/aes.h"

namespace cardferry::scp {
namespace {

constexpr size_t kMaxBits = 255 * kAesBlock * 8;  // what the counter can count

absl::StatusOr<SecretBytes> SessionKey(const SecretBytes& key,
                                       Scp03Constant constant,
                                       ByteSpan context) {
  return Scp03Kdf(key, static_cast<uint8_t>(constant), context, key.size() * 8);
}

}  // namespace

absl::StatusOr<SecretBytes> CmacCounterKdf(const SecretBytes& key,
                                           ByteSpan before, ByteSpan after,
                                           size_t bits) {
  if (bits == 0 || bits % 8 != 0 || bits > kMaxBits) {
    return absl::InvalidArgumentError(
        absl::StrCat("cannot derive a key of ", bits, " bits"));
  }
  ASSIGN_OR_RETURN(AesCmac cmac, AesCmac::Create(key));
  SecretBytes block(kAesBlock);
  SecretBytes derived(bits / 8);
  const absl::Span<uint8_t> from = block.Write(GrantSecretAccess());
  absl::Span<uint8_t> to = derived.Write(GrantSecretAccess());
  for (uint8_t i = 1; !to.empty(); ++i) {
    RETURN_IF_ERROR(cmac.Compute({before, {i}, after}, from));
    const size_t length = std::min(to.size(), kAesBlock);
    std::copy_n(from.begin(), length, to.begin());
    to.remove_prefix(length);
  }
  return derived;
}

absl::StatusOr<SecretBytes> Scp03Kdf(const SecretBytes& key, uint8_t constant,
                                     ByteSpan context, size_t bits) {
  std::array<uint8_t, 15> before = {};
  before[11] = constant;
  before[13] = static_cast<uint8_t>(bits >> 8);
  before[14] = static_cast<uint8_t>(bits);
  return CmacCounterKdf(key, before, context, bits);
}

absl::StatusOr<Scp03SessionKeys> DeriveScp03SessionKeys(
    const SecretBytes& static_enc, const SecretBytes& static_mac,
    ByteSpan host_challenge, ByteSpan card_challenge) {
  if (static_enc.size() != static_mac.size()) {
    return absl::InvalidArgumentError("K-ENC and K-MAC differ in length");
  }
  const Bytes context = Concat({host_challenge, card_challenge});
  Scp03SessionKeys keys;
  ASSIGN_OR_RETURN(keys.enc,
                   SessionKey(static_enc, Scp03Constant::kSEnc, context));
  ASSIGN_OR_RETURN(keys.mac,
                   SessionKey(static_mac, Scp03Constant::kSMac, context));
  ASSIGN_OR_RETURN(keys.rmac,
                   SessionKey(static_mac, Scp03Constant::kSRmac, context));
  return keys;
}

}  // namespace cardferry::scp
