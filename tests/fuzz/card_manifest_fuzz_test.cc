// Card manifests are written by people: whatever they write, a message or a
// desired state without an AID or hash that is none.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "cli/manifest/card_manifest.h"
#include "lib/rpc/config.h"

namespace {

bool IsAid(const std::string& bytes) {
  return bytes.size() >= 5 && bytes.size() <= 16;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace cli = cardferry::cli;
  cardferry::config::v1::CardManifest manifest;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (!cardferry::rpc::ParseTextproto(text, "fuzz", manifest).ok()) return 0;
  const auto desired = cli::CompileManifest(manifest);
  if (!desired.ok()) {
    if (desired.status().message().empty()) abort();
    return 0;
  }
  for (const auto& package : desired->packages()) {
    if (package.application().empty() && package.content_hash().size() != 32) {
      abort();
    }
    for (const auto& applet : package.applets()) {
      const size_t privileges = applet.privileges().size();
      if (!IsAid(applet.module_aid()) || !IsAid(applet.instance_aid()) ||
          (privileges != 1 && privileges != 3)) {
        abort();
      }
    }
  }
  for (const auto& aid : desired->absent_packages()) {
    if (!IsAid(aid)) abort();
  }
  return 0;
}
