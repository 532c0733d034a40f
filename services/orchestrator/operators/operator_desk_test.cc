#include "services/orchestrator/operators/operator_desk.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"
#include "lib/base/testing/fake_clock.h"
#include "services/orchestrator/job_data/job_data.h"
#include "services/orchestrator/job_data/testing/test_box.h"
#include "services/orchestrator/operators/job_check.h"
#include "services/orchestrator/repository/card_repository.h"
#include "services/orchestrator/repository/job_repository.h"
#include "services/orchestrator/repository/testing/database_fixture.h"
#include "services/orchestrator/sequencing/sequencer_proto.h"
#include "services/orchestrator/sequencing/testing/fake_sequencer.h"

namespace cardferry::orchestrator {
namespace {

using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class OperatorDeskTest : public ::testing::Test {
 protected:
  void Introduce(const std::string& agent) {
    ASSERT_OK(
        db_.database().Execute("INSERT INTO agents (name, last_seen_us) "
                               "VALUES (:name, :at)",
                               {{"name", agent}, {"at", clock_.Now()}}));
  }
  NewJob JobFor(const JobTarget& target) {
    return DatabaseFixture::BrokerageJob(target, {0x34, 0x37});
  }

  DatabaseFixture db_;
  FakeSequencer sequencer_;
  JobBoard board_;
  FakeClock clock_;
  std::vector<std::string> told_;
  std::vector<std::string> ended_;
  std::map<std::string, std::vector<Reader>> connected_;
  OperatorDesk desk_{
      {db_.database(), sequencer_, board_, clock_, TestBox(),
       [this](const JobTarget& target) {
         told_.push_back(target.agent + target.card_id);
       },
       [this] { return connected_; },
       [this](const std::string& agent) { ended_.push_back(agent); }}};
};

TEST_F(OperatorDeskTest, AddsAnApplicationOnceItsFileIsFoundGood) {
  ASSERT_OK_AND_ASSIGN(const Application added,
                       desk_.AddApplication("brokerage", {1, 2}));
  EXPECT_EQ(ToHex(added.load_file.package_aid), "F000000001");
  EXPECT_OK(desk_.AddApplication("brokerage", {1, 2}));
  EXPECT_THAT(desk_.AddApplication("brokerage", {3}),
              StatusIs(StatusCode::kAlreadyExists));
  EXPECT_THAT(desk_.AddApplication("other", {}),
              StatusIs(StatusCode::kInvalidArgument, "not a zip file"));
  ASSERT_OK_AND_ASSIGN(const auto list, desk_.ListApplications());
  EXPECT_THAT(list, SizeIs(1));
}

TEST_F(OperatorDeskTest, NamesArePlain) {
  for (const char* name : {"", "a b", "../x", "caf\xC3\xA9", "a\n"}) {
    EXPECT_THAT(desk_.AddApplication(name, {1}),
                StatusIs(StatusCode::kInvalidArgument))
        << name;
  }
  EXPECT_THAT(desk_.AddApplication(std::string(65, 'a'), {1}),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_OK(desk_.AddApplication("A-z_0.9", {1}));
  EXPECT_EQ(sequencer_.load_files_put(), 1);
}

TEST_F(OperatorDeskTest, AJobIsForWhatIsKnown) {
  Introduce("kiosk-7");
  EXPECT_THAT(
      desk_.AddJob(JobFor({"kiosk-7", "", ""})),
      StatusIs(StatusCode::kNotFound, "there is no application \"brokerage\""));
  db_.AddBrokerage();
  EXPECT_OK(desk_.AddJob(JobFor({"kiosk-7", "", ""})));
  EXPECT_THAT(desk_.AddJob(JobFor({"kiosk-8", "", ""})),
              StatusIs(StatusCode::kNotFound,
                       "there is no agent \"kiosk-8\"; cardferry agent "
                       "add lets one in"));
  EXPECT_THAT(desk_.AddJob(JobFor({"", "", "issuer/A"})),
              StatusIs(StatusCode::kNotFound, "there is no card issuer/A"));
  EXPECT_OK(desk_.AddJob(JobFor({"", "", "issuer/0A", true})));
  EXPECT_THAT(told_, ElementsAre("kiosk-7", "issuer/0A"));
}

TEST_F(OperatorDeskTest, AJobIsForAnAgentOrForACard) {
  db_.AddBrokerage();
  Introduce("kiosk-7");
  EXPECT_THAT(desk_.AddJob(JobFor({"", "", ""})),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(desk_.AddJob(JobFor({"kiosk-7", "", "issuer/A"})),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(
      desk_.AddJob(JobFor({"", "Reader 0", "issuer/A"})),
      StatusIs(StatusCode::kInvalidArgument, "a reader needs its agent"));
  EXPECT_THAT(told_, IsEmpty());
}

TEST_F(OperatorDeskTest, AJobsAppletsAreItsApplications) {
  db_.AddBrokerage();
  Introduce("kiosk-7");
  NewJob job = JobFor({"kiosk-7", "", ""});
  job.subject.applets = {{FromHexOrDie("F000000009"), {}, {}}};
  EXPECT_THAT(desk_.AddJob(job),
              StatusIs(StatusCode::kInvalidArgument,
                       HasSubstr("brokerage has no applet F000000009")));
  job.subject.applets = {{FromHexOrDie("F00000000101"), {}, {0x04}}};
  ASSERT_OK_AND_ASSIGN(const Job added, desk_.AddJob(job));
  EXPECT_THAT(added.subject.applets,
              ElementsAre(JobApplet{FromHexOrDie("F00000000101"), {}, {0x04}}));
}

TEST_F(OperatorDeskTest, WhatIsDeletedByAidNeedNotBeRegistered) {
  Introduce("kiosk-7");
  NewJob job;
  job.subject.action = JobAction::kDelete;
  job.subject.package_aid = FromHexOrDie("A000000151");
  job.target.agent = "kiosk-7";
  ASSERT_OK_AND_ASSIGN(const Job added, desk_.AddJob(job));
  EXPECT_EQ(added.subject.action, JobAction::kDelete);
  EXPECT_EQ(added.subject.application, "");
  EXPECT_EQ(ToHex(added.subject.package_aid), "A000000151");
  ASSERT_OK_AND_ASSIGN(const auto events, desk_.ListEvents(added.id, 0));
  EXPECT_EQ(events[0].text, "Delete the package A000000151");
}

// A job whose manifest wants this application.
NewJob ManifestJob(const std::string& application, const JobTarget& target) {
  sequencer::v1::DesiredState desired;
  desired.add_packages()->set_application(application);
  const std::string bytes = desired.SerializeAsString();
  NewJob job;
  job.subject.action = JobAction::kManifest;
  job.install_parameters = Bytes(bytes.begin(), bytes.end());
  job.target = target;
  return job;
}

TEST_F(OperatorDeskTest, AManifestIsKeptWithTheHashesOfItsFiles) {
  Introduce("kiosk-7");
  const NewJob job = ManifestJob("brokerage", {"kiosk-7", "", ""});
  EXPECT_THAT(desk_.AddJob(job), StatusIs(StatusCode::kNotFound));
  ASSERT_OK(desk_.AddApplication("brokerage", {1, 2}));
  ASSERT_OK_AND_ASSIGN(const Job added, desk_.AddJob(job));
  EXPECT_EQ(added.subject.action, JobAction::kManifest);
  ASSERT_OK_AND_ASSIGN(const Bytes kept,
                       db_.database().Read([&](store::Transaction& tx) {
                         return JobRepository(tx).InstallParameters(added.id);
                       }));
  DesiredState desired;
  desired.manifest = OpenJobData(TestBox(), added.id, kept).value();
  EXPECT_THAT(LoadFilesOf(desired), ElementsAre(Bytes{1, 2}));
  sequencer::v1::DesiredState state;
  ASSERT_TRUE(state.ParseFromString(AsString(desired.manifest)));
  EXPECT_EQ(state.packages(0).application(), "");
}

TEST_F(OperatorDeskTest, AManifestThatNoCardCanFillIsNoJob) {
  Introduce("kiosk-7");
  const auto add = [&](uint32_t at, sequencer::v1::CardFact fact) {
    sequencer::v1::DesiredState desired;
    auto& applet = *desired.add_applications();
    applet.set_install_parameters("id=");
    applet.add_install_parameter_facts()->set_at(at);
    applet.mutable_install_parameter_facts(0)->set_fact(fact);
    const std::string bytes = desired.SerializeAsString();
    NewJob job = ManifestJob("", {"kiosk-7", "", ""});
    job.install_parameters = Bytes(bytes.begin(), bytes.end());
    return desk_.AddJob(job).status();
  };
  EXPECT_THAT(add(3, sequencer::v1::CARD_FACT_UNSPECIFIED),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("not known")));
  EXPECT_THAT(add(4, sequencer::v1::CARD_FACT_ID),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr("no place")));
  EXPECT_OK(add(3, sequencer::v1::CARD_FACT_KEY_DIVERSIFICATION_DATA));
}

TEST_F(OperatorDeskTest, WhatAJobBringsIsSealedInTheDatabase) {
  Introduce("kiosk-7");
  ASSERT_OK(desk_.AddApplication("brokerage", {1, 2}));
  ASSERT_OK_AND_ASSIGN(const Job added,
                       desk_.AddJob(JobFor({"kiosk-7", "", ""})));
  ASSERT_OK_AND_ASSIGN(const Bytes kept,
                       db_.database().Read([&](store::Transaction& tx) {
                         return JobRepository(tx).InstallParameters(added.id);
                       }));
  EXPECT_EQ(ToHex(kept).find("3437"), std::string::npos);
  EXPECT_THAT(OpenJobData(TestBox(), added.id, kept),
              IsOkAndHolds(Bytes({0x34, 0x37})));
}

TEST_F(OperatorDeskTest, AManifestStandsAlone) {
  Introduce("kiosk-7");
  NewJob job = ManifestJob("brokerage", {"kiosk-7", "", ""});
  job.subject.application = "brokerage";
  EXPECT_THAT(desk_.AddJob(job), StatusIs(StatusCode::kInvalidArgument,
                                          HasSubstr("no others beside it")));
  job.subject.application.clear();
  job.install_parameters.clear();
  EXPECT_THAT(desk_.AddJob(job), StatusIs(StatusCode::kInvalidArgument,
                                          HasSubstr("wants nothing")));
  job.install_parameters.assign(kMaxManifestBytes + 1, 0x00);
  EXPECT_THAT(desk_.AddJob(job), StatusIs(StatusCode::kInvalidArgument,
                                          HasSubstr("at most 65536")));
  job.install_parameters = {0xFF};
  EXPECT_THAT(desk_.AddJob(job),
              StatusIs(StatusCode::kInvalidArgument, "not a desired state"));
}

TEST_F(OperatorDeskTest, APlanIsMadeFromTheCardsRecordAndRemembersNothing) {
  ASSERT_OK(desk_.AddApplication("brokerage", {1, 2}));
  ASSERT_OK(db_.Do([&](store::Transaction& tx) {
    return CardRepository(tx).Saw("issuer/A", "generic", clock_.Now());
  }));
  sequencer_.ForgetLoadFiles();
  ASSERT_OK_AND_ASSIGN(
      const auto steps,
      desk_.PlanJob(ManifestJob("brokerage", {"", "", "issuer/A"})));
  ASSERT_THAT(steps, SizeIs(1));
  EXPECT_EQ(steps[0].text, "package F000000001 1.0");
  EXPECT_EQ(sequencer_.questions().back().profile, "generic");
  EXPECT_EQ(sequencer_.load_files_put(), 2) << "once when added, once again";
  ASSERT_OK(desk_.PlanJob(JobFor({"", "", "issuer/A"})));
  ASSERT_OK_AND_ASSIGN(const auto jobs, desk_.ListJobs({}, ""));
  EXPECT_THAT(jobs.values, IsEmpty());
}

TEST_F(OperatorDeskTest, APlanIsForOneKnownCard) {
  ASSERT_OK(desk_.AddApplication("brokerage", {1, 2}));
  EXPECT_THAT(
      desk_.PlanJob(JobFor({"kiosk-7", "", ""})),
      StatusIs(StatusCode::kInvalidArgument, HasSubstr("for one known card")));
  EXPECT_THAT(desk_.PlanJob(JobFor({"", "", "issuer/B"})),
              StatusIs(StatusCode::kNotFound));
}

TEST_F(OperatorDeskTest, CancelsAJobThatWaits) {
  db_.AddBrokerage();
  Introduce("kiosk-7");
  ASSERT_OK_AND_ASSIGN(const Job added,
                       desk_.AddJob(JobFor({"kiosk-7", "", ""})));
  int heard = 0;
  const auto listening = board_.Listen(added.id, [&] { ++heard; });
  ASSERT_OK_AND_ASSIGN(const Job cancelled, desk_.CancelJob(added.id));
  EXPECT_EQ(cancelled.state, JobState::kCancelled);
  EXPECT_EQ(cancelled.message, "Cancelled before anything was sent to a card.");
  EXPECT_EQ(heard, 1);
  EXPECT_THAT(desk_.CancelJob(added.id),
              StatusIs(StatusCode::kFailedPrecondition,
                       "job 1 is over already: Cancelled before anything was "
                       "sent to a card."));
  EXPECT_THAT(desk_.CancelJob("9"), StatusIs(StatusCode::kNotFound));
}

TEST_F(OperatorDeskTest, ShowsProgressInJobs) {
  db_.AddBrokerage();
  Introduce("kiosk-7");
  ASSERT_OK_AND_ASSIGN(const Job added,
                       desk_.AddJob(JobFor({"kiosk-7", "", ""})));
  ASSERT_OK(db_.database().Execute("UPDATE jobs SET state = 3"));
  board_.ShowProgress(added.id, 4, "LOAD");
  ASSERT_OK_AND_ASSIGN(const Job job, desk_.GetJob(added.id));
  EXPECT_EQ(job.commands_done, 4u);
  ASSERT_OK_AND_ASSIGN(const auto list, desk_.ListJobs({}, ""));
  ASSERT_THAT(list.values, SizeIs(1));
  EXPECT_EQ(list.values[0].label, "LOAD");
  EXPECT_EQ(list.next, "");
}

TEST_F(OperatorDeskTest, GivesLongListsInPages) {
  ASSERT_OK(db_.database().Execute(
      "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE "
      "i < 300) INSERT INTO cards SELECT 'issuer/' || i, 0, 0, '', '', 0, 0 "
      "FROM n"));
  ASSERT_OK_AND_ASSIGN(const auto first, desk_.ListCards({}, ""));
  EXPECT_THAT(first.values, SizeIs(kPageSize));
  EXPECT_EQ(first.next, "issuer/299");
  ASSERT_OK_AND_ASSIGN(const auto second, desk_.ListCards({}, first.next));
  ASSERT_THAT(second.values, SizeIs(1));
  EXPECT_EQ(second.values[0].id, "issuer/300");
  EXPECT_EQ(second.next, "");
}

TEST_F(OperatorDeskTest, AFilteredListHasFullPagesToo) {
  ASSERT_OK(db_.database().Execute(
      "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n WHERE "
      "i < 501) INSERT INTO cards SELECT 'issuer/' || i, 0, 0, "
      "CASE i % 2 WHEN 0 THEN 'even' ELSE 'odd' END, '', 0, 0 FROM n"));
  CardFilter even;
  even.profile = "even";
  ASSERT_OK_AND_ASSIGN(const auto first, desk_.ListCards(even, ""));
  EXPECT_THAT(first.values, SizeIs(kPageSize));
  EXPECT_EQ(first.next, "issuer/498");
  ASSERT_OK_AND_ASSIGN(const auto second, desk_.ListCards(even, first.next));
  ASSERT_THAT(second.values, SizeIs(1));
  EXPECT_EQ(second.values[0].id, "issuer/500");
  EXPECT_EQ(second.next, "");
}

TEST_F(OperatorDeskTest, RefusesAPageThatNoListHas) {
  EXPECT_THAT(desk_.ListJobs({}, "x"), StatusIs(StatusCode::kInvalidArgument,
                                                "\"x\" is no job's number"));
}

TEST_F(OperatorDeskTest, AddsAnAgentThatHasNeverBeenHere) {
  ASSERT_OK_AND_ASSIGN(const Agent added, desk_.AddAgent("kiosk-9"));
  EXPECT_EQ(added.standing, AgentStanding::kAdded);
  EXPECT_FALSE(added.connected);
  EXPECT_OK(desk_.AddAgent("kiosk-9"));
  EXPECT_THAT(desk_.AddAgent("a b"), StatusIs(StatusCode::kInvalidArgument));
  db_.AddBrokerage();
  EXPECT_OK(desk_.AddJob(JobFor({"kiosk-9", "", ""})));
}

TEST_F(OperatorDeskTest, RevokingAnAgentEndsItAndItsJobsSaySo) {
  db_.AddBrokerage();
  ASSERT_OK(desk_.AddAgent("kiosk-7"));
  ASSERT_OK_AND_ASSIGN(const Job job,
                       desk_.AddJob(JobFor({"kiosk-7", "", ""})));
  int heard = 0;
  const auto listening = board_.Listen(job.id, [&] { ++heard; });
  ASSERT_OK_AND_ASSIGN(const Agent revoked, desk_.RevokeAgent("kiosk-7"));
  EXPECT_EQ(revoked.standing, AgentStanding::kRevoked);
  EXPECT_THAT(ended_, ElementsAre("kiosk-7"));
  EXPECT_EQ(heard, 1);
  ASSERT_OK_AND_ASSIGN(const Job waits, desk_.GetJob(job.id));
  EXPECT_EQ(waits.state, JobState::kWaiting);
  EXPECT_THAT(waits.message, HasSubstr("Agent kiosk-7 is revoked"));
  EXPECT_THAT(desk_.AddJob(JobFor({"kiosk-7", "", ""})),
              StatusIs(StatusCode::kFailedPrecondition,
                       HasSubstr("agent kiosk-7 is revoked")));
  ASSERT_OK(desk_.AddAgent("kiosk-7"));
  EXPECT_EQ(heard, 2);
  EXPECT_THAT(desk_.RevokeAgent("kiosk-9"), StatusIs(StatusCode::kNotFound));
}

TEST_F(OperatorDeskTest, ResumesACardAndTellsTheReaders) {
  ASSERT_OK(db_.Do([&](store::Transaction& tx) {
    return CardRepository(tx).Stop("issuer/A", "generic", "kiosk-7", At());
  }));
  ASSERT_OK_AND_ASSIGN(const Card card, desk_.ResumeCard("issuer/A"));
  EXPECT_FALSE(card.stopped);
  EXPECT_THAT(told_, ElementsAre("issuer/A"));
  ASSERT_OK_AND_ASSIGN(const auto events, desk_.ListEvents("", 0));
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(events[0].kind, "card.resumed");
  EXPECT_EQ(events[0].card_id, "issuer/A");
  EXPECT_THAT(desk_.ResumeCard("issuer/A"),
              StatusIs(StatusCode::kFailedPrecondition));
}

TEST_F(OperatorDeskTest, ListsTheSequencersProfiles) {
  ASSERT_OK_AND_ASSIGN(const auto profiles, desk_.ListProfiles());
  ASSERT_THAT(profiles, SizeIs(1));
  EXPECT_EQ(profiles[0].name, "generic");
}

TEST_F(OperatorDeskTest, SaysWhichAgentsAreConnected) {
  Introduce("kiosk-7");
  Introduce("kiosk-8");
  connected_["kiosk-8"] = {{"Reader 0", true}};
  ASSERT_OK_AND_ASSIGN(const auto agents, desk_.ListAgents());
  ASSERT_THAT(agents, SizeIs(2));
  EXPECT_FALSE(agents[0].connected);
  EXPECT_THAT(agents[0].readers, IsEmpty());
  EXPECT_TRUE(agents[1].connected);
  EXPECT_THAT(agents[1].readers, ElementsAre(Reader{"Reader 0", true}));
}

TEST_F(OperatorDeskTest, WritesWhatOperatorsDoIntoTheJournalWithoutData) {
  Introduce("kiosk-7");
  ASSERT_OK(desk_.AddApplication("brokerage", {1}));
  ASSERT_OK(desk_.AddJob(JobFor({"kiosk-7", "", ""})));
  ASSERT_OK_AND_ASSIGN(const auto events, desk_.ListEvents("", 0));
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(events[0].kind, "application.added");
  EXPECT_EQ(events[0].text, "brokerage: package F000000001 1.0");
  EXPECT_EQ(events[1].kind, "job.added");
  EXPECT_EQ(events[1].text, "Load brokerage");
  ASSERT_OK_AND_ASSIGN(const auto of_job, desk_.ListEvents("1", 0));
  EXPECT_THAT(of_job, SizeIs(1));
}

TEST_F(OperatorDeskTest, KnowsNoCardsAtFirst) {
  EXPECT_THAT(desk_.GetCard("x"), StatusIs(StatusCode::kNotFound));
  ASSERT_OK_AND_ASSIGN(const auto cards, desk_.ListCards({}, ""));
  EXPECT_THAT(cards.values, IsEmpty());
}

}  // namespace
}  // namespace cardferry::orchestrator
