// Card profiles are written by people: whatever they write, a message or a
// profile.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "lib/rpc/config.h"
#include "services/sequencer/card_profile_proto.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  namespace sequencer = cardferry::sequencer;
  cardferry::config::v1::CardProfile proto;
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (!cardferry::rpc::ParseTextproto(text, "fuzz", proto).ok()) return 0;
  const auto profile = sequencer::ToCardProfile(proto);
  if (!profile.ok()) {
    if (profile.status().message().empty()) abort();
    return 0;
  }
  // What was taken can be served: its factory content is a list, and its text
  // is a profile again.
  if (!sequencer::ReadContent(profile->factory_content).ok()) abort();
  cardferry::config::v1::CardProfile shown;
  if (!cardferry::rpc::ParseTextproto(profile->text, "shown", shown).ok() ||
      !sequencer::ToCardProfile(shown).ok()) {
    abort();
  }
  return 0;
}
