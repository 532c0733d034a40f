#include "services/orchestrator/session/byte_budget.h"

#include "gtest/gtest.h"

namespace cardferry::orchestrator {
namespace {

TEST(ByteBudget, GivesWhatIsThereAndTakesItBack) {
  const auto budget = ByteBudget::Create(10);
  ByteBudget::Charge first = ByteBudget::Take(budget, 6);
  EXPECT_NE(first, nullptr);
  EXPECT_EQ(ByteBudget::Take(budget, 5), nullptr);
  ByteBudget::Charge second = ByteBudget::Take(budget, 4);
  EXPECT_NE(second, nullptr);
  const ByteBudget::Charge copy = first;
  first.reset();
  EXPECT_EQ(ByteBudget::Take(budget, 1), nullptr);
  second.reset();
  EXPECT_NE(ByteBudget::Take(budget, 4), nullptr);
}

TEST(ByteBudget, OneThatIsTooLargeTakesNothing) {
  const auto budget = ByteBudget::Create(10);
  EXPECT_EQ(ByteBudget::Take(budget, 11), nullptr);
  EXPECT_NE(ByteBudget::Take(budget, 10), nullptr);
}

}  // namespace
}  // namespace cardferry::orchestrator
