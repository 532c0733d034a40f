#include "services/sequencer/testing/applets.h"

#include <cstdlib>
#include <iostream>

#include "lib/base/file.h"

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

}  // namespace cardferry::sequencer
