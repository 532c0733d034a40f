#include "cli/render/job_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "cli/render/table.h"
#include "cli/render/words.h"

namespace cardferry::cli {
namespace {

using orchestrator::v1::Job;

constexpr int kBar = 20;

std::string Bar(uint32_t done, uint32_t total) {
  const uint32_t filled = std::min<uint32_t>(
      kBar, static_cast<uint32_t>(uint64_t{done} * kBar / total));
  return absl::StrCat("[", std::string(filled, '#'),
                      std::string(kBar - filled, '-'), "]");
}

// What is waited for while nothing runs.
std::string WaitingText(const Job& job) {
  if (job.state() == orchestrator::v1::JOB_STATE_PREPARING) {
    return "the card has answered, its packet is being made";
  }
  if (!job.message().empty()) return Printable(job.message());
  return "waits for a card";
}

std::string Cut(const std::string& line, int columns) {
  const size_t room = static_cast<size_t>(std::max(columns, 1));
  if (line.size() <= room) return line;
  size_t end = room;
  // Never in the middle of a character.
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) {
    --end;
  }
  return line.substr(0, end);
}

// What the job is about: an application's name, else what is to be deleted.
std::string Subject(const Job& job) {
  if (!job.package_aid().empty()) {
    return absl::StrCat("package ", HexText(job.package_aid()));
  }
  if (!job.application_aid().empty()) {
    return absl::StrCat("applet ", HexText(job.application_aid()));
  }
  return OrDash(job.application());
}

std::string Target(const Job& job) {
  if (job.agent().empty()) return Printable(job.card_id());
  std::string target = Printable(job.agent());
  if (!job.reader().empty()) {
    absl::StrAppend(&target, " / ", Printable(job.reader()));
  }
  return target;
}

void AppendLine(const char* title, const std::string& value, std::string& out) {
  if (!value.empty()) absl::StrAppendFormat(&out, "%-13s%s\n", title, value);
}

void AppendMeasurements(const Job& job, std::string& out) {
  const orchestrator::v1::Measurements& m = job.measurements();
  if (m.apdus() == 0) return;
  AppendLine("commands",
             absl::StrCat(m.apdus(), ", ", m.bytes(), " bytes, ", job.changes(),
                          " change", PluralS(job.changes()), " to the card"),
             out);
  AppendLine("round trips", absl::StrCat(m.round_trips()), out);
  AppendLine("time",
             absl::StrCat(
                 DurationText(absl::Microseconds(m.total_us())),
                 " from card to end: card ",
                 DurationText(absl::Microseconds(m.card_us())), ", waiting ",
                 DurationText(absl::Microseconds(m.waited_us())), " (services ",
                 DurationText(absl::Microseconds(m.server_us())), ")"),
             out);
}

}  // namespace

std::string ProgressLine(const Job& job, absl::Duration elapsed, int columns) {
  if (job.state() != orchestrator::v1::JOB_STATE_RUNNING ||
      job.commands_total() == 0) {
    return Cut(WaitingText(job), columns);
  }
  const uint32_t total = job.commands_total();
  const std::string number = absl::StrCat(total);
  return Cut(
      absl::StrFormat("%s  %*d/%s  %s%s%s", Bar(job.commands_done(), total),
                      number.size(), job.commands_done(), number,
                      Printable(job.label()), job.label().empty() ? "" : "  ",
                      DurationText(elapsed)),
      columns);
}

std::string ProgressText(const Job& job) {
  std::string text =
      absl::StrCat("job ", job.id(), " ", StateWord(job.state()));
  if (job.state() == orchestrator::v1::JOB_STATE_RUNNING &&
      job.commands_total() != 0) {
    absl::StrAppend(&text, " ", job.commands_done(), "/", job.commands_total());
    if (!job.label().empty())
      absl::StrAppend(&text, " ", Printable(job.label()));
  } else if (!job.message().empty()) {
    absl::StrAppend(&text, ": ", Printable(job.message()));
  }
  return text;
}

std::string JobText(const Job& job) {
  std::string out;
  AppendLine("job", job.id(), out);
  AppendLine("action", ActionWord(job.action()), out);
  AppendLine("application", Subject(job), out);
  AppendLine("at", job.agent().empty() ? "" : Target(job), out);
  AppendLine("card", Printable(job.card_id()), out);
  AppendLine("state", StateWord(job.state()), out);
  AppendLine("", Printable(job.message()), out);
  if (job.has_prepared()) {
    AppendLine("prepared",
               absl::StrCat(job.prepared().stored() ? "stored at " : "for ",
                            Printable(job.prepared().agent()), ", until ",
                            TimeText(job.prepared().until_us()),
                            job.prepared().stored() ? "" : "; not there yet"),
               out);
  }
  AppendLine("created", TimeText(job.created_at_us()), out);
  AppendLine("ended", job.ended_at_us() == 0 ? "" : TimeText(job.ended_at_us()),
             out);
  AppendMeasurements(job, out);
  for (const orchestrator::v1::Fact& fact : job.facts()) {
    AppendLine(fact.proven() ? "proven" : "reported", Printable(fact.text()),
               out);
  }
  return out;
}

std::string PlanText(const orchestrator::v1::JobPlan& plan) {
  std::string text;
  uint32_t commands = 0;
  for (const orchestrator::v1::PlannedStep& step : plan.steps()) {
    const char* sign = "  ";
    if (step.sign() == orchestrator::v1::PLAN_SIGN_ADD) sign = "+ ";
    if (step.sign() == orchestrator::v1::PLAN_SIGN_REMOVE) sign = "- ";
    if (step.sign() == orchestrator::v1::PLAN_SIGN_CHANGE) sign = "~ ";
    absl::StrAppend(&text, sign, Printable(step.text()));
    if (step.commands() > 0) {
      absl::StrAppend(&text, "  (", step.commands(), " command",
                      PluralS(step.commands()), ")");
    }
    absl::StrAppend(&text, "\n");
    commands += step.commands();
  }
  if (commands == 0) {
    return absl::StrCat(text, "By its record the card holds all of it.\n");
  }
  return absl::StrCat(text, commands, " command", PluralS(commands),
                      " would change the card. Nothing was sent.\n");
}

std::string JobTable(const std::vector<Job>& jobs) {
  if (jobs.empty()) return "No jobs. Add one: cardferry job add --help\n";
  Table table(
      {"job", "state", "action", "application", "for", "created", "message"});
  for (const Job& job : jobs) {
    table.Add({job.id(), StateWord(job.state()), ActionWord(job.action()),
               Subject(job), Target(job), TimeText(job.created_at_us()),
               Printable(job.message())});
  }
  return table.Render();
}

}  // namespace cardferry::cli
