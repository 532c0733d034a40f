#include "tests/property/conduct.h"

#include <utility>
#include <vector>

namespace cardferry::sequencer {
namespace {

using card::ResponseApdu;
using card::RunEnd;
using card::Script;
using card::Transcript;

// A position in something of this size.
size_t At(int thousandths, size_t size) {
  return size * static_cast<size_t>(thousandths) / 1000;
}

// What is sent in the place of each command: none, one or several.
std::vector<std::vector<card::CommandApdu>> WireOf(const Conduct& conduct,
                                                   const Script& script) {
  std::vector<std::vector<card::CommandApdu>> wire;
  for (const card::ScriptCommand& one : script) wire.push_back({one.command});
  const size_t at = At(conduct.damage_at, script.size());
  // A wrong EXTERNAL AUTHENTICATE counts: any agent can send one to any card.
  if (conduct.damage == Conduct::Damage::kNone || at == 0) return wire;
  const card::CommandApdu command = script[at].command;
  switch (conduct.damage) {
    case Conduct::Damage::kSkip:
      wire[at].clear();
      break;
    case Conduct::Damage::kTwice:
      wire[at].push_back(command);
      break;
    case Conduct::Damage::kSwap:
      std::swap(wire[at], wire[at - 1]);
      if (at == 1) std::swap(wire[0], wire[1]);
      break;
    default: {
      Bytes data = command.data();
      if (!data.empty()) data[data.size() / 2] ^= 0x04;
      wire[at] = {
          *card::CommandApdu::Create(command.header(), data, command.le())};
    }
  }
  return wire;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Conduct& conduct) {
  if (conduct.honest) return out << "honest";
  static const char* const kDamages[] = {"nothing", "skips", "repeats",
                                         "changes a bit of", "swaps"};
  static const char* const kReports[] = {"the truth", "nothing", "another bit",
                                         "a part", "success"};
  if (conduct.goes_on) out << "goes on past errors, ";
  if (conduct.stops_at.has_value()) {
    out << "stops at " << *conduct.stops_at
        << (conduct.last_answer_lost ? " with the last answer lost, " : ", ");
  }
  return out << "damages: " << kDamages[static_cast<int>(conduct.damage)]
             << " at " << conduct.damage_at
             << ", reports: " << kReports[static_cast<int>(conduct.report)]
             << " at " << conduct.lie_at;
}

Transcript RunAs(
    const Conduct& conduct, const Script& script,
    const std::function<ResponseApdu(const card::CommandApdu&)>& transmit) {
  const auto wire = WireOf(conduct, script);
  const size_t last =
      conduct.stops_at.has_value() ? At(*conduct.stops_at, script.size()) : 0;
  Transcript run;
  for (size_t i = 0; i < script.size(); ++i) {
    const bool stops = conduct.stops_at.has_value() && i == last;
    if (stops && !conduct.last_answer_lost) {
      run.end = RunEnd::kUnknown;
      return run;
    }
    std::optional<ResponseApdu> answer;
    for (const card::CommandApdu& command : wire[i]) {
      const ResponseApdu now = transmit(command);
      if (!answer.has_value()) answer = now;
    }
    if (stops) {
      run.end = RunEnd::kUnknown;
      return run;
    }
    run.answers.push_back(
        answer.value_or(ResponseApdu{{}, card::StatusWord(0x6F00)}));
    const bool expected = card::IsExpected(script[i], run.answers.back());
    if (!expected && !conduct.goes_on &&
        script[i].on_mismatch == card::OnMismatch::kStop) {
      run.end = RunEnd::kStopped;
      return run;
    }
  }
  return run;
}

Transcript ReportOf(const Conduct& conduct, size_t commands, Transcript run) {
  std::vector<ResponseApdu>& answers = run.answers;
  const size_t at = At(conduct.lie_at, answers.size());
  if (conduct.report == Conduct::Report::kAllWell) {
    for (ResponseApdu& answer : answers) answer.sw = card::kSuccess;
    answers.resize(commands, {{}, card::kSuccess});
    run.end = RunEnd::kDone;
  } else if (answers.empty()) {
    return run;
  } else if (conduct.report == Conduct::Report::kCut) {
    answers.erase(answers.begin() + static_cast<std::ptrdiff_t>(at),
                  answers.end());
    run.end = conduct.lie_at % 2 == 0 ? RunEnd::kStopped : RunEnd::kUnknown;
  } else if (conduct.report == Conduct::Report::kBitFlip) {
    ResponseApdu& answer = answers[at];
    if (answer.data.empty()) {
      answer.sw = answer.sw == card::kSuccess ? card::StatusWord(0x6985)
                                              : card::kSuccess;
    } else {
      answer.data[answer.data.size() / 2] ^= 0x01;
    }
  }
  return run;
}

}  // namespace cardferry::sequencer
