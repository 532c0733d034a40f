#include "services/orchestrator/repository/hex_list.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace cardferry::orchestrator {

std::string JoinHex(const std::vector<Bytes>& list) {
  return absl::StrJoin(list, ",", [](std::string* out, const Bytes& bytes) {
    out->append(ToHex(bytes));
  });
}

absl::StatusOr<std::vector<Bytes>> SplitHex(absl::string_view text) {
  std::vector<Bytes> list;
  if (text.empty()) return list;
  for (const absl::string_view part : absl::StrSplit(text, ',')) {
    absl::StatusOr<Bytes> bytes = FromHex(part);
    if (!bytes.ok()) {
      return absl::DataLossError("a stored list is not hexadecimal");
    }
    list.push_back(*std::move(bytes));
  }
  return list;
}

}  // namespace cardferry::orchestrator
