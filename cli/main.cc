// cardferry: the operator's command. See README.md beside this file.
#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "cli/interrupt.h"
#include "cli/run.h"
#include "lib/base/log.h"
#include "lib/base/status_macros.h"
#include "lib/rpc/channel.h"
#include "lib/rpc/shutdown_signal.h"

namespace cardferry::cli {
namespace {

constexpr int kUsualColumns = 80;

int Columns() {
  if (isatty(STDOUT_FILENO) == 0) return 0;
  winsize size = {};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
    return kUsualColumns;
  }
  return size.ws_col;
}

std::string Variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

absl::StatusOr<std::unique_ptr<OperatorClient>> Connect(
    const Settings& settings) {
  ASSIGN_OR_RETURN(const auto channel,
                   rpc::CreateChannel(settings.orchestrator, settings.tls,
                                      rpc::Role::kOrchestrator));
  return std::make_unique<OperatorClient>(
      orchestrator::v1::Orchestrator::NewStub(channel));
}

absl::StatusOr<std::unique_ptr<VaultClient>> ConnectVault(
    const Settings& settings) {
  ASSIGN_OR_RETURN(const auto channel,
                   rpc::CreateChannel(settings.keyvault, settings.tls,
                                      rpc::Role::kKeyvault));
  return std::make_unique<VaultClient>(
      keyvault::v1::KeyVaultAdmin::NewStub(channel));
}

absl::StatusOr<std::unique_ptr<ApprovalClient>> ConnectApprovals(
    const Settings& settings) {
  ASSIGN_OR_RETURN(const auto channel,
                   rpc::CreateChannel(settings.keyvault, settings.tls,
                                      rpc::Role::kKeyvault));
  return std::make_unique<ApprovalClient>(
      keyvault::v1::ContentApprovals::NewStub(channel));
}

int Main(int argc, char** argv) {
  StartLog("cardferry", LogLevel::kError);
  // Before there are threads: they inherit it.
  absl::StatusOr<rpc::ShutdownSignal> signal = rpc::ShutdownSignal::Block();
  if (!signal.ok()) {
    std::cerr << "cardferry: " << signal.status().message() << "\n";
    return kRefused;
  }
  Interrupt interrupt(*signal, [] { _exit(kStopped); });
  World world{std::cin,
              std::cout,
              std::cerr,
              Variable,
              Connect,
              ConnectVault,
              ConnectApprovals,
              Columns(),
              [&interrupt](std::function<void()> stop) {
                interrupt.Set(std::move(stop));
              }};
  return RunCardferry(std::vector<std::string>(argv + 1, argv + argc),
                      std::move(world));
}

}  // namespace
}  // namespace cardferry::cli

int main(int argc, char** argv) { return cardferry::cli::Main(argc, argv); }
