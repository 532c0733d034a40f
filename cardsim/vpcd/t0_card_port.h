#ifndef CARDFERRY_CARDSIM_VPCD_T0_CARD_PORT_H_
#define CARDFERRY_CARDSIM_VPCD_T0_CARD_PORT_H_

#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cardsim/vpcd/card_port.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/status_word.h"

namespace cardferry::cardsim {

// A card that speaks T=0 (ISO/IEC 7816-3, 10 and 12): a command has data or
// wants some, never both.
//   CLA INS P1 P2 [00]       neither
//   CLA INS P1 P2 Le         wants Le bytes (00: 256); when the answer has
//                            another length it is 6Cxx, and the command is to
//                            be sent again with Le xx
//   CLA INS P1 P2 Lc data    has Lc bytes; an answer with data is 61xx (00: 256
//                            or more), and GET RESPONSE (INS C0) fetches it
// Anything else is 6700, and GET RESPONSE without an answer that waits 6985.
class T0CardPort final : public CardPort {
 public:
  // `inner` lives longer. It hears commands with Le 00 and without GET
  // RESPONSE; a command that is sent again for its length it does not hear
  // again.
  explicit T0CardPort(CardPort& inner) : inner_(inner) {}

  Bytes Atr() const override { return inner_.Atr(); }
  void Reset() override;
  absl::StatusOr<Bytes> Transmit(ByteSpan command) override;
  void RefuseNext(card::StatusWord sw) override { inner_.RefuseNext(sw); }
  absl::Duration Absence() const override { return inner_.Absence(); }

 private:
  absl::StatusOr<Bytes> Ask(ByteSpan header_and_le);
  absl::StatusOr<Bytes> Give(ByteSpan header_and_data);
  Bytes GetResponse(size_t le);
  void Forget();

  CardPort& inner_;
  Bytes asked_;    // header of the command that 6Cxx answered, or nothing
  Bytes waiting_;  // the answer's data that GET RESPONSE may fetch
  Bytes sw_;       // and the status word behind it
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_VPCD_T0_CARD_PORT_H_
