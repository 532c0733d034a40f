#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "cli/job_watcher.h"
#include "cli/render/job_text.h"
#include "cli/render/words.h"
#include "cli/subcommand.h"

namespace cardferry::cli {
namespace {

using orchestrator::v1::Job;

// Which jobs are listed; what is empty lets all pass.
struct Filter {
  std::vector<std::string> states;
  std::string application;
  std::string agent;
  std::string card;

  bool Passes(const Job& job) const {
    const auto matches = [](const std::string& wanted, const std::string& is) {
      return wanted.empty() || wanted == is;
    };
    const bool state =
        states.empty() || std::find(states.begin(), states.end(),
                                    StateWord(job.state())) != states.end();
    return state && matches(application, job.application()) &&
           matches(agent, job.agent()) && matches(card, job.card_id());
  }
};

void AddList(CLI::App& group, Command& command) {
  auto filter = std::make_shared<Filter>();
  CLI::App& list = AddSubcommand(
      group, {"list", "jobs, newest first", "",
              "Filters add up.\n\n"
              "Examples:\n"
              "  cardferry job list --state waiting,running\n"
              "  cardferry job list --app brokerage --state failed --json\n"});
  list.add_option("--state", filter->states,
                  "only in these states: waiting, preparing, running, done,\n"
                  "failed, cancelled")
      ->delimiter(',')
      ->check(CLI::IsMember(
          {"waiting", "preparing", "running", "done", "failed", "cancelled"}));
  list.add_option("--app", filter->application, "only for this application");
  list.add_option("--agent", filter->agent, "only at this agent");
  list.add_option("--card", filter->card, "only on this card");
  list.callback([&command, filter] {
    command.Run("list the jobs", [&](OperatorClient& client) {
      ASSIGN_OR_RETURN(std::vector<Job> jobs, client.ListJobs());
      jobs.erase(
          std::remove_if(jobs.begin(), jobs.end(),
                         [&](const Job& job) { return !filter->Passes(job); }),
          jobs.end());
      command.Show(jobs, JobTable);
      return absl::OkStatus();
    });
  });
}

void AddWatch(CLI::App& group, Command& command) {
  auto id = std::make_shared<std::string>();
  CLI::App& watch = AddSubcommand(
      group, {"watch", "show a job until its end", "",
              "Ctrl-C ends the watching, not the job.\n\n"
              "Examples:\n  cardferry job watch 12\n"
              "  cardferry job watch 12 --json   # a line a change\n"});
  watch.add_option("ID", *id, "the job's number")->required();
  watch.callback([&command, id] {
    command.Run("watch the job", [&](OperatorClient& client) {
      return WatchJob(*id, Watching::kEachChange, command, client);
    });
  });
}

}  // namespace

void AddJobCommands(CLI::App& app, Command& command) {
  CLI::App& group = AddGroup(app, "job", "jobs: what cards shall hold");
  AddJobAdd(group, command);
  AddJobPlan(group, command);
  AddList(group, command);
  AddQuestionAbout(
      group,
      {"show", "all that is known of one job", "show the job",
       "Example:\n  cardferry job show 12\n"},
      command,
      [](OperatorClient& client, const std::string& id) {
        return client.GetJob(id);
      },
      JobText);
  AddWatch(group, command);
  AddQuestionAbout(
      group,
      {"cancel", "end a job that waits for its card", "cancel the job",
       "A job that has begun cannot be cancelled: its packet may be on the "
       "card\n"
       "already. Watch it, then take back what it did with another job.\n\n"
       "Example:\n  cardferry job cancel 12\n"},
      command,
      [](OperatorClient& client, const std::string& id) {
        return client.CancelJob(id);
      },
      JobText);
}

}  // namespace cardferry::cli
