// What goes wrong at the agent: a bit turned on the way to the card, the agent
// killed in the middle of a packet, a disk that is full, pcscd that dies.
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/status_matchers.h"
#include "tests/e2e/test_stage.h"

namespace cardferry::e2e {
namespace {

namespace pb = ::cardferry::orchestrator::v1;

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr char kFaultyAgent[] = "agent/testing/faulty_agent";
constexpr char kHolds[] = "The card holds brokerage.";
constexpr absl::Duration kPatience = absl::Seconds(15);
constexpr absl::Duration kLook = absl::Milliseconds(20);

class AgentBreakTest : public ::testing::Test {
 protected:
  void Raise(const stage::AgentChoice& agent) {
    stage::StageOptions options;
    options.agent = agent;
    ASSERT_OK_AND_ASSIGN(stage_, TestStage::Raise(options));
    ASSERT_EQ(stage_->AddApplet("brokerage").exit_code, 0);
  }
  void TearDown() override {
    if (HasFailure() && stage_ != nullptr) stage_->ShowLogs();
  }
  stage::Stage& parts() { return stage_->stage(); }

  // The agent as it ships, in place of the one that ran.
  void ChangeAgent() {
    parts().agent().Kill();
    ASSERT_OK(parts().StartAgent(stage::AgentChoice()));
  }
  // A file of this test's own.
  static std::string Path(const std::string& name) {
    return absl::StrCat(
        ::testing::TempDir(), "/",
        ::testing::UnitTest::GetInstance()->current_test_info()->name(), ".",
        name);
  }
  static void AwaitFile(const std::string& path) {
    const absl::Time deadline = absl::Now() + kPatience;
    while (access(path.c_str(), F_OK) != 0) {
      ASSERT_LT(absl::Now(), deadline) << path;
      absl::SleepFor(kLook);
    }
  }

  std::unique_ptr<TestStage> stage_;
};

// Commands of a connection: SELECT, four GET DATA, INITIALIZE UPDATE, EXTERNAL
// AUTHENTICATE, reads, INSTALL [for load], LOAD ... The card's log says which.
TEST_F(AgentBreakTest, ATurnedBitIsRefusedByTheCardAndTheJobSaysSo) {
  ASSERT_NO_FATAL_FAILURE(Raise({kFaultyAgent, {"--flip_mac_at", "11"}, {}}));
  ASSERT_OK_AND_ASSIGN(const std::string id, stage_->AddJob("brokerage"));
  ASSERT_OK_AND_ASSIGN(const pb::Job job, stage_->AwaitEnd(id));
  EXPECT_EQ(job.state(), pb::JOB_STATE_FAILED);
  EXPECT_EQ(job.message(),
            "The card answered INSTALL [for load] of F043464552525901 with "
            "6982 (security status not satisfied). The session with the card "
            "was lost: insert the card again.");

  ASSERT_NO_FATAL_FAILURE(ChangeAgent());
  ASSERT_OK_AND_ASSIGN(const pb::Job again, stage_->RunJob("brokerage"));
  EXPECT_EQ(again.message(), kHolds);
}

TEST_F(AgentBreakTest, AnAgentThatDiesInAPacketIsFollowedByANewRound) {
  const std::string paused = Path("paused");
  ASSERT_NO_FATAL_FAILURE(
      Raise({kFaultyAgent, {"--pause_at", "12", "--pause_file", paused}, {}}));
  ASSERT_OK_AND_ASSIGN(const std::string id, stage_->AddJob("brokerage"));
  ASSERT_NO_FATAL_FAILURE(AwaitFile(paused));
  ASSERT_NO_FATAL_FAILURE(ChangeAgent());
  ASSERT_OK_AND_ASSIGN(const pb::Job job, stage_->AwaitEnd(id));
  EXPECT_EQ(job.state(), pb::JOB_STATE_DONE);
  EXPECT_EQ(job.message(), kHolds);
  ASSERT_OK_AND_ASSIGN(const auto story, stage_->Story(id, "job.waits"));
  EXPECT_THAT(
      story,
      ElementsAre("The connection was lost while the agent ran the packet. Its "
                  "report is awaited, or the card is read again when it is "
                  "inserted.",
                  "The card gave no answer to LOAD 1 of 3 of "
                  "F043464552525901. What the card holds now is not known. "
                  "Insert the card again: it is read anew, and the job goes "
                  "on."));
}

// The journal is on a file system of 64 KiB, and something else has filled it
// until the file "room" ($1) is there. The agent's command line is the rest.
constexpr char kOnAFullDisk[] =
    "journal=\"$(dirname \"$4\")/agent-journal\"\n"
    "room=\"$1\" && shift && mkdir -p \"$journal\" &&\n"
    "  mount -t tmpfs -o size=64k tmpfs \"$journal\" || exit 1\n"
    "dd if=/dev/zero of=\"$journal/filler\" bs=1k count=64 2>/dev/null\n"
    "(while [ ! -e \"$room\" ]; do sleep 0.05; done\n"
    " rm \"$journal/filler\" && mv \"$room\" \"$room.made\") &\n"
    "exec \"$@\"\n";

TEST_F(AgentBreakTest, WithoutRoomForItsJournalNothingIsSentToTheCard) {
  const std::string room = Path("room");
  stage::AgentChoice agent;
  agent.wrapper = {
      "/usr/bin/unshare", "--user", "--map-root-user", "--mount", "--",
      "/bin/sh",          "-c",     kOnAFullDisk,      "sh",      room};
  ASSERT_NO_FATAL_FAILURE(Raise(agent));
  ASSERT_OK_AND_ASSIGN(const std::string id, stage_->AddJob("brokerage"));
  ASSERT_OK(stage_->AwaitEvents("job.waits", 1));
  EXPECT_THAT(stage_->Story(id, "job.waits"),
              IsOkAndHolds(ElementsAre(
                  AllOf(StartsWith("Agent kiosk-1 has no room for its journal. "
                                   "Nothing was sent to the card. "),
                        EndsWith("No space left on device.")))));
  ASSERT_OK_AND_ASSIGN(const std::vector<Exchange> exchanges,
                       stage_->CardLog());
  EXPECT_THAT(HeadersOf(exchanges, {"82"}), IsEmpty());

  // It goes on by itself after a while; a job that arrives makes that now.
  ASSERT_OK(WriteFileAtomically(room, {}, 0644));
  ASSERT_NO_FATAL_FAILURE(AwaitFile(room + ".made"));
  ASSERT_OK(stage_->RunJob("brokerage"));
  ASSERT_OK_AND_ASSIGN(const pb::Job job, stage_->AwaitEnd(id));
  EXPECT_EQ(job.state(), pb::JOB_STATE_DONE);
  EXPECT_EQ(job.message(), kHolds);
}

TEST_F(AgentBreakTest, ARevokedOneIsCutOffUntilItIsAddedAgain) {
  ASSERT_NO_FATAL_FAILURE(Raise({}));
  const stage::Outcome revoked =
      stage_->Cardferry({"agent", "revoke", stage::kAgentName});
  EXPECT_EQ(revoked.exit_code, 0) << revoked.errors;
  ASSERT_OK(stage_->AwaitEvents("agent.disconnected", 1));
  // Its certificate is as good as before.
  ASSERT_NO_FATAL_FAILURE(ChangeAgent());
  EXPECT_THAT(stage_->AwaitLog("agent", 0, "it was revoked"),
              HasSubstr("the server does not let this agent in"));

  ASSERT_OK(parts().AdmitAgent());
  ASSERT_NO_FATAL_FAILURE(ChangeAgent());
  ASSERT_OK_AND_ASSIGN(const pb::Job job, stage_->RunJob("brokerage"));
  EXPECT_EQ(job.message(), kHolds);
}

TEST_F(AgentBreakTest, AKilledPcscdIsMissedOnlyUntilItIsBack) {
  ASSERT_NO_FATAL_FAILURE(Raise({}));
  parts().pcscd().Kill();
  ASSERT_OK(parts().AwaitCards(0, kPatience));
  ASSERT_OK_AND_ASSIGN(const std::string id, stage_->AddJob("brokerage"));
  ASSERT_OK(parts().StartReader());
  ASSERT_OK_AND_ASSIGN(const pb::Job job, stage_->AwaitEnd(id));
  EXPECT_EQ(job.state(), pb::JOB_STATE_DONE);
  EXPECT_EQ(job.message(), kHolds);
}

}  // namespace
}  // namespace cardferry::e2e
