#include "agent/journal/journal_record.h"

#include <string>

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::agent {
namespace {

using absl::StatusCode;
using card::ResponseApdu;
using card::RunEnd;

ResponseApdu Answer(const std::string& hex) {
  return *ResponseApdu::Parse(FromHexOrDie(hex));
}

PacketEnd End() {
  PacketEnd end;
  end.end = RunEnd::kStopped;
  end.measurements.round_trips = 1;
  end.measurements.apdus = 2;
  end.measurements.bytes = 3;
  end.measurements.card = absl::Microseconds(4);
  end.measurements.waited = absl::Microseconds(5);
  end.measurements.total = absl::Microseconds(6);
  end.trouble = "why";
  return end;
}

// A file with everything in it.
Bytes WholeFile() {
  return Concat({EncodeBegun("P1", "Reader 0"), EncodeAnswer(Answer("6310")),
                 EncodeAnswer(Answer("0102036A82")), EncodeEnd(End())});
}

JournaledPacket WholePacket() {
  return {"P1", "Reader 0", {Answer("6310"), Answer("0102036A82")}, End()};
}

TEST(JournalRecordTest, WritesTheLayoutOfTheHeader) {
  EXPECT_EQ(ToHex(EncodeBegun("P1", "R")),
            "4346455252594A31"
            "00000006431C5C15"
            "010250310152");
  EXPECT_EQ(ToHex(EncodeAnswer(Answer("AA9000"))), "000000049F05E38E02AA9000");
  EXPECT_EQ(ToHex(EncodeEnd(End())).substr(16),
            "0301"
            "00000001"
            "00000002"
            "0000000000000003"
            "0000000000000004"
            "0000000000000005"
            "0000000000000006"
            "776879");
}

TEST(JournalRecordTest, ReadsBackAFinishedAndAnInterruptedPacket) {
  EXPECT_THAT(ParseJournal(WholeFile()), IsOkAndHolds(WholePacket()));
  JournaledPacket interrupted = WholePacket();
  interrupted.end.reset();
  interrupted.answers.pop_back();
  EXPECT_THAT(ParseJournal(Concat({EncodeBegun("P1", "Reader 0"),
                                   EncodeAnswer(Answer("6310"))})),
              IsOkAndHolds(interrupted));
}

TEST(JournalRecordTest, CutsNamesThatAreTooLong) {
  ASSERT_OK_AND_ASSIGN(
      const JournaledPacket packet,
      ParseJournal(EncodeBegun(std::string(65, 'p'), std::string(300, 'r'))));
  EXPECT_EQ(packet.packet_id, std::string(64, 'p'));
  EXPECT_EQ(packet.reader, std::string(255, 'r'));
}

// What the file says after its first `length` bytes are left: the whole records
// among them.
absl::StatusOr<JournaledPacket> AfterTruncation(size_t length) {
  const size_t begun = EncodeBegun("P1", "Reader 0").size();
  const size_t first = begun + EncodeAnswer(Answer("6310")).size();
  const size_t second = first + EncodeAnswer(Answer("0102036A82")).size();
  if (length < begun) return absl::NotFoundError("");
  JournaledPacket packet = WholePacket();
  if (length < WholeFile().size()) packet.end.reset();
  if (length < second) packet.answers.pop_back();
  if (length < first) packet.answers.pop_back();
  return packet;
}

TEST(JournalRecordTest, AFileCutOffAnywhereKeepsItsWholeRecords) {
  const Bytes whole = WholeFile();
  for (size_t length = 0; length <= whole.size(); ++length) {
    const absl::StatusOr<JournaledPacket> read =
        ParseJournal(ByteSpan(whole).first(length));
    const absl::StatusOr<JournaledPacket> wanted = AfterTruncation(length);
    ASSERT_EQ(read.status().code(), wanted.status().code()) << length;
    if (!wanted.ok()) continue;
    EXPECT_TRUE(*read == *wanted) << length;
  }
}

TEST(JournalRecordTest, ZerosInPlaceOfATailAreATornRecord) {
  const Bytes whole = WholeFile();
  for (size_t length = 8; length < whole.size(); ++length) {
    const absl::StatusOr<JournaledPacket> read =
        ParseJournal(Concat({ByteSpan(whole).first(length), Bytes(4096, 0)}));
    const absl::StatusOr<JournaledPacket> wanted = AfterTruncation(length);
    ASSERT_EQ(read.status().code(), wanted.status().code()) << length;
    if (!wanted.ok()) continue;
    EXPECT_TRUE(*read == *wanted) << length;
  }
  EXPECT_THAT(ParseJournal(Concat({whole, Bytes(4096, 0)})),
              IsOkAndHolds(WholePacket()));
  EXPECT_THAT(ParseJournal(Bytes(4096, 0)), StatusIs(StatusCode::kNotFound));
}

// Damage never invents an answer or an end: what is read is a beginning of what
// was written.
TEST(JournalRecordTest, EveryFlippedBitIsRefusedOrShortensWhatIsRead) {
  const Bytes whole = WholeFile();
  const JournaledPacket packet = WholePacket();
  for (size_t bit = 0; bit < whole.size() * 8; ++bit) {
    Bytes flipped = whole;
    flipped[bit / 8] = static_cast<uint8_t>(flipped[bit / 8] ^ 1u << bit % 8);
    const absl::StatusOr<JournaledPacket> read = ParseJournal(flipped);
    if (!read.ok()) continue;
    EXPECT_EQ(read->packet_id, packet.packet_id) << bit;
    EXPECT_EQ(read->reader, packet.reader) << bit;
    EXPECT_FALSE(read->end.has_value()) << bit;
    ASSERT_LE(read->answers.size(), packet.answers.size()) << bit;
    for (size_t i = 0; i < read->answers.size(); ++i) {
      EXPECT_EQ(read->answers[i], packet.answers[i]) << bit;
    }
  }
}

TEST(JournalRecordTest, RefusesWhatItWouldNotHaveWritten) {
  const Bytes begun = EncodeBegun("P1", "R");
  const Bytes answer = EncodeAnswer(Answer("9000"));
  const Bytes end = EncodeEnd(End());
  PacketEnd nothing;
  nothing.end = RunEnd::kNotStarted;
  Bytes damaged = answer;
  damaged.back() ^= 1;
  const Bytes magic(begun.begin(), begun.begin() + 8);
  const struct {
    Bytes file;
    const char* message;
  } cases[] = {
      {FromHexOrDie("3B8001"), "it is no journal of this version"},
      {FromHexOrDie("43464552525932310000"),
       "it is no journal of this version"},
      {Concat({magic, answer, end}), "it does not begin"},
      {Concat({begun, end, answer}), "a record follows the end"},
      {Concat({begun, begun.size() > 8 ? Bytes(begun.begin() + 8, begun.end())
                                       : Bytes()}),
       "a record of no kind that is known"},
      {Concat({begun, damaged, end}), "a checksum is wrong"},
      {Concat({begun, FromHexOrDie("0001FFFF0000000001"), end}),
       "length out of range"},
      {Concat({begun, answer, EncodeEnd(nothing)}),
       "answers in a run that was not started"},
  };
  for (const auto& bad : cases) {
    EXPECT_THAT(ParseJournal(bad.file),
                StatusIs(StatusCode::kDataLoss,
                         std::string("journal file: ") + bad.message))
        << bad.message;
  }
}

}  // namespace
}  // namespace cardferry::agent
