#include <iterator>
#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/strings/str_cat.h"
#include "cli/command.h"
#include "cli/job_watcher.h"
#include "cli/render/job_text.h"
#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/status_macros.h"

namespace cardferry::cli {
namespace {

// More is refused by the orchestrator anyway.
constexpr size_t kMaxParameterBytes = 4096;

struct AddOptions {
  std::string application;
  std::string parameter_file;
  std::string parameter_hex;
  std::string parameter_text;
  std::string agent;
  std::string reader;
  std::string card;
  bool watch = false;
};

absl::StatusOr<std::string> ReadParameters(const AddOptions& options,
                                           std::istream& in) {
  if (options.parameter_file == "-") {
    return std::string(std::istreambuf_iterator<char>(in), {});
  }
  if (!options.parameter_file.empty()) {
    return ReadFile(options.parameter_file, kMaxParameterBytes);
  }
  if (!options.parameter_hex.empty()) {
    ASSIGN_OR_RETURN(const Bytes bytes, FromHex(options.parameter_hex));
    return AsString(bytes);
  }
  return options.parameter_text;
}

absl::Status AddJob(const AddOptions& options, const std::string& parameters,
                    Command& command, OperatorClient& client) {
  orchestrator::v1::AddJobRequest request;
  request.set_application(options.application);
  request.set_agent(options.agent);
  request.set_reader(options.reader);
  request.set_card_id(options.card);
  request.set_install_parameters(parameters);
  ASSIGN_OR_RETURN(const orchestrator::v1::Job job, client.AddJob(request));
  if (options.watch) return WatchJob(job.id(), command, client);
  command.Show(job, [](const orchestrator::v1::Job& added) {
    return absl::StrCat("Job ", added.id(),
                        " added. Watch it: cardferry job watch ", added.id(),
                        "\n");
  });
  return absl::OkStatus();
}

void AddAdd(CLI::App& group, Command& command) {
  auto options = std::make_shared<AddOptions>();
  CLI::App* add = group.add_subcommand(
      "add", "a card shall hold an application: see to it");
  add->add_option("--app", options->application, "the application's name")
      ->required();
  CLI::Option* file = add->add_option(
      "--param-file", options->parameter_file,
      "install parameters: the bytes of this file, '-' for standard input");
  CLI::Option* hex =
      add->add_option("--param-hex", options->parameter_hex,
                      "install parameters in hexadecimal; not for secrets");
  CLI::Option* text = add->add_option(
      "--param-text", options->parameter_text,
      "install parameters as text; not for secrets: every user of this\n"
      "machine can read them in `ps`, and your shell remembers them");
  file->excludes(hex)->excludes(text);
  hex->excludes(text);
  CLI::Option* agent = add->add_option(
      "--agent", options->agent,
      "the card that lies in this agent's reader, else the next one there");
  add->add_option("--reader", options->reader, "this one of its readers")
      ->needs(agent);
  CLI::Option* card = add->add_option("--card", options->card,
                                      "this card, wherever it appears");
  agent->excludes(card);
  add->add_flag("--watch", options->watch, "then watch the job");
  add->footer(
      "Either --agent or --card. Install parameters are forgotten when the\n"
      "job ends, and are in no log.\n\n"
      "Examples:\n"
      "  printf %s 4711-0815 | cardferry job add --app brokerage \\\n"
      "      --param-file - --agent kiosk-7 --watch\n"
      "  cardferry job add --app brokerage --card issuer/0001020304050607\n");
  add->callback([&command, options] {
    if (options->agent.empty() && options->card.empty()) {
      throw CLI::RequiredError("--agent or --card");
    }
    const absl::StatusOr<std::string> parameters =
        ReadParameters(*options, command.world().in);
    if (!parameters.ok()) {
      return command.FailUsage("add the job", parameters.status());
    }
    command.Run("add the job", [&](OperatorClient& client) {
      return AddJob(*options, *parameters, command, client);
    });
  });
}

void AddWatch(CLI::App& group, Command& command) {
  auto id = std::make_shared<std::string>();
  CLI::App* watch = group.add_subcommand("watch", "show a job until its end");
  watch->add_option("ID", *id, "the job's number")->required();
  watch->footer("Ctrl-C ends the watching, not the job.\n");
  watch->callback([&command, id] {
    command.Run("watch the job", [&](OperatorClient& client) {
      return WatchJob(*id, command, client);
    });
  });
}

void AddListAndShow(CLI::App& group, Command& command) {
  CLI::App* list = group.add_subcommand("list", "all jobs, newest first");
  list->callback([&command] {
    command.Run("list the jobs", [&](OperatorClient& client) {
      ASSIGN_OR_RETURN(const auto jobs, client.ListJobs());
      command.Show(jobs, JobTable);
      return absl::OkStatus();
    });
  });
  auto id = std::make_shared<std::string>();
  CLI::App* show = group.add_subcommand("show", "all that is known of one job");
  show->add_option("ID", *id, "the job's number")->required();
  show->callback([&command, id] {
    command.Run("show the job", [&](OperatorClient& client) {
      ASSIGN_OR_RETURN(const auto job, client.GetJob(*id));
      command.Show(job, JobText);
      return absl::OkStatus();
    });
  });
}

}  // namespace

void AddJobCommands(CLI::App& app, Command& command) {
  CLI::App* group = app.add_subcommand("job", "jobs: what cards shall hold");
  group->require_subcommand(1);
  AddAdd(*group, command);
  AddWatch(*group, command);
  AddListAndShow(*group, command);
}

}  // namespace cardferry::cli
