#ifndef CARDFERRY_CARDSIM_CARD_STORED_OBJECTS_H_
#define CARDFERRY_CARDSIM_CARD_STORED_OBJECTS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/command_apdu.h"

namespace cardferry::cardsim {

// The data objects that STORE DATA (GPCS 2.3.1, 11.11) puts into the issuer
// security domain, where GET DATA finds them before the card's own:
//   42  issuer identification number    45  card image number
//   5F50  the security domain manager's address
// and two parts of the production data (CPLC, 9F7F), which are shown there:
//   9F66  pre-personalization, 8 bytes    9F67  personalization, 8 bytes
class StoredObjects {
 public:
  static constexpr size_t kMaxValue = 127;

  // One block: whole BER-TLV objects. P1: 80 the last block, 10 BER-TLV (or 00,
  // nothing said of the structure), 01 with or without; P2: the block's number,
  // from 00 on, without a gap. What is refused changes nothing, and the numbers
  // begin again. 6A86 for another P1 (encrypted data, DGIs), 6985 for another
  // number, 6A80 for what is no BER-TLV or has another length, 6A88 for another
  // tag.
  absl::Status Store(const card::CommandApdu& command);

  // Forgets which block is the next one.
  void Interrupt() { next_block_ = 0; }

  // The production data of the factory (42 bytes) with the parts that were
  // stored since, in bytes 26 to 33 and 34 to 41.
  Bytes Production(Bytes factory) const;

  // The object with this tag, whole; nullopt for those parts.
  std::optional<Bytes> Find(uint16_t tag) const;

  // All of them as BER-TLV objects, and the way back: DATA_LOSS for what Encode
  // cannot give.
  Bytes Encode() const;
  absl::Status Decode(ByteSpan bytes);

  // All of them, tag to value, for keeping and for putting back.
  const std::map<uint16_t, Bytes>& all() const { return objects_; }
  void Restore(std::map<uint16_t, Bytes> objects) {
    objects_ = std::move(objects);
    Interrupt();
  }

 private:
  absl::Status CheckBlock(const card::CommandHeader& header) const;
  absl::Status StoreAll(ByteSpan data);

  std::map<uint16_t, Bytes> objects_;
  size_t next_block_ = 0;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARD_STORED_OBJECTS_H_
