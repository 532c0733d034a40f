// Card records and bundle states come back from the orchestrator, transcripts
// from agents. The first byte says how much of the input is the state.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "services/sequencer/conclusion.h"
#include "services/sequencer/state_proto.h"

namespace cardferry::sequencer {
namespace {

void Check(bool holds) {
  if (!holds) std::abort();
}

void FuzzRecord(const std::string& bytes) {
  const auto record = DecodeCardRecord(bytes);
  if (!record.ok()) return;
  const auto again = DecodeCardRecord(EncodeCardRecord(*record));
  Check(again.ok() && *again == *record);
}

void FuzzConclusion(const std::string& bytes, ByteSpan answers) {
  const auto state = DecodeBundleState(bytes);
  if (!state.ok()) return;
  const auto again = DecodeBundleState(EncodeBundleState(*state));
  Check(again.ok() && *again == *state);
  // Every two bytes are an answer: its status word.
  card::Transcript transcript;
  for (; answers.size() >= 2; answers.remove_prefix(2)) {
    transcript.answers.push_back({{},
                                  card::StatusWord(static_cast<uint16_t>(
                                      answers[0] << 8 | answers[1]))});
  }
  const auto conclusion = Conclude(*state, transcript);
  Check(!conclusion.ok() || !conclusion->reason.empty());
}

}  // namespace
}  // namespace cardferry::sequencer

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  const std::string rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  const size_t split = rest.size() * data[0] / 255;
  cardferry::sequencer::FuzzRecord(rest);
  cardferry::sequencer::FuzzConclusion(
      rest.substr(0, split),
      cardferry::ByteSpan(data + 1, size - 1).subspan(split));
  return 0;
}
