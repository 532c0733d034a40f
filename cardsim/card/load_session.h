#ifndef CARDFERRY_CARDSIM_CARD_LOAD_SESSION_H_
#define CARDFERRY_CARDSIM_CARD_LOAD_SESSION_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cardsim/card/dap.h"
#include "cardsim/card/install_command.h"
#include "lib/base/bytes.h"

namespace cardferry::cardsim {

// The load that INSTALL [for load] began: puts the blocks of LOAD together. A
// load file is DAP blocks, E2, as many as there are, and one data object C4
// (GPCS 2.3.1, 11.6.2.3). Any error ends the load.
class LoadSession {
 public:
  // `free_bytes`: what the card has room for.
  LoadSession(InstallForLoad install, size_t free_bytes)
      : install_(std::move(install)), free_bytes_(free_bytes) {}

  const InstallForLoad& install() const { return install_; }

  // One LOAD. 6A86 when `number` is not the next, from 0 on; 6700 for no data;
  // 6A80 when it is neither E2 nor C4, for a DAP block that is none or has more
  // than 1024 bytes, when there is more than C4 holds, or when the last block
  // comes too early; 6A84 when C4 does not fit the card.
  absl::Status AddBlock(size_t number, bool last, ByteSpan block);

  // Once the last block is there: what stood before the load file data block,
  // and that block, the value of C4.
  const std::vector<DapBlock>& daps() const { return daps_; }
  ByteSpan data_block() const { return ByteSpan(bytes_).subspan(header_size_); }

 private:
  // Reads all DAP blocks that are there whole, and tag and length of C4.
  absl::Status ReadHeaders();
  // Tag and length at the beginning, as soon as they are there.
  absl::Status ReadHeader();
  absl::Status CheckSize() const;
  bool is_dap() const;

  InstallForLoad install_;
  size_t free_bytes_;
  size_t next_number_ = 0;
  std::vector<DapBlock> daps_;
  Bytes bytes_;             // from the object on that is being read
  size_t header_size_ = 0;  // 0: not known yet
  size_t value_size_ = 0;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_CARD_LOAD_SESSION_H_
