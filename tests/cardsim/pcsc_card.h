#ifndef CARDFERRY_TESTS_CARDSIM_PCSC_CARD_H_
#define CARDFERRY_TESTS_CARDSIM_PCSC_CARD_H_

#include <winscard.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "lib/base/bytes.h"

namespace cardferry::cardsim {

// A connection to the card in a reader through libpcsclite, for tests: no
// transactions, no recovery. The agent's own is another one.
class PcscCard {
 public:
  // Waits for a card in the reader. DEADLINE_EXCEEDED when none comes,
  // UNAVAILABLE for what PC/SC refuses.
  static absl::StatusOr<PcscCard> Connect(const std::string& reader,
                                          absl::Duration patience);
  // Waits until pcscd has seen that the card has gone, up to 0.4 s later; to be
  // called while the card's connection lives. When that ends sooner, with a
  // reset of a card that is not there, pcscd 1.9 holds the reader for empty,
  // and when a card comes back before it has looked, for ever.
  // DEADLINE_EXCEEDED when the card stays.
  static absl::Status AwaitAbsence(const std::string& reader,
                                   absl::Duration patience);
  PcscCard(PcscCard&& other) noexcept;
  PcscCard& operator=(PcscCard&&) = delete;
  ~PcscCard();

  absl::StatusOr<Bytes> Atr() const;
  absl::StatusOr<Bytes> Transmit(ByteSpan command) const;

 private:
  PcscCard(SCARDCONTEXT context, SCARDHANDLE card, DWORD protocol)
      : context_(context), card_(card), protocol_(protocol) {}

  SCARDCONTEXT context_ = 0;  // 0: moved away
  SCARDHANDLE card_ = 0;
  DWORD protocol_ = 0;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_TESTS_CARDSIM_PCSC_CARD_H_
