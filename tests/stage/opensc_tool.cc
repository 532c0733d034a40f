#include "tests/stage/opensc_tool.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/base/status_macros.h"
#include "tests/stage/process.h"

namespace cardferry::stage {
namespace {

constexpr absl::string_view kReceived = "Received (SW1=0x";
constexpr size_t kBytesPerLine = 16;

absl::Status Unreadable() {
  return absl::InvalidArgumentError("opensc-tool prints something unknown");
}

// "90, SW2=0x00)" and what follows.
absl::StatusOr<card::StatusWord> ParseStatusWord(absl::string_view text) {
  if (text.size() < 12 || text.substr(2, 8) != ", SW2=0x") return Unreadable();
  ASSIGN_OR_RETURN(const Bytes sw, FromHex(std::string(text.substr(0, 2)) +
                                           std::string(text.substr(10, 2))));
  return card::StatusWord(static_cast<uint16_t>(sw[0] << 8 | sw[1]));
}

// "41 43 00 A.": hexadecimal pairs, then the same as text.
void AppendDump(absl::string_view line, Bytes& data) {
  for (size_t i = 0; i < kBytesPerLine && line.size() >= 3 * i + 3; ++i) {
    if (line[3 * i + 2] != ' ') return;
    absl::StatusOr<Bytes> byte = FromHex(line.substr(3 * i, 2));
    if (!byte.ok()) return;
    Append(data, *byte);
  }
}

}  // namespace

absl::StatusOr<std::vector<card::ResponseApdu>> ParseOpenscOutput(
    absl::string_view output) {
  std::vector<card::ResponseApdu> answers;
  bool in_dump = false;
  for (absl::string_view line : absl::StrSplit(output, '\n')) {
    if (absl::StartsWith(line, kReceived)) {
      ASSIGN_OR_RETURN(const card::StatusWord sw,
                       ParseStatusWord(line.substr(kReceived.size())));
      answers.push_back({{}, sw});
      in_dump = true;
    } else if (absl::StartsWith(line, "Sending:")) {
      in_dump = false;
    } else if (in_dump) {
      AppendDump(line, answers.back().data);
    }
  }
  return answers;
}

absl::StatusOr<std::vector<card::ResponseApdu>> SendWithOpenscTool(
    const std::vector<Bytes>& commands, int reader) {
  Command command;
  command.arguments = {"/usr/bin/opensc-tool", "-r", absl::StrCat(reader)};
  for (const Bytes& apdu : commands) {
    command.arguments.insert(command.arguments.end(), {"-s", ToHex(apdu)});
  }
  ASSIGN_OR_RETURN(const std::string output,
                   RunSuccessfully(command, absl::Seconds(20)));
  ASSIGN_OR_RETURN(std::vector<card::ResponseApdu> answers,
                   ParseOpenscOutput(output));
  if (answers.size() != commands.size()) return Unreadable();
  return answers;
}

}  // namespace cardferry::stage
