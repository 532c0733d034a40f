#include "cli/command.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "cli/render/words.h"

namespace cardferry::cli {

ExitCode ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return kOk;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return kUnreachable;
    default:
      return kRefused;
  }
}

std::string AdviceFor(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return "Check the address (--orchestrator, CARDFERRY_ORCHESTRATOR, or "
             "--keyvault) and that the service runs, then try again.";
    case absl::StatusCode::kUnauthenticated:
      return "Check the certificate and its authority (--certificate, --ca).";
    case absl::StatusCode::kPermissionDenied:
      return "This certificate's role may not do that: use an operator's, or "
             "to approve, an approver's.";
    case absl::StatusCode::kNotFound:
      return "See what there is: cardferry app list, agent list, card list, "
             "job list, profile list.";
    default:
      return "";
  }
}

void Command::Fail(absl::string_view trying, const absl::Status& status) {
  exit_code_ = ExitCodeOf(status);
  Say(trying, status, AdviceFor(status));
}

void Command::FailUsage(absl::string_view trying, const absl::Status& status) {
  exit_code_ = kUsage;
  Say(trying, status, "");
}

void Command::Say(absl::string_view trying, const absl::Status& status,
                  const std::string& advice) {
  const std::string message =
      absl::StrCat("cannot ", trying, ": ", status.message());
  if (json_) {
    world_.err << ErrorJson(absl::StatusCodeToString(status.code()), message);
    return;
  }
  world_.err << "cardferry: " << Printable(message) << "\n";
  if (!advice.empty()) world_.err << advice << "\n";
}

void Command::Run(absl::string_view trying,
                  const std::function<absl::Status(OperatorClient&)>& work) {
  absl::StatusOr<Settings> settings =
      ResolveSettings(flags_, world_.environment);
  if (!settings.ok()) {
    FailUsage(trying, settings.status());
    return;
  }
  settings_ = *std::move(settings);
  const absl::StatusOr<std::unique_ptr<OperatorClient>> client =
      world_.connect(settings_);
  if (!client.ok()) {
    // Connecting comes with the first call: this is about our own TLS files.
    FailUsage(trying, client.status());
    return;
  }
  const absl::Status status = work(**client);
  if (!status.ok()) Fail(trying, status);
}

void Command::RunForApprover(
    absl::string_view trying,
    const std::function<absl::Status(ApprovalClient&)>& work) {
  const absl::StatusOr<Settings> settings =
      ResolveSettings(flags_, world_.environment, Needs::kKeyvault);
  if (!settings.ok()) return FailUsage(trying, settings.status());
  const absl::StatusOr<std::unique_ptr<ApprovalClient>> client =
      world_.connect_approvals(*settings);
  if (!client.ok()) return FailUsage(trying, client.status());
  const absl::Status status = work(**client);
  if (!status.ok()) Fail(trying, status);
}

absl::StatusOr<std::unique_ptr<VaultClient>> Command::Vault() {
  if (settings_.keyvault.empty()) return nullptr;
  return world_.connect_vault(settings_);
}

absl::Status Command::Interruptibly(
    OperatorClient& client, const std::function<absl::Status()>& watch) {
  world_.on_interrupt([&client] { client.StopWatching(); });
  absl::Status status = watch();
  world_.on_interrupt(nullptr);
  return status;
}

}  // namespace cardferry::cli
