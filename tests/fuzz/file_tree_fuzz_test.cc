// A manifest of a file tree (text up to the first zero byte), and any bytes as
// a card's answers to the survey of it: the plan is one that a script can be.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "google/protobuf/text_format.h"
#include "services/sequencer/files/file_plan.h"
#include "services/sequencer/files/file_tree_proto.h"

namespace cardferry::sequencer {
namespace {

// Answers of a length, in front of each; the last one repeated.
std::vector<card::ResponseApdu> Answers(ByteSpan rest, size_t count) {
  std::vector<card::ResponseApdu> answers;
  card::ResponseApdu last{{}, card::StatusWord(0x6A82)};
  while (answers.size() < count) {
    if (!rest.empty()) {
      const ByteSpan part = rest.subspan(1, rest[0]);
      rest.remove_prefix(1 + part.size());
      const auto answer = card::ResponseApdu::Parse(part);
      if (answer.ok()) last = *answer;
    }
    answers.push_back(last);
  }
  return answers;
}

void Fuzz(ByteSpan input) {
  const auto end = std::find(input.begin(), input.end(), 0);
  const std::string text(input.begin(), end);
  input.remove_prefix(std::min(text.size() + 1, input.size()));
  config::v1::FileTree proto;
  if (!google::protobuf::TextFormat::ParseFromString(text, &proto)) return;
  const auto tree = ToFileTree(proto);
  if (!tree.ok()) return;
  const card::TransferLimits limits = card::SecureMessagingLimits(16);
  const auto survey = FileSurvey::Create(*tree, limits);
  if (!survey.ok()) return;
  const auto files = survey->Conclude(Answers(input, survey->script().size()));
  if (!files.ok()) return;
  const auto plan = PlanFiles(*tree, *files, limits);
  if (!plan.ok()) return;
  const auto encoded = card::EncodeScript(plan->script);
  if (!card::DecodeScript(encoded).ok()) abort();
}

}  // namespace
}  // namespace cardferry::sequencer

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cardferry::sequencer::Fuzz({data, size});
  return 0;
}
