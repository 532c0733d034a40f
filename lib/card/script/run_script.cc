#include "lib/card/script/run_script.h"

namespace cardferry::card {

Transcript RunScript(const Script& script, const Transmit& transmit,
                     const OnAnswer& on_answer) {
  Transcript transcript;
  for (const ScriptCommand& command : script) {
    absl::StatusOr<ResponseApdu> answer = transmit(command.command);
    if (!answer.ok()) {
      transcript.end = RunEnd::kUnknown;
      return transcript;
    }
    const bool stop = command.on_mismatch == OnMismatch::kStop &&
                      !IsExpected(command, *answer);
    transcript.answers.push_back(*std::move(answer));
    if (on_answer) on_answer(transcript.answers.size() - 1);
    if (stop) {
      transcript.end = RunEnd::kStopped;
      return transcript;
    }
  }
  return transcript;
}

}  // namespace cardferry::card
