#include "services/sequencer/testing/applets.h"

#include <cstdlib>
#include <iostream>
#include <vector>

#include "lib/base/file.h"
#include "lib/card/cap/testing/build_zip.h"

namespace cardferry::sequencer {
namespace {

template <typename T>
T Require(absl::StatusOr<T> value) {
  if (!value.ok()) {
    std::cerr << value.status() << "\n";
    std::abort();
  }
  return *std::move(value);
}

}  // namespace

Bytes ReadApplet(const std::string& name) {
  const std::string text = Require(ReadFile("applets/" + name, 1 << 20));
  const ByteSpan bytes = AsBytes(text);
  return Bytes(bytes.begin(), bytes.end());
}

std::shared_ptr<const LoadFile> LoadApplet(const std::string& name) {
  LoadFileCache cache(1 << 20);
  return Require(cache.Put(ReadApplet(name)));
}

// The Header component: tag (1) | size (2) | magic (4) | format (2) | flags (1)
// | package minor (1), major (1) | ...
std::shared_ptr<const LoadFile> LoadApplet(const std::string& name,
                                           uint8_t major, uint8_t minor) {
  std::vector<card::ZipEntry> entries = card::UnpackZip(ReadApplet(name));
  Bytes& header = card::EntryOf(entries, "Header.cap").content;
  header[10] = minor;
  header[11] = major;
  LoadFileCache cache(1 << 20);
  return Require(cache.Put(card::BuildZip(entries)));
}

}  // namespace cardferry::sequencer
