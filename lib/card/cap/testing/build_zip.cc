#include "lib/card/cap/testing/build_zip.h"

#include <zip.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "absl/strings/match.h"

namespace cardferry::card {
namespace {

void Require(bool fine, const char* what) {
  if (fine) return;
  std::cerr << "BuildZip: " << what << "\n";
  std::abort();
}

void Add(zip_t* zip, const ZipEntry& entry, const std::string& password) {
  zip_source_t* source =
      zip_source_buffer(zip, entry.content.data(), entry.content.size(), 0);
  Require(source != nullptr, "source");
  const zip_int64_t index =
      zip_file_add(zip, entry.name.c_str(), source, ZIP_FL_ENC_RAW);
  Require(index >= 0, "add");
  const auto at = static_cast<zip_uint64_t>(index);
  Require(zip_set_file_compression(zip, at, ZIP_CM_STORE, 0) == 0, "store");
  if (password.empty()) return;
  Require(
      zip_file_set_encryption(zip, at, ZIP_EM_AES_128, password.c_str()) == 0,
      "encrypt");
}

Bytes ReadSource(zip_source_t* source) {
  Require(zip_source_open(source) == 0, "open result");
  zip_source_seek(source, 0, SEEK_END);
  Bytes bytes(static_cast<size_t>(zip_source_tell(source)));
  zip_source_seek(source, 0, SEEK_SET);
  zip_source_read(source, bytes.data(), bytes.size());
  zip_source_close(source);
  return bytes;
}

}  // namespace

std::vector<ZipEntry> UnpackZip(ByteSpan archive) {
  auto entries =
      ReadZipEntries(archive, [](const std::string&) { return true; });
  Require(entries.ok(), "the archive is bad");
  return *entries;
}

Bytes BuildZip(const std::vector<ZipEntry>& entries,
               const std::string& password) {
  zip_source_t* source = zip_source_buffer_create(nullptr, 0, 0, nullptr);
  zip_t* zip = zip_open_from_source(source, ZIP_TRUNCATE, nullptr);
  Require(zip != nullptr, "create");
  zip_source_keep(source);
  for (const ZipEntry& entry : entries) Add(zip, entry, password);
  Require(zip_close(zip) == 0, "close");
  Bytes bytes = ReadSource(source);
  zip_source_free(source);
  return bytes;
}

ZipEntry& EntryOf(std::vector<ZipEntry>& entries, const std::string& suffix) {
  const auto found = std::find_if(
      entries.begin(), entries.end(),
      [&](const ZipEntry& e) { return absl::EndsWith(e.name, suffix); });
  Require(found != entries.end(), suffix.c_str());
  return *found;
}

Bytes ReplaceAll(Bytes bytes, const std::string& from, const std::string& to) {
  Require(from.size() == to.size(), "lengths differ");
  auto at = bytes.begin();
  int count = 0;
  while ((at = std::search(at, bytes.end(), from.begin(), from.end())) !=
         bytes.end()) {
    at = std::copy(to.begin(), to.end(), at);
    ++count;
  }
  Require(count > 0, "nothing to replace");
  return bytes;
}

}  // namespace cardferry::card
