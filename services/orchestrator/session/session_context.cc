#include "services/orchestrator/session/session_context.h"

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "lib/base/bytes.h"

namespace cardferry::orchestrator {

std::string NewId(RandomSource& random) { return ToHex(random.Draw(16)); }

bool IsForLater(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsAborted(status) || absl::IsCancelled(status);
}

std::string AsSentence(absl::string_view text) {
  std::string sentence(absl::StripAsciiWhitespace(text));
  if (sentence.empty()) return sentence;
  sentence[0] = absl::ascii_toupper(static_cast<unsigned char>(sentence[0]));
  if (!absl::StrContains(".!?", sentence.back())) sentence.push_back('.');
  return sentence;
}

}  // namespace cardferry::orchestrator
