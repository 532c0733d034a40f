#include "lib/crypto/des_mac.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lib/base/status_macros.h"
#include "lib/crypto/tdes.h"

namespace cardferry::crypto {
namespace {

constexpr size_t kKeySize = 16;

absl::Status CheckLengths(const SecretBytes& key, ByteSpan blocks) {
  if (key.size() != kKeySize) {
    return absl::InvalidArgumentError(
        absl::StrCat("a MAC key has 16 bytes, not ", key.size()));
  }
  if (blocks.empty()) {
    return absl::InvalidArgumentError("no block to MAC: pad the message");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Bytes> RetailMac(const SecretBytes& key, ByteSpan icv,
                                ByteSpan blocks) {
  RETURN_IF_ERROR(CheckLengths(key, blocks));
  // A part of a block is refused by one of the two steps.
  const size_t before_last =
      blocks.size() - std::min(blocks.size(), kDesBlockSize);
  ASSIGN_OR_RETURN(const SecretBytes single, SingleDesKey(key));
  ASSIGN_OR_RETURN(const Bytes chain,
                   TdesCbcEncrypt(single, icv, blocks.first(before_last)));
  if (!chain.empty()) icv = ByteSpan(chain).last(kDesBlockSize);
  return TdesCbcEncrypt(key, icv, blocks.subspan(before_last));
}

absl::StatusOr<Bytes> TdesMac(const SecretBytes& key, ByteSpan icv,
                              ByteSpan blocks) {
  RETURN_IF_ERROR(CheckLengths(key, blocks));
  ASSIGN_OR_RETURN(const Bytes chain, TdesCbcEncrypt(key, icv, blocks));
  return Bytes(chain.end() - kDesBlockSize, chain.end());
}

}  // namespace cardferry::crypto
