#ifndef CARDFERRY_TESTS_INTEGRATION_PCSC_FIXTURE_H_
#define CARDFERRY_TESTS_INTEGRATION_PCSC_FIXTURE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "agent/sighting.h"
#include "gtest/gtest.h"
#include "tests/stage/process.h"

namespace cardferry::agent {

// What a watch has shown, in short and in order: "found", "in", "out", "mute",
// "gone" for each reader. Safe from any thread.
class Sightings {
 public:
  void Add(const Sighting& sighting);
  // Waits until the reader's sightings are these, or for 20 s: what they are
  // then.
  std::string Await(const std::string& reader, const std::string& wanted);

 private:
  absl::Mutex mutex_;
  std::map<std::string, std::string> text_ ABSL_GUARDED_BY(mutex_);
};

// The real pcscd with two virtual readers, and simulated cards for them. Needs
// a /run of its own: Bazel's sandbox.
class PcscFixture : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  // With two readers for each name. vpcd has two in a driver's file, whose name
  // counts: each pair has a copy of its own.
  void StartPcscd(const std::vector<std::string>& pairs = {"Virtual PCD"});
  // SIGKILL: what it had lies about until the next one is started.
  void KillPcscd() { pcscd_.Kill(); }

  // Puts a card into a reader (0 and 1: the first pair's), as cardsim's command
  // line says ("--fault", "mute@2").
  stage::Process InsertCard(const std::vector<std::string>& flags = {},
                            int reader = 0);

  stage::Process pcscd_;

 private:
  static std::string Path(const std::string& name);
  // pcscd's configuration with these readers: its folder.
  static absl::StatusOr<std::string> Configure(
      const std::vector<std::string>& pairs);
};

}  // namespace cardferry::agent

#endif  // CARDFERRY_TESTS_INTEGRATION_PCSC_FIXTURE_H_
