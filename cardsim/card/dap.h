#ifndef CARDFERRY_CARDSIM_CARD_DAP_H_
#define CARDFERRY_CARDSIM_CARD_DAP_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "cardsim/card/content_key.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"

namespace cardferry::cardsim {

// A signature that stands before a load file (GPCS 2.3.1, 11.6.2.3).
struct DapBlock {
  card::Aid domain;
  Bytes signature;
};

// The value of E2: 4F AID | C3 signature. 6A80 for anything else.
absl::StatusOr<DapBlock> ParseDapBlock(ByteSpan value);

// A security domain that verifies load files.
struct DapVerifier {
  card::Aid domain;
  // Those of all security domains, not only its own (Mandated DAP).
  bool mandated = false;
  std::optional<ContentKey> key;
};

// Whether a load file with this hash, as INSTALL [for load] gave it, may become
// `owner`'s (9.2.1). 6985 when a DAP is missing or its domain has no key; 6A88
// for one of a domain that verifies nothing; 6A80 for one without a hash, two
// of one domain, and a signature that is another's.
absl::Status CheckDaps(absl::Span<const DapBlock> blocks, ByteSpan hash,
                       const card::Aid& owner,
                       absl::Span<const DapVerifier> verifiers);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARD_DAP_H_
