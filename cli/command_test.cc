#include "cli/command.h"

#include "cli/testing/run_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace cardferry::cli {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class CommandTest : public RunFixture {};

TEST_F(CommandTest, SaysWhatToDoAboutEachKindOfError) {
  const auto answer = [this](grpc::StatusCode code) {
    fake_.status = grpc::Status(code, "why");
    return Run({"job", "list"});
  };
  EXPECT_EQ(answer(grpc::StatusCode::UNAVAILABLE), kUnreachable);
  EXPECT_THAT(err(), AllOf(HasSubstr("cannot list the jobs: why"),
                           HasSubstr("try again")));
  EXPECT_EQ(answer(grpc::StatusCode::DEADLINE_EXCEEDED), kUnreachable);
  EXPECT_EQ(answer(grpc::StatusCode::PERMISSION_DENIED), kRefused);
  EXPECT_THAT(err(), HasSubstr("use an operator's"));
  EXPECT_EQ(answer(grpc::StatusCode::UNAUTHENTICATED), kRefused);
  EXPECT_THAT(err(), HasSubstr("--certificate"));
  EXPECT_EQ(answer(grpc::StatusCode::INTERNAL), kRefused);
  EXPECT_EQ(err(), "cardferry: cannot list the jobs: why\n");
}

TEST_F(CommandTest, SaysWhereTheOrchestratorHasToBeNamed) {
  EXPECT_EQ(RunBare({"job", "list"}), kUsage);
  EXPECT_THAT(err(), HasSubstr("--orchestrator HOST:PORT"));
}

}  // namespace
}  // namespace cardferry::cli
