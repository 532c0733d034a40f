#include "tests/stage/report.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"

namespace cardferry::stage {
namespace {

double Seconds(int64_t micros) { return static_cast<double>(micros) / 1e6; }

}  // namespace

Report MakeReport(const orchestrator::v1::Job& job, uint64_t hsm_calls) {
  const orchestrator::v1::Measurements& figures = job.measurements();
  Report report;
  report.ok = job.state() == orchestrator::v1::JOB_STATE_DONE;
  report.card = job.card_id();
  report.applet = job.application();
  report.apdus = figures.apdus();
  report.bytes = figures.bytes();
  report.round_trips = figures.round_trips();
  report.hsm_calls = hsm_calls;
  report.seconds = Seconds(figures.total_us());
  report.card_seconds = Seconds(figures.card_us());
  report.server_seconds = Seconds(figures.server_us());
  report.network_seconds = std::max(
      0.0, Seconds(figures.waited_us()) - Seconds(figures.server_us()));
  for (const orchestrator::v1::Fact& fact : job.facts()) {
    ++(fact.proven() ? report.proven : report.reported);
  }
  return report;
}

std::string ToJson(const Report& report) {
  return nlohmann::ordered_json{
             {"ok", report.ok},
             {"card", report.card},
             {"applet", report.applet},
             {"apdus", report.apdus},
             {"bytes", report.bytes},
             {"round_trips", report.round_trips},
             {"hsm_calls", report.hsm_calls},
             {"seconds", report.seconds},
             {"card_seconds", report.card_seconds},
             {"network_seconds", report.network_seconds},
             {"server_seconds", report.server_seconds},
             {"proven", report.proven},
             {"reported", report.reported},
         }
             .dump(2) +
         "\n";
}

std::string ToText(const Report& report) {
  std::string text = absl::StrFormat(
      "  card            %s\n"
      "  application     %s\n"
      "  to the card     %d APDUs, %d bytes both ways, in %.3f s (card %.3f s, "
      "network "
      "%.3f s, services %.3f s)\n"
      "  round trips     %d\n"
      "  HSM calls       %d\n"
      "  facts           %d proven, %d reported\n",
      report.card, report.applet, report.apdus, report.bytes, report.seconds,
      report.card_seconds, report.network_seconds, report.server_seconds,
      report.round_trips, report.hsm_calls, report.proven, report.reported);
  if (report.reported > 0) {
    absl::StrAppend(
        &text,
        "                  (reported: by an answer without R-MAC, "
        "which proves\n"
        "                  nothing against whoever sits between)\n");
  }
  return text;
}

}  // namespace cardferry::stage
