#include "lib/card/scp/openssl/diversification.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/card/scp/openssl/cmac_kdf.h"
#include "lib/crypto/tdes.h"

namespace cardferry::scp {
namespace {

constexpr size_t kDataLength = 10;

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
  if (data.size() != kDataLength) {
    return absl::InvalidArgumentError(
        absl::StrCat("diversification data has 10 bytes, not ", data.size()));
  }
  switch (scheme) {
    case Diversification::kNone:
      return master.Clone();
    case Diversification::kVisa2:
      return ByTdes(master, n, Concat({data.first(2), data.subspan(4, 4)}));
    case Diversification::kEmvCps11:
      return ByTdes(master, n, data.subspan(4));
    case Diversification::kKdf3:
      return CmacCounterKdf(master, {},
                            Concat({Bytes{0x00, 0x00, 0x00, n, 0x00}, data}),
                            master.size() * 8);
  }
  return absl::InternalError("a diversification without a recipe");
}

}  // namespace cardferry::scp
