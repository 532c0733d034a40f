#ifndef CARDFERRY_CARDSIM_CARD_LOAD_SESSION_H_
#define CARDFERRY_CARDSIM_CARD_LOAD_SESSION_H_

#include <cstddef>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cardsim/card/install_command.h"
#include "lib/base/bytes.h"

namespace cardferry::cardsim {

// The load that INSTALL [for load] began: puts the blocks of LOAD together. The
// load file is one data object, C4 (GPCS 2.3.1, 11.6.2.3); DAP blocks (E2) need
// a security domain that verifies them, which this card has not. Any error ends
// the load.
class LoadSession {
 public:
  // `free_bytes`: what the card has room for.
  LoadSession(InstallForLoad install, size_t free_bytes)
      : install_(std::move(install)), free_bytes_(free_bytes) {}

  const InstallForLoad& install() const { return install_; }

  // One LOAD. 6A86 when `number` is not the next, from 0 on; 6700 for no data;
  // 6A80 when it is not C4, when there is more than C4 holds, or when the last
  // block comes too early; 6A84 when C4 does not fit the card.
  absl::Status AddBlock(size_t number, bool last, ByteSpan block);

  // The load file data block, the value of C4, once the last block is there.
  ByteSpan data_block() const { return ByteSpan(bytes_).subspan(header_size_); }

 private:
  // Reads tag and length of C4 as soon as they are there.
  absl::Status ReadHeader();

  InstallForLoad install_;
  size_t free_bytes_;
  size_t next_number_ = 0;
  Bytes bytes_;
  size_t header_size_ = 0;  // 0: not known yet
  size_t value_size_ = 0;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARD_LOAD_SESSION_H_
