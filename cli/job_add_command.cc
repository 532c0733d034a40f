#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cli/aid_arguments.h"
#include "cli/job_watcher.h"
#include "cli/manifest/manifest_file.h"
#include "cli/parameter_options.h"
#include "cli/render/job_text.h"
#include "cli/subcommand.h"

namespace cardferry::cli {
namespace {

namespace pb = ::cardferry::orchestrator::v1;

constexpr char kFooter[] =
    "Either --agent or --card. `load` and `upgrade` want --app: the card "
    "shall\n"
    "hold this application; `upgrade` replaces another version of its "
    "package,\n"
    "which `load` refuses. `delete` wants --app, or --package or "
    "--application\n"
    "with an AID that need not be registered here.\n"
    "Install parameters are forgotten when the job ends, and are in no log.\n\n"
    "Examples:\n"
    "  printf %s 4711-0815 | cardferry job add --app brokerage \\\n"
    "      --param-file - --agent kiosk-7 --watch\n"
    "  cardferry job add --app brokerage --card "
    "issuer/00010203040506070809\n"
    "  cardferry job add --action upgrade --app brokerage-2 --agent kiosk-7\n"
    "  cardferry job add --app wallet --applet A00000000101:A00000000199 \\\n"
    "      --agent kiosk-7 --reader \"Reader 0\" --wait\n"
    "  cardferry job add --manifest wallet.textproto --rows cards.csv "
    "--new-cards\n"
    "  cardferry job add --action delete --package A000000001 --agent "
    "kiosk-7\n";

constexpr char kPlanFooter[] =
    "From what is recorded of the card; nothing is sent to it. '+' is added,\n"
    "'-' removed, '~' changed; what has no sign is there and stays.\n\n"
    "Examples:\n"
    "  cardferry job plan --manifest greeter.textproto --card "
    "issuer/00010203040506070809\n"
    "  cardferry job plan --manifest wallet.textproto --rows cards.csv \\\n"
    "      --card issuer/00010203040506070809\n"
    "  cardferry job plan --action upgrade --app wallet-2 --card "
    "issuer/00010203040506070809\n";

struct Options {
  std::string action = "load";
  std::string application;
  std::string package_aid;
  std::string application_aid;
  std::vector<std::string> applets;
  std::string manifest;
  std::string rows;
  bool allow_data_loss = false;
  std::string file_tree;
  ParameterOptions parameters;
  std::string agent;
  std::string reader;
  std::string card;
  bool new_cards = false;
  bool watch = false;
  bool wait = false;
};

absl::Status CheckManifestIsAlone(const Options& options) {
  const bool alone = (options.manifest.empty() || options.file_tree.empty()) &&
                     options.action == "load" && options.application.empty() &&
                     options.package_aid.empty() &&
                     options.application_aid.empty() &&
                     options.applets.empty() && options.parameters.empty();
  if (alone) return absl::OkStatus();
  return absl::InvalidArgumentError(
      "--manifest or --file-tree says all that the card shall hold: nothing "
      "else beside it");
}

// What is wrong with the combination of flags, for people.
absl::Status CheckCombination(const Options& options) {
  const auto wrong = [](absl::string_view message) {
    return absl::InvalidArgumentError(message);
  };
  if (options.agent.empty() && options.card.empty()) {
    return wrong("say for which card: --agent NAME or --card ID");
  }
  if (!options.manifest.empty() || !options.file_tree.empty()) {
    return CheckManifestIsAlone(options);
  }
  if (options.action != "delete") {
    if (!options.package_aid.empty() || !options.application_aid.empty()) {
      return wrong("--package and --application are for --action delete");
    }
    return options.application.empty() ? wrong("say what to load: --app NAME")
                                       : absl::OkStatus();
  }
  const int named = static_cast<int>(!options.application.empty()) +
                    static_cast<int>(!options.package_aid.empty()) +
                    static_cast<int>(!options.application_aid.empty());
  if (named != 1) {
    return wrong(
        "say what to delete: one of --app NAME, --package AID and "
        "--application AID");
  }
  if (!options.applets.empty() || !options.parameters.empty()) {
    return wrong("--applet and --param-... are for loading, not for deleting");
  }
  return absl::OkStatus();
}

pb::JobAction ActionOf(const std::string& word) {
  if (word == "upgrade") return pb::JOB_ACTION_UPGRADE;
  if (word == "delete") return pb::JOB_ACTION_DELETE;
  return pb::JOB_ACTION_LOAD;
}

absl::StatusOr<pb::AddJobRequest> MakeRequest(const Options& options,
                                              std::istream& in) {
  RETURN_IF_ERROR(CheckCombination(options));
  pb::AddJobRequest request;
  request.set_action(ActionOf(options.action));
  if (!options.manifest.empty()) {
    request.set_action(pb::JOB_ACTION_MANIFEST);
    ASSIGN_OR_RETURN(
        *request.mutable_desired(),
        options.rows.empty()
            ? ReadManifest(options.manifest)
            : ReadManifestFor(options.manifest, options.rows, options.card));
    if (options.allow_data_loss) {
      request.mutable_desired()->set_allow_data_loss(true);
    }
  }
  if (!options.file_tree.empty()) {
    request.set_action(pb::JOB_ACTION_MANIFEST);
    ASSIGN_OR_RETURN(*request.mutable_desired(),
                     ReadFileTree(options.file_tree));
  }
  request.set_application(options.application);
  request.set_agent(options.agent);
  request.set_reader(options.reader);
  request.set_card_id(options.card);
  request.set_card_may_be_new(options.new_cards);
  for (const std::string& applet : options.applets) {
    ASSIGN_OR_RETURN(*request.add_applets(), ParseApplet(applet));
  }
  if (!options.package_aid.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_package_aid(),
                     ParseAid(options.package_aid, "--package"));
  }
  if (!options.application_aid.empty()) {
    ASSIGN_OR_RETURN(*request.mutable_application_aid(),
                     ParseAid(options.application_aid, "--application"));
  }
  ASSIGN_OR_RETURN(*request.mutable_install_parameters(),
                   ReadParameters(options.parameters, in));
  return request;
}

absl::Status AddJob(const Options& options, const pb::AddJobRequest& request,
                    Command& command, OperatorClient& client) {
  ASSIGN_OR_RETURN(const pb::Job job, client.AddJob(request));
  if (options.watch) {
    return WatchJob(job.id(), Watching::kEachChange, command, client);
  }
  if (options.wait) {
    return WatchJob(job.id(), Watching::kTheEnd, command, client);
  }
  command.Show(job, [](const pb::Job& added) {
    return absl::StrCat("Job ", added.id(),
                        " added. Watch it: cardferry job watch ", added.id(),
                        "\n");
  });
  return absl::OkStatus();
}

// One job for each row: all rows make sense before the first is added.
absl::Status AddJobs(const std::vector<RowManifest>& rows,
                     const Options& options, Command& command,
                     OperatorClient& client) {
  std::vector<pb::Job> added;
  for (const RowManifest& row : rows) {
    pb::AddJobRequest request;
    request.set_action(pb::JOB_ACTION_MANIFEST);
    request.set_card_id(row.card_id);
    request.set_card_may_be_new(options.new_cards);
    *request.mutable_desired() = row.desired;
    if (options.allow_data_loss)
      request.mutable_desired()->set_allow_data_loss(true);
    const absl::StatusOr<pb::Job> job = client.AddJob(request);
    if (!job.ok()) {
      return Annotate(job.status(),
                      absl::StrCat("row ", added.size() + 1, " of ",
                                   rows.size(), ", those before it are added"));
    }
    added.push_back(*job);
  }
  command.Show(added, [](const std::vector<pb::Job>& jobs) {
    return absl::StrCat(jobs.size(), " jobs added, ", jobs.front().id(), " to ",
                        jobs.back().id(), ". See them: cardferry job list\n");
  });
  return absl::OkStatus();
}

absl::Status CheckRows(const Options& options) {
  if (options.agent.empty() && options.card.empty() && !options.watch &&
      !options.wait) {
    return CheckManifestIsAlone(options);
  }
  return absl::InvalidArgumentError(
      "--rows makes a job for each row's card: no --agent, --card, --watch or "
      "--wait beside it");
}

void RunRows(const Options& options, Command& command) {
  const absl::Status sound = CheckRows(options);
  if (!sound.ok()) return command.FailUsage("add the jobs", sound);
  const auto rows = ReadManifestRows(options.manifest, options.rows);
  if (!rows.ok()) return command.FailUsage("add the jobs", rows.status());
  command.Run("add the jobs", [&](OperatorClient& client) {
    return AddJobs(*rows, options, command, client);
  });
}

void AddWhat(CLI::App& add, Options& options) {
  add.add_option("--action", options.action, "load, upgrade or delete")
      ->check(CLI::IsMember({"load", "upgrade", "delete"}))
      ->capture_default_str();
  add.add_option("--app", options.application, "the application's name");
  add.add_option(
      "--applet", options.applets,
      "MODULE[:INSTANCE[:PRIVILEGES]], in hexadecimal: install this\n"
      "one instead of all of the package's; may be repeated");
  add.add_option(
      "--package", options.package_aid,
      "AID of the package to delete, with what is installed from it");
  add.add_option("--application", options.application_aid,
                 "AID of the one installed application to delete");
}

CLI::Option* AddManifest(CLI::App& add, Options& options) {
  CLI::Option* manifest =
      add.add_option("--manifest", options.manifest,
                     "FILE: a card manifest, instead of all the above");
  add.add_flag("--allow-data-loss", options.allow_data_loss,
               "a package that is replaced may take applets along that were\n"
               "given personal data")
      ->needs(manifest);
  add.add_option("--file-tree", options.file_tree,
                 "FILE: what a file-oriented card shall hold, instead of all "
                 "the above");
  return manifest;
}

void AddWhere(CLI::App& add, Options& options) {
  CLI::Option* agent = add.add_option(
      "--agent", options.agent,
      "the card that lies in this agent's reader, else the next one there");
  add.add_option("--reader", options.reader, "this one of its readers")
      ->needs(agent);
  CLI::Option* card =
      add.add_option("--card", options.card, "this card, wherever it appears");
  agent->excludes(card);
}

}  // namespace

void AddJobAdd(CLI::App& group, Command& command) {
  auto options = std::make_shared<Options>();
  CLI::App& add = AddSubcommand(
      group, {"add", "say what a card shall hold, and see to it", "", kFooter});
  AddWhat(add, *options);
  AddParameterOptions(add, options->parameters);
  CLI::Option* manifest = AddManifest(add, *options);
  add.add_option("--rows", options->rows,
                 "FILE: a .csv or .jsonl file. One job for each row, for the\n"
                 "card that its value `card` names; ${row.NAME} in the\n"
                 "manifest is the row's value NAME")
      ->needs(manifest);
  AddWhere(add, *options);
  add.add_flag("--new-cards", options->new_cards,
               "the cards need not have been seen before: their jobs wait for "
               "them");
  CLI::Option* watch =
      add.add_flag("--watch", options->watch, "then watch the job");
  add.add_flag("--wait", options->wait,
               "then wait for the job's end and show that only")
      ->excludes(watch);
  add.callback([&command, options] {
    if (!options->rows.empty()) return RunRows(*options, command);
    const absl::StatusOr<pb::AddJobRequest> request =
        MakeRequest(*options, command.world().in);
    if (!request.ok()) {
      return command.FailUsage("add the job", request.status());
    }
    command.Run("add the job", [&](OperatorClient& client) {
      return AddJob(*options, *request, command, client);
    });
  });
}

void AddJobPlan(CLI::App& group, Command& command) {
  auto options = std::make_shared<Options>();
  CLI::App& plan = AddSubcommand(
      group,
      {"plan", "what such a job would do to a known card", "", kPlanFooter});
  AddWhat(plan, *options);
  AddParameterOptions(plan, options->parameters);
  CLI::Option* manifest = AddManifest(plan, *options);
  plan.add_option("--rows", options->rows,
                  "FILE: the manifest with the row of this card, as job add "
                  "takes it")
      ->needs(manifest);
  plan.add_option("--card", options->card, "the card")->required();
  plan.callback([&command, options] {
    const absl::StatusOr<pb::AddJobRequest> request =
        MakeRequest(*options, command.world().in);
    if (!request.ok()) {
      return command.FailUsage("plan the job", request.status());
    }
    command.Run("plan the job", [&](OperatorClient& client) -> absl::Status {
      ASSIGN_OR_RETURN(const pb::JobPlan made, client.PlanJob(*request));
      command.Show(made, PlanText);
      return absl::OkStatus();
    });
  });
}

}  // namespace cardferry::cli
