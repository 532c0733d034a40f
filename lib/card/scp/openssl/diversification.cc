#include "lib/card/scp/openssl/diversification.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/secret_access_grant.h"
#include "lib/base/status_macros.h"
#include "lib/card/scp/openssl/cmac_kdf.h"
#include "lib/crypto/aes.h"
#include "lib/crypto/tdes.h"

namespace cardferry::scp {
namespace {

constexpr size_t kDataLength = 10;

constexpr size_t kTripleDesKeyBits = 112;  // of a card's key

absl::Status CheckLength(ByteSpan diversification_data) {
  if (diversification_data.size() == kDataLength) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "diversification data has 10 bytes, not ", diversification_data.size()));
}

// KDF3; `tail` is what follows the card's data.
absl::StatusOr<SecretBytes> ByKdf3(const SecretBytes& master, uint8_t n,
                                   ByteSpan data, ByteSpan tail) {
  return CmacCounterKdf(master, {},
                        Concat({Bytes{0x00, 0x00, 0x00, n, 0x00}, data, tail}),
                        master.size() * 8);
}

// The first `size` of its bytes.
SecretBytes Cut(const SecretBytes& key, size_t size) {
  return SecretBytes::CopyOf(key.Read(GrantSecretAccess()).first(size));
}

absl::StatusOr<SecretBytes> ByTdes(const SecretBytes& master, uint8_t n,
                                   ByteSpan data) {
  return crypto::TdesEcbDeriveKey(
      master, Concat({data, Bytes{0xF0, n}, data, Bytes{0x0F, n}}));
}

}  // namespace

absl::StatusOr<SecretBytes> DiversifyKey(Diversification scheme,
                                         const SecretBytes& master, uint8_t n,
                                         ByteSpan diversification_data) {
  const ByteSpan data = diversification_data;
  RETURN_IF_ERROR(CheckLength(data));
  switch (scheme) {
    case Diversification::kNone:
      return master.Clone();
    case Diversification::kVisa2:
      return ByTdes(master, n, Concat({data.first(2), data.subspan(4, 4)}));
    case Diversification::kEmvCps11:
      return ByTdes(master, n, data.subspan(4));
    case Diversification::kKdf3:
      return ByKdf3(master, n, data, {});
    case Diversification::kKdf3WithLength: {
      const size_t bits = master.size() * 8;
      return ByKdf3(
          master, n, data,
          Bytes{static_cast<uint8_t>(bits >> 8), static_cast<uint8_t>(bits)});
    }
  }
  return absl::InternalError("a diversification without a recipe");
}

absl::StatusOr<SecretBytes> DiversifyByTemplate(const IssuerTemplate& form,
                                                KeyKind kind,
                                                const SecretBytes& master,
                                                uint8_t n,
                                                ByteSpan diversification_data) {
  RETURN_IF_ERROR(CheckLength(diversification_data));
  const size_t bits =
      kind == KeyKind::kAes ? master.size() * 8 : kTripleDesKeyBits;
  RETURN_IF_ERROR(CheckTemplate(form, bits));
  const TemplateInput input = FillTemplate(form, n, diversification_data, bits);
  switch (form.method) {
    case TemplateMethod::kEcb: {
      if (kind == KeyKind::kTripleDes) {
        return crypto::TdesEcbDeriveKey(master, input.after);
      }
      ASSIGN_OR_RETURN(const SecretBytes key,
                       crypto::AesEcbDeriveKey(master, input.after));
      return Cut(key, master.size());
    }
    case TemplateMethod::kCmacCounter:
      return CmacCounterKdf(master, input.before, input.after, bits);
    case TemplateMethod::kAn10922:
      return An10922Key(kind, master, input.after);
  }
  return absl::InternalError("a template's method without a recipe");
}

}  // namespace cardferry::scp
