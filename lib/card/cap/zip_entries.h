#ifndef CARDFERRY_LIB_CARD_CAP_ZIP_ENTRIES_H_
#define CARDFERRY_LIB_CARD_CAP_ZIP_ENTRIES_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"

namespace cardferry::card {

// One file of a zip archive.
struct ZipEntry {
  std::string name;
  Bytes content;
};

// What an archive may cost; all in bytes but `entries`.
struct ZipLimits {
  size_t archive = 4 << 20;
  size_t entries = 1024;
  size_t name = 512;
  size_t entry = 65538;  // unpacked, of the entries that are wanted
};

// The entries of a zip archive whose name `wanted` says yes to, in the order of
// its directory; the others are never unpacked. Works in memory only.
// INVALID_ARGUMENT, with the reason: not a zip, damaged or truncated, names
// that would leave a folder, two entries of one name, encryption, compression
// other than deflate, a checksum that does not match, more than the limits.
absl::StatusOr<std::vector<ZipEntry>> ReadZipEntries(
    ByteSpan archive, const std::function<bool(const std::string&)>& wanted,
    const ZipLimits& limits = ZipLimits());

}  // namespace cardferry::card

#endif  // CARDFERRY_LIB_CARD_CAP_ZIP_ENTRIES_H_
