#include "services/orchestrator/repository/journal_repository.h"

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "services/orchestrator/repository/testing/database_fixture.h"

namespace cardferry::orchestrator {
namespace {

class JournalRepositoryTest : public ::testing::Test {
 protected:
  absl::Status Add(const std::string& kind, const std::string& job) {
    JournalEntry entry;
    entry.at = At(5);
    entry.kind = kind;
    entry.text = "what happened";
    entry.job_id = job;
    entry.card_id = "issuer/00";
    entry.agent = "kiosk-7";
    return db_.Do([&](store::Transaction& tx) {
      return JournalRepository(tx).Add(entry);
    });
  }
  absl::StatusOr<std::vector<JournalEntry>> List(const std::string& job,
                                                 int64_t after) {
    return db_.Do([&](store::Transaction& tx) {
      return JournalRepository(tx).List(job, after);
    });
  }

  DatabaseFixture db_;
};

TEST_F(JournalRepositoryTest, GivesEntriesInTheOrderInWhichTheyCame) {
  ASSERT_OK(Add("first", "1"));
  ASSERT_OK(Add("second", "2"));
  ASSERT_OK_AND_ASSIGN(const auto all, List("", 0));
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].kind, "first");
  EXPECT_EQ(all[0].at, At(5));
  EXPECT_EQ(all[0].text, "what happened");
  EXPECT_EQ(all[0].card_id, "issuer/00");
  EXPECT_EQ(all[0].agent, "kiosk-7");
  EXPECT_LT(all[0].id, all[1].id);
}

TEST_F(JournalRepositoryTest, GivesThoseOfOneJobAndThoseThatCameLater) {
  ASSERT_OK(Add("a", "1"));
  ASSERT_OK(Add("b", "2"));
  ASSERT_OK(Add("c", "1"));
  ASSERT_OK_AND_ASSIGN(const auto of_job, List("1", 0));
  ASSERT_EQ(of_job.size(), 2u);
  EXPECT_EQ(of_job[1].kind, "c");
  ASSERT_OK_AND_ASSIGN(const auto later, List("1", of_job[0].id));
  ASSERT_EQ(later.size(), 1u);
  EXPECT_EQ(later[0].kind, "c");
}

TEST_F(JournalRepositoryTest, GivesNoMoreThanAPageAtATime) {
  const absl::Status filled = db_.Do([](store::Transaction& tx) {
    JournalRepository journal(tx);
    absl::Status status;
    for (int i = 0; i <= JournalRepository::kPage && status.ok(); ++i) {
      status = journal.Add({0, At(), absl::StrCat(i), "", "", "", ""});
    }
    return status;
  });
  ASSERT_OK(filled);
  ASSERT_OK_AND_ASSIGN(const auto page, List("", 0));
  ASSERT_EQ(page.size(), static_cast<size_t>(JournalRepository::kPage));
  ASSERT_OK_AND_ASSIGN(const auto rest, List("", page.back().id));
  ASSERT_EQ(rest.size(), 1u);
  EXPECT_EQ(rest[0].kind, "1000");
}

TEST_F(JournalRepositoryTest, ForgetsWhatIsOldAndWhatIsTooMuch) {
  const auto prune = [&](absl::Time before, int64_t keep) {
    return db_.Do([&](store::Transaction& tx) {
      return JournalRepository(tx).Prune(before, keep);
    });
  };
  const auto last = [&] {
    return db_.Do(
        [](store::Transaction& tx) { return JournalRepository(tx).LastId(); });
  };
  EXPECT_THAT(last(), IsOkAndHolds(0));
  for (int i = 0; i < 5; ++i) ASSERT_OK(Add("e", "1"));  // at 5 s
  EXPECT_THAT(prune(At(5), 5), IsOkAndHolds(0));
  EXPECT_THAT(prune(At(5), 3), IsOkAndHolds(2));
  ASSERT_OK_AND_ASSIGN(const auto left, List("", 0));
  ASSERT_EQ(left.size(), 3u);
  EXPECT_EQ(left[0].id, 3);
  EXPECT_THAT(prune(At(6), 5), IsOkAndHolds(3));
  // Numbers are never given twice.
  ASSERT_OK(Add("e", "1"));
  EXPECT_THAT(last(), IsOkAndHolds(6));
}

TEST_F(JournalRepositoryTest, GivesNoMoreThanWasAskedFor) {
  for (int i = 0; i < 3; ++i) ASSERT_OK(Add("e", "1"));
  const auto page = db_.Do([](store::Transaction& tx) {
    return JournalRepository(tx).List("", 0, 2);
  });
  ASSERT_OK(page);
  EXPECT_EQ(page->size(), 2u);
}

}  // namespace
}  // namespace cardferry::orchestrator
