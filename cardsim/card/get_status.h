#ifndef CARDFERRY_CARDSIM_CARD_GET_STATUS_H_
#define CARDFERRY_CARDSIM_CARD_GET_STATUS_H_

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "cardsim/card/registry.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"

namespace cardferry::cardsim {

// GET STATUS (GPCS 2.3.1, 11.4): what is on the card, in pages. P1 is the
// sum of 80 (the issuer security domain), 40 (applications), 20 (packages) and
// 10 (packages with their modules), one at least; P2 is 02 and 03 (first and
// next page of data objects E3) or 00 and 01 (the same in the older form
// without tags). Data: 4F, the beginning of the AIDs asked for, may be empty;
// then 5C, the tags wanted.
class GetStatus {
 public:
  // What `domain` sees: the issuer's everything, another itself and what
  // belongs to it. The next page goes with 6310 when another one follows, else
  // 9000. 6A86 for other P1 P2, 6A80 for other data, 6A88 when nothing matches
  // or when a next page is asked for that does not follow on the page before.
  absl::StatusOr<card::ResponseApdu> Process(const card::CommandApdu& command,
                                             const Registry& registry,
                                             const card::Aid& domain);

  // Forgets the pages that nobody fetched.
  void Reset() { query_.reset(); }

 private:
  struct Query {
    uint8_t p1 = 0;
    bool tagged = false;
    Bytes data;
    std::vector<Bytes> pages;
    size_t next = 0;
  };

  absl::StatusOr<card::ResponseApdu> NextPage();

  std::optional<Query> query_;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARD_GET_STATUS_H_
