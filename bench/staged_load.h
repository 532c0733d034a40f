#ifndef CARDFERRY_BENCH_STAGED_LOAD_H_
#define CARDFERRY_BENCH_STAGED_LOAD_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "proto/cardferry/orchestrator/v1/orchestrator.pb.h"
#include "tests/stage/stage.h"

namespace cardferry::bench {

// A load of tables30.cap on a stage of its own, which still stands.
struct StagedLoad {
  std::unique_ptr<stage::Stage> stage;
  std::string cap_file;
  orchestrator::v1::Job job;  // done
};

// Raises a stage in a folder of its own below /run and loads the card that the
// options name. INTERNAL with the job's message when it was not done.
absl::StatusOr<StagedLoad> RunStagedLoad(stage::StageOptions options);

// The same load onto another, fresh card on a stage that stands.
absl::StatusOr<orchestrator::v1::Job> LoadAgain(stage::Stage& stage,
                                                const stage::CardChoice& card);

}  // namespace cardferry::bench

#endif  // CARDFERRY_BENCH_STAGED_LOAD_H_
