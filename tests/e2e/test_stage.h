#ifndef CARDFERRY_TESTS_E2E_TEST_STAGE_H_
#define CARDFERRY_TESTS_E2E_TEST_STAGE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/cardferry/orchestrator/v1/orchestrator.grpc.pb.h"
#include "tests/e2e/card_log.h"
#include "tests/stage/stage.h"

namespace cardferry::e2e {

// The package of brokerage.cap and its applet (applets/README.md).
inline constexpr char kBrokeragePackage[] = "F043464552525901";
inline constexpr char kBrokerageApplet[] = "F04346455252590101";

// A stage in a short folder of its own, with what end-to-end tests ask of it
// again and again. Its logs stay there to be looked at.
class TestStage {
 public:
  // `options` without a folder: that is made here.
  static absl::StatusOr<std::unique_ptr<TestStage>> Make(
      stage::StageOptions options);
  // Made and raised whole.
  static absl::StatusOr<std::unique_ptr<TestStage>> Raise(
      stage::StageOptions options);
  TestStage(const TestStage&) = delete;
  TestStage& operator=(const TestStage&) = delete;

  stage::Stage& stage() { return stage_; }
  const stage::StageFolder& folder() const { return stage_.folder(); }
  std::string Path(absl::string_view name) const { return folder().Path(name); }

  // Runs the shipped command line tool as an operator. An Outcome with exit
  // code -1 and the fault in `errors` when it could not be run.
  stage::Outcome Cardferry(const std::vector<std::string>& arguments) const;

  // `cardferry app add` of a file in applets/; its name is the file's stem.
  stage::Outcome AddApplet(const std::string& name) const;

  // `cardferry job add` with these flags: the job's identifier.
  absl::StatusOr<std::string> AddJobWith(std::vector<std::string> flags) const;
  // The same for the first virtual reader, with `parameters` in a file unless
  // they are empty.
  absl::StatusOr<std::string> AddJob(const std::string& application,
                                     const std::string& parameters = "") const;
  // AddJob, then `cardferry job watch` until it ends: the job.
  absl::StatusOr<orchestrator::v1::Job> RunJob(
      const std::string& application, const std::string& parameters = "") const;
  // `cardferry job watch` until the job ends.
  absl::StatusOr<orchestrator::v1::Job> WatchJob(const std::string& id) const;
  // The job when it is over, however often the orchestrator went away.
  absl::StatusOr<orchestrator::v1::Job> AwaitEnd(const std::string& id) const;
  // Waits until `reached(job)`: the job then.
  absl::StatusOr<orchestrator::v1::Job> AwaitJob(
      const std::string& id,
      const std::function<bool(const orchestrator::v1::Job&)>& reached) const;

  // What the orchestrator has to say to an operator.
  absl::StatusOr<orchestrator::v1::Job> GetJob(const std::string& id) const;
  absl::StatusOr<std::vector<orchestrator::v1::Job>> Jobs() const;
  absl::StatusOr<std::vector<orchestrator::v1::Card>> Cards() const;
  absl::StatusOr<std::vector<orchestrator::v1::Event>> Events(
      const std::string& kind) const;
  // What the events of this kind say of this job, in order.
  absl::StatusOr<std::vector<std::string>> Story(const std::string& job_id,
                                                 const std::string& kind) const;
  // Waits until an event of this kind is there: all of them.
  absl::StatusOr<std::vector<orchestrator::v1::Event>> AwaitEvents(
      const std::string& kind, size_t count) const;

  // Puts another card in, and waits until the orchestrator knows.
  absl::Status ChangeCard(const stage::CardChoice& card);
  // Takes the card out, and waits until the orchestrator knows: a quicker
  // hand than a person's would not be seen by pcscd.
  absl::Status RemoveCard();

  // What a program has logged so far; empty when it never ran.
  std::string Log(absl::string_view program) const;
  // Waits until a program has logged `text` after its first `seen` bytes; what
  // it has logged there until then, or until it took too long.
  std::string AwaitLog(absl::string_view program, size_t seen,
                       absl::string_view text) const;
  // What the simulated card was sent so far.
  absl::StatusOr<std::vector<Exchange>> CardLog() const;
  // The same after the first `seen` exchanges.
  absl::StatusOr<std::vector<Exchange>> CardLogFrom(size_t seen) const;

  // The last words of every program, to standard error.
  void ShowLogs() const;

 private:
  explicit TestStage(const stage::StageOptions& options) : stage_(options) {}

  absl::StatusOr<std::unique_ptr<orchestrator::v1::Orchestrator::Stub>>
  Operator() const;

  stage::Stage stage_;
};

}  // namespace cardferry::e2e

#endif  // CARDFERRY_TESTS_E2E_TEST_STAGE_H_
