#ifndef CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_TESTING_SESSION_FIXTURE_H_
#define CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_TESTING_SESSION_FIXTURE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "lib/base/random.h"
#include "lib/base/testing/fake_clock.h"
#include "services/orchestrator/job_data/job_data.h"
#include "services/orchestrator/job_data/testing/test_box.h"
#include "services/orchestrator/jobs/job_board.h"
#include "services/orchestrator/repository/card_repository.h"
#include "services/orchestrator/repository/job_repository.h"
#include "services/orchestrator/repository/journal_repository.h"
#include "services/orchestrator/repository/testing/database_fixture.h"
#include "services/orchestrator/sequencing/testing/fake_sequencer.h"
#include "services/orchestrator/session/session_context.h"
#include "services/orchestrator/session/testing/recording_link.h"

namespace cardferry::orchestrator {

// What sessions need: a real database, a sequencer that knows no cards, a
// clock that the test moves.
class SessionFixture : public ::testing::Test {
 protected:
  SessionFixture()
      : context_{db_.database(),
                 sequencer_,
                 board_,
                 clock_,
                 random_,
                 TestBox(),
                 [this](const JobTarget& target, const ReaderAddress& from) {
                   told_.emplace_back(target.card_id, from.reader);
                 },
                 /*admit_unlisted_agents=*/true} {
    db_.AddBrokerage();
  }

  std::string AddJob(const JobTarget& target) {
    const auto id = db_.Do([&](store::Transaction& tx) {
      return JobRepository(tx).Add(DatabaseFixture::BrokerageJob(target), At());
    });
    if (id.ok()) Bring(*id, Bytes{0x31});
    EXPECT_TRUE(id.ok()) << id.status();
    return id.value_or("");
  }
  // This is what the job brings to its card.
  void Bring(const std::string& job, const Bytes& data) {
    const absl::Status set = db_.Do([&](store::Transaction& tx) {
      return JobRepository(tx).SetInstallParameters(
          job, SealJobData(TestBox(), job, data).value());
    });
    EXPECT_TRUE(set.ok()) << set;
  }
  Job GetJob(const std::string& id) {
    const auto job = db_.Do(
        [&](store::Transaction& tx) { return JobRepository(tx).Get(id); });
    EXPECT_TRUE(job.ok()) << job.status();
    return job.value_or(Job());
  }
  Card GetCard(const std::string& id) {
    const auto card = db_.Do(
        [&](store::Transaction& tx) { return CardRepository(tx).Get(id); });
    EXPECT_TRUE(card.ok()) << card.status();
    return card.value_or(Card());
  }
  // The kinds of all events, in order.
  std::vector<std::string> Events() {
    const auto list = db_.Do([](store::Transaction& tx) {
      return JournalRepository(tx).List("", 0);
    });
    EXPECT_TRUE(list.ok()) << list.status();
    std::vector<std::string> kinds;
    for (const JournalEntry& entry :
         list.value_or(std::vector<JournalEntry>())) {
      kinds.push_back(entry.kind);
    }
    return kinds;
  }

  DatabaseFixture db_;
  FakeSequencer sequencer_;
  JobBoard board_;
  FakeClock clock_;
  SystemRandom random_;
  // Which waiting jobs' cards readers were told of, and not which reader.
  std::vector<std::pair<std::string, std::string>> told_;
  SessionContext context_;
};

}  // namespace cardferry::orchestrator

#endif  // CARDFERRY_SERVICES_ORCHESTRATOR_SESSION_TESTING_SESSION_FIXTURE_H_
