#ifndef CARDFERRY_LIB_CARD_GP_STORE_DATA_H_
#define CARDFERRY_LIB_CARD_GP_STORE_DATA_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/gp/content_commands.h"

namespace cardferry::card {

// How STORE DATA says that its data are built (GPCS 2.3.1, 11.11.2.1): P1's
// bits 5 and 4.
enum class StoreDataFormat : uint8_t {
  kPlain = 0x00,   // nothing is said
  kDgi = 0x08,     // data groupings, see EncodeDgi
  kBerTlv = 0x10,  // BER-TLV data objects
};

// identifier (2) | length (1; FF and 2 bytes from 255 on) | data (EMV CPS 2.0).
// INVALID_ARGUMENT for more than 65535 bytes.
absl::StatusOr<Bytes> EncodeDgi(uint16_t identifier, ByteSpan data);

// STORE DATA commands (11.11) for these objects (each a whole DGI, data object
// or piece of plain data), in order, as large as the session allows. An object
// is split only when no command holds it whole. Nothing is said to be
// encrypted. INVALID_ARGUMENT for no data; RESOURCE_EXHAUSTED, with the
// numbers, for more than 256 commands. Neither repeats the data.
absl::StatusOr<std::vector<CommandApdu>> StoreDataCommands(
    StoreDataFormat format, absl::Span<const Bytes> objects,
    Protection protection);

}  // namespace cardferry::card

#endif  // CARDFERRY_LIB_CARD_GP_STORE_DATA_H_
