#ifndef CARDFERRY_LIB_BASE_FILE_H_
#define CARDFERRY_LIB_BASE_FILE_H_

#include <sys/types.h>

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/base/secret_bytes.h"

namespace cardferry {

// A Status for the current errno: NOT_FOUND, PERMISSION_DENIED,
// RESOURCE_EXHAUSTED (no space), else UNAVAILABLE. `what` says what was tried.
absl::Status ErrnoStatus(int error, absl::string_view what);

// The whole file. RESOURCE_EXHAUSTED when it is larger than `limit` bytes.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t limit);

// Reads a secret of at most 4096 bytes. FAILED_PRECONDITION when others than
// the owner may read or anybody may write it (mode must be 0400 or less). One
// newline at the end is dropped.
absl::StatusOr<SecretBytes> ReadSecretFile(const std::string& path);

// Writes a new version of the file whole or not at all (a temporary file
// beside it, fsync, rename).
absl::Status WriteFileAtomically(const std::string& path, ByteSpan bytes,
                                 mode_t mode);

}  // namespace cardferry

#endif  // CARDFERRY_LIB_BASE_FILE_H_
