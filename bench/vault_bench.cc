// What the vault costs for each load, in processor time: the domain class in
// process over SoftHSM2 and NSS softokn (throw-away tokens), beside
//   openssl       the same domain class over the same keys in memory, with
//                 nothing that OpenSSL could do faster: the measure
//   bare_openssl  those CMACs alone: no openings, tokens, ledger, policy, APDUs
// SCP03 with AES-128 and KDF3; with scp02 in the name, SCP02 with triple DES,
// VISA2 and i 55. The column CPU also has what is not measured, the card's
// part.
#include <algorithm>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "bench/fast_openssl_keys.h"
#include "bench/stopwatch.h"
#include "bench/vault_load.h"
#include "benchmark/benchmark.h"
#include "services/keyvault/testing/known_token.h"

namespace cardferry::bench {
namespace {

using keyvault::HsmKeys;

// The measure: 128 C-MACs a session.
constexpr LoadShape kMeasure = {128, 200, 0x01};
// Load files of 3 and 60 KB, in blocks as large as the level allows.
constexpr std::pair<const char*, LoadShape> kShapes[] = {
    {"128_commands/level_01", kMeasure},  {"3_KB/level_01", {13, 247, 0x01}},
    {"60_KB/level_01", {249, 247, 0x01}}, {"3_KB/level_03", {13, 239, 0x03}},
    {"60_KB/level_03", {258, 239, 0x03}},
};

// The cards: what stands before the shape in a measurement's name, and which.
struct CardKind {
  const char* name;
  keyvault::KnownCard card;
};

std::vector<CardKind> MakeCards() {
  keyvault::KnownCard scp02;
  scp02.key_set = keyvault::TestKeySet(112, "visa2");
  scp02.key_set.description.name = "test-des";
  scp02.i = 0x55;
  return {{"", keyvault::KnownCard()}, {"scp02/", scp02}};
}

void RunVault(benchmark::State& state, HsmKeys& keys,
              const keyvault::KnownCard& card, const LoadShape& shape) {
  VaultLoad load(keys, card, shape);
  uint64_t calls = 0;
  for (auto _ : state) {
    const absl::StatusOr<VaultLoad::Cost> cost = load.RunOne();
    if (!cost.ok()) {
      state.SkipWithError(cost.status().ToString().c_str());
      return;
    }
    state.SetIterationTime(absl::ToDoubleSeconds(cost->time));
    calls = cost->hsm_calls;
  }
  if (const absl::Status right = load.CheckLast(); !right.ok()) {
    state.SkipWithError(right.ToString().c_str());
  }
  state.counters["hsm_calls"] = static_cast<double>(calls);
}

void RunBare(benchmark::State& state) {
  for (auto _ : state) {
    absl::Duration time;
    {
      const Stopwatch stopwatch(time);
      RunBareOpenssl(kMeasure.commands, kMeasure.command_bytes);
    }
    state.SetIterationTime(absl::ToDoubleSeconds(time));
  }
}

// Writes the usual table, and remembers the times for the ratios.
class Table final : public benchmark::ConsoleReporter {
 public:
  void ReportRuns(const std::vector<Run>& runs) override {
    ConsoleReporter::ReportRuns(runs);
    for (const Run& run : runs) {
      if (run.error_occurred || run.run_type != Run::RT_Iteration) continue;
      const double time = run.GetAdjustedRealTime();
      const auto [entry, first] =
          times_.emplace(run.run_name.function_name, time);
      if (!first) entry->second = std::min(entry->second, time);
    }
  }

  // How many times as fast `one` is as `other`, for the measure: "softhsm2",
  // "nss/scp02".
  void PrintRatio(const std::string& one, const std::string& other) const {
    const auto time = times_.find(absl::StrCat(one, "/", kShapes[0].first));
    const auto base = times_.find(absl::StrCat(other, "/", kShapes[0].first));
    if (time == times_.end() || base == times_.end()) return;
    std::cout << absl::StrFormat(
        "%s: %.0f sessions/s, %s: %.0f sessions/s, ratio %.2f\n", one,
        1e6 / time->second, other, 1e6 / base->second,
        base->second / time->second);
  }

 private:
  std::map<std::string, double> times_;  // microseconds, the best run
};

struct Backend {
  std::string name;
  std::shared_ptr<HsmKeys> keys;
};

// Those that are on this machine; says which are not.
std::vector<Backend> MakeBackends(const std::vector<CardKind>& cards) {
  std::vector<keyvault::KnownKeySet> key_sets;
  for (const CardKind& kind : cards) key_sets.push_back(kind.card.key_set);
  std::vector<Backend> backends = {
      {"openssl", std::make_shared<FastOpensslKeys>(key_sets)}};
  const std::pair<const char*, pkcs11::TestModule> kModules[] = {
      {"softhsm2", pkcs11::TestModule::kSoftHsm},
      {"nss", pkcs11::TestModule::kNss}};
  for (const auto& [name, module] : kModules) {
    absl::StatusOr<std::shared_ptr<HsmKeys>> keys =
        keyvault::OpenKnownToken(module, key_sets);
    if (keys.ok()) {
      backends.push_back({name, *std::move(keys)});
    } else {
      std::cout << "without " << name << ": " << keys.status() << "\n";
    }
  }
  return backends;
}

int Main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  const std::vector<CardKind> cards = MakeCards();
  const std::vector<Backend> backends = MakeBackends(cards);
  for (const CardKind& kind : cards) {
    for (const auto& [shape_name, shape] : kShapes) {
      for (const Backend& backend : backends) {
        benchmark::RegisterBenchmark(
            absl::StrCat(backend.name, "/", kind.name, shape_name).c_str(),
            [&keys = *backend.keys, &card = kind.card,
             shape = shape](benchmark::State& state) {
              RunVault(state, keys, card, shape);
            })
            ->UseManualTime()
            ->Unit(benchmark::kMicrosecond);
      }
    }
  }
  benchmark::RegisterBenchmark(
      absl::StrCat("bare_openssl/", kShapes[0].first).c_str(), RunBare)
      ->UseManualTime()
      ->Unit(benchmark::kMicrosecond);
  Table table;
  benchmark::RunSpecifiedBenchmarks(&table);
  for (const char* backend : {"softhsm2", "nss"}) {
    for (const char* reference : {"openssl", "bare_openssl"}) {
      table.PrintRatio(backend, reference);
    }
    table.PrintRatio(absl::StrCat(backend, "/scp02"), "openssl/scp02");
  }
  return 0;
}

}  // namespace
}  // namespace cardferry::bench

int main(int argc, char** argv) { return cardferry::bench::Main(argc, argv); }
