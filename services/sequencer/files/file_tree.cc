#include "services/sequencer/files/file_tree.h"

#include "absl/strings/str_cat.h"

namespace cardferry::sequencer {

std::string PathText(const FilePath& path) {
  if (path.empty()) return "MF";
  std::string text;
  for (const card::FileId id : path) {
    absl::StrAppend(&text, text.empty() ? "" : "/", ToHex(card::ToBytes(id)));
  }
  return text;
}

}  // namespace cardferry::sequencer
