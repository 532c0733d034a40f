#ifndef CARDFERRY_CARDSIM_FILES_FILE_CARD_PORT_H_
#define CARDFERRY_CARDSIM_FILES_FILE_CARD_PORT_H_

#include <utility>

#include "absl/status/statusor.h"
#include "cardsim/files/file_card.h"
#include "cardsim/vpcd/card_port.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/status_word.h"

namespace cardferry::cardsim {

// The contacts of a simulated file-oriented card.
class FileCardPort final : public CardPort {
 public:
  // `card` lives longer.
  FileCardPort(FileCard& card, Bytes atr) : card_(card), atr_(std::move(atr)) {}

  Bytes Atr() const override { return atr_; }
  void Reset() override { card_.Reset(); }
  absl::StatusOr<Bytes> Transmit(ByteSpan command) override {
    return card_.Transmit(command);
  }
  void RefuseNext(card::StatusWord sw) override { card_.RefuseNext(sw); }

 private:
  FileCard& card_;
  Bytes atr_;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_FILES_FILE_CARD_PORT_H_
