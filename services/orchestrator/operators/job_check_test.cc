#include "services/orchestrator/operators/job_check.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::orchestrator {
namespace {

using absl::StatusCode;
using ::testing::HasSubstr;

NewJob Load() {
  NewJob job;
  job.subject.application = "brokerage";
  job.target.agent = "kiosk-7";
  return job;
}

NewJob Delete() {
  NewJob job = Load();
  job.subject.action = JobAction::kDelete;
  return job;
}

void ExpectRefused(const NewJob& job, const char* why) {
  EXPECT_THAT(CheckNewJob(job),
              StatusIs(StatusCode::kInvalidArgument, HasSubstr(why)));
}

TEST(CheckNewJob, ACardThatWasNeverSeenIsCalledAsCardsAre) {
  NewJob job = Load();
  job.target = {"", "", "issuer/00010203040506070809", true};
  EXPECT_OK(CheckNewJob(job));
  for (const char* const card :
       {"issuer", "issuer/", "/00", "issuer/0", "issuer/0a", "iss uer/00",
        "issuer/00/01", "issuer/00 "}) {
    job.target.card_id = card;
    ExpectRefused(job, "is no card's identifier");
  }
}

TEST(CheckNewJob, WantsAnAgentOrACardAndNotBoth) {
  NewJob job = Load();
  EXPECT_OK(CheckNewJob(job));
  job.target.card_id = "issuer/A";
  ExpectRefused(job, "name one of them");
  job.target.agent = "";
  EXPECT_OK(CheckNewJob(job));
  job.target.reader = "Reader 0";
  ExpectRefused(job, "a reader needs its agent");
  job.target = {};
  ExpectRefused(job, "name one of them");
}

TEST(CheckNewJob, TakesReadersNamesThatCanBeShown) {
  NewJob job = Load();
  job.target.reader = std::string(128, 'R');
  EXPECT_OK(CheckNewJob(job));
  job.target.reader.push_back('R');
  ExpectRefused(job, "at most 128 bytes");
  job.target.reader = "Reader\n0";
  ExpectRefused(job, "no control characters");
}

TEST(CheckNewJob, LoadingAndUpgradingNeedAnApplication) {
  for (const JobAction action : {JobAction::kLoad, JobAction::kUpgrade}) {
    NewJob job = Load();
    job.subject.action = action;
    EXPECT_OK(CheckNewJob(job));
    job.subject.package_aid = Bytes(5, 0xA0);
    ExpectRefused(job, "only deleting names what is on the card by AID");
    job.subject.package_aid.clear();
    job.subject.application.clear();
    ExpectRefused(job, "no application is named");
  }
}

TEST(CheckNewJob, InstallParametersHaveALimit) {
  NewJob job = Load();
  job.install_parameters.resize(kMaxInstallParameterBytes);
  EXPECT_OK(CheckNewJob(job));
  job.install_parameters.push_back(0);
  ExpectRefused(job, "install parameters of 4097 bytes; at most 4096");
}

TEST(CheckNewJob, AppletsHaveAidsAndPrivilegesOfTheRightLength) {
  NewJob job = Load();
  const Bytes module(5, 0xA0);
  for (const size_t good : {0u, 1u, 3u}) {
    job.subject.applets = {{module, Bytes(16, 0xA1), Bytes(good, 0)}};
    EXPECT_OK(CheckNewJob(job)) << good;
  }
  for (const size_t bad : {2u, 4u}) {
    job.subject.applets = {{module, {}, Bytes(bad, 0)}};
    ExpectRefused(job, "privileges are 1 or 3 bytes");
  }
  for (const size_t bad : {0u, 4u, 17u}) {
    job.subject.applets = {{Bytes(bad, 0xA0), {}, {}}};
    ExpectRefused(job, "is no AID: 5 to 16 bytes");
  }
  job.subject.applets = {{module, Bytes(4, 0xA1), {}}};
  ExpectRefused(job, "the instance \"A1A1A1A1\" is no AID");
}

TEST(CheckNewJob, AnInstanceIsNamedOnce) {
  NewJob job = Load();
  const Bytes a(5, 0xA0);
  const Bytes b(5, 0xB0);
  job.subject.applets = {{a, {}, {}}, {a, b, {}}};
  EXPECT_OK(CheckNewJob(job));
  job.subject.applets = {{b, {}, {}}, {a, b, {}}};
  ExpectRefused(job, "the instance B0B0B0B0B0 is named twice");
}

TEST(CheckNewJob, AppletsHaveALimit) {
  NewJob job = Load();
  for (size_t i = 0; i < kMaxJobApplets; ++i) {
    job.subject.applets.push_back(
        {Bytes(5, 0xA0), Bytes(5, static_cast<uint8_t>(i)), {}});
  }
  EXPECT_OK(CheckNewJob(job));
  job.subject.applets.push_back({Bytes(5, 0xA0), {}, {}});
  ExpectRefused(job, "65 applets; at most 64");
}

TEST(CheckNewJob, DeletingNamesOneThing) {
  NewJob job = Delete();
  EXPECT_OK(CheckNewJob(job));
  job.subject.package_aid = Bytes(5, 0xA0);
  ExpectRefused(job, "deleting needs one of");
  job.subject.application.clear();
  EXPECT_OK(CheckNewJob(job));
  job.subject.application_aid = Bytes(5, 0xA0);
  ExpectRefused(job, "deleting needs one of");
  job.subject.package_aid.clear();
  EXPECT_OK(CheckNewJob(job));
  job.subject.application_aid = Bytes(4, 0xA0);
  ExpectRefused(job, "the application \"A0A0A0A0\" is no AID");
  job.subject.application_aid.clear();
  job.subject.package_aid = Bytes(17, 0xA0);
  ExpectRefused(job, "is no AID");
  job.subject.package_aid.clear();
  ExpectRefused(job, "deleting needs one of");
}

TEST(CheckNewJob, DeletingTakesNoAppletsAndNoParameters) {
  NewJob job = Delete();
  job.subject.applets = {{Bytes(5, 0xA0), {}, {}}};
  ExpectRefused(job, "deleting takes no applets");
  job = Delete();
  job.install_parameters = {0x31};
  ExpectRefused(job, "deleting takes no install parameters");
}

TEST(CheckApplets, AreTheApplicationsOwn) {
  Application application;
  application.name = "brokerage";
  application.load_file.applet_aids = {{0xF1}, {0xF2}};
  JobSubject subject;
  EXPECT_OK(CheckApplets(subject, application));
  subject.applets = {{{0xF2}, {}, {}}};
  EXPECT_OK(CheckApplets(subject, application));
  subject.applets.push_back({{0xF3}, {0xF1}, {}});
  EXPECT_THAT(CheckApplets(subject, application),
              StatusIs(StatusCode::kInvalidArgument,
                       HasSubstr("brokerage has no applet F3")));
}

}  // namespace
}  // namespace cardferry::orchestrator
