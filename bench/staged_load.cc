#include "bench/staged_load.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/file.h"
#include "lib/base/status_macros.h"
#include "nlohmann/json.hpp"
#include "tests/stage/runfiles.h"

namespace cardferry::bench {
namespace {

constexpr char kApplet[] = "tables30";
constexpr absl::Duration kPatience = absl::Seconds(20);

absl::StatusOr<std::string> Cardferry(
    const stage::Stage& stage, const std::vector<std::string>& arguments) {
  ASSIGN_OR_RETURN(const stage::Outcome outcome, stage.Cardferry(arguments));
  if (outcome.exit_code == 0) return outcome.output;
  return absl::InternalError(absl::StrCat("cardferry ", arguments[0], " ",
                                          arguments[1], ": ", outcome.errors,
                                          outcome.output));
}

absl::StatusOr<orchestrator::v1::Job> Load(const stage::Stage& stage) {
  ASSIGN_OR_RETURN(const std::string output,
                   Cardferry(stage, {"job", "add", "--app", kApplet, "--agent",
                                     stage::kAgentName, "--wait", "--json"}));
  const nlohmann::json job = nlohmann::json::parse(output, nullptr, false);
  if (!job.is_object() || !job.contains("id") || !job["id"].is_string()) {
    return absl::InternalError(absl::StrCat("no job in: ", output));
  }
  ASSIGN_OR_RETURN(stage::OperatorClient client, stage.Operator());
  return client.GetJob(job["id"].get<std::string>());
}

}  // namespace

absl::StatusOr<StagedLoad> RunStagedLoad(stage::StageOptions options) {
  char folder[] = "/run/bench-XXXXXX";
  if (mkdtemp(folder) == nullptr) return ErrnoStatus(errno, folder);
  // The keyvault's own user has to get in.
  if (chmod(folder, 0755) != 0) return ErrnoStatus(errno, folder);
  options.folder = folder;
  StagedLoad load;
  ASSIGN_OR_RETURN(load.cap_file,
                   stage::Runfile(absl::StrCat("applets/", kApplet, ".cap")));
  load.stage = std::make_unique<stage::Stage>(options);
  RETURN_IF_ERROR(load.stage->Raise([](absl::string_view /*what*/) {}));
  RETURN_IF_ERROR(
      Cardferry(*load.stage, {"app", "add", load.cap_file}).status());
  ASSIGN_OR_RETURN(load.job, Load(*load.stage));
  return load;
}

absl::StatusOr<orchestrator::v1::Job> LoadAgain(stage::Stage& stage,
                                                const stage::CardChoice& card) {
  stage.card(card.reader).Kill();
  RETURN_IF_ERROR(stage.AwaitCards(0, kPatience));
  RETURN_IF_ERROR(stage.InsertCard(card));
  RETURN_IF_ERROR(stage.AwaitCards(1, kPatience));
  return Load(stage);
}

}  // namespace cardferry::bench
