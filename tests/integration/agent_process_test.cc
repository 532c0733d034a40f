// The agent as it ships, in a process of its own: on the real pcscd, with
// simulated cards, and a server that says what the test tells it to.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/config.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "lib/base/file.h"
#include "lib/base/status_macros.h"
#include "lib/base/status_matchers.h"
#include "lib/card/script/script.h"
#include "tests/integration/pcsc_fixture.h"
#include "tests/integration/stand_in_gateway.h"
#include "tests/stage/pcscd.h"
#include "tests/stage/process.h"
#include "tests/stage/runfiles.h"

namespace cardferry::agent {
namespace {

using card::RunEnd;

constexpr absl::Duration kPatience = absl::Seconds(20);
constexpr absl::Duration kLook = absl::Milliseconds(5);

// So many SELECTs without a name: any card answers them, and none changes.
std::string Selects(size_t count) {
  const card::Script script(
      count, {*card::CommandApdu::Create({0x00, 0xA4, 0x04, 0x00}, {}, 256),
              {card::StatusWordPattern()},
              card::AnyData(),
              card::OnMismatch::kStop,
              "SELECT"});
  return AsString(card::EncodeScript(script));
}

card::Transcript TranscriptOf(const std::string& wire) {
  const absl::StatusOr<card::Transcript> read =
      card::DecodeTranscript(AsBytes(wire));
  EXPECT_OK(read);
  return read.value_or(card::Transcript());
}

class AgentProcessTest : public PcscFixture {
 protected:
  void SetUp() override {
    PcscFixture::SetUp();
    std::string folder = testing::TempDir() + "/XXXXXX";
    ASSERT_NE(mkdtemp(&folder[0]), nullptr);
    folder_ = folder;
  }
  void TearDown() override {
    if (HasFailure()) {
      std::cerr << ReadFile(folder_ + "/agent.log", 1 << 20).value_or("");
    }
    agent_.Kill();
    PcscFixture::TearDown();
  }

  std::string Journal() const { return folder_ + "/state/journal"; }

  absl::StatusOr<stage::Process> Start(const std::string& more) {
    const std::string config = folder_ + "/agent.textproto";
    unlink(config.c_str());
    RETURN_IF_ERROR(WriteFileAtomically(
        config,
        AsBytes(absl::StrCat(gateway_.AgentConfiguration(), "journal: \"",
                             Journal(), "\"\n", more)),
        0600));
    stage::Command command;
    ASSIGN_OR_RETURN(const std::string program, stage::Runfile("agent/agent"));
    command.arguments = {program, "--config", config};
    command.log_file = folder_ + "/agent.log";
    return stage::Process::Start(command);
  }
  void StartAgent(const std::string& more = "stop_seconds: 1") {
    ASSERT_OK_AND_ASSIGN(agent_, Start(more));
  }

  // Gives an opening, with challenge, and waits for its answer.
  v1::OpeningAnswer Open(const std::string& opening,
                         const std::string& reader = stage::kVirtualReader) {
    GiveOpening(opening, reader);
    return gateway_
        .Await([&](const v1::AgentMessage& m) {
          return m.opening_answer().opening_id() == opening;
        })
        .opening_answer();
  }
  void GiveOpening(const std::string& opening, const std::string& reader) {
    gateway_.Await([&](const v1::AgentMessage& m) {
      return m.reader_changed().reader() == reader &&
             m.reader_changed().card_present();
    });
    v1::GatewayMessage message;
    v1::Opening& proto = *message.mutable_opening();
    proto.set_opening_id(opening);
    proto.set_reader(reader);
    proto.set_identify_script(Selects(1));
    proto.set_challenge_script(Selects(1));
    proto.set_run_challenge(true);
    gateway_.Send(message);
  }
  void GivePacket(const std::string& packet, const std::string& opening,
                  size_t commands,
                  const std::string& reader = stage::kVirtualReader) {
    v1::GatewayMessage message;
    v1::PacketPart& part = *message.mutable_packet_part();
    part.set_packet_id(packet);
    part.set_opening_id(opening);
    part.set_reader(reader);
    part.set_script(Selects(commands));
    part.set_last(true);
    part.set_total_commands(static_cast<uint32_t>(commands));
    gateway_.Send(message);
  }
  v1::PacketReport AwaitReport(const std::string& packet, size_t from = 0) {
    return gateway_
        .Await(
            [&](const v1::AgentMessage& m) {
              return m.packet_report().packet_id() == packet;
            },
            from)
        .packet_report();
  }
  void AwaitProgress(const std::string& packet) {
    gateway_.Await([&](const v1::AgentMessage& m) {
      return m.progress().packet_id() == packet && m.progress().done() > 2;
    });
  }
  // Answers the report, and lets the card go.
  void Acknowledge(const std::string& packet, const std::string& opening) {
    v1::GatewayMessage message;
    message.mutable_verdict()->set_opening_id(opening);
    message.mutable_verdict()->set_packet_id(packet);
    gateway_.Send(message);
  }
  size_t JournalFiles() const {
    return static_cast<size_t>(
        std::distance(std::filesystem::directory_iterator(Journal()), {}));
  }
  void AwaitEmptyJournal() {
    const absl::Time end = absl::Now() + kPatience;
    while (JournalFiles() != 0 && absl::Now() < end) absl::SleepFor(kLook);
    EXPECT_EQ(JournalFiles(), 0u);
  }

  std::string folder_;
  StandInGateway gateway_;
  stage::Process agent_;
};

TEST_F(AgentProcessTest, AReportGoesOnOverAKillUntilItIsAcknowledged) {
  stage::Process card = InsertCard();
  StartAgent();
  Open("O1");
  GivePacket("P1", "O1", 5);
  const std::string first = AwaitReport("P1").transcript();
  EXPECT_EQ(TranscriptOf(first).end, RunEnd::kDone);
  agent_.Kill();

  const size_t before = gateway_.received();
  StartAgent();
  EXPECT_EQ(AwaitReport("P1", before).transcript(), first);
  EXPECT_EQ(JournalFiles(), 1u);
  Acknowledge("P1", "O1");
  AwaitEmptyJournal();
}

TEST_F(AgentProcessTest, KilledInTheMiddleItReportsWhatItKnowsAndRunsNothing) {
  stage::Process card = InsertCard({"--fault", "slow=20ms"});
  StartAgent();
  Open("O1");
  GivePacket("P1", "O1", 1000);
  AwaitProgress("P1");
  agent_.Kill();

  const size_t before = gateway_.received();
  StartAgent();
  const v1::PacketReport report = AwaitReport("P1", before);
  const card::Transcript transcript = TranscriptOf(report.transcript());
  EXPECT_EQ(transcript.end, RunEnd::kUnknown);
  EXPECT_GT(transcript.answers.size(), 2u);
  EXPECT_LT(transcript.answers.size(), 1000u);
  EXPECT_EQ(report.trouble(),
            "The agent's process ended while it ran the packet.");

  // The same packet once more: the same report, not a second run.
  const size_t again = gateway_.received();
  GivePacket("P1", "O1", 1000);
  EXPECT_EQ(AwaitReport("P1", again).transcript(), report.transcript());
}

TEST_F(AgentProcessTest, APacketGoesOnWithoutTheServerAndIsReportedToTheNext) {
  stage::Process card = InsertCard({"--fault", "slow=5ms"});
  StartAgent();
  Open("O1");
  GivePacket("P1", "O1", 200);
  AwaitProgress("P1");
  gateway_.Stop();
  const size_t before = gateway_.received();
  gateway_.Start();
  gateway_.Await([](const v1::AgentMessage& m) { return m.has_hello(); },
                 before);
  const v1::PacketReport report = AwaitReport("P1", before);
  EXPECT_EQ(TranscriptOf(report.transcript()).end, RunEnd::kDone);
  EXPECT_EQ(TranscriptOf(report.transcript()).answers.size(), 200u);
}

TEST_F(AgentProcessTest, SaysWhatToDoAboutAMuteCardAndLeavesInTime) {
  stage::Process card = InsertCard({"--fault", "mute@1"});
  StartAgent("command_seconds: 1 stop_seconds: 1");
  GiveOpening("O1", stage::kVirtualReader);
  const v1::AgentMessage told = gateway_.Await([](const v1::AgentMessage& m) {
    return !m.reader_changed().trouble().empty();
  });
  EXPECT_EQ(told.reader_changed().reader(), stage::kVirtualReader);
  EXPECT_EQ(told.reader_changed().trouble(),
            "the card has not answered in time and was given up; take it out "
            "of the reader");
  // Its thread hangs in PC/SC all the time.
  EXPECT_EQ(agent_.Stop(kPatience), 0);
}

TEST_F(AgentProcessTest, StoppedInAPacketItCutsItShortReportsAndLeaves) {
  stage::Process card = InsertCard({"--fault", "slow=20ms"});
  StartAgent("stop_seconds: 1");
  Open("O1");
  GivePacket("P1", "O1", 1000);
  AwaitProgress("P1");
  EXPECT_EQ(agent_.Stop(kPatience), 0);
  const card::Transcript transcript =
      TranscriptOf(AwaitReport("P1").transcript());
  EXPECT_EQ(transcript.end, RunEnd::kUnknown);
  EXPECT_GT(transcript.answers.size(), 2u);
}

TEST_F(AgentProcessTest, LeavesInTimeWhenPcscdNeitherAnswersNorDies) {
  stage::Process card = InsertCard();
  StartAgent("stop_seconds: 1");
  Open("O1");
  ASSERT_EQ(kill(pcscd_.pid(), SIGSTOP), 0);
  const int code = agent_.Stop(kPatience);
  EXPECT_TRUE(code == 0 || code == 128 + SIGALRM) << code;
  ASSERT_EQ(kill(pcscd_.pid(), SIGCONT), 0);
}

TEST_F(AgentProcessTest, WithoutRoomForTheJournalNothingIsRun) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  stage::Process card = InsertCard();
  StartAgent();
  Open("O1");
  ASSERT_EQ(chmod(Journal().c_str(), 0500), 0);
  GivePacket("P1", "O1", 5);
  const v1::PacketReport report = AwaitReport("P1");
  EXPECT_EQ(TranscriptOf(report.transcript()).end, RunEnd::kNotStarted);
  EXPECT_EQ(report.trouble().rfind("the packet cannot be journaled: ", 0), 0u);
  Acknowledge("P1", "O1");
  ASSERT_EQ(chmod(Journal().c_str(), 0700), 0);
  Open("O2");
  GivePacket("P2", "O2", 5);
  EXPECT_EQ(TranscriptOf(AwaitReport("P2").transcript()).end, RunEnd::kDone);
}

TEST_F(AgentProcessTest, TwoAgentsDoNotShareAJournal) {
  StartAgent();
  gateway_.Await([](const v1::AgentMessage& m) { return m.has_hello(); });
  ASSERT_OK_AND_ASSIGN(stage::Process second, Start(""));
  EXPECT_THAT(second.Wait(kPatience), IsOkAndHolds(1));
}

TEST_F(AgentProcessTest, OutlivesAPcscdThatIsKilledAndServesTheCardAgain) {
  stage::Process card = InsertCard();
  StartAgent();
  Open("O1");
  const size_t before = gateway_.received();
  KillPcscd();
  gateway_.Await(
      [](const v1::AgentMessage& m) {
        return m.reader_changed().reader() == stage::kVirtualReader &&
               !m.reader_changed().card_present();
      },
      before);
  StartPcscd();
  gateway_.Await(
      [](const v1::AgentMessage& m) {
        return m.reader_changed().reader() == stage::kVirtualReader &&
               m.reader_changed().card_present();
      },
      before);
  Open("O2");
  GivePacket("P2", "O2", 5);
  EXPECT_EQ(TranscriptOf(AwaitReport("P2").transcript()).end, RunEnd::kDone);
}

TEST_F(AgentProcessTest, ListsTheReadersWithoutAConfiguration) {
  ASSERT_OK_AND_ASSIGN(const std::string program,
                       stage::Runfile("agent/agent"));
  stage::Command command;
  command.arguments = {program, "--list_readers"};
  EXPECT_THAT(stage::RunSuccessfully(command, kPatience),
              IsOkAndHolds("Virtual PCD 00 00\nVirtual PCD 00 01\n"));
  KillPcscd();
  ASSERT_OK_AND_ASSIGN(const stage::Outcome outcome,
                       stage::RunToEnd(command, kPatience));
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.output, "");
}

TEST_F(AgentProcessTest, FourBusyReadersTakeLittleMemory) {
  pcscd_.Stop();
  StartPcscd({"First PCD", "Second PCD"});
  const std::vector<std::string> readers = {
      "First PCD 00 00", "First PCD 00 01", "Second PCD 00 00",
      "Second PCD 00 01"};
  std::vector<stage::Process> cards;
  for (int i = 0; i < 4; ++i) cards.push_back(InsertCard({}, i));
  StartAgent();
  for (int round = 0; round < 5; ++round) {
    for (const std::string& reader : readers) {
      Open(absl::StrCat("O", round, reader), reader);
    }
    for (const std::string& reader : readers) {
      GivePacket(absl::StrCat("P", round, reader),
                 absl::StrCat("O", round, reader), 300, reader);
    }
    for (const std::string& reader : readers) {
      const std::string packet = absl::StrCat("P", round, reader);
      EXPECT_EQ(TranscriptOf(AwaitReport(packet).transcript()).end,
                RunEnd::kDone);
      Acknowledge(packet, absl::StrCat("O", round, reader));
    }
  }
  const int64_t kilobytes = stage::PeakMemory(agent_.pid());
  RecordProperty("peak_kilobytes", std::to_string(kilobytes));
  std::cout << "peak memory of the agent: " << kilobytes << " KB\n";
  EXPECT_GT(kilobytes, 0);
#if !defined(ABSL_HAVE_ADDRESS_SANITIZER) && \
    !defined(ABSL_HAVE_THREAD_SANITIZER)
  EXPECT_LE(kilobytes, 25 * 1024);
#endif
}

}  // namespace
}  // namespace cardferry::agent
