#include "cli/render/words.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "lib/base/bytes.h"

namespace cardferry::cli {

std::string StateWord(orchestrator::v1::JobState state) {
  switch (state) {
    case orchestrator::v1::JOB_STATE_WAITING:
      return "waiting";
    case orchestrator::v1::JOB_STATE_PREPARING:
      return "preparing";
    case orchestrator::v1::JOB_STATE_RUNNING:
      return "running";
    case orchestrator::v1::JOB_STATE_DONE:
      return "done";
    case orchestrator::v1::JOB_STATE_FAILED:
      return "failed";
    case orchestrator::v1::JOB_STATE_CANCELLED:
      return "cancelled";
    case orchestrator::v1::JOB_STATE_PREPARED:
      return "prepared";
    default:
      return "unknown";
  }
}

orchestrator::v1::JobState StateOfWord(absl::string_view word) {
  for (int i = orchestrator::v1::JobState_MIN;
       i <= orchestrator::v1::JobState_MAX; ++i) {
    const auto state = static_cast<orchestrator::v1::JobState>(i);
    if (orchestrator::v1::JobState_IsValid(i) && StateWord(state) == word) {
      return state;
    }
  }
  return orchestrator::v1::JOB_STATE_UNSPECIFIED;
}

std::string ActionWord(orchestrator::v1::JobAction action) {
  switch (action) {
    case orchestrator::v1::JOB_ACTION_UNSPECIFIED:
    case orchestrator::v1::JOB_ACTION_LOAD:
      return "load";
    case orchestrator::v1::JOB_ACTION_UPGRADE:
      return "upgrade";
    case orchestrator::v1::JOB_ACTION_DELETE:
      return "delete";
    case orchestrator::v1::JOB_ACTION_MANIFEST:
      return "manifest";
    default:
      return "unknown";
  }
}

std::string TimeText(int64_t micros) {
  if (micros == 0) return "-";
  return absl::FormatTime("%Y-%m-%d %H:%M:%SZ", absl::FromUnixMicros(micros),
                          absl::UTCTimeZone());
}

std::string DurationText(absl::Duration duration) {
  const double seconds = absl::ToDoubleSeconds(duration);
  if (seconds < 1) return absl::StrFormat("%.2f s", seconds);
  if (seconds < 60) return absl::StrFormat("%.1f s", seconds);
  const int64_t whole = absl::ToInt64Seconds(duration);
  return absl::StrCat(whole / 60, " min ", whole % 60, " s");
}

std::string OrDash(const std::string& text) {
  return text.empty() ? "-" : Printable(text);
}

std::string HexText(const std::string& bytes) {
  return bytes.empty() ? "-" : ToHex(AsBytes(bytes));
}

std::string Printable(absl::string_view text) {
  std::string out(text);
  std::replace_if(
      out.begin(), out.end(),
      [](char c) { return absl::ascii_iscntrl(static_cast<unsigned char>(c)); },
      '?');
  return out;
}

absl::string_view PluralS(uint64_t count) { return count == 1 ? "" : "s"; }

}  // namespace cardferry::cli
