#include "agent/journal/packet_journal.h"

#include <string>
#include <vector>

#include "agent/testing/fake_folder.h"
#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::agent {
namespace {

using absl::StatusCode;
using card::ResponseApdu;
using card::RunEnd;

constexpr int kAnswers = 3;

ResponseApdu Answer(int number) {
  return {Bytes{static_cast<uint8_t>(number)}, card::kSuccess};
}

// A packet's whole life; returns whether it was allowed to run.
bool RunPacket(PacketJournal& journal, bool forget) {
  absl::StatusOr<std::unique_ptr<PacketRecord>> record =
      journal.Begin("P1", "R", 100);
  if (!record.ok()) return false;
  for (int i = 0; i < kAnswers; ++i) {
    (*record)->AddAnswer(Answer(i)).IgnoreError();
  }
  PacketEnd end;
  end.end = RunEnd::kDone;
  (*record)->AddEnd(end).IgnoreError();
  (*record)->Sync().IgnoreError();
  if (forget) journal.Forget("P1").IgnoreError();
  return true;
}

// True when what was recovered is a beginning of what has happened.
bool IsTrue(const JournaledPacket& packet) {
  if (packet.packet_id != "P1" || packet.reader != "R") return false;
  if (packet.answers.size() > kAnswers) return false;
  for (size_t i = 0; i < packet.answers.size(); ++i) {
    if (!(packet.answers[i] == Answer(static_cast<int>(i)))) return false;
  }
  if (!packet.end) return true;
  return packet.end->end == RunEnd::kDone && packet.answers.size() == kAnswers;
}

TEST(PacketJournalTest, AFinishedPacketIsThereUntilItIsForgotten) {
  FakeFolder folder;
  PacketJournal journal(folder);
  ASSERT_TRUE(RunPacket(journal, false));
  std::vector<JournaledPacket> recovered = journal.Recover();
  ASSERT_EQ(recovered.size(), 1u);
  EXPECT_TRUE(IsTrue(recovered[0]));
  EXPECT_TRUE(recovered[0].end.has_value());
  ASSERT_OK(journal.Forget("P1"));
  EXPECT_TRUE(journal.Recover().empty());
}

TEST(PacketJournalTest, BeginsNoPacketTwice) {
  FakeFolder folder;
  PacketJournal journal(folder);
  ASSERT_OK(journal.Begin("P1", "R", 0));
  EXPECT_THAT(journal.Begin("P1", "R", 0),
              StatusIs(StatusCode::kAlreadyExists));
}

TEST(PacketJournalTest, AnIdCannotLeadOutOfTheFolder) {
  FakeFolder folder;
  PacketJournal journal(folder);
  ASSERT_OK(journal.Begin("../../etc/x", "R", 0));
  EXPECT_THAT(folder.List(),
              IsOkAndHolds(std::vector<std::string>{"2E2E2F2E2E2F6574632F78"}));
  EXPECT_THAT(journal.Begin("", "R", 0),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(journal.Begin(std::string(65, 'x'), "R", 0),
              StatusIs(StatusCode::kInvalidArgument));
}

TEST(PacketJournalTest, ReservesRoomForTheAnswers) {
  FakeFolder folder;
  PacketJournal journal(folder);
  ASSERT_OK(journal.Begin("P1", "R", 1000));
  EXPECT_EQ(folder.last_reserve(), 1000 + EncodeBegun("P1", "R").size());
}

// Each call fails in turn, alone and with all that follow, at each stage of the
// packet's life.
TEST(PacketJournalTest, WhateverFailsNothingUntrueIsEverRecovered) {
  int runs_refused = 0;
  for (const bool only_one : {false, true}) {
    for (const bool forget : {false, true}) {
      for (int call = 0;; ++call) {
        FakeFolder folder;
        PacketJournal journal(folder);
        if (only_one) {
          folder.FailAt(call);
        } else {
          folder.FailFrom(call);
        }
        const bool ran = RunPacket(journal, forget);
        const bool failed = folder.calls() > call;
        folder.Recover();
        PacketJournal next(folder);
        const std::vector<JournaledPacket> recovered = next.Recover();
        ASSERT_LE(recovered.size(), 1u) << call;
        for (const JournaledPacket& packet : recovered) {
          EXPECT_TRUE(IsTrue(packet)) << call;
          // One that was refused may look interrupted, never finished.
          EXPECT_TRUE(ran || !packet.end) << call;
          EXPECT_TRUE(ran || packet.answers.empty()) << call;
        }
        EXPECT_TRUE(!ran || forget || recovered.size() == 1u) << call;
        EXPECT_TRUE(folder.aside().empty()) << call;
        runs_refused += !ran;
        if (!failed) break;
      }
    }
  }
  // Creating, the beginning, its sync: in each of the four rounds.
  EXPECT_EQ(runs_refused, 4 * 3);
}

// The power fails after each call, and keeps any number of the bytes that were
// not synced.
TEST(PacketJournalTest, APowerFailureKeepsEveryPacketThatWasBegun) {
  for (int call = 3; call <= 8; ++call) {  // from the beginning's sync on
    for (size_t kept = 0; kept < 120; ++kept) {
      FakeFolder folder;
      PacketJournal journal(folder);
      folder.FailFrom(call);  // as if nothing had followed
      ASSERT_TRUE(RunPacket(journal, false));
      folder.CutPower(kept);
      folder.Recover();
      const std::vector<JournaledPacket> recovered =
          PacketJournal(folder).Recover();
      ASSERT_EQ(recovered.size(), 1u) << call << " " << kept;
      EXPECT_TRUE(IsTrue(recovered[0])) << call << " " << kept;
    }
  }
}

TEST(PacketJournalTest, AfterASyncedEndAPowerFailureLosesNothing) {
  FakeFolder folder;
  PacketJournal journal(folder);
  ASSERT_TRUE(RunPacket(journal, false));
  folder.CutPower(0);
  const std::vector<JournaledPacket> recovered = journal.Recover();
  ASSERT_EQ(recovered.size(), 1u);
  EXPECT_TRUE(recovered[0].end.has_value());
}

TEST(PacketJournalTest, NothingIsWrittenBehindATornRecord) {
  FakeFolder folder;
  PacketJournal journal(folder);
  ASSERT_OK_AND_ASSIGN(const auto record, journal.Begin("P1", "R", 0));
  folder.FailAt(folder.calls());
  EXPECT_FALSE(record->AddAnswer(Answer(0)).ok());
  EXPECT_FALSE(record->AddAnswer(Answer(1)).ok());
  EXPECT_FALSE(record->AddEnd(PacketEnd()).ok());
  EXPECT_FALSE(record->Sync().ok());
  const std::vector<JournaledPacket> recovered = journal.Recover();
  ASSERT_EQ(recovered.size(), 1u);
  EXPECT_TRUE(recovered[0].answers.empty());
  EXPECT_FALSE(recovered[0].end.has_value());
}

TEST(PacketJournalTest, ForeignAndCorruptFilesAreSetAsideAndTheOthersKept) {
  FakeFolder folder;
  PacketJournal journal(folder);
  ASSERT_TRUE(RunPacket(journal, false));
  folder.Put("5031AA", FromHexOrDie("DEADBEEF"));
  Bytes corrupt = Concat({EncodeBegun("P2", "R"), EncodeAnswer(Answer(0)),
                          EncodeAnswer(Answer(1))});
  corrupt[30] ^= 1;
  folder.Put("5032", corrupt);
  folder.Put("5033", EncodeBegun("P2", "R"));  // under another's name
  const std::vector<JournaledPacket> recovered = journal.Recover();
  ASSERT_EQ(recovered.size(), 1u);
  EXPECT_EQ(recovered[0].packet_id, "P1");
  EXPECT_EQ(folder.aside(),
            (std::vector<std::string>{"5031AA", "5032", "5033"}));
}

TEST(PacketJournalTest, AFileThatNeverBeganIsRemoved) {
  FakeFolder folder;
  folder.Put("5031", {});
  EXPECT_TRUE(PacketJournal(folder).Recover().empty());
  EXPECT_THAT(folder.List(), IsOkAndHolds(std::vector<std::string>{}));
  EXPECT_TRUE(folder.aside().empty());
}

}  // namespace
}  // namespace cardferry::agent
