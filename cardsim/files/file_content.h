#ifndef CARDFERRY_CARDSIM_FILES_FILE_CONTENT_H_
#define CARDFERRY_CARDSIM_FILES_FILE_CONTENT_H_

#include "absl/status/statusor.h"
#include "cardsim/files/file_access.h"
#include "cardsim/files/file_system.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"

namespace cardferry::cardsim {

// Commands for the content of an EF: the current one, or that of a short
// identifier in P1 or P2. Commands are plain ones; errors carry the status
// word.

// READ BINARY and UPDATE BINARY (ISO/IEC 7816-4, 11.3), with an odd instruction
// too, which has its offset in 54 and its data in 53.
absl::StatusOr<card::ResponseApdu> ReadBinary(FileSystem& files,
                                              const card::CommandApdu& command,
                                              const SecurityStatus& status);
absl::Status UpdateBinary(FileSystem& files, const card::CommandApdu& command,
                          const SecurityStatus& status);

// READ, UPDATE and APPEND RECORD (11.4), a record by its number. A cyclic EF
// takes new records only; record 1 is the last one, and the oldest goes.
absl::StatusOr<card::ResponseApdu> ReadRecord(FileSystem& files,
                                              const card::CommandApdu& command,
                                              const SecurityStatus& status);
absl::Status UpdateRecord(FileSystem& files, const card::CommandApdu& command,
                          const SecurityStatus& status);
absl::Status AppendRecord(FileSystem& files, const card::CommandApdu& command,
                          const SecurityStatus& status);

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_FILES_FILE_CONTENT_H_
