#include "tests/stage/card_kinds.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"
#include "tests/stage/runfiles.h"

namespace cardferry::stage {
namespace {

using ::testing::HasSubstr;

TEST(CardKinds, AreServedByKeySetsOfTheDemo) {
  ASSERT_OK_AND_ASSIGN(const std::string path,
                       Runfile("hsm-config/profiles/demo.textproto"));
  ASSERT_OK_AND_ASSIGN(const std::string profile, ReadFile(path, 1 << 20));
  for (const CardKind& kind : CardKinds()) {
    EXPECT_THAT(profile, HasSubstr("name: \"" + kind.key_set + "\""))
        << kind.name;
  }
}

TEST(CardKinds, AreFoundByName) {
  ASSERT_OK_AND_ASSIGN(const CardKind kind, FindCardKind("scp03-aes256"));
  EXPECT_EQ(kind.key_set, "demo-aes256");
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
