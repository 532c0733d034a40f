#include "services/orchestrator/gateway/gateway_proto.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "google/protobuf/text_format.h"
#include "gtest/gtest.h"
#include "lib/base/bytes.h"
#include "lib/base/status_matchers.h"

namespace cardferry::orchestrator {
namespace {

namespace pb = ::cardferry::agent::v1;
using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const absl::Time kNow = absl::FromUnixSeconds(1'800'000'000);

pb::AgentMessage Message(const std::string& text) {
  pb::AgentMessage message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}
absl::StatusOr<FromAgent> Parse(const std::string& text) {
  return ParseAgentMessage(Message(text), kNow);
}

TEST(GatewayProto, ReadsAHello) {
  ASSERT_OK_AND_ASSIGN(
      const FromAgent message,
      Parse("hello { version: '1.2' readers { reader: 'Reader 0' "
            "card_present: true atr: ';\\200' } readers { reader: 'B' } }"));
  const auto& hello = std::get<HelloMessage>(message);
  EXPECT_EQ(hello.version, "1.2");
  EXPECT_THAT(hello.readers,
              ElementsAre(Reader{"Reader 0", true}, Reader{"B", false}));
}

TEST(GatewayProto, ReadsAReadersChange) {
  ASSERT_OK_AND_ASSIGN(
      const FromAgent message,
      Parse("reader_changed { reader: 'Reader 0' card_present: true }"));
  EXPECT_EQ(std::get<ReaderChangedMessage>(message).reader,
            (Reader{"Reader 0", true}));
}

TEST(GatewayProto, ReadsThatAReaderIsGone) {
  ASSERT_OK_AND_ASSIGN(
      const FromAgent message,
      Parse("reader_changed { reader: 'Reader 0' removed: true }"));
  EXPECT_TRUE(std::get<ReaderChangedMessage>(message).removed);
  ASSERT_OK_AND_ASSIGN(const FromAgent hello,
                       Parse("hello { readers { reader: 'Reader 0' removed: "
                             "true } readers { reader: 'Reader 1' } }"));
  ASSERT_EQ(std::get<HelloMessage>(hello).readers.size(), 1u);
  EXPECT_EQ(std::get<HelloMessage>(hello).readers[0].name, "Reader 1");
}

TEST(GatewayProto, ReadsWhatIsWrongWithAReaderOrAPacket) {
  ASSERT_OK_AND_ASSIGN(
      const FromAgent changed,
      Parse("reader_changed { reader: 'Reader 0' trouble: 'No power.' }"));
  EXPECT_EQ(std::get<ReaderChangedMessage>(changed).trouble, "No power.");
  ASSERT_OK_AND_ASSIGN(
      const FromAgent report,
      Parse("packet_report { packet_id: 'p1' trouble: 'disk full' "
            "no_room: true }"));
  EXPECT_EQ(std::get<PacketReport>(report).trouble, "disk full");
  EXPECT_TRUE(std::get<PacketReport>(report).no_room);
  const std::string most(kMaxTroubleBytes, 'x');
  EXPECT_OK(Parse("packet_report { packet_id: 'p' trouble: '" + most + "' }"));
  for (const std::string& bad : {most + "x", std::string("a\\033[2J")}) {
    EXPECT_THAT(
        Parse("packet_report { packet_id: 'p' trouble: '" + bad + "' }"),
        StatusIs(StatusCode::kInvalidArgument, HasSubstr("trouble")));
    EXPECT_THAT(Parse("reader_changed { reader: 'r' trouble: '" + bad + "' }"),
                StatusIs(StatusCode::kInvalidArgument, HasSubstr("trouble")));
  }
}

TEST(GatewayProto, ReadsAnAnswer) {
  ASSERT_OK_AND_ASSIGN(
      const FromAgent message,
      Parse("opening_answer { opening_id: 'o1' reader: 'Reader 0' "
            "identify_transcript: '\\001' challenge_transcript: '\\002' }"));
  const auto& answered = std::get<AnsweredMessage>(message);
  EXPECT_EQ(answered.reader, "Reader 0");
  EXPECT_EQ(answered.answer.opening_id, "o1");
  EXPECT_EQ(answered.answer.answer.identify, Bytes({1}));
  EXPECT_EQ(answered.answer.answer.challenge, Bytes({2}));
  EXPECT_EQ(answered.answer.received_at, kNow);
}

TEST(GatewayProto, ReadsProgressAndReport) {
  ASSERT_OK_AND_ASSIGN(
      const FromAgent progress,
      Parse("progress { packet_id: 'p1' done: 3 total: 9 label: 'LOAD' }"));
  EXPECT_EQ(std::get<Progressed>(progress).packet_id, "p1");
  EXPECT_EQ(std::get<Progressed>(progress).done, 3u);
  EXPECT_EQ(std::get<Progressed>(progress).total, 9u);
  EXPECT_EQ(std::get<Progressed>(progress).label, "LOAD");
  ASSERT_OK_AND_ASSIGN(
      const FromAgent report,
      Parse("packet_report { packet_id: 'p1' transcript: '\\003' measurements "
            "{ round_trips: 1 apdus: 2 bytes: 3 card_us: 4 waited_us: 5 "
            "total_us: 6 } }"));
  const auto& packet = std::get<PacketReport>(report);
  EXPECT_EQ(packet.packet_id, "p1");
  EXPECT_EQ(packet.transcript, Bytes({3}));
  EXPECT_EQ(packet.measurements.round_trips, 1);
  EXPECT_EQ(packet.measurements.apdus, 2);
  EXPECT_EQ(packet.measurements.bytes, 3);
  EXPECT_EQ(packet.measurements.card, absl::Microseconds(4));
  EXPECT_EQ(packet.measurements.waited, absl::Microseconds(5));
  EXPECT_EQ(packet.measurements.total, absl::Microseconds(6));
}

TEST(GatewayProto, RefusesWhatIsMissing) {
  for (const char* text :
       {"", "reader_changed {}", "opening_answer { reader: 'r' }",
        "opening_answer { opening_id: 'o' }", "progress {}",
        "packet_report {}"}) {
    EXPECT_THAT(Parse(text), StatusIs(StatusCode::kInvalidArgument)) << text;
  }
}

TEST(GatewayProto, RefusesNamesThatCouldDoHarm) {
  EXPECT_THAT(
      Parse("reader_changed { reader: 'Reader\\n0' }"),
      StatusIs(StatusCode::kInvalidArgument, "reader with control characters"));
  EXPECT_THAT(Parse("reader_changed { reader: 'Reader\\0000' }"),
              StatusIs(StatusCode::kInvalidArgument));
  EXPECT_THAT(
      Parse("progress { packet_id: 'p' label: '\\033[2J' }"),
      StatusIs(StatusCode::kInvalidArgument, "label with control characters"));
}

TEST(GatewayProto, RefusesWhatIsLargerThanItMayBe) {
  const auto text = [](size_t size) { return std::string(size, 'x'); };
  pb::AgentMessage message;
  message.mutable_reader_changed()->set_reader(text(kMaxReaderNameBytes));
  EXPECT_OK(ParseAgentMessage(message, kNow));
  message.mutable_reader_changed()->set_reader(text(kMaxReaderNameBytes + 1));
  EXPECT_THAT(ParseAgentMessage(message, kNow),
              StatusIs(StatusCode::kInvalidArgument,
                       "reader of 129 bytes; at most 128"));

  message = Message("reader_changed { reader: 'r' }");
  message.mutable_reader_changed()->set_atr(text(kMaxAtrBytes + 1));
  EXPECT_FALSE(ParseAgentMessage(message, kNow).ok());

  message = Message("packet_report { packet_id: 'p' }");
  message.mutable_packet_report()->set_transcript(text(kMaxTranscriptBytes));
  EXPECT_OK(ParseAgentMessage(message, kNow));
  message.mutable_packet_report()->set_transcript(
      text(kMaxTranscriptBytes + 1));
  EXPECT_FALSE(ParseAgentMessage(message, kNow).ok());

  for (const char* field : {"identify_transcript", "challenge_transcript"}) {
    message = Message(
        absl::StrCat("opening_answer { opening_id: 'o' reader: "
                     "'r' ",
                     field, ": '", text(kMaxTranscriptBytes + 1), "' }"));
    EXPECT_FALSE(ParseAgentMessage(message, kNow).ok()) << field;
  }

  message = Message("hello {}");
  for (size_t i = 0; i <= AgentSession::kMaxReaders; ++i) {
    message.mutable_hello()->add_readers()->set_reader(absl::StrCat(i));
  }
  EXPECT_THAT(ParseAgentMessage(message, kNow),
              StatusIs(StatusCode::kInvalidArgument, "65 readers; at most 64"));
}

TEST(GatewayProto, RefusesMeasurementsThatCannotBe) {
  for (const char* field :
       {"card_us: -1", "waited_us: -1", "total_us: -1",
        "card_us: 9223372036854775807", "bytes: 18446744073709551615",
        "round_trips: 4294967295", "apdus: 1048577"}) {
    EXPECT_THAT(
        Parse(absl::StrCat("packet_report { packet_id: 'p' "
                           "measurements { ",
                           field, " } }")),
        StatusIs(StatusCode::kInvalidArgument, "measurements out of range"))
        << field;
  }
}

void ExpectRendered(ToAgent message, const std::string& text) {
  pb::GatewayMessage wanted;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &wanted));
  EXPECT_EQ(RenderToAgent(std::move(message)).DebugString(),
            wanted.DebugString());
}

TEST(GatewayProto, SaysWhatAnAgentIsToldFieldByField) {
  ExpectRendered(
      GiveOpening{"o1", "Reader 0", {{9}, {1}, {2}, kNow}, true},
      "opening { opening_id: 'o1' reader: 'Reader 0' identify_script: "
      "'\\001' challenge_script: '\\002' run_challenge: true "
      "expires_at_us: 1800000000000000 }");
  ExpectRendered(AskChallenge{"o1"}, "run_challenge { opening_id: 'o1' }");
  ExpectRendered(
      GivePacketPart{"p1", "o1", "Reader 0", {3}, true, 12},
      "packet_part { packet_id: 'p1' opening_id: 'o1' reader: 'Reader 0' "
      "script: '\\003' last: true total_commands: 12 }");
  ExpectRendered(
      GivePacketPart{"p1", "o1", "Reader 0", {3}, true, 12, true},
      "packet_part { packet_id: 'p1' opening_id: 'o1' reader: 'Reader 0' "
      "script: '\\003' last: true total_commands: 12 asks_server: true }");
  ExpectRendered(GiveVerdict{"o1", "p1", true, "Done."},
                 "verdict { opening_id: 'o1' packet_id: 'p1' ok: true "
                 "message: 'Done.' }");
}

TEST(GatewayProto, PacketsThatWaitForCardsGoWhole) {
  PreparedPacket packet{"7", "kiosk-1", absl::FromUnixMicros(5), {}};
  const Bytes probe = {1};
  packet.attempts = {{"P1", probe, {{2}, {3}}}, {"P2", probe, {{4}}}};
  const pb::GatewayMessage message = RenderToAgent(GiveStored{packet});
  EXPECT_EQ(message.store_packet().stored_id(), "P1");
  EXPECT_EQ(message.store_packet().expires_at_us(), 5);
  ASSERT_EQ(message.store_packet().attempts_size(), 2);
  const pb::StoredAttempt& first = message.store_packet().attempts(0);
  EXPECT_EQ(first.packet_id(), "P1");
  EXPECT_EQ(first.probe_script(), "\x01");
  ASSERT_EQ(first.scripts_size(), 2);
  EXPECT_EQ(first.scripts(1), "\x03");
  EXPECT_EQ(
      RenderToAgent(ForgetStored{{"7", "8"}}).forget_packets().stored_ids(1),
      "8");
}

TEST(GatewayProto, ReadsWhichPacketsWait) {
  pb::AgentMessage message;
  message.mutable_stored_packets()->add_stored_ids("7");
  const auto parsed = ParseAgentMessage(message, absl::UnixEpoch());
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(std::get<StoredMessage>(*parsed).ids,
            std::vector<std::string>{"7"});
  message.mutable_stored_packets()->add_stored_ids("");
  EXPECT_FALSE(ParseAgentMessage(message, absl::UnixEpoch()).ok());
  message.mutable_stored_packets()->clear_stored_ids();
  for (int i = 0; i <= kMaxStoredPackets; ++i) {
    message.mutable_stored_packets()->add_stored_ids("7");
  }
  EXPECT_FALSE(ParseAgentMessage(message, absl::UnixEpoch()).ok());
}

TEST(GatewayProto, TheTicketNeverGoesToTheAgent) {
  const GiveOpening opening{
      "o1", "r", {FromHexOrDie("5EC2E7"), {1}, {2}, kNow}, true};
  EXPECT_EQ(RenderToAgent(opening).SerializeAsString().find("\x5E\xC2\xE7"),
            std::string::npos);
}

}  // namespace
}  // namespace cardferry::orchestrator
