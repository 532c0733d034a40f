#include "lib/card/cap/zip_entries.h"

#include <zip.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/base/status_macros.h"

namespace cardferry::card {
namespace {

struct ZipDiscard {
  void operator()(zip_t* zip) const { zip_discard(zip); }
};
using Zip = std::unique_ptr<zip_t, ZipDiscard>;

struct ZipFileClose {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};
using ZipFile = std::unique_ptr<zip_file_t, ZipFileClose>;

absl::Status Refuse(absl::string_view reason) {
  return absl::InvalidArgumentError(reason);
}

// A name as it may stand in a message: printable, and not long.
std::string Shown(const std::string& name) {
  std::string shown = name.substr(0, 80);
  std::replace_if(
      shown.begin(), shown.end(),
      [](unsigned char c) { return !absl::ascii_isprint(c); }, '?');
  return absl::StrCat("\"", shown, name.size() > 80 ? "...\"" : "\"");
}

// The local file header's or, in an empty archive, the end record's signature.
bool LooksLikeZip(ByteSpan archive) {
  return archive.size() >= 4 && archive[0] == 'P' && archive[1] == 'K' &&
         ((archive[2] == 3 && archive[3] == 4) ||
          (archive[2] == 5 && archive[3] == 6));
}

absl::Status OpenFault(const zip_error_t& error) {
  if (zip_error_code_zip(&error) == ZIP_ER_EXISTS) {
    return Refuse("two entries have the same name");
  }
  return Refuse(
      absl::StrCat("truncated or damaged zip: ",
                   zip_error_strerror(const_cast<zip_error_t*>(&error))));
}

absl::StatusOr<Zip> Open(ByteSpan archive) {
  zip_error_t error;
  zip_error_init(&error);
  const absl::Cleanup fini = [&error] { zip_error_fini(&error); };
  zip_source_t* source =
      zip_source_buffer_create(archive.data(), archive.size(), 0, &error);
  if (source == nullptr) return OpenFault(error);
  Zip zip(zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &error));
  if (zip == nullptr) {
    zip_source_free(source);
    return OpenFault(error);
  }
  return zip;
}

bool LeavesItsFolder(const std::string& name) {
  if (name[0] == '/' || absl::StrContains(name, "\\") ||
      absl::StrContains(name, ":")) {
    return true;
  }
  for (absl::string_view part : absl::StrSplit(name, '/')) {
    if (part == ".." || part == ".") return true;
  }
  return false;
}

absl::Status CheckName(const std::string& name, const ZipLimits& limits) {
  if (name.empty()) return Refuse("an entry without a name");
  if (name.size() > limits.name) {
    return Refuse(absl::StrCat("entry ", Shown(name), ": its name has ",
                               name.size(), " bytes, at most ", limits.name,
                               " are taken"));
  }
  if (LeavesItsFolder(name)) {
    return Refuse(
        absl::StrCat("entry ", Shown(name), " points out of the archive"));
  }
  return absl::OkStatus();
}

absl::Status CheckStat(const std::string& name, const zip_stat_t& stat) {
  constexpr zip_uint64_t kNeeded =
      ZIP_STAT_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
  if ((stat.valid & kNeeded) != kNeeded) {
    return Refuse(absl::StrCat("entry ", Shown(name), " is not described"));
  }
  if (stat.encryption_method != ZIP_EM_NONE) {
    return Refuse(absl::StrCat("entry ", Shown(name), " is encrypted"));
  }
  if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE) {
    return Refuse(absl::StrCat("entry ", Shown(name),
                               " is compressed by method ", stat.comp_method,
                               ", only deflate (8) is taken"));
  }
  return absl::OkStatus();
}

// Reads until the end, where libzip compares the checksum; never more than one
// byte over the declared size, which was checked against the limit.
absl::StatusOr<Bytes> Unpack(zip_t* zip, zip_uint64_t index,
                             const std::string& name, size_t size) {
  const ZipFile file(zip_fopen_index(zip, index, 0));
  Bytes content(size + 1);
  size_t filled = 0;
  while (file != nullptr && filled <= size) {
    const zip_int64_t got =
        zip_fread(file.get(), content.data() + filled, content.size() - filled);
    if (got < 0) break;
    if (got == 0 && filled == size) {
      content.resize(size);
      return content;
    }
    if (got == 0) break;
    filled += static_cast<size_t>(got);
  }
  return Refuse(absl::StrCat("entry ", Shown(name),
                             " is damaged: size or checksum do not match"));
}

absl::StatusOr<Bytes> ReadEntry(zip_t* zip, zip_uint64_t index,
                                const std::string& name, const zip_stat_t& stat,
                                const ZipLimits& limits) {
  if (stat.size > limits.entry) {
    return Refuse(absl::StrCat("entry ", Shown(name), " unpacks to ", stat.size,
                               " bytes, at most ", limits.entry, " are taken"));
  }
  return Unpack(zip, index, name, static_cast<size_t>(stat.size));
}

}  // namespace

absl::StatusOr<std::vector<ZipEntry>> ReadZipEntries(
    ByteSpan archive, const std::function<bool(const std::string&)>& wanted,
    const ZipLimits& limits) {
  if (archive.size() > limits.archive) {
    return Refuse(absl::StrCat("the file has ", archive.size(),
                               " bytes, at most ", limits.archive,
                               " are taken"));
  }
  if (!LooksLikeZip(archive)) return Refuse("not a zip file");
  ASSIGN_OR_RETURN(const Zip zip, Open(archive));
  const zip_int64_t count = zip_get_num_entries(zip.get(), 0);
  if (count < 0 || static_cast<size_t>(count) > limits.entries) {
    return Refuse(absl::StrCat("the zip has ", count, " entries, at most ",
                               limits.entries, " are taken"));
  }
  std::vector<ZipEntry> entries;
  for (zip_uint64_t i = 0; i < static_cast<zip_uint64_t>(count); ++i) {
    const char* raw = zip_get_name(zip.get(), i, ZIP_FL_ENC_RAW);
    const std::string name = raw == nullptr ? "" : raw;
    RETURN_IF_ERROR(CheckName(name, limits));
    zip_stat_t stat;
    zip_stat_init(&stat);
    if (zip_stat_index(zip.get(), i, 0, &stat) != 0) stat.valid = 0;
    RETURN_IF_ERROR(CheckStat(name, stat));
    if (!wanted(name)) continue;
    ASSIGN_OR_RETURN(Bytes content,
                     ReadEntry(zip.get(), i, name, stat, limits));
    entries.push_back({name, std::move(content)});
  }
  return entries;
}

}  // namespace cardferry::card
