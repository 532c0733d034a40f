#include "tests/stage/demo.h"

#include <iostream>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lib/base/file.h"
#include "lib/base/status_macros.h"
#include "nlohmann/json.hpp"
#include "tests/stage/opensc_tool.h"
#include "tests/stage/pcscd.h"

namespace cardferry::stage {
namespace {

// The package that takes an account number (applets/README.md).
constexpr char kBrokeragePackage[] = "F043464552525901";
// Made up, as the owner of the demo's card is.
constexpr char kAccountNumber[] = "CH93 0076 2011 6238 5295 7";
constexpr absl::Duration kLongestJob = absl::Minutes(5);

void Say(absl::string_view text) { std::cout << text << std::endl; }

std::string FileStem(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string name =
      slash == std::string::npos ? path : path.substr(slash + 1);
  return std::string(absl::StripSuffix(name, ".cap"));
}

std::optional<std::string> StringField(const std::string& json,
                                       const char* name) {
  const nlohmann::json object = nlohmann::json::parse(json, nullptr, false);
  if (!object.is_object() || !object.contains(name)) return std::nullopt;
  if (!object[name].is_string()) return std::nullopt;
  return object[name].get<std::string>();
}

// One run of the demo.
class Demo {
 public:
  explicit Demo(const DemoOptions& options)
      : options_(options),
        stage_(options.stage),
        name_(FileStem(options.applet)) {}

  absl::Status Run() {
    // Says no until the run says yes, and tells now if it cannot be written.
    RETURN_IF_ERROR(Write(Report{}));
    absl::Status shown = Show();
    if (job_id_.empty()) return shown;
    absl::Status concluded = Conclude(shown.ok());
    return shown.ok() ? concluded : shown;
  }

 private:
  absl::Status Show();
  absl::Status Register();
  absl::Status Load();
  absl::Status AskTheApplet();
  absl::Status Conclude(bool shown);
  absl::Status Write(const Report& report) const;

  // Runs the command line tool with its output where ours goes.
  absl::Status OnTerminal(const std::vector<std::string>& arguments) {
    ASSIGN_OR_RETURN(const Command command, stage_.CardferryCommand(arguments));
    ASSIGN_OR_RETURN(Process process, Process::Start(command));
    ASSIGN_OR_RETURN(const int code, process.Wait(kLongestJob));
    if (code == 0) return absl::OkStatus();
    return absl::InternalError(absl::StrCat(
        "cardferry ", arguments[0], " ", arguments[1], " ended with ", code));
  }

  absl::StatusOr<std::string> AddJob();

  const DemoOptions options_;
  Stage stage_;
  const std::string name_;
  orchestrator::v1::Application application_;
  std::string job_id_;
  uint64_t hsm_calls_ = 0;
};

absl::Status Demo::Show() {
  Say("== raising the stack");
  RETURN_IF_ERROR(stage_.Raise(
      [](absl::string_view what) { Say(absl::StrCat("   up: ", what)); }));
  RETURN_IF_ERROR(Register());
  RETURN_IF_ERROR(Load());
  Say("== what is on the card now (cardferry card content)");
  RETURN_IF_ERROR(OnTerminal({"card", "content"}));
  return AskTheApplet();
}

absl::Status Demo::Register() {
  Say(absl::StrCat("== registering ", options_.applet, " (cardferry app add)"));
  RETURN_IF_ERROR(OnTerminal({"app", "add", options_.applet, "--name", name_}));
  ASSIGN_OR_RETURN(OperatorClient client, stage_.Operator());
  ASSIGN_OR_RETURN(const auto applications, client.ListApplications());
  for (const auto& application : applications.applications()) {
    if (application.name() == name_) application_ = application;
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> Demo::AddJob() {
  std::vector<std::string> arguments = {"job",      "add",          "--app",
                                        name_,      "--agent",      kAgentName,
                                        "--reader", kVirtualReader, "--json"};
  if (ToHex(AsBytes(application_.package_aid())) == kBrokeragePackage) {
    const std::string file = stage_.folder().Path("account-number");
    RETURN_IF_ERROR(WriteFileAtomically(file, AsBytes(kAccountNumber), 0400));
    arguments.insert(arguments.end(), {"--param-file", file});
  }
  ASSIGN_OR_RETURN(const Outcome added, stage_.Cardferry(arguments));
  const std::optional<std::string> id = StringField(added.output, "id");
  if (added.exit_code == 0 && id) return *id;
  return absl::InternalError(
      absl::StrCat("cardferry job add: ", added.errors, added.output));
}

absl::Status Demo::Load() {
  ASSIGN_OR_RETURN(OperatorClient client, stage_.Operator());
  ASSIGN_OR_RETURN(const auto before, client.KeyVaultStatistics());
  Say("== loading it onto the card (cardferry job add, job watch)");
  ASSIGN_OR_RETURN(job_id_, AddJob());
  const absl::Status watched = OnTerminal({"job", "watch", job_id_});
  ASSIGN_OR_RETURN(const auto after, client.KeyVaultStatistics());
  hsm_calls_ = after.hsm_calls() - before.hsm_calls();
  return watched;
}

absl::Status Demo::AskTheApplet() {
  if (application_.applet_aids().empty()) return absl::OkStatus();
  Say("== asking the card with opensc-tool, a PC/SC client of others");
  const std::string& aid = application_.applet_aids(0);
  const bool brokerage =
      ToHex(AsBytes(application_.package_aid())) == kBrokeragePackage;
  const uint8_t select[] = {0x00, 0xA4, 0x04, 0x00,
                            static_cast<uint8_t>(aid.size())};
  std::vector<Bytes> commands = {Concat({select, AsBytes(aid), Bytes{0}})};
  if (brokerage) commands.push_back({0x80, 0x10, 0x00, 0x00, 0x00});
  ASSIGN_OR_RETURN(const auto answers, SendWithOpenscTool(commands));
  for (size_t i = 0; i < answers.size(); ++i) {
    Say(absl::StrCat("   > ", ToHex(commands[i]), "\n   < ",
                     ToHex(answers[i].Encode())));
    if (answers[i].sw != card::kSuccess) {
      return absl::InternalError("the applet does not answer");
    }
  }
  if (!brokerage) return absl::OkStatus();
  const std::string account = AsString(answers.back().data);
  if (account != kAccountNumber) {
    return absl::InternalError("the applet has another account number");
  }
  Say(absl::StrCat("   the account number is \"", account, "\", as installed"));
  return absl::OkStatus();
}

// `shown`: all that a user sees went well.
absl::Status Demo::Conclude(bool shown) {
  ASSIGN_OR_RETURN(OperatorClient client, stage_.Operator());
  ASSIGN_OR_RETURN(const orchestrator::v1::Job job, client.GetJob(job_id_));
  Report report = MakeReport(job, hsm_calls_);
  report.ok = report.ok && shown;
  Say(absl::StrCat("== summary\n", ToText(report)));
  RETURN_IF_ERROR(Write(report));
  return report.ok ? absl::OkStatus() : absl::InternalError(job.message());
}

absl::Status Demo::Write(const Report& report) const {
  if (options_.report.empty()) return absl::OkStatus();
  return WriteFileAtomically(options_.report, AsBytes(ToJson(report)), 0644);
}

}  // namespace

absl::Status RunDemo(const DemoOptions& options) { return Demo(options).Run(); }

}  // namespace cardferry::stage
