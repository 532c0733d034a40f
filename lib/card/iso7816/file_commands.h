#ifndef CARDFERRY_LIB_CARD_ISO7816_FILE_COMMANDS_H_
#define CARDFERRY_LIB_CARD_ISO7816_FILE_COMMANDS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/iso7816/file_control.h"
#include "lib/card/iso7816/file_id.h"

// Commands for files themselves (ISO/IEC 7816-4, 11.2 and 7816-9), plain:
// secure messaging protects them later.
namespace cardferry::card {

// What SELECT is to answer: P2 (7816-4, table 63).
enum class SelectAnswer : uint8_t {
  kFileControl = 0x04,  // FCP
  kNothing = 0x0C,
};

// SELECT of what has this identifier: the MF, the current DF's child, parent or
// itself, as the card looks for it (P1 00).
CommandApdu SelectFile(FileId id, SelectAnswer answer);
// A DF, or an EF, under the current DF and nowhere else (P1 01, 02).
CommandApdu SelectChildDf(FileId id, SelectAnswer answer);
CommandApdu SelectChildEf(FileId id, SelectAnswer answer);
// The parent of the current DF (P1 03).
CommandApdu SelectParent(SelectAnswer answer);
// A DF by its name (P1 04).
CommandApdu SelectDfName(const Aid& name, SelectAnswer answer);
// A path from the MF, which `path` does not name (P1 08). INVALID_ARGUMENT for
// an empty path, or one of more than 127 files.
absl::StatusOr<CommandApdu> SelectPath(absl::Span<const FileId> path,
                                       SelectAnswer answer);

// CREATE FILE under the current DF; the new file is then the current one.
// INVALID_ARGUMENT when `control` has no descriptor or no identifier, as
// EncodeFileControl, and when a file that is no DF says no size: bytes of a
// transparent one, records of one with records of a fixed length.
absl::StatusOr<CommandApdu> CreateFile(const FileControl& control);

// The child of the current DF with this identifier; a DF with all below it.
CommandApdu DeleteFile(FileId id);

// The current file. Termination is for ever.
CommandApdu ActivateFile();
CommandApdu DeactivateFile();
CommandApdu TerminateEf();
CommandApdu TerminateDf();

}  // namespace cardferry::card

#endif  // CARDFERRY_LIB_CARD_ISO7816_FILE_COMMANDS_H_
