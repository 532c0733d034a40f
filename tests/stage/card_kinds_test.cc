#include "tests/stage/card_kinds.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::stage {
namespace {

using ::testing::HasSubstr;

TEST(CardKinds, KnowsTheKeySetOfEveryKind) {
  ASSERT_OK_AND_ASSIGN(const CardKind kind, FindCardKind("scp03-aes256"));
  EXPECT_EQ(kind.key_set, "demo-aes256");
  for (const std::string& name : CardKindNames()) {
    EXPECT_OK(FindCardKind(name)) << name;
  }
}

TEST(CardKinds, SaysWhichKindsThereAre) {
  EXPECT_THAT(
      FindCardKind("scp04"),
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("no kind of card \"scp04\": scp01, scp01-i15, ")));
}

TEST(CardKinds, CardsOfFilesAreNotAmongThoseThatTakeApplets) {
  using ::testing::Contains;
  ASSERT_OK_AND_ASSIGN(const CardKind kind, FindCardKind("files-aes"));
  EXPECT_EQ(kind.key_set, "demo-files");
  EXPECT_TRUE(IsFileCardKind("files-aes"));
  EXPECT_FALSE(IsFileCardKind("scp03"));
  EXPECT_THAT(FileCardKindNames(), Contains("files-aes"));
  EXPECT_THAT(CardKindNames(), ::testing::Not(Contains("files-aes")));
}

}  // namespace
}  // namespace cardferry::stage
