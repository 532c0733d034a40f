#include "agent/switchboard.h"

#include <map>
#include <string>

#include "agent/testing/fake_card.h"
#include "agent/testing/fake_folder.h"
#include "agent/testing/fake_uplink.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::agent {
namespace {

using card::RunEnd;
using Kind = Sighting::Kind;

card::Script Commands(std::initializer_list<uint8_t> instructions) {
  card::Script script;
  for (const uint8_t ins : instructions) {
    script.push_back({*card::CommandApdu::Create({0x80, ins, 0, 0}, {}),
                      {card::StatusWordPattern()},
                      card::AnyData(),
                      card::OnMismatch::kStop,
                      "step"});
  }
  return script;
}

class SwitchboardTest : public testing::Test {
 protected:
  void See(Kind kind, const std::string& reader) {
    board_.Post(Sighting{kind, reader, {}});
  }
  void GiveOpening(const std::string& reader, const std::string& id,
                   uint8_t challenge = 0x50) {
    board_.Post(AddressedEvent{
        reader,
        OpeningReceived{{id, Commands({0xA4}), Commands({challenge}), true}}});
  }
  void GivePacket(const std::string& reader, const std::string& opening,
                  const std::string& packet) {
    board_.Post(AddressedEvent{
        reader, PartReceived{{packet, opening, Commands({0x82}), true, 1}}});
  }

  std::map<std::string, FakeCard> cards_;
  FakeFolder folder_;
  PacketJournal journal_{folder_};
  FakeUplink uplink_;
  Outbox outbox_{journal_, uplink_};
  Switchboard board_{
      uplink_, outbox_,
      [this](const std::string& reader) { return cards_[reader].slot(); },
      ReaderWorker::Options()};
};

TEST_F(SwitchboardTest, ShowsEveryReaderAndWhatLiesInIt) {
  See(Kind::kReaderFound, "A");
  See(Kind::kCardIn, "A");
  See(Kind::kCardOut, "A");
  See(Kind::kCardMute, "A");
  See(Kind::kReaderGone, "A");
  EXPECT_FALSE(uplink_.AwaitShown(1).card_present);
  EXPECT_TRUE(uplink_.AwaitShown(2).card_present);
  EXPECT_FALSE(uplink_.AwaitShown(3).card_present);
  const ReaderPresence mute = uplink_.AwaitShown(4);
  EXPECT_FALSE(mute.card_present);
  EXPECT_EQ(mute.trouble,
            "The card does not answer. Turn it round, or clean it.");
  EXPECT_TRUE(uplink_.AwaitShown(5).removed);
}

TEST_F(SwitchboardTest, TwoReadersWorkAtOnce) {
  cards_["A"].FallSilentAt(0x82);
  cards_["B"];
  for (const char* reader : {"A", "B"}) {
    See(Kind::kReaderFound, reader);
    See(Kind::kCardIn, reader);
    GiveOpening(reader, reader);
  }
  uplink_.AwaitAnswer(2);
  GivePacket("A", "A", "PA");
  cards_["A"].AwaitBlocked(1);
  GivePacket("B", "B", "PB");
  EXPECT_EQ(uplink_.AwaitReport(1).packet_id, "PB");
  cards_["A"].Answer();
  EXPECT_EQ(uplink_.AwaitReport(2).packet_id, "PA");
}

TEST_F(SwitchboardTest, APacketForAReaderThatIsGoneIsRefused) {
  GivePacket("A", "O", "P1");
  const Report report = uplink_.AwaitReport();
  EXPECT_EQ(report.transcript.end, RunEnd::kNotStarted);
  EXPECT_EQ(report.trouble, "The reader was unplugged.");
}

TEST_F(SwitchboardTest, AReaderThatComesBackIsServedAgain) {
  See(Kind::kReaderFound, "A");
  See(Kind::kReaderGone, "A");
  See(Kind::kReaderFound, "A");
  See(Kind::kCardIn, "A");
  GiveOpening("A", "O1");
  EXPECT_EQ(uplink_.AwaitAnswer().opening_id, "O1");
}

TEST_F(SwitchboardTest, ANewStreamGetsTheReportsThatWait) {
  outbox_.Add({"P1", {}, {}, ""}, nullptr);
  board_.Post(AddressedEvent{"", Connected{}});
  EXPECT_EQ(uplink_.AwaitReport(2).packet_id, "P1");
  board_.Post(AddressedEvent{"", VerdictReceived{{"", true, "", "P1"}}});
  outbox_.Add({"P2", {}, {}, ""}, nullptr);
  board_.Post(AddressedEvent{"", Connected{}});
  EXPECT_EQ(uplink_.AwaitReport(4).packet_id, "P2");
}

TEST_F(SwitchboardTest, StoppingLetsTheRunningPacketEndAndReport) {
  cards_["A"].FallSilentAt(0x82);
  See(Kind::kReaderFound, "A");
  See(Kind::kCardIn, "A");
  GiveOpening("A", "O1");
  uplink_.AwaitAnswer();
  GivePacket("A", "O1", "P1");
  cards_["A"].AwaitBlocked(1);
  std::thread person([this] { cards_["A"].Answer(); });
  board_.Finish(absl::InfiniteDuration());
  person.join();
  ASSERT_EQ(uplink_.reports().size(), 1u);
  EXPECT_EQ(uplink_.reports()[0].transcript.end, RunEnd::kDone);
  EXPECT_EQ(cards_["A"].connections(), 0);
}

TEST_F(SwitchboardTest, StoppingDoesNotWaitForASilentCard) {
  cards_["A"].FallSilentAt(0x82);
  See(Kind::kReaderFound, "A");
  See(Kind::kCardIn, "A");
  GiveOpening("A", "O1");
  uplink_.AwaitAnswer();
  GivePacket("A", "O1", "P1");
  cards_["A"].AwaitBlocked(1);
  board_.Finish(absl::ZeroDuration());
  EXPECT_EQ(uplink_.AwaitReport().transcript.end, RunEnd::kUnknown);
  cards_["A"].Answer();
  cards_["A"].AwaitConnections(0);
}

}  // namespace
}  // namespace cardferry::agent
