// What a load costs over a far-away network, one packet against one command a
// round trip, for each kind of card. ./dev bench load gives it the /run and the
// network that it wants.
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "bench/staged_load.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "tests/stage/card_kinds.h"

namespace cardferry::bench {
namespace {

constexpr int kRoundTripMillis[] = {0, 20, 100, 200};

constexpr char kExplanation[] =
    "tables30.cap (29816 bytes) onto a fresh simulated card that takes no "
    "time,\n"
    "by the programs that ship; seconds from the job to the card's last "
    "answer.\n"
    "The delay is in the network between agent and gateway. One packet: as "
    "it is.\n"
    "One command a round trip: the same packet by the same orchestrator and "
    "agent,\n"
    "but the gateway sends a command when the one before it was answered.\n"
    "waits: how often the agent waited for the gateway.\n\n";

double Seconds(int64_t micros) { return static_cast<double>(micros) / 1e6; }

// The stage ends with it: there is room for one at a time.
absl::StatusOr<orchestrator::v1::Measurements> Measure(
    const stage::StageOptions& options) {
  ASSIGN_OR_RETURN(const StagedLoad load, RunStagedLoad(options));
  return load.job.measurements();
}

absl::Status MeasureKind(const std::string& kind) {
  for (const int millis : kRoundTripMillis) {
    stage::StageOptions options;
    options.card.kind = kind;
    options.rtt = absl::Milliseconds(millis);
    ASSIGN_OR_RETURN(const auto packet, Measure(options));
    options.one_command_a_round_trip = true;
    ASSIGN_OR_RETURN(const auto commands, Measure(options));
    const double one = Seconds(packet.total_us());
    const double other = Seconds(commands.total_us());
    std::printf("%-13s %7d %9u %12.2f %6u %25.2f %6u %8.1f\n", kind.c_str(),
                millis, packet.apdus(), one, packet.round_trips(), other,
                commands.round_trips(), other / one);
    std::fflush(stdout);
  }
  return absl::OkStatus();
}

int Main() {
  StartLog("load_bench", LogLevel::kError);
  std::printf("%s%-13s %7s %9s %12s %6s %25s %6s %8s\n", kExplanation, "card",
              "RTT ms", "commands", "one packet", "waits",
              "one command a round trip", "waits", "factor");
  for (const std::string& kind : stage::CardKindNames()) {
    const absl::Status status = MeasureKind(kind);
    if (status.ok()) continue;
    std::cerr << "load_bench: " << kind << ": " << status.message() << "\n";
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace cardferry::bench

int main(int argc, char**) {
  if (argc == 1) return cardferry::bench::Main();
  std::cerr << "load_bench takes no arguments\n";
  return 2;
}
