#include "services/sequencer/stored_data.h"

#include <algorithm>
#include <set>

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

// Whether the card may have taken one of a run's commands: its answer says so,
// or is missing, and no command before them was refused.
bool MayBeTaken(const CommandRun& run, size_t first,
                absl::Span<const card::ResponseApdu> answers, bool refused) {
  if (first >= answers.size()) return !refused;
  const auto own = answers.subspan(first, run.count);
  return std::any_of(own.begin(), own.end(), [&run](const auto& answer) {
    return WentThrough(run.kind, answer.sw);
  });
}

// A new instance has nothing of the old one. Where INSTALL may have come to
// nothing, the old one may still be there, with what it was given.
// Returns what the bundle was to install.
std::set<card::Aid> ForgetInstalled(
    const BundleState& state, absl::Span<const card::ResponseApdu> answers,
    CardRecord& record) {
  std::set<card::Aid> installed;
  size_t index = 0;
  for (const CommandRun& run : state.runs) {
    const size_t first = index;
    index += run.count;
    if (run.kind != CommandKind::kInstall) continue;
    installed.insert(*run.subject);
    const auto known = record.stored.find(*run.subject);
    if (known == record.stored.end()) continue;
    known->second.clear();
    if (ReadRun(run, first, answers, {}).complete) record.stored.erase(known);
  }
  return installed;
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
  const std::set<card::Aid> installed = ForgetInstalled(state, answers, record);
  std::map<card::Aid, Row> given;
  auto next = state.personalizations.begin();
  size_t index = 0;
  Row begun;
  bool refused = false;
  for (const CommandRun& run : state.runs) {
    const Row row = ReadRun(run, index, answers, assurances);
    const bool may_be_taken = MayBeTaken(run, index, answers, refused);
    refused |= IsChange(run.kind) && !may_be_taken;
    index += run.count;
    if (run.kind == CommandKind::kBeginPersonalization) begun = row;
    if (run.kind != CommandKind::kStoreData ||
        next == state.personalizations.end()) {
      continue;
    }
    const bool complete = begun.complete && row.complete;
    // What is installed with its data gets both again when the job goes on.
    if (may_be_taken && installed.count(next->application) == 0) {
      record.stored[next->application];
    }
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
