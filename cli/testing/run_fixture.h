#ifndef CARDFERRY_CLI_TESTING_RUN_FIXTURE_H_
#define CARDFERRY_CLI_TESTING_RUN_FIXTURE_H_

#include <fstream>
#include <functional>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "cli/run.h"
#include "cli/testing/fake_keyvault.h"
#include "cli/testing/fake_orchestrator.h"
#include "gtest/gtest.h"

namespace cardferry::cli {

// Runs whole command lines against a fake orchestrator.
class RunFixture : public ::testing::Test {
 protected:
  int Run(std::vector<std::string> arguments) {
    out_.str("");
    err_.str("");
    const std::vector<std::string> settings = {
        "--orchestrator", "o:1", "--certificate", "c",
        "--private-key",  "k",   "--ca",          "a"};
    arguments.insert(arguments.end(), settings.begin(), settings.end());
    return RunBare(arguments);
  }
  int RunBare(const std::vector<std::string>& arguments) {
    World world{
        in_,
        out_,
        err_,
        [](const char*) { return std::string(); },
        [this](const Settings&) {
          return absl::StatusOr<std::unique_ptr<OperatorClient>>(
              fake_.Client());
        },
        [this](const Settings&) {
          return absl::StatusOr<std::unique_ptr<VaultClient>>(vault_.Client());
        },
        [this](const Settings&) {
          return absl::StatusOr<std::unique_ptr<ApprovalClient>>(
              approvals_.Client());
        },
        columns_,
        [this](std::function<void()> stop) { stop_ = std::move(stop); }};
    return RunCardferry(arguments, std::move(world));
  }
  std::string out() const { return out_.str(); }
  std::string err() const { return err_.str(); }

  static std::string WriteFile(const std::string& name,
                               const std::string& text) {
    const std::string path = ::testing::TempDir() + "/" + name;
    std::ofstream(path) << text;
    return path;
  }

  FakeOrchestrator fake_;
  FakeKeyVault vault_;
  FakeContentApprovals approvals_;
  std::istringstream in_;
  std::ostringstream out_;
  std::ostringstream err_;
  int columns_ = 0;
  std::function<void()> stop_;
};

}  // namespace cardferry::cli

#endif  // CARDFERRY_CLI_TESTING_RUN_FIXTURE_H_
