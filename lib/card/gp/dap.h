#ifndef CARDFERRY_LIB_CARD_GP_DAP_H_
#define CARDFERRY_LIB_CARD_GP_DAP_H_

#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"

namespace cardferry::card {

// Whether these are as many bytes as a load file data block hash has: SHA-1,
// SHA-256, SHA-384 or SHA-512 (C.1.2).
bool IsLoadFileHash(ByteSpan hash);

// What a security domain with DAP Verification wants to see before a load file:
// its owner's signature over the load file data block hash (GPCS 2.3.1, C.3).
// That hash has to stand in INSTALL [for load] too.
struct DapBlock {
  Aid security_domain;
  Bytes signature;
};

// The blocks in the order in which they go before C4 (11.6.2.3), each
//   E2 { 4F AID of the security domain | C3 signature }
Bytes EncodeDapBlocks(absl::Span<const DapBlock> blocks);

}  // namespace cardferry::card

#endif  // CARDFERRY_LIB_CARD_GP_DAP_H_
