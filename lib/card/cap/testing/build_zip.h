#ifndef CARDFERRY_LIB_CARD_CAP_TESTING_BUILD_ZIP_H_
#define CARDFERRY_LIB_CARD_CAP_TESTING_BUILD_ZIP_H_

#include <string>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/card/cap/zip_entries.h"

namespace cardferry::card {

// All entries of an archive that is known to be good; stops the process when
// it is not.
std::vector<ZipEntry> UnpackZip(ByteSpan archive);

// A zip archive with these entries, stored; stops the process when libzip
// refuses one. A password encrypts all of them.
Bytes BuildZip(const std::vector<ZipEntry>& entries,
               const std::string& password = "");

// The entry whose name ends with `suffix`; stops the process without one.
ZipEntry& EntryOf(std::vector<ZipEntry>& entries, const std::string& suffix);

// `bytes` with every occurrence of `from` replaced by `to`, of the same length:
// how to give an archive names that libzip would not write.
Bytes ReplaceAll(Bytes bytes, const std::string& from, const std::string& to);

}  // namespace cardferry::card

#endif  // CARDFERRY_LIB_CARD_CAP_TESTING_BUILD_ZIP_H_
