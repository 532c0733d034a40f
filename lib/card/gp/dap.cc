#include "lib/card/gp/dap.h"

#include "lib/card/tlv/tlv.h"

namespace cardferry::card {

bool IsLoadFileHash(ByteSpan hash) {
  const size_t size = hash.size();
  return size == 20 || size == 32 || size == 48 || size == 64;
}

Bytes EncodeDapBlocks(absl::Span<const DapBlock> blocks) {
  Bytes encoded;
  for (const DapBlock& block : blocks) {
    Bytes fields = EncodeTlv(0x4F, block.security_domain.bytes());
    AppendTlv(fields, 0xC3, block.signature);
    AppendTlv(encoded, 0xE2, fields);
  }
  return encoded;
}

}  // namespace cardferry::card
