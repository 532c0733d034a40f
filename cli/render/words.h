#ifndef CARDFERRY_CLI_RENDER_WORDS_H_
#define CARDFERRY_CLI_RENDER_WORDS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "proto/cardferry/orchestrator/v1/orchestrator.pb.h"

namespace cardferry::cli {

// "waiting", "preparing", "running", "done", "failed", "cancelled".
std::string StateWord(orchestrator::v1::JobState state);

// The state with this word; JOB_STATE_UNSPECIFIED for another word.
orchestrator::v1::JobState StateOfWord(absl::string_view word);

// "load", "upgrade", "delete", "manifest".
std::string ActionWord(orchestrator::v1::JobAction action);

// Microseconds since 1970 as "2026-11-22 17:02:31Z"; "-" for 0.
std::string TimeText(int64_t micros);

// "0.35 s", "12.4 s", "3 min 5 s".
std::string DurationText(absl::Duration duration);

// "-" for an empty text; else Printable.
std::string OrDash(const std::string& text);

// A bytes field as upper-case hexadecimal; "-" for none.
std::string HexText(const std::string& bytes);

// What came from elsewhere, safe for a terminal: control characters become '?'.
std::string Printable(absl::string_view text);

// "" when `count` is 1, else "s".
absl::string_view PluralS(uint64_t count);

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_RENDER_WORDS_H_
