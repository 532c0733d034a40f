#include "services/sequencer/stored_data.h"

#include <algorithm>

namespace cardferry::sequencer {
namespace {

// The row of commands that is under way.
struct Row {
  bool complete = false;
  bool proven = false;
};

// How a run of commands went; answers that are not there do not count.
Row ReadRun(const CommandRun& run, size_t first,
            absl::Span<const card::ResponseApdu> answers,
            absl::Span<const Assurance> assurances) {
  if (first + run.count > answers.size()) return {};
  Row row{true, !assurances.empty()};
  for (size_t i = first; i < first + run.count; ++i) {
    row.complete &= WentThrough(run.kind, answers[i].sw);
    row.proven &= row.proven && assurances[i] == Assurance::kProven;
  }
  row.proven &= row.complete;
  return row;
}

void Remember(const Personalization& given, CardRecord& record) {
  std::vector<Bytes>& stored = record.stored[given.application];
  if (std::count(stored.begin(), stored.end(), given.fingerprint) == 0) {
    stored.push_back(given.fingerprint);
  }
}

}  // namespace

std::map<card::Aid, bool> NoteStoredData(
    const BundleState& state, absl::Span<const card::ResponseApdu> answers,
    absl::Span<const Assurance> assurances, CardRecord& record) {
  for (const CommandRun& run : state.runs) {
    if (run.kind == CommandKind::kInstall) record.stored.erase(*run.subject);
  }
  std::map<card::Aid, Row> given;
  auto next = state.personalizations.begin();
  size_t index = 0;
  Row begun;
  for (const CommandRun& run : state.runs) {
    const Row row = ReadRun(run, index, answers, assurances);
    index += run.count;
    if (run.kind == CommandKind::kBeginPersonalization) begun = row;
    if (run.kind != CommandKind::kStoreData ||
        next == state.personalizations.end()) {
      continue;
    }
    const bool complete = begun.complete && row.complete;
    if (complete) Remember(*next, record);
    Row& all = given.emplace(next->application, Row{true, true}).first->second;
    all.complete &= complete;
    all.proven &= begun.proven && row.proven;
    ++next;
  }
  std::map<card::Aid, bool> whole;
  for (const auto& [application, row] : given) {
    if (row.complete) whole.emplace(application, row.proven);
  }
  return whole;
}

}  // namespace cardferry::sequencer
