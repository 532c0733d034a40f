#ifndef CARDFERRY_LIB_CARD_SCRIPT_SCRIPT_H_
#define CARDFERRY_LIB_CARD_SCRIPT_SCRIPT_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/base/bytes.h"
#include "lib/card/apdu/command_apdu.h"
#include "lib/card/apdu/response_apdu.h"
#include "lib/card/apdu/status_word.h"

namespace cardferry::card {

// What the answer's data must be, when it matters.
struct AnyData {
  bool operator==(const AnyData&) const { return true; }
};
struct ExactData {
  Bytes value;
  bool operator==(const ExactData& o) const { return value == o.value; }
};
// Same length as `value`, equal in the bits of `mask` (same length).
struct MaskedData {
  Bytes value;
  Bytes mask;
  bool operator==(const MaskedData& o) const {
    return value == o.value && mask == o.mask;
  }
};
using ExpectedData = std::variant<AnyData, ExactData, MaskedData>;

// What to do when the status word or the data is not what was expected.
enum class OnMismatch : uint8_t {
  kStop = 0,      // send no further command; the default
  kContinue = 1,  // the answer is informative only
};

// One command and its stop rule.
struct ScriptCommand {
  CommandApdu command;
  std::vector<StatusWordPattern> accepted;  // at least one
  ExpectedData expected = AnyData{};
  OnMismatch on_mismatch = OnMismatch::kStop;
  std::string label;  // for progress, at most kMaxLabelBytes of UTF-8
  // How long a card may take over this command when that is longer than
  // usual; 0: what is usual where the script runs.
  uint16_t slow_seconds = 0;

  bool operator==(const ScriptCommand& o) const {
    return command == o.command && accepted == o.accepted &&
           expected == o.expected && on_mismatch == o.on_mismatch &&
           label == o.label && slow_seconds == o.slow_seconds;
  }
};

// Commands in the order in which they go to the card.
using Script = std::vector<ScriptCommand>;

inline constexpr size_t kMaxScriptCommands = 1024;
inline constexpr size_t kMaxScriptBytes = 1 << 20;
inline constexpr size_t kMaxLabelBytes = 64;

// The wire form (the orchestrator carries it without reading it), BER-TLV:
//   E0 { C8 version 01, per command: E1 { C0 command APDU,
//        C1 accepted (4 bytes each: value, mask), [C2 exact data |
//        C3 value then mask], C4 on mismatch, C5 label,
//        [C9 seconds that a slow command may take (2 bytes, not 0)] } }
// DecodeScript refuses (INVALID_ARGUMENT) anything that EncodeScript would not
// write: unknown tags, missing, repeated or reordered fields, lengths that are
// not the shortest; and what no script may be: no accepted status word, a label
// that is too long or not printable UTF-8, sizes over the limits.
Bytes EncodeScript(const Script& script);
absl::StatusOr<Script> DecodeScript(ByteSpan encoded);

// How a run ended.
enum class RunEnd : uint8_t {
  kDone = 0,        // every command was answered as expected, or may differ
  kStopped = 1,     // the last answer was not what its command expects
  kUnknown = 2,     // the last command was sent, its answer never came
  kNotStarted = 3,  // nothing was sent (card gone, wrong card)
};

// What came back: answers[i] belongs to command i; shorter than the script when
// the run stopped. With kUnknown the command after the last answer was sent.
struct Transcript {
  std::vector<ResponseApdu> answers;
  RunEnd end = RunEnd::kDone;

  bool operator==(const Transcript& o) const {
    return answers == o.answers && end == o.end;
  }
};

// E2 { C8 version 01, C6 end, per answer: C7 response APDU }. Same rules as
// above; kNotStarted has no answers.
Bytes EncodeTranscript(const Transcript& transcript);
absl::StatusOr<Transcript> DecodeTranscript(ByteSpan encoded);

// True when `answer` is what `command` expects: its status word is accepted,
// and, when it is no error (9000, and the warnings 62xx and 63xx: a page of a
// list ends with 6310), the data is as expected.
bool IsExpected(const ScriptCommand& command, const ResponseApdu& answer);

}  // namespace cardferry::card

#endif  // CARDFERRY_LIB_CARD_SCRIPT_SCRIPT_H_
