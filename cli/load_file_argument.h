#ifndef CARDFERRY_CLI_LOAD_FILE_ARGUMENT_H_
#define CARDFERRY_CLI_LOAD_FILE_ARGUMENT_H_

#include <string>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/aid.h"

namespace cardferry::cli {

// Which hash of which bytes of a CAP file, as cards are given them: what the
// card's profile says (load_file_hash, send_descriptor).
struct LoadFileHashing {
  std::string algorithm = "sha-256";
  bool with_descriptor = false;
};

// What an approver signs of a CAP file that he has before him.
struct LoadFileFacts {
  card::Aid package;
  Bytes hash;  // of the load file data block
};

// INVALID_ARGUMENT for what is no CAP file, or no such hash; the file's own
// errors.
absl::StatusOr<LoadFileFacts> ReadLoadFile(const std::string& path,
                                           const LoadFileHashing& hashing);

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_LOAD_FILE_ARGUMENT_H_
