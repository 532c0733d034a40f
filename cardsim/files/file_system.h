#ifndef CARDFERRY_CARDSIM_FILES_FILE_SYSTEM_H_
#define CARDFERRY_CARDSIM_FILES_FILE_SYSTEM_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "cardsim/files/file.h"
#include "cardsim/files/file_access.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"

namespace cardferry::cardsim {

// The files of a card and which of them is current. Commands are plain ones;
// errors carry the status word.
class FileSystem {
 public:
  // `memory`: bytes for all files.
  FileSystem(std::unique_ptr<File> mf, size_t memory);

  const File& mf() const { return *mf_; }
  // The MF is the current DF, there is no current EF.
  void Reset();

  // SELECT (ISO/IEC 7816-4, 11.2.1) by identifier, child, parent, DF name and
  // path.
  absl::StatusOr<card::ResponseApdu> Select(const card::CommandApdu& command);
  // CREATE FILE, DELETE FILE (7816-9, 7.1 and 7.2).
  absl::Status Create(const card::CommandApdu& command,
                      const SecurityStatus& status);
  absl::Status Delete(const card::CommandApdu& command,
                      const SecurityStatus& status);
  // ACTIVATE, DEACTIVATE, TERMINATE EF and DF (7816-9, 7.3 to 7.6) of the
  // current file.
  absl::Status ChangeLifeCycle(const card::CommandApdu& command,
                               const SecurityStatus& status);

  // The EF for a command with content: that with the short identifier, which is
  // current from then on, or with 0 the current one. 6A82, 6986; 6985 when it
  // is deactivated or terminated, or a DF above it is.
  absl::StatusOr<File*> FindEf(uint8_t short_id);

 private:
  absl::StatusOr<File*> FindSelected(const card::CommandApdu& command) const;
  File* FindById(uint16_t id) const;
  File& current_file() const { return ef_ != nullptr ? *ef_ : *df_; }

  std::unique_ptr<File> mf_;
  size_t memory_;
  File* df_;
  File* ef_ = nullptr;
};

}  // namespace cardferry::cardsim

#endif  // CARDFERRY_CARDSIM_FILES_FILE_SYSTEM_H_
