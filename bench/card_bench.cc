// What the agent adds to a bare loop over SCardTransmit, through the same pcscd
// to the same simulated card, and what memory it takes. ./dev bench card gives
// it the /run and the network that it wants.
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "bench/staged_load.h"
#include "lib/base/file.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "tests/e2e/card_log.h"
#include "tests/stage/bare_load.h"
#include "tests/stage/process.h"

namespace cardferry::bench {
namespace {

constexpr int kRounds = 7;
constexpr size_t kLargestLog = 64 << 20;
constexpr absl::Duration kPatience = absl::Seconds(20);

constexpr char kExplanation[] =
    "tables30.cap onto fresh simulated cards (scp03, no delay): by the agent "
    "as\n"
    "part of the stack, its waiting for the server taken off; and by a bare "
    "loop\n"
    "over SCardTransmit with the same commands, made beforehand. The quickest\n"
    "of %d loads each, in turn.\n\n";

// Microseconds for a command.
struct Pace {
  double agent = 0;
  double bare = 0;
};

std::string CardLog(const stage::Stage& stage) {
  return ReadFile(stage.folder().Log("cardsim"), kLargestLog).value_or("");
}

// CLA INS P1 P2 of what the card was sent since the log had `seen` bytes.
absl::StatusOr<std::vector<std::string>> HeadersSince(const stage::Stage& stage,
                                                      size_t seen) {
  ASSIGN_OR_RETURN(const auto exchanges,
                   e2e::ParseCardLog(CardLog(stage).substr(seen)));
  std::vector<std::string> headers;
  for (const e2e::Exchange& exchange : exchanges) {
    headers.push_back(exchange.header);
  }
  return headers;
}

double MicrosEach(absl::Duration time, size_t commands) {
  return absl::ToDoubleMicroseconds(time) / static_cast<double>(commands);
}

double AgentsPace(const orchestrator::v1::Job& job) {
  const auto& measured = job.measurements();
  return MicrosEach(
      absl::Microseconds(measured.total_us() - measured.waited_us()),
      measured.apdus());
}

// One load by the agent and one by the bare loop, each onto a card of its own.
absl::StatusOr<Pace> Round(StagedLoad& load, int number) {
  stage::Stage& stage = *load.stage;
  stage::CardChoice card;
  card.number = 2 * number;
  const size_t seen = CardLog(stage).size();
  ASSIGN_OR_RETURN(const auto job, LoadAgain(stage, card));
  ASSIGN_OR_RETURN(const std::vector<std::string> all,
                   HeadersSince(stage, seen));
  // The agent looked at the card when it came, and again when the job did.
  const size_t commands = job.measurements().apdus();
  if (all.size() < commands) return absl::InternalError("commands are missing");
  const std::vector<std::string> headers(
      all.end() - static_cast<ptrdiff_t>(commands), all.end());

  card.number += 1;
  stage.card().Kill();
  RETURN_IF_ERROR(stage.AwaitCards(0, kPatience));
  RETURN_IF_ERROR(stage.InsertCard(card));
  RETURN_IF_ERROR(stage.AwaitCards(1, kPatience));
  ASSIGN_OR_RETURN(const stage::BareLoadCost bare,
                   stage::RunBareLoad({stage::kVirtualReader,
                                       stage.folder().CardFile(card, "keys"),
                                       load.cap_file, headers}));
  return Pace{AgentsPace(job), MicrosEach(bare.time, bare.commands)};
}

absl::Status Measure() {
  ASSIGN_OR_RETURN(StagedLoad load, RunStagedLoad({}));
  std::printf(kExplanation, kRounds);
  std::printf("%-6s %14s %14s\n", "load", "agent us/APDU", "bare us/APDU");
  Pace best{1e9, 1e9};
  for (int i = 1; i <= kRounds; ++i) {
    ASSIGN_OR_RETURN(const Pace pace, Round(load, i));
    std::printf("%-6d %14.1f %14.1f\n", i, pace.agent, pace.bare);
    best = {std::min(best.agent, pace.agent), std::min(best.bare, pace.bare)};
  }
  std::printf(
      "\nquickest: agent %.0f APDU/s, bare loop %.0f APDU/s, overhead "
      "%.1f %% (target 5)\n",
      1e6 / best.agent, 1e6 / best.bare, 100 * (best.agent / best.bare - 1));
  const double added = best.agent - best.bare;
  std::printf("that is %.0f us a command: %.2f %% of a chip that takes 10 ms\n",
              added, added / 100);
  std::printf(
      "agent's memory: %.1f MB at most (target 25)\n",
      static_cast<double>(stage::PeakMemory(load.stage->agent().pid())) /
          1024.0);
  return absl::OkStatus();
}

int Main() {
  StartLog("card_bench", LogLevel::kError);
  const absl::Status status = Measure();
  if (status.ok()) return 0;
  std::cerr << "card_bench: " << status.message() << "\n";
  return 1;
}

}  // namespace
}  // namespace cardferry::bench

int main(int argc, char**) {
  if (argc == 1) return cardferry::bench::Main();
  std::cerr << "card_bench takes no arguments\n";
  return 2;
}
