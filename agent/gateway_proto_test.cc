#include "agent/gateway_proto.h"

#include "gtest/gtest.h"
#include "lib/base/status_matchers.h"

namespace cardferry::agent {
namespace {

card::Script OneCommand() {
  return {{*card::CommandApdu::Create({0x80, 0xCA, 0, 0x66}, {}, 256),
           {card::StatusWordPattern()},
           card::AnyData(),
           card::OnMismatch::kStop,
           "GET DATA"}};
}

std::string Wire(const card::Script& script) {
  return AsString(card::EncodeScript(script));
}

TEST(GatewayProtoTest, ReadsAnOpening) {
  v1::GatewayMessage message;
  v1::Opening& proto = *message.mutable_opening();
  proto.set_opening_id("O1");
  proto.set_reader("R");
  proto.set_identify_script(Wire(OneCommand()));
  proto.set_challenge_script(Wire(OneCommand()));
  proto.set_run_challenge(true);
  ASSERT_OK_AND_ASSIGN(const AddressedEvent event, FromProto(message));
  EXPECT_EQ(event.reader, "R");
  const Opening& opening = std::get<OpeningReceived>(event.event).opening;
  EXPECT_EQ(opening.id, "O1");
  EXPECT_EQ(opening.identify, OneCommand());
  EXPECT_EQ(opening.challenge, OneCommand());
  EXPECT_TRUE(opening.run_challenge);
}

TEST(GatewayProtoTest, ReadsAPartOfAPacket) {
  v1::GatewayMessage message;
  v1::PacketPart& proto = *message.mutable_packet_part();
  proto.set_packet_id("P1");
  proto.set_opening_id("O1");
  proto.set_reader("R");
  proto.set_script(Wire(OneCommand()));
  proto.set_last(true);
  proto.set_total_commands(9);
  proto.set_asks_server(true);
  ASSERT_OK_AND_ASSIGN(const AddressedEvent event, FromProto(message));
  const PacketPart& part = std::get<PartReceived>(event.event).part;
  EXPECT_EQ(part.packet_id, "P1");
  EXPECT_EQ(part.opening_id, "O1");
  EXPECT_EQ(part.script, OneCommand());
  EXPECT_TRUE(part.last);
  EXPECT_EQ(part.total_commands, 9u);
  EXPECT_TRUE(part.asks_server);
}

TEST(GatewayProtoTest, ReadsAPacketThatWaitsForItsCard) {
  card::ScriptCommand command = {
      *card::CommandApdu::Create({0x80, 0x50, 0, 0}, {}),
      {card::StatusWordPattern()},
      card::ExactData{{1}},
      card::OnMismatch::kStop,
      "step"};
  const std::string script = AsString(card::EncodeScript({command}));
  v1::GatewayMessage message;
  v1::StorePacket& packet = *message.mutable_store_packet();
  packet.set_stored_id("7");
  packet.set_expires_at_us(5);
  v1::StoredAttempt& attempt = *packet.add_attempts();
  attempt.set_packet_id("P1");
  attempt.set_probe_script(script);
  attempt.add_scripts(script);
  ASSERT_OK_AND_ASSIGN(const AddressedEvent event, FromProto(message));
  EXPECT_EQ(event.reader, "");
  EXPECT_EQ(
      std::get<StoreRequested>(event.event).packet,
      (StoredPacket{
          "7", absl::FromUnixMicros(5), {{"P1", {command}, {{command}}}}}));
  attempt.clear_probe_script();
  EXPECT_FALSE(FromProto(message).ok());
  // What compares nothing is not kept.
  command.expected = card::AnyData{};
  attempt.set_probe_script(AsString(card::EncodeScript({command})));
  EXPECT_FALSE(FromProto(message).ok());
}

TEST(GatewayProtoTest, SaysWhatWaitsAndForgetsWhatItIsTold) {
  const v1::AgentMessage said = StoredProto({"7", "8"});
  ASSERT_EQ(said.stored_packets().stored_ids_size(), 2);
  EXPECT_EQ(said.stored_packets().stored_ids(1), "8");
  EXPECT_TRUE(StoredProto({}).has_stored_packets());
  v1::GatewayMessage message;
  message.mutable_forget_packets()->add_stored_ids("7");
  ASSERT_OK_AND_ASSIGN(const AddressedEvent event, FromProto(message));
  EXPECT_EQ(std::get<ForgetRequested>(event.event).ids,
            std::vector<std::string>{"7"});
}

TEST(GatewayProtoTest, VerdictsAndChallengesGoToWhoeverHoldsTheOpening) {
  v1::GatewayMessage verdict;
  verdict.mutable_verdict()->set_opening_id("O1");
  verdict.mutable_verdict()->set_ok(true);
  verdict.mutable_verdict()->set_message("done");
  verdict.mutable_verdict()->set_packet_id("P1");
  ASSERT_OK_AND_ASSIGN(const AddressedEvent event, FromProto(verdict));
  EXPECT_EQ(event.reader, "");
  EXPECT_EQ(std::get<VerdictReceived>(event.event).verdict.message, "done");
  EXPECT_EQ(std::get<VerdictReceived>(event.event).verdict.packet_id, "P1");

  v1::GatewayMessage challenge;
  challenge.mutable_run_challenge()->set_opening_id("O2");
  ASSERT_OK_AND_ASSIGN(const AddressedEvent second, FromProto(challenge));
  EXPECT_EQ(std::get<ChallengeRequested>(second.event).opening_id, "O2");
}

TEST(GatewayProtoTest, RefusesAScriptThatCannotBeReadAndUnknownKinds) {
  v1::GatewayMessage message;
  message.mutable_packet_part()->set_script("nonsense");
  EXPECT_THAT(FromProto(message), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(FromProto(v1::GatewayMessage()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "a kind of message this agent cannot read"));
}

TEST(GatewayProtoTest, AnAnswerWithoutChallengeLeavesItsFieldEmpty) {
  SendAnswer answer{"O1", card::Transcript(), std::nullopt};
  EXPECT_EQ(ToProto("R", answer).opening_answer().challenge_transcript(), "");
  answer.challenge = card::Transcript();
  const v1::AgentMessage message = ToProto("R", answer);
  EXPECT_EQ(message.opening_answer().reader(), "R");
  EXPECT_THAT(card::DecodeTranscript(
                  AsBytes(message.opening_answer().challenge_transcript())),
              IsOkAndHolds(card::Transcript()));
}

TEST(GatewayProtoTest, AReportCarriesItsFigures) {
  Measurements measurements;
  measurements.round_trips = 1;
  measurements.apdus = 2;
  measurements.bytes = 3;
  measurements.card = absl::Microseconds(4);
  measurements.waited = absl::Microseconds(5);
  measurements.total = absl::Microseconds(6);
  const v1::AgentMessage message = ToProto(
      Report{"P1", card::Transcript(), measurements, "disk full", true});
  const v1::PacketReport& report = message.packet_report();
  EXPECT_EQ(report.packet_id(), "P1");
  EXPECT_EQ(report.trouble(), "disk full");
  EXPECT_TRUE(report.no_room());
  EXPECT_EQ(report.measurements().round_trips(), 1u);
  EXPECT_EQ(report.measurements().apdus(), 2u);
  EXPECT_EQ(report.measurements().bytes(), 3u);
  EXPECT_EQ(report.measurements().card_us(), 4);
  EXPECT_EQ(report.measurements().waited_us(), 5);
  EXPECT_EQ(report.measurements().total_us(), 6);
}

TEST(GatewayProtoTest, TroubleIsShortAndPlain) {
  const v1::AgentMessage message =
      ToProto(Report{"P", {}, {}, "\n\xFF" + std::string(300, 'x')});
  EXPECT_EQ(message.packet_report().trouble(), "??" + std::string(254, 'x'));
}

TEST(GatewayProtoTest, AReaderThatIsGoneIsSaidToBeRemoved) {
  const v1::ReaderState gone =
      ToProto(ReaderPresence{"R", false, {}, true}).reader_changed();
  EXPECT_TRUE(gone.removed());
  const v1::ReaderState stuck =
      ToProto(ReaderPresence{"R", false, {}, false, "Take it out."})
          .reader_changed();
  EXPECT_FALSE(stuck.removed());
  EXPECT_EQ(stuck.trouble(), "Take it out.");
}

TEST(GatewayProtoTest, HelloNamesEveryReader) {
  const v1::AgentMessage message =
      HelloProto({{"A", true, {0x3B}}, {"B", false, {}}});
  ASSERT_EQ(message.hello().readers_size(), 2);
  EXPECT_EQ(message.hello().readers(0).reader(), "A");
  EXPECT_TRUE(message.hello().readers(0).card_present());
  EXPECT_EQ(message.hello().readers(0).atr(), "\x3B");
  EXPECT_FALSE(message.hello().readers(1).card_present());
}

}  // namespace
}  // namespace cardferry::agent
