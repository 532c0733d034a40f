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

void AddList(CLI::App& group, Command& command) {
  auto filter = std::make_shared<orchestrator::v1::ListJobsRequest>();
  auto states = std::make_shared<std::vector<std::string>>();
  CLI::App& list = AddSubcommand(
      group, {"list", "jobs, newest first", "",
              "Filters add up.\n\n"
              "Examples:\n"
              "  cardferry job list --state waiting,running\n"
              "  cardferry job list --app brokerage --state failed --json\n"});
  list.add_option("--state", *states,
                  "only in these states: waiting, prepared, preparing,\n"
                  "running, done, failed, cancelled")
      ->delimiter(',')
      ->check(CLI::IsMember({"waiting", "prepared", "preparing", "running",
                             "done", "failed", "cancelled"}));
  list.add_option("--app", *filter->mutable_application(),
                  "only for this application");
  list.add_option("--agent", *filter->mutable_agent(), "only at this agent");
  list.add_option("--card", *filter->mutable_card_id(), "only on this card");
  list.callback([&command, filter, states] {
    for (const std::string& word : *states) {
      filter->add_states(StateOfWord(word));
    }
    command.Run("list the jobs", [&](OperatorClient& client) {
      ASSIGN_OR_RETURN(const std::vector<Job> jobs, client.ListJobs(*filter));
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

struct PrepareOptions {
  std::string id;
  std::string agent;
  uint32_t attempts = 0;
  uint32_t hours = 0;
};

constexpr char kPrepareFooter[] =
    "The job must be for one known card (job add --card), of a kind whose\n"
    "challenges can be foreseen, and the keyvault's policy must allow it. The\n"
    "packet can be run until a session with the card moves its counter on: "
    "what\n"
    "an absent card's packet does, nobody can take back.\n\n"
    "Example:\n"
    "  cardferry job add --app brokerage --card demo/00010203040506070809\n"
    "  cardferry job prepare 12 --offline --agent kiosk-1 --hours 24\n";

void AddPrepare(CLI::App& group, Command& command) {
  auto options = std::make_shared<PrepareOptions>();
  CLI::App& prepare = AddSubcommand(
      group, {"prepare", "make a job's packet before its card comes", "",
              kPrepareFooter});
  prepare.add_option("ID", options->id, "the job's number")->required();
  // There is no other way yet; the word says what is asked for.
  prepare
      .add_flag_callback(
          "--offline", [] {},
          "leave it at an agent, which needs no network to run it")
      ->required();
  prepare.add_option("--agent", options->agent, "at this agent")->required();
  prepare
      .add_option("--attempts", options->attempts,
                  "packets for so many values of the card's counter (3)")
      ->check(CLI::Range(1, 8));
  prepare
      .add_option("--hours", options->hours, "then the agent forgets it (72)")
      ->check(CLI::Range(1, 24 * 30));
  prepare.callback([&command, options] {
    command.Run("prepare the job", [&](OperatorClient& client) -> absl::Status {
      orchestrator::v1::PrepareJobRequest request;
      request.set_id(options->id);
      request.set_agent(options->agent);
      request.set_attempts(options->attempts);
      request.set_valid_seconds(options->hours * 3600);
      ASSIGN_OR_RETURN(const Job job, client.PrepareJob(request));
      command.Show(job, JobText);
      return absl::OkStatus();
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
  AddPrepare(group, command);
  AddQuestionAbout(
      group,
      {"cancel", "end a job that waits for its card", "cancel the job",
       "A job that is prepared ends once a session with its card has moved "
       "the\n"
       "card's counter past the packet: insert it at a connected reader.\n"
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
